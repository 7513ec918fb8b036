"""The other ends of the wires, as flows see them; and the engine that flows are handed, put together in `app`."""

from __future__ import annotations

from asyncio import Task
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Literal, Protocol, runtime_checkable

from msgspec import Struct, field

from ordain.core.account import Signer
from ordain.core.account_rules import AccountRules
from ordain.core.bank_transfer import BankAccount
from ordain.core.language import Languages
from ordain.core.marketplace import Platform
from ordain.core.names import PublicSuffix
from ordain.core.order import Order
from ordain.core.seller import Sellers
from ordain.core.tax import TaxRules
from ordain.core.vat_check import Check, Policy
from ordain.flows.answers import Searching
from ordain.flows.remembered import Lasting, Remembered
from ordain.flows.running import Running
from ordain.flows.shelf import Shelf
from ordain.store.database import Database
from ordain.store.sealing import Sealer

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractContextManager

    from ordain.core.account import Account
    from ordain.core.bill_content import Content
    from ordain.core.charge import Asked, Asking, Declined, Dispute, Event, Returned, Said
    from ordain.core.claims import Notice
    from ordain.core.mail import Mail
    from ordain.core.marketplace import Listing, Purchase, Sale
    from ordain.core.money import Money
    from ordain.core.offer import Market
    from ordain.core.payment_method import Registered
    from ordain.core.registry import Answer, Availability, Change, Command, Key, Lost, Pending, Refusal, Registration
    from ordain.core.registry_message import Message
    from ordain.core.vat_check import Told
    from ordain.core.zone import Zone


class Registry(Protocol):
    """A registry of names. Every method raises registry.NoAnswer when it cannot be asked or its answer is lost."""

    async def check(self, names: Sequence[str]) -> list[Availability]:
        """Whether each name can be had, and on what terms, in the order asked."""

    async def find(self, name: str) -> Registration | None:
        """The name as registered (EPP info), None if it is not."""

    async def transfer_obstacle(self, name: str, auth_info: str | None) -> Refusal | None:
        """Why somebody else's name cannot be brought here with this code, as far as the registry tells beforehand.

        None: there is nothing in the way that it tells of. `authInfo` is the argument of a code that is wrong.
        """

    async def create(self, command: Command) -> Answer:
        """Register a name. The same transaction id twice is the same registration."""

    async def transfer(self, command: Command) -> Answer:
        """Bring a name here from another registrar."""

    async def change(self, transaction: str, name: str, change: Change) -> Answer:
        """Make something so of a name that is ours. The same transaction id, straight away, changes nothing more.

        Lost if the name is not ours; Done tells it as it is then.
        """

    async def message(self) -> Message | None:
        """The first message of the registry's queue, None if there is none. It stays until it is acknowledged."""

    async def acknowledge(self, message_id: str) -> None:
        """Have a message taken off the queue. One that is gone is no error."""

    async def tidy(self, name: str) -> None:
        """Let go of what attempts to get this name left there, as far as nothing hangs on it."""


@runtime_checkable
class Clock(Protocol):
    """A clock that can be moved: the sandbox's."""

    def __call__(self) -> datetime:
        """Now, as everything but signatures and tokens has it."""

    def machine(self) -> datetime:
        """Now, by the machine."""

    def move(self, to: datetime) -> None:
        """Have it be so late, in every process; if it is later already, nothing happens."""


class Rival(Protocol):
    """Somebody else at the sandbox registry."""

    async def take_away(self, name: str, auth_info: str) -> Answer:
        """Ask for a name of ours with its code; Done tells it as it is then."""


class Marketplace(Protocol):
    """A platform where owners sell their names. Every method raises registry.NoAnswer as a Registry's do."""

    async def listings(self, names: Sequence[str]) -> list[Listing]:
        """Those of these names that are for sale there now."""

    async def sale(self, transaction: str, name: str) -> Sale | Pending | None:
        """The name as this transaction bought it, or is buying it; None if it did not, or the sale was undone."""

    async def buy(self, purchase: Purchase) -> Sale | Pending | Refusal | Lost:
        """Buy a name. The same transaction id twice is the same sale; Lost if somebody else was quicker."""


class ClaimsDatabase(Protocol):
    """Tells what trademarks a label is claimed by (RFC 9361 §6.4)."""

    async def notice(self, key: str) -> Notice | None:
        """The notice a registry's check gave this key for, None if there is none. Raises registry.NoAnswer."""


class MarkVerifier(Protocol):
    """Tells whether signed mark data is genuine (RFC 7848)."""

    def signed(self, xml: str, revocations: str | None, now: datetime) -> str:
        """What of this XML is signed by a validator in good standing, as XML: only that may be read.

        `revocations`: the list of revoked certificates (PEM). Raises signed_mark.NotGenuine or signed_mark.CannotTell.
        """

    def revocations_problem(self, revocations: str, now: datetime) -> str | None:
        """Why a list of revoked certificates is out of date; None if it is not. ValueError if it is none of ours."""

    needs_revocations: bool
    """Nothing is trusted without up to date lists of what was revoked."""


class NameServer(Protocol):
    """Serves zones."""

    hosts: tuple[str, ...]
    """The name servers that answer for a zone published here."""
    signs: bool
    """It can serve a zone signed (DNSSEC)."""

    async def publish(self, zone: Zone) -> None:
        """Serve this zone, signed if `zone.signed`; again, if it is served already. Raises registry.NoAnswer.

        Types are those of the DNS, targets are in full and canonical, and every record says its TTL.
        """

    async def keys(self, name: str) -> tuple[Key, ...]:
        """The keys its registry should vouch for, of a zone that is served signed; none of one that is not.

        Raises registry.NoAnswer.
        """

    async def remove(self, name: str) -> None:
        """Serve this zone no more. One that is not served is no error. Raises registry.NoAnswer."""


class Post(Protocol):
    """Carries mails to their recipients."""

    async def send(self, mail: Mail) -> None:
        """Hand a mail over to be delivered. The same mail twice is told by its Message-ID. Raises mail.NotTaken."""


class PaymentProcessor(Protocol):
    """Charges cards. Every method raises registry.NoAnswer when it cannot be asked or its answer is lost.

    A charge has one place there, made before anything is taken: whatever is repeated, money is taken at it once.
    """

    def obstacle(self, amount: Money) -> str | None:
        """Why no card can be charged so much, as the end of a sentence; None if it can."""

    async def make_room(self, asked: Asked) -> str | Declined:
        """A place for a charge, which takes nothing. The same key twice is the same place, for a day at least."""

    async def charge(self, asked: Asked, place: str) -> Said:
        """Take the money at this place. Twice takes it once."""

    async def find(self, place: str) -> Said:
        """What is so of the charge at this place."""

    async def call_off(self, place: str) -> Said:
        """Never take the money at this place; Succeeded where it was taken already."""

    async def give_back(self, asked: Asking) -> Returned:
        """Return money of a charge. The same key twice gives it once, however much later."""

    async def customer(self, account: Account, key: str) -> str:
        """Make a customer of an account. One that is made twice has no card, and does no harm."""

    async def registration(self, customer: str, key: str, urls: tuple[str, str]) -> tuple[str, str]:
        """A page on which a person registers a card: its name and address. `urls`: where done and called off lead."""

    async def registered(self, session: str) -> Registered:
        """What became of such a page."""

    async def forget(self, means: str) -> None:
        """Charge this card no more. One that is not known any more is no error."""

    async def dispute(self, dispute_id: str) -> Dispute:
        """A dispute as it stands."""

    def event(self, body: bytes, signature: str, now: datetime) -> Event:
        """What a message of the processor's is about. Raises Refused (invalid) for one that is not its own, or old."""


class BillPrinter(Protocol):
    """Makes documents of what bills and credit notes say. The same content is the same bytes."""

    async def pdf(self, content: Content) -> bytes:
        """The document for people, with the one for programs inside where there can be one (PDF/A-3b, Factur-X).

        Raises Unavailable where it cannot be printed just now.
        """

    def xml(self, content: Content) -> bytes | None:
        """The document for programs alone (EN 16931); None where it has no place for the figures."""

    def day(self, on: date, locale: str) -> str:
        """A day, as it is written by a locale."""


Kind = Literal["request", "task", "command"]
"""What something in a trace is: asked of us, taken up by us, asked by us."""


class Span(Protocol):
    """Something that takes its time, in a trace."""

    def note(self, name: str, **attributes: str | int) -> None:
        """What is known of it by now; an underscore in an attribute's name is told as a dot, two as one."""

    def failed(self, why: str) -> None:
        """It did not end well."""


class Traces(Protocol):
    """Tells a collector what took how long, and within what."""

    def span(self, name: str, kind: Kind, parent: str = "") -> AbstractContextManager[Span]:
        """While it lasts: whatever begins meanwhile is within it. `parent`: a traceparent (W3C) from elsewhere."""

    def past(self, name: str, micros: int, attributes: Mapping[str, str]) -> None:
        """A command that ended just now, after so many microseconds."""

    async def close(self) -> None:
        """Send what is left."""


class VatChecker(Protocol):
    """Tells whether a VAT number is in use."""

    async def check(self, number: str, requester: str) -> Told:
        """What is known of a number ("DE129273398"), asked in the name of another; "" for nobody's. Never raises."""


class Engine(Struct, frozen=True, kw_only=True):
    """Everything a flow may touch beside its arguments."""

    database: Database
    shelf: Shelf
    """What is sold, by the files and by what staff edited."""
    public_suffix: PublicSuffix
    account_rules: AccountRules
    """What a new account has to say."""
    tax: TaxRules
    vat_checker: VatChecker | None
    """None where nobody is asked: form and check digits are what a VAT number is judged by."""
    vat_policy: Policy
    languages: Languages
    registries: Mapping[str, Registry]
    """By the name an extension's file gives as `registry`; by ".name" for an extension with an account of its own."""
    marketplaces: Mapping[Platform, Marketplace]
    """By the contract's word for each; names are on sale on those there are."""
    claims: ClaimsDatabase
    marks: MarkVerifier
    name_server: NameServer
    anycast: tuple[str, ...] = ()
    """The name servers of zones with DNS anycast: they answer for all that is published. None: it is not offered."""
    ds_ttl: timedelta
    """How long a zone stays signed after nothing vouches for its keys any more."""
    redirection_addresses: tuple[str, ...]
    """Of the machine that answers for redirected names."""
    processor: PaymentProcessor | None = None
    """None where no card can be charged."""
    bank_account: BankAccount | None = None
    """Where orders can be paid by bank transfer."""
    sellers: Sellers
    """Who sells, by subsidiary."""
    bill_printer: BillPrinter
    post: Post | None
    """None where there is no mail server: mails are only kept."""
    operator_mail: str = ""
    """Whom what only the operator can mend is mailed to."""
    approval_limit: int = 100
    """Whole units that a member of the staff gives an account within a day without somebody else's word."""
    sealer: Sealer
    signers: Remembered[Signer]
    """Whom keys and tokens belong to: one that is withdrawn elsewhere is known by heart for another second."""
    uses: Remembered[bool]
    """The credentials whose use was noted within the last minute."""
    placed: Remembered[Order] = field(default_factory=lambda: Remembered(timedelta(minutes=10), 512))
    """Orders that were read or placed here a moment ago: they never change."""
    price_lists: Lasting[bytes]
    """The public catalogue as it is sent, by subsidiary."""
    requests_a_minute: int
    """How many one address, and one account, may send to one process."""
    searching: Searching
    """What searches share: answers of a moment ago, and how much each caller may still ask for."""
    price_texts: Mapping[str, str]
    """How amounts of each currency are written: "{amount} €"."""
    waits_for_right: bool
    """Consumers' names are delivered when their right of withdrawal has ended, or was waived."""
    lease: timedelta
    """How long a worker may be silent about a task before another takes it up."""
    public_url: str
    """Where customers reach this server: the start of every link in an answer or a mail."""
    nic_suffix: str
    """The end of new accounts' names: "ordain" in ab12345-ordain."""
    clock: Callable[[], datetime]
    machine: Callable[[], datetime]
    """The machine's own clock, where somebody else's counts beside ours: signatures, tokens, a processor's messages."""
    movable: Clock | None = None
    """The clock, where it can be moved: in rehearsals only."""
    rival: Rival | None = None
    """None where names are real, or at a registry over EPP."""
    wake: Callable[[], None]
    """Tells a worker in this process that a task became due."""
    running: Running = field(default_factory=Running)
    """This process."""
    watchers: dict[str, int] = field(default_factory=dict)
    """How many orders each account has this process watch for it, by nichandle."""
    vat_questions: dict[tuple[str, str], Task[list[Check]]] = field(default_factory=dict)
    """What VAT checkers are being asked, by (nichandle, number): whoever wants to know meanwhile waits for the same."""
    secret_text: Callable[[int], str]
    """A random text of so many letters and digits, from the machine's source of secrets."""
    unique_id: Callable[[], str]
    """A random UUID."""

    def registry_of(self, extension: str) -> Registry:
        """Who is asked about an extension's names."""
        known = self.registries
        return known.get(f".{extension}") or known[self.market.catalogue.extensions[extension].registry]

    @property
    def market(self) -> Market:
        """What is sold, as this process knows it by now: one value, that is replaced and never changed."""
        return self.shelf.market

    @property
    def distinct_registries(self) -> list[Registry]:
        """Each registry once, whatever it is for."""
        return list({id(each): each for each in self.registries.values()}.values())
