"""Names at the sandbox registry as time passes: in process on both engines, and the same over EPP."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from msgspec import structs

from ordain import registries, settings
from ordain.adapters import epp_frames
from ordain.adapters.epp_session import Session
from ordain.adapters.epp_xml import find_all, make, sent, text
from ordain.adapters.sandbox_registry import SandboxRegistry
from ordain.adapters.sandbox_scenarios import SOMEBODY_ELSE
from ordain.core.registry import (
    Answer,
    Change,
    Deletion,
    Done,
    Host,
    Lost,
    NoAnswer,
    Pending,
    Refusal,
    Registration,
    Renewal,
    Restoration,
    Update,
)
from ordain.core.registry_life import Life, years_on
from ordain.store.sandbox import SandboxNames
from tests.engines import ENGINES, open_in
from tests.epp_wire import OWNER, Wire, command
from tests.world import NOON, market

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Iterator
    from datetime import datetime

    from ordain.store.database import Database

DAY = timedelta(days=1)
GTLD = Life(renews_itself=True, add_grace=5, redemption=30, pending_delete=5, transfer_lock=True, max_years=10)
CCTLD = Life(late_renew=10, redemption=20, pending_delete=3, deleted=60)


class Place:
    """A registry whose clock is moved by hand, in process or over EPP."""

    now: datetime

    def __init__(self, registry: Any, runner: asyncio.Runner) -> None:
        self.registry = registry
        self.runner = runner
        self.calls = 0

    def treat(self, life: Life) -> None:
        """Have names be treated so from now on."""
        raise NotImplementedError

    def pass_time(self, **ago: float) -> None:
        """Move the clock forward."""
        self.now += timedelta(**ago)

    def have(self, name: str, years: int = 1) -> Registration:
        answer = self.runner.run(self.registry.create(command(name, f"t-{name}", years=years)))
        assert isinstance(answer, Done), answer
        return answer.registration

    def find(self, name: str) -> Registration:
        found: Registration | None = self.runner.run(self.registry.find(name))
        assert found is not None
        return found

    def is_gone(self, name: str) -> bool:
        return self.runner.run(self.registry.find(name)) is None

    def change(self, name: str, change: Change) -> Answer:
        self.calls += 1
        answer: Answer = self.runner.run(self.registry.change(f"c-{self.calls}", name, change))
        return answer

    def transfer(self, name: str, transaction: str = "t-1") -> Answer:
        answer: Answer = self.runner.run(self.registry.transfer(command(name, transaction, auth_info="right")))
        return answer

    def of_sandbox(self) -> SandboxRegistry:
        """The registry itself, for what only somebody else does."""
        raise NotImplementedError


class InProcess(Place):
    def __init__(self, database: Database, runner: asyncio.Runner) -> None:
        self.now, self.life = NOON, Life()
        names = SandboxNames(database)
        super().__init__(SandboxRegistry(names, lambda: self.now, lives=lambda _: self.life), runner)

    def treat(self, life: Life) -> None:
        self.life = life

    def of_sandbox(self) -> SandboxRegistry:
        made: SandboxRegistry = self.registry
        return made


class OverEpp(Place):
    def __init__(self, wire: Wire) -> None:
        self.wire = wire
        super().__init__(wire.client(), wire.runner)

    @property
    def now(self) -> datetime:
        return self.wire.now

    @now.setter
    def now(self, at: datetime) -> None:
        self.wire.now = at

    def treat(self, life: Life) -> None:
        self.wire.life = life

    def of_sandbox(self) -> SandboxRegistry:
        return self.wire.sandbox


@pytest.fixture(params=[*ENGINES, "over EPP"])
def place(request: pytest.FixtureRequest, runner: asyncio.Runner) -> Iterator[Place]:
    if request.param == "over EPP":
        yield OverEpp(request.getfixturevalue("wire"))
        return
    database = open_in(runner, request.getfixturevalue(f"{request.param}_url"))
    yield InProcess(database, runner)
    runner.run(database.close())


def test_a_name_deleted_in_its_first_days_is_gone_and_can_be_had_again(place: Place) -> None:
    place.treat(GTLD)
    place.have("foo.com")
    assert place.find("foo.com").grace == ("addPeriod",)
    place.pass_time(days=4)
    assert isinstance(place.change("foo.com", Deletion()), Done)
    assert place.is_gone("foo.com")
    place.have("foo.com")


def test_a_name_deleted_later_rests_in_redemption_is_restored_or_goes(place: Place) -> None:
    place.treat(GTLD)
    first = {name: place.have(name, years=2) for name in ("foo.com", "bar.com")}
    place.pass_time(days=6)
    for name in first:
        assert isinstance(place.change(name, Deletion()), Done)
        held = place.find(name)
        assert (held.grace, held.redemption, "pendingDelete" in held.statuses) == (("redemptionPeriod",), True, True)
        assert isinstance(place.change(name, Renewal(1, held.expires)), Refusal)
    place.pass_time(days=29)
    assert isinstance(place.change("foo.com", Restoration()), Done)
    held = place.find("foo.com")
    assert (held.grace, held.redemption, held.expires) == ((), False, first["foo.com"].expires)
    place.pass_time(days=2)
    assert place.find("bar.com").grace == ("pendingDelete",)
    assert isinstance(place.change("bar.com", Restoration()), Refusal)
    place.pass_time(days=4)
    assert place.is_gone("bar.com")
    assert isinstance(place.change("bar.com", Restoration()), Lost)
    place.have("bar.com")


def test_a_registry_that_renews_by_itself_takes_that_back(place: Place) -> None:
    place.treat(GTLD)
    first = place.have("foo.com")
    place.now = first.expires + DAY
    held = place.find("foo.com")
    assert (held.expires, held.grace) == (years_on(first.expires, 1), ("autoRenewPeriod",))
    # A customer who paid for one year has it; for what more they paid, a command is needed.
    answer = place.change("foo.com", Renewal(1, first.expires))
    assert isinstance(answer, Done)
    assert answer.registration.expires == held.expires
    assert isinstance(place.change("foo.com", Deletion()), Done)
    place.pass_time(days=20)
    restored = place.change("foo.com", Restoration())
    assert isinstance(restored, Done)
    assert restored.registration.expires == years_on(first.expires, 1)


def test_an_expired_name_is_renewed_late_or_goes(place: Place) -> None:
    place.treat(CCTLD)
    first = {name: place.have(name) for name in ("foo.fr", "bar.fr")}["bar.fr"]
    place.now = first.expires + 9 * DAY
    assert isinstance(place.change("foo.fr", Renewal(2, first.expires)), Done)
    assert place.find("foo.fr").expires == years_on(first.expires, 2)
    place.now = first.expires + 11 * DAY
    held = place.find("bar.fr")
    assert (held.grace, held.expires) == (("redemptionPeriod",), first.expires)
    assert isinstance(place.change("bar.fr", Renewal(1, first.expires)), Refusal)
    restored = place.change("bar.fr", Restoration())
    assert isinstance(restored, Done)
    assert restored.registration.expires == years_on(first.expires, 1)
    assert isinstance(place.change("bar.fr", Deletion()), Done)
    place.pass_time(days=23)
    assert place.is_gone("bar.fr")


def test_no_expiry_lies_further_ahead_than_allowed(place: Place) -> None:
    place.treat(GTLD)
    held = place.have("foo.com", years=9)
    refused = place.change("foo.com", Renewal(2, held.expires))
    assert isinstance(refused, Refusal)
    assert "further ahead" in refused.reason
    assert isinstance(place.change("foo.com", Renewal(1, held.expires)), Done)
    assert "serverRenewProhibited" in place.find("foo.com").statuses
    refused = place.runner.run(place.registry.create(command("bar.com", years=11)))
    assert isinstance(refused, Refusal)


def test_a_transfer_takes_five_days_and_adds_a_year(place: Place) -> None:
    place.treat(GTLD)
    assert isinstance(place.transfer("taken-pending.com"), Pending)
    asked, held = place.now, place.find("taken-pending.com")
    assert (held.ours, held.pending, held.transaction, held.statuses) == (True, True, "t-1", ("pendingTransfer",))
    before = held.expires
    place.pass_time(days=4.9)
    assert isinstance(place.transfer("taken-pending.com"), Pending)
    place.now = asked + 5 * DAY
    held = place.find("taken-pending.com")
    assert (held.ours, held.pending, held.transaction, held.expires) == (True, False, "t-1", years_on(before, 1))
    assert held.grace == ("transferPeriod",)
    assert "serverTransferProhibited" in held.statuses
    assert isinstance(place.transfer("taken-pending.com"), Done)


def test_a_transfer_that_is_rejected_is_refused_in_words_and_can_be_asked_for_anew(place: Place) -> None:
    assert isinstance(place.transfer("taken-rejected.com"), Pending)
    place.pass_time(days=2)
    assert not place.find("taken-rejected.com").ours
    assert place.transfer("taken-rejected.com") == Refusal("The present registrar rejected the transfer")
    assert isinstance(place.transfer("taken-rejected.com"), Pending)


def test_years_of_a_transfer_count_from_then_where_the_registry_says_so(place: Place) -> None:
    place.treat(Life(transfer_restarts=True))
    assert isinstance(place.transfer("taken.de"), Done)
    assert place.find("taken.de").expires == years_on(place.now, 1)


@pytest.mark.parametrize(("name", "words"), [("taken-locked.com", "locked"), ("taken-young.com", "60 days")])
def test_locked_and_young_names_are_not_transferred(place: Place, name: str, words: str) -> None:
    place.treat(GTLD)
    refused = place.transfer(name)
    assert isinstance(refused, Refusal)
    assert words in refused.reason
    assert {"clientTransferProhibited", "serverTransferProhibited"} & {*place.find(name).statuses}


def test_a_name_leaves_with_its_code_after_five_days(place: Place) -> None:
    place.treat(structs.replace(GTLD, transfer_lock=False))
    name = "foo.com"
    code = place.have(name).auth_info or ""
    taken = place.of_sandbox().take_away
    assert isinstance(place.runner.run(taken(name, "guessed")), Refusal)
    assert isinstance(place.change(name, Update(locked=True)), Done)
    assert isinstance(place.runner.run(taken(name, code)), Refusal)
    assert isinstance(place.change(name, Update(locked=False)), Done)
    assert isinstance(place.runner.run(taken(name, code)), Done)
    held = place.find(name)
    assert (held.ours, held.pending, held.statuses) == (True, False, ("pendingTransfer",))
    assert isinstance(place.change(name, Update(locked=True)), Refusal)
    place.pass_time(days=5)
    held = place.find(name)
    assert (held.ours, held.auth_info) == (False, None)
    assert isinstance(place.change(name, Update(locked=True)), Lost)
    # The old code is worth nothing any more, but the sandbox takes any for somebody else's names.
    assert isinstance(place.transfer(name, "back"), Done)


def test_who_loses_a_name_can_object(place: Place) -> None:
    code = place.have("foo.com").auth_info or ""
    sandbox, run = place.of_sandbox(), place.runner.run
    assert isinstance(run(sandbox.end_transfer("foo.com", "clientRejected")), Refusal)
    assert isinstance(run(sandbox.take_away("foo.com", code)), Done)
    assert isinstance(run(sandbox.end_transfer("foo.com", "clientRejected")), Done)
    place.pass_time(days=6)
    assert place.find("foo.com").ours
    assert isinstance(run(sandbox.take_away("foo.com", code)), Done)
    assert isinstance(run(sandbox.end_transfer("foo.com", "clientApproved")), Done)
    assert not place.find("foo.com").ours


def test_names_deleted_before_days_were_kept_can_be_restored(database: Database, runner: asyncio.Runner) -> None:
    place = InProcess(database, runner)
    place.have("foo.fr")
    sql = "UPDATE sandbox_name SET held = '{\"redemption\": true}' WHERE name = 'foo.fr'"
    runner.run(database.write(lambda tx: tx.execute(sql)))
    place.pass_time(days=200)
    assert place.find("foo.fr").redemption
    assert isinstance(place.change("foo.fr", Restoration()), Done)


def test_the_catalogue_tells_how_names_are_treated(tmp_path: Any) -> None:
    of = registries.lives(
        market(settings.read({"ORDAIN_SECRET": "any", "ORDAIN_STATE": str(tmp_path)}).catalogue).catalogue
    )
    assert of("foo.com") == Life(
        renews_itself=True, add_grace=5, late_renew=44, redemption=30, pending_delete=5, deleted=75, transfer_lock=True,
        max_years=10,
    )  # fmt: skip
    assert (of("foo.de").transfer_restarts, of("foo.de").add_grace) == (True, 25)
    assert of("foo.co.uk").redemption == 0
    assert of("foo.unheard-of") == Life()


def test_the_page_tells_how_names_are_treated(tmp_path: Path) -> None:
    of = registries.lives(
        market(settings.read({"ORDAIN_SECRET": "any", "ORDAIN_STATE": str(tmp_path)}).catalogue).catalogue
    )
    page = Path(__file__).parents[2] / "docs" / "sandbox.md"
    table = page.read_text("utf-8").partition("## Names as time passes")[2].partition("- **Add grace**")[0]
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in table.splitlines() if line.startswith("| `")]
    assert len(rows) == 6
    for extension, at_expiry, *days, transfer in rows:
        told = of(f"foo.{extension.strip('`')}")
        add, late, redemption, pending, gone = (int(day) if day else None for day in days)
        assert (add, redemption, pending) == (told.add_grace, told.redemption, told.pending_delete)
        assert told.renews_itself == at_expiry.startswith("renewed") == (late is None)
        # Of those that the registry renews, neither a late renewal nor a last day after expiry ever comes about.
        assert told.renews_itself or (late, gone) == (told.late_renew, told.deleted)
        assert ("60 days" in transfer) == told.transfer_lock
        assert ("from then" in transfer) == told.transfer_restarts
        assert ("no year" in transfer) == (told.transfer_years == 0)


# --- over EPP alone ---


class Raw:
    """A frame as it stands."""

    def __init__(self, root: Any) -> None:
        self._root = root
        self.verb = find_all(root, "command")[0][0]

    def frame(self, number: str) -> bytes:
        find_all(self._root, "command")[0].append(make("clTRID", number))
        return sent(self._root)


def asked(wire: Wire, *frames: Any, login: str = "ordain") -> list[Any]:
    """The answers of one session."""

    async def inside() -> list[Any]:
        session = await Session.open(wire.account(login=login))
        try:
            return [await session.ask(frame) for frame in frames]
        finally:
            await session.end()

    answers: list[Any] = wire.run(inside())
    return answers


def transfer(name: str, op: str, code: str | None = None) -> Raw:
    pw = make("domain:authInfo", make("domain:pw", code)) if code else None
    about = make("domain:transfer", make("domain:name", name), pw)
    return Raw(make("epp", make("command", make("transfer", about, op=op))))


def words(answer: Any, *path: str) -> list[str]:
    return [each.get("s") for each in find_all(answer.root, "response", *path)]


def test_somebody_else_takes_a_name_away_over_epp_and_the_queue_tells(wire: Wire) -> None:
    registry = wire.client()
    done = wire.run(registry.create(command("foo.com")))
    code = done.registration.auth_info
    [wrong, right, standing] = asked(
        wire, transfer("foo.com", "request", "no"), transfer("foo.com", "request", code), transfer("foo.com", "query"),
        login=SOMEBODY_ELSE,
    )  # fmt: skip
    assert (wrong.code, right.code, standing.code) == (2202, 1001, 1000)
    told = standing.result("domain:trnData")
    assert [text(told, f"domain:{each}") for each in ("trStatus", "reID", "acID")] == [
        "pending",
        SOMEBODY_ELSE,
        "ordain",
    ]
    [message, info] = asked(wire, epp_frames.poll(), epp_frames.info("foo.com"))
    assert (message.code, text(message.result("domain:trnData"), "domain:trStatus")) == (1301, "pending")
    assert words(info, "resData", "domain:infData", "domain:status") == ["pendingTransfer"]
    [rejected, ended, quiet] = asked(
        wire, transfer("foo.com", "reject"), transfer("foo.com", "query"), epp_frames.poll()
    )
    assert (rejected.code, quiet.code) == (1000, 1300)
    assert text(ended.result("domain:trnData"), "domain:trStatus") == "clientRejected"
    asked(wire, transfer("foo.com", "request", code), login=SOMEBODY_ELSE)
    wire.now += 5 * DAY
    [message, info] = asked(wire, epp_frames.poll(), epp_frames.info("foo.com"))
    assert text(message.result("domain:trnData"), "domain:trStatus") == "serverApproved"
    assert text(info.result("domain:infData"), "domain:clID") == SOMEBODY_ELSE


def test_everybody_else_has_one_account_that_only_takes_names_away(wire: Wire) -> None:
    wire.run(wire.client().create(command("foo.com")))
    [info, poll] = asked(wire, epp_frames.info("foo.com"), epp_frames.poll(), login=SOMEBODY_ELSE)
    assert (info.code, poll.code) == (2101, 2101)


def test_a_deletion_gives_the_fee_back(wire: Wire) -> None:
    wire.life = GTLD
    for name in ("foo.com", "bar.com"):
        wire.run(wire.client().create(command(name, f"t-{name}")))
    [info, deleted] = asked(wire, epp_frames.info("foo.com"), epp_frames.delete("foo.com"))
    assert words(info, "extension", "rgp:infData", "rgp:rgpStatus") == ["addPeriod"]
    assert (deleted.code, text(deleted.extension("fee:delData"), "fee:credit")) == (1001, "-8.00")
    wire.now += 6 * DAY
    [deleted, info] = asked(wire, epp_frames.delete("bar.com"), epp_frames.info("bar.com"))
    assert (deleted.code, deleted.extension("fee:delData")) == (1001, None)
    assert words(info, "extension", "rgp:infData", "rgp:rgpStatus") == ["redemptionPeriod"]
    [again] = asked(wire, epp_frames.delete("bar.com"))
    assert again.code == 2304


def test_a_restoration_waits_for_its_report_and_lapses_without(wire: Wire) -> None:
    wire.life = GTLD
    wire.run(wire.client().create(command("foo.com")))
    wire.now += 6 * DAY
    [_, request, info] = asked(
        wire, epp_frames.delete("foo.com"), epp_frames.restore("foo.com"), epp_frames.info("foo.com")
    )
    assert words(request, "extension", "rgp:upData", "rgp:rgpStatus") == ["pendingRestore"]
    assert words(info, "extension", "rgp:infData", "rgp:rgpStatus") == ["pendingRestore"]
    wire.now += 7 * DAY
    [info] = asked(wire, epp_frames.info("foo.com"))
    assert words(info, "extension", "rgp:infData", "rgp:rgpStatus") == ["redemptionPeriod"]


def test_a_renewal_says_what_it_costs_and_is_refused_for_less(wire: Wire) -> None:
    wire.run(wire.client().create(command("foo.com")))

    def renewal(fee: str) -> Raw:
        about = make(
            "domain:renew", make("domain:name", "foo.com"), make("domain:curExpDate", "2027-11-23"),
            make("domain:period", "1", unit="y"),
        )  # fmt: skip
        agreed = make("fee:renew", make("fee:currency", "EUR"), make("fee:fee", fee))
        return Raw(make("epp", make("command", make("renew", about), make("extension", agreed))))

    [less, enough] = asked(wire, renewal("7.99"), renewal("8.00"))
    assert (less.code, enough.code) == (2004, 1000)
    assert text(enough.extension("fee:renData"), "fee:fee") == "8.00"


@pytest.mark.parametrize(
    ("status", "change"),
    [
        ("clientRenewProhibited", Renewal(1, years_on(NOON, 1))),
        ("clientDeleteProhibited", Deletion()),
        ("clientUpdateProhibited", Update(locked=True)),
    ],
)
def test_statuses_of_its_registrar_forbid_what_they_say(wire: Wire, status: str, change: Change) -> None:
    registry = wire.client()
    wire.run(registry.create(command("foo.com")))

    def update(where: str, word: str) -> Raw:
        statuses = make(f"domain:{where}", make("domain:status", s=word))
        about = make("domain:update", make("domain:name", "foo.com"), statuses)
        return Raw(make("epp", make("command", make("update", about))))

    [added, own, info] = asked(wire, update("add", status), update("add", "serverHold"), epp_frames.info("foo.com"))
    assert (added.code, own.code) == (1000, 2306)
    assert words(info, "resData", "domain:infData", "domain:status") == [status]
    assert isinstance(wire.run(registry.change("c-1", "foo.com", change)), Refusal)
    [removed] = asked(wire, update("rem", status))
    assert removed.code == 1000
    assert isinstance(wire.run(registry.change("c-2", "foo.com", change)), Done)


def test_one_registry_is_strict_about_texts_and_glue(wire: Wire) -> None:
    wire.wrong("strict-texts")
    registry = wire.client()
    owner = {**OWNER, "address": {**OWNER["address"], "line1": "12 a"}}
    refused = wire.run(registry.create(command("foo.com", owner=owner)))
    assert isinstance(refused, Refusal)
    assert "street wants 5 plain letters" in refused.reason
    assert isinstance(wire.run(registry.create(command("foo.com"))), Done)
    hosts = tuple(Host("ns1.foo.com", (ip,)) for ip in ("2001:db8::1",))
    refused = wire.run(registry.change("c-1", "foo.com", Update(hosts=hosts)))
    assert isinstance(refused, Refusal)
    assert "nobody's address" in refused.reason


def test_answers_the_schemas_forbid_are_heard_all_the_same(wire: Wire) -> None:
    wire.wrong("unschemed")
    registry = wire.client()
    [claimed] = wire.run(registry.check(["claimed.com"]))
    assert claimed.claim_key
    assert isinstance(wire.run(registry.create(command("foo.com"))), Done)


def test_an_account_that_is_empty_is_the_registrars_business(wire: Wire) -> None:
    wire.wrong("unfunded", "domain:create")
    with pytest.raises(NoAnswer, match="2104"):
        wire.run(wire.client().create(command("foo.com")))
    wire.well()
    assert isinstance(wire.run(wire.client().create(command("foo.com"))), Done)
