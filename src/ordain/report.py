"""What the command line shows: tables of an order's story and of the catalogue, and the generated pages of docs/."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from ordain import settings
from ordain.adapters.sandbox_epp_server import FAULTS, MANNERS
from ordain.adapters.sandbox_scenarios import SCENARIOS
from ordain.api.routes import LEFT_OUT, OWN_ROUTES, ROUTES
from ordain.core.language import ENGLISH, Language
from ordain.core.money import Money, decimal_text
from ordain.core.order import status
from ordain.core.progress import history

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from ordain.api.routing import Route
    from ordain.core.bill_content import Content
    from ordain.flows.orders import Story


def _money(amount: Money) -> str:
    return f"{decimal_text(amount)} {amount.currency}"


def _when(at: datetime | None) -> str:
    return "" if at is None else at.isoformat(" ", "seconds").removesuffix("+00:00")


def _table(title: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> Table:
    table = Table(*columns, title=title, title_justify="left", title_style="bold")
    for row in rows:
        table.add_row(*map(escape, row))
    return table


def bill(content: Content) -> None:
    """Print what a bill or credit note says."""
    console, price = Console(), content.price
    what = "Bill" if content.kind == "bill" else f"Credit note (of bill {content.corrects})"
    console.print(f"[bold]{what} {content.number}[/bold] of {content.seller.name}, issued {_when(content.issued)}")
    who = content.customer
    name = " ".join(text for text in (who.organisation, who.firstname, who.name) if text)
    console.print(f"to {escape(name)} ({who.nichandle}), {who.country}, for order {content.order_id}")
    console.print(f"{_money(price.net)} + {_money(price.tax)} tax = {_money(price.gross)}, paid from {content.mean}")
    console.print(f"{content.taxation.treatment}, {escape(content.tax_note) or 'taxed as usual'}")
    console.print(
        _table("Lines", ("description", "net"), ((line.description, _money(line.price)) for line in content.lines))
    )


def order(story: Story, now: datetime) -> None:
    """Print one order's whole story."""
    console = Console()
    placed, payment = story.standing.order, story.standing.payment
    price = placed.price
    console.print(f"[bold]Order {placed.order_id}[/bold] of {placed.nic}: {status(story.standing, now)}")
    console.print(f"placed {_when(placed.placed)}, payable until {_when(placed.expires)}, from cart {placed.cart_id}")
    console.print(f"{_money(price.net)} + {_money(price.tax)} tax = {_money(price.gross)}")
    _tax(console, story)
    for contract in placed.contracts:
        text = f", {contract.language}, SHA-256 {contract.digest}" if contract.digest else ""
        words = f"{contract.contract_id} {contract.version}{text}"
        console.print(f"accepted: {escape(contract.name)} ({words}), {placed.accepted_from}")
    for word, at in (("waived", story.standing.right.waived), ("retracted", story.standing.right.retracted)):
        if at:
            console.print(f"right of withdrawal {word} {_when(at)}")
    lines = ((line.number, line.kind, line.description, _money(line.price)) for line in placed.lines)
    console.print(_table("Lines", ("", "kind", "description", "net"), lines))
    if payment:
        paid = [("payment", _when(payment.at), payment.mean, _money(payment.amount))]
        paid += [(f"refund of {r.item_id}", _when(r.at), r.reason, _money(r.amount)) for r in story.standing.refunds]
        console.print(_table("Payments", ("", "when", "how", "amount"), paid))
    charged = [
        (str(c.charge_id), _when(c.created), c.status, c.reason or "", c.processor_id or "", _money(c.amount))
        for c in story.charges
    ]
    if charged:
        console.print(_table("Charges to cards", ("charge", "when", "status", "why", "there", "amount"), charged))
    postings = (
        (str(entry.entry_id), _when(entry.at), entry.kind, posting.ledger_account, _money(posting.amount))
        for entry in story.entries
        for posting in entry.postings
    )
    console.print(_table("Ledger", ("entry", "when", "kind", "account", "amount"), postings))
    tasks = (
        (str(t.task_id), t.function, t.domain, t.status, str(t.attempts), _when(t.done_at), t.comment or "")
        for t in story.standing.tasks
    )
    console.print(_table("Tasks", ("task", "function", "name", "status", "tries", "done", "comment"), tasks))
    told = history(story.standing, Language(ENGLISH, {}))
    happened = ((_when(h.at), h.label, h.description) for h in told)
    console.print(_table("What happened", ("when", "label", "description"), happened))
    mails = ((_when(m.at), m.recipient, m.subject, m.status) for m in story.mails)
    console.print(_table("Mails", ("when", "to", "subject", "status"), mails))


def _tax(console: Console, story: Story) -> None:
    """Print how an order is taxed, and what that rests on."""
    taxation, check = story.standing.order.taxation, story.vat_check
    if taxation:
        by = f", VAT number {taxation.vat}" if taxation.vat else ""
        console.print(f"taxed: {taxation.treatment}, {taxation.percent} % of {taxation.country}{escape(by)}")
    if check:
        told = check.told
        facts = (told.consultation and f"consultation {told.consultation}", told.name, told.address, told.reason)
        more = ", ".join(" ".join(fact.split()) for fact in facts if fact)
        console.print(escape(f"its evidence {check.check_id}: {told.answer} by {told.source} on {_when(check.asked)}"))
        if more:
            console.print(escape(f"  {more}"))


def name(facts: Iterable[tuple[str, str]]) -> None:
    """Print what is known of a name."""
    table = Table.grid(padding=(0, 2))
    for subject, sentence in facts:
        table.add_row(f"[bold]{escape(subject)}[/bold]", escape(sentence))
    Console().print(table)


def pages() -> dict[str, str]:
    """The pages of docs/ that are read off the program, by their file names."""
    rows = [
        f"| `ORDAIN_{s.name.upper()}` | {f'`{s.default}`' if s.default else ''} | {s.told} |" for s in settings.TABLE
    ]
    scenarios = [f"| `{word}` | {scenario.told} |" for word, scenario in SCENARIOS.items()]
    routes = [*map(_declared, ROUTES), *(_row(route, "left out", reason) for route, reason in LEFT_OUT.items())]
    return {
        "settings.md": _page(_SETTINGS, "| setting | default | meaning |", rows),
        "sandbox.md": _page(_SANDBOX, "| the name begins with | what happens |", scenarios) + _over_epp(),
        "coverage.md": _page(
            _COVERAGE.format(count=coverage()),
            "| route | method | here | what it does, or why not |",
            sorted(routes, key=lambda row: row.replace("`", "")),
        )
        + "\n"
        + _page(_OWN, "| route | method | here | what it does |", list(map(_declared, OWN_ROUTES))),
    }


def coverage() -> str:
    """How many of the contract's routes there are, in a sentence."""
    absent = sum(1 for route in ROUTES if route.not_offered)
    whole = len(ROUTES) + len(LEFT_OUT)
    return (
        f"Of the contract's {whole} routes {len(ROUTES) - absent} are implemented, {absent} answer that they are not "
        f"offered here, {len(LEFT_OUT)} are left out"
    )


def _declared(route: Route) -> str:
    here = "not offered" if route.not_offered else "yes"
    return _row(f"{route.method} {route.path}", here, route.not_offered or route.told)


def _row(route: str, here: str, told: str) -> str:
    method, path = route.split(" ")
    return f"| `{path}` | {method} | {here} | {told} |"


def _over_epp() -> str:
    """What the page of the sandbox tells of its EPP server."""
    lines = [f"- `{kind}`: {told}" for kind, told in (*FAULTS.items(), *MANNERS.items())]
    return "\n".join([_LIFE, _TIME, _OVER_EPP, *lines, ""])


def write_docs(folder: Path = Path("docs")) -> list[str]:
    """Write the pages of docs/ that are read off the program; their paths."""
    folder.mkdir(exist_ok=True)
    for name, text in pages().items():
        (folder / name).write_text(text, encoding="utf-8")
    return [str(folder / name) for name in pages()]


def _page(opening: str, head: str, rows: Sequence[str]) -> str:
    rule = "|" + " --- |" * (head.count("|") - 1)
    return "\n".join([opening, head, rule, *rows, ""])


_COVERAGE = """\
# Coverage

Made by `make docs` from the routes' declarations.

{count}.

"Not offered" means that the route is there, asks for authentication as the contract does, and answers 404 with its
reason: what it would do is not to be had here.
"""

_SETTINGS = """\
# Settings

Made by `make docs` from the table in `src/ordain/settings.py`. Each is an environment variable, or a key of the TOML
file that `ORDAIN_CONFIG` names (without `ORDAIN_`, in lower case); the environment wins. All are checked at the start,
and what is wrong is named at once. A sandbox registry at an address others can reach, or there no secret of your own,
is refused.
"""

_SANDBOX = """\
# The sandbox registry

Made by `make docs` from the table in `src/ordain/adapters/sandbox_scenarios.py`. Every name under every extension is
available and costs what the catalogue says, unless its label is one of these words, or begins with one and a hyphen
(`taken.fr`, `taken-17.com`). A name that is registered cannot be had twice, until it is deleted or expires
([below](#names-as-time-passes)). Any auth code is right for a transfer, unless it begins with `wrong`; so is every name
server, and every owner by their e-mail address.

It is as strict as a registry about launches: a claims notice has to carry its checksum, to be in time and to have been
accepted within the last 48 hours, and in a sunrise a mark has to cover the name. The marks it trusts are those of the
trademark clearing house's pilot, which are made up and public ([special names](special-names.md)).
"""
_LIFE = """
## Names as time passes

What the catalogue tells of an extension (`[lifecycle]`, `[transfer]`, `[policy]`) is what the sandbox does with its
names. It is worked out from their dates when somebody looks, in process and over EPP alike (`core/registry_life.py`).
Some of the models, in days:

| extension | at expiry | add grace | late renewal | redemption | pending delete | gone by | transfer |
| --- | --- | --- | --- | --- | --- | --- | --- |
| `com` | renewed by the registry | 5 | | 30 | 5 | | adds 1 year; not in the first 60 days |
| `fr` | expires | 5 | 27 | 30 | 0 | 58 | adds 1 year; not in the first 60 days |
| `de` | expires | 25 | 0 | 30 | 0 | | 1 year from then |
| `be` | expires | 0 | 0 | 40 | 0 | 40 | 1 year from then; not in the first 60 days |
| `eu` | expires | 0 | 0 | 40 | 0 | 40 | adds 1 year |
| `co.uk` | expires | 0 | 90 | 0 | 0 | 92 | adds no year |

- **Add grace**: a name deleted within it is gone at once, and its fee is given back.
- **At expiry** the registries of generic extensions renew a name for a year, and take that back, fee and year, if it
  is deleted within 45 days (`autoRenewPeriod`). Others wait for a late renewal, then the name goes into redemption.
- **Redemption**: a name that was deleted can be restored; over EPP by a request, and a report within seven days
  (`pendingRestore`), or it is back in redemption, which went on meanwhile. A restored name lasts as long as it had
  been paid for, and a year more where that is over. Then comes `pendingDelete`, in which nothing helps.
- **Gone by**: so long after its expiry the name is gone at the latest.
- **Renewals** and transfers of generic names give fee and years back for five days (`renewPeriod`, `transferPeriod`).
  No expiry lies further ahead than `max_years`: a renewal beyond is refused (2105), a transfer adds up to it.
- **Transfers in** are done at once, or as `taken-pending`, `taken-rejected`, `taken-locked` and `taken-young` say.
- **Transfers out**: somebody else asks for a name of yours with its auth code. In five days it is theirs, unless its
  registrar objects; the queue tells when it is asked for and when it is gone. In process
  `POST /ordain/v1/sandbox/transferOut {"domain": …, "authInfo": …}` has it asked for; over EPP you log in as
  `somebody-else`, with the password of the other account, and send the `transfer` yourself.

Where the catalogue tells nothing, there is no add grace and no late renewal, and redemption lasts for thirty days.
"""
_TIME = """
## Time

In a rehearsal time can be moved, forward only and until 2100:

    ordain clock                what time it is there
    ordain clock +30d           and h, m, s
    ordain clock 2027-03-01

or from a program, by any account's keys that grant it, for everybody who uses this sandbox. A year in a minute:

    import ovh

    ovh.client.ENDPOINTS["ovh-eu"] = "http://127.0.0.1:8080/ordain/v1"
    sandbox = ovh.Client()                                  # by the ovh.conf of `ordain client-config`
    ovh.client.ENDPOINTS["ovh-eu"] = "http://127.0.0.1:8080/1.0"
    client = ovh.Client()
    for _ in range(12):
        print(sandbox.post("/sandbox/clock", to="+31d")["now"], client.get("/domain"))

Carts, orders, tasks, names, bills, prices, sessions and consumer keys go by the moved clock. Signatures, `/auth/time`,
OAuth2 tokens, second factors, TLS and what Stripe signs go by the machine's, so that a client that is connected goes
on ([decision 21](decisions/0021-what-goes-by-the-clock-of-a-rehearsal.md)). The worker looks at everything once it
notices: within a second. `ordain sandbox-registry` follows the same clock. What it is ahead by is in `state/clock`;
processes on several machines share that folder. Where names are real there is no such route (404) and no such
command, and a state folder whose time was moved is refused.
"""
_OVER_EPP = """
## Over EPP

`ordain sandbox-registry` is the same registry as an EPP server of its own, over TLS at `ORDAIN_SANDBOX_LISTEN`
(127.0.0.1:7000), with one account (`ORDAIN_EPP_LOGIN`, `ORDAIN_EPP_PASSWORD`): for programs that speak EPP themselves,
and for Ordain with `ORDAIN_REGISTRY=epp` ([epp.md](epp.md)). What it holds is in `state/sandbox-registry.db`.

It speaks greeting, hello, login, logout and poll; check, info, create, update, renew, delete and transfer (request,
query, approve, reject, cancel) of names; check, info, create, update and delete of contacts and hosts; and the
extensions secDNS 1.1, rgp, launch (claims, signed marks), fee 1.0 and allocationToken. Every frame it sends is valid by
the RFCs' schemas, and one it is sent that is not is answered by 2001 with the reason. It is stricter than in process:
contacts and hosts have to exist, a premium name's fee has to be agreed to and to be enough (2003, 2004), a renewal
names the day the name expires, and a deleted one comes back by a request and a report. What a command costs, and what a
deletion gives back, is told to whoever speaks of fees. What is pending (`slow`) is answered 1001, and a message in the
queue says what became of it. So is every deletion: whether the name is gone or rests in redemption, its info tells.

It can be told to do wrong: `--latency 0.2`, `--idle 30`, and `--fault KIND[:COMMAND][=PERCENT]` as often as needed,
such as `--fault cut-after:domain:create=20`. The kinds:
"""
_OWN = """\
## Our own

Routes the contract knows nothing of, under a prefix of their own from the root of the host. They are described in
`/openapi.json`, and not in the console's pages (`/1.0/*.json`), which are the contract's.
"""
