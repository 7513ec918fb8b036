"""Composition: from settings to one frozen engine, and the ASGI application in front of it. Wires nothing else."""

from __future__ import annotations

import asyncio
import secrets
import string
import time
import uuid
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import msgspec

from ordain import __version__, registries
from ordain.adapters import (
    account_rule_files,
    catalogue_files,
    cost_files,
    epp_tally,
    gettext_files,
    margin_files,
    promotion_files,
    sandbox_clock,
    search_files,
    seller_files,
    special_name_files,
    tax_files,
)
from ordain.adapters.bill_press import Press
from ordain.adapters.claims_database import ClaimsDatabase
from ordain.adapters.late_mark_verifier import LateMarkVerifier
from ordain.adapters.own_name_server import OwnNameServer
from ordain.adapters.public_suffixes import public_suffix
from ordain.adapters.sandbox_claims import SandboxClaims
from ordain.adapters.sandbox_clock import SandboxClock
from ordain.adapters.sandbox_marketplace import SandboxMarketplace
from ordain.adapters.sandbox_registry import SandboxRegistry
from ordain.adapters.vies_checker import ViesChecker
from ordain.api import console_schema, openapi
from ordain.api.routes import OWN_ROUTES, ROUTES
from ordain.api.server import Api
from ordain.api.traced import traced
from ordain.core.bank_transfer import BankAccount
from ordain.core.catalogue import enabled
from ordain.core.marketplace import Platform
from ordain.core.offer import Market
from ordain.core.options import without
from ordain.core.schedule import always
from ordain.core.seller import made_up
from ordain.core.vat_check import Policy
from ordain.flows import agreements, catalogue_extensions, market_edits
from ordain.flows.answers import Answers, Budgets, Searching
from ordain.flows.ports import Clock, Engine
from ordain.flows.remembered import Lasting, Remembered
from ordain.flows.running import Running
from ordain.flows.shelf import Shelf
from ordain.payment_settings import is_local
from ordain.settings import SettingError
from ordain.store.database import open_database
from ordain.store.migrate import migrate
from ordain.store.sandbox import SandboxSales
from ordain.store.sealing import Sealer
from ordain.store.served_zones import ServedZones
from ordain.web import site

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from datetime import datetime

    from ordain.adapters.smtp_mails import SmtpPost
    from ordain.api.server import Asgi
    from ordain.core.catalogue import Catalogue
    from ordain.core.seller import Sellers
    from ordain.flows.ports import MarkVerifier, NameServer, PaymentProcessor, Traces
    from ordain.settings import Settings
    from ordain.store.database import Database

_LETTERS = string.ascii_letters + string.digits


def clock(settings: Settings) -> Clock | Callable[[], datetime]:
    """The machine's; in a rehearsal one that can be moved. Raises SettingError where it was, and names are real."""
    file = settings.state / "clock"
    try:
        if settings.rehearsal:
            return SandboxClock(file)
        if sandbox_clock.read(file):
            message = (
                f"{file}: time was moved in a rehearsal here. Real names need a state and a database of their own."
            )
            raise SettingError(message)
    except ValueError as error:
        raise SettingError(str(error)) from error
    return sandbox_clock.machine


def secret_text(length: int) -> str:
    """Letters and digits nobody can guess: one draw of bits, read off in base 62."""
    # 64 bits more than the text holds, so that no letter is likelier than another by more than 2⁻⁶⁴.
    number = secrets.randbits(6 * length + 64)
    letters = []
    for _ in range(length):
        number, letter = divmod(number, len(_LETTERS))
        letters.append(_LETTERS[letter])
    return "".join(letters)


def market(settings: Settings) -> Market:
    """What is sold, from the catalogue's files. Raises CatalogueError or PromotionError."""
    catalogue = enabled(catalogue_files.load(settings.catalogue), settings.enabled_extensions)
    if isinstance(catalogue, list):
        raise catalogue_files.CatalogueError([f"ORDAIN_ENABLED_EXTENSIONS: {problem}" for problem in catalogue])
    catalogue = registries.sold(settings, catalogue)
    if not settings.anycast_name_servers:
        catalogue = msgspec.structs.replace(catalogue, options=without(catalogue.options, "anycast"))
    promotions = promotion_files.load(settings.catalogue / "promotions.toml")
    promotion_files.check(promotions, catalogue)
    costs = cost_files.load(settings.catalogue / "costs.toml")
    margins = always(margin_files.load(settings.catalogue / "margins.toml"))
    return Market(catalogue, promotions, special_name_files.load(settings.catalogue), costs, margins)


def _post(settings: Settings) -> SmtpPost | None:
    if not settings.smtp_host:
        return None
    from ordain.adapters.smtp_mails import MailServer, SmtpPost  # noqa: PLC0415 - nobody else waits for aiosmtplib

    names = ("host", "port", "tls", "user", "password", "sender")
    return SmtpPost(MailServer(**{name: getattr(settings, f"smtp_{name}") for name in names}))


def _claims(settings: Settings, now: Callable[[], datetime]) -> ClaimsDatabase | SandboxClaims:
    """Notices are made up in rehearsals only: elsewhere a claimed name cannot be had without the real ones."""
    if settings.rehearsal and not settings.claims_url:
        return SandboxClaims(now)
    return ClaimsDatabase(settings.claims_url, settings.claims_user, settings.claims_password)


def _processor(settings: Settings) -> PaymentProcessor | None:
    """Stripe is the one there is; its library is loaded where it is wanted."""
    if not settings.stripe_key:
        return None
    from ordain.adapters.stripe_cards import StripeCards  # noqa: PLC0415 - half a second that nobody else waits for

    return StripeCards(settings.stripe_key, settings.stripe_webhook_secret, settings.stripe_url)


def name_server_apart(settings: Settings) -> NameServer | None:
    """The operator's own name server, None where the embedded one is all there is."""
    if settings.name_server == "own":
        return None
    # Imported here, for who has the embedded one needs neither.
    import dns.tsig  # noqa: PLC0415 - as above

    from ordain.adapters import powerdns  # noqa: PLC0415 - as above
    from ordain.adapters.dns_questions import Place  # noqa: PLC0415 - as above
    from ordain.adapters.rfc2136 import Primary, Rfc2136  # noqa: PLC0415 - as above
    from ordain.adapters.rfc2136_zones import CatalogZones, ZoneCommand  # noqa: PLC0415 - as above

    hosts, signs, within = settings.name_servers, settings.dns_signs == "yes", settings.dns_timeout
    place = Place(*settings.dns_address, within) if settings.dns_address else None
    if settings.name_server == "powerdns":
        account = powerdns.Account(
            url=settings.powerdns_url,
            key=settings.powerdns_key,
            owner=settings.powerdns_account,
            kind=settings.powerdns_kind.title(),
            place=place,
            within=within,
        )
        return powerdns.PowerDns(account, hosts, signs=signs)
    if settings.name_server == "rfc2136" and place:
        key = dns.tsig.Key(settings.tsig_name, settings.tsig_secret, settings.tsig_algorithm)
        primary, command = Primary(place, key), settings.dns_zone_command
        keeper = ZoneCommand(primary, command) if command else CatalogZones(primary, settings.dns_catalog)
        return Rfc2136(primary, keeper, hosts, signs=signs)
    return None


def name_server(settings: Settings, database: Database, now: Callable[[], datetime]) -> NameServer:
    """The embedded one. It signs where it is seen: a registry must not vouch for what other name servers leave out.

    `now` is the machine's clock: whoever looks at signatures has its time.
    """
    zones, listen = ServedZones(database, Sealer(settings.secret)), settings.dns_listen
    signs = listen is not None and (settings.rehearsal or not is_local(listen[0]))
    return OwnNameServer(settings.name_servers, zones, now, signs=signs)


def _bank_account(settings: Settings) -> BankAccount | None:
    return BankAccount(settings.bank_account, settings.bank_account_holder) if settings.bank_account else None


def _marks(settings: Settings) -> MarkVerifier:
    """The sandbox trusts the pilot's root, whose marks are made up, and does without the lists of what was revoked."""
    sandbox = settings.rehearsal
    if settings.mark_root is None:
        pilot = files("ordain.adapters").joinpath("pilot", "tmch-root.pem").read_bytes() if sandbox else None
        return LateMarkVerifier(pilot, needs_revocations=not sandbox)
    from ordain.adapters.mark_verifier import MarkVerifier  # noqa: PLC0415 - a root that is none ends the start

    return MarkVerifier(settings.mark_root.read_bytes(), needs_revocations=not sandbox)


def _sellers(settings: Settings, sold: Catalogue) -> Sellers:
    """Who sells. Raises SellerError where somebody who is not there would sell real names."""
    sellers = seller_files.load(settings.catalogue / "sellers.toml", sold.subsidiaries)
    if made_up(sellers) and not settings.rehearsal:
        message = f"sellers.toml: made up, and outside the sandbox: {', '.join(made_up(sellers))}"
        raise seller_files.SellerError(message)
    return sellers


def _marketplaces(
    settings: Settings, database: Database, now: Callable[[], datetime]
) -> dict[Platform, SandboxMarketplace]:
    """The sandbox's, until there is another adapter to name here: what they sell is made up, so in rehearsals only."""
    sales = SandboxSales(database)
    platforms = get_args(Platform) if settings.rehearsal else ()
    return {platform: SandboxMarketplace(platform, sales, now) for platform in platforms}


def _vat_policy(settings: Settings) -> Policy:
    checked, grace = timedelta(days=settings.vat_check_days), timedelta(days=settings.vat_grace_days)
    return Policy(checked, grace, trust_silence=settings.vat_unanswered == "reverse-charge")


def _searching(settings: Settings) -> Searching:
    answers, budgets = Answers(timedelta(seconds=settings.search_cache)), Budgets(settings.search_names)
    return Searching(search_files.load(settings.catalogue), search_files.counts, answers, budgets)


def _running(settings: Settings, database: Database) -> Running:
    running = Running(settings.metrics_token)
    running.measured += [database.measured, epp_tally.TALLY.families]
    running.traces = _traces(settings)
    return running


def _traces(settings: Settings) -> Traces | None:
    if not settings.traces:
        return None
    from ordain.adapters.otlp_traces import OtlpTraces  # noqa: PLC0415 - a tenth of a second, for who asks for it

    traces = OtlpTraces(settings.traces, __version__)
    epp_tally.TALLY.told = traces.past
    return traces


def engine(
    settings: Settings, goods: Market, database: Database, wake: Callable[[], None], now: Clock | Callable[[], datetime]
) -> Engine:
    """The engine over an open database."""
    movable = now if settings.rehearsal and isinstance(now, Clock) else None
    languages, sold = gettext_files.load(), goods.catalogue
    return Engine(
        database=database,
        shelf=Shelf(goods),
        public_suffix=public_suffix,
        account_rules=account_rule_files.load(settings.catalogue, sold),
        tax=tax_files.load(settings.catalogue, sold),
        vat_checker=ViesChecker(settings.vies_url) if settings.vies_url else None,
        vat_policy=_vat_policy(settings),
        languages=languages,
        registries=(asked := registries.registries(settings, sold, database, now)),
        marketplaces=_marketplaces(settings, database, now),
        claims=_claims(settings, now),
        marks=_marks(settings),
        name_server=name_server_apart(settings) or name_server(settings, database, movable.machine if movable else now),
        anycast=settings.anycast_name_servers,
        ds_ttl=timedelta(seconds=settings.ds_ttl),
        redirection_addresses=settings.redirection_addresses,
        processor=_processor(settings),
        bank_account=_bank_account(settings),
        sellers=_sellers(settings, sold),
        bill_printer=Press(languages, Path(settings.bill_fonts) if settings.bill_fonts else None),
        post=_post(settings),
        operator_mail=settings.operator_mail,
        approval_limit=settings.approval_limit,
        sealer=Sealer(settings.secret),
        signers=Remembered(timedelta(seconds=1)),
        price_lists=Lasting(),
        requests_a_minute=settings.requests,
        searching=_searching(settings),
        uses=Remembered(timedelta(minutes=1)),
        price_texts={s.currency: s.price_text for s in reversed([*sold.subsidiaries.values()])},
        waits_for_right=settings.withdrawal == "wait",
        lease=timedelta(seconds=settings.lease),
        public_url=settings.public_url,
        nic_suffix=settings.nic_suffix,
        running=_running(settings, database),
        clock=now,
        machine=movable.machine if movable else now,
        movable=movable,
        rival=next((each for each in asked.values() if isinstance(each, SandboxRegistry)), None),
        wake=wake,
        secret_text=secret_text,
        unique_id=lambda: str(uuid.uuid4()),
    )


@asynccontextmanager
async def opened(
    settings: Settings, wake: Callable[[], None] = lambda: None, *, several: bool = False
) -> AsyncIterator[Engine]:
    """An engine over the database of the settings, brought up to date; closed at the end."""
    settings.state.mkdir(parents=True, exist_ok=True)
    database = await open_database(settings.database, lanes=1 if several else 2)
    try:
        await migrate(database, time.time_ns() // 1000)
        made = engine(settings, market(settings), database, wake, clock(settings))
        if wrong := [*await agreements.changed(made), *await catalogue_extensions.missed(made)]:
            raise catalogue_files.CatalogueError(wrong)
        await catalogue_extensions.remember(made)
        await market_edits.refresh(made)
        following = asyncio.create_task(market_edits.follow(made))
        try:
            yield made
        finally:
            following.cancel()
            with suppress(asyncio.CancelledError):
                await following
            await let_go(made)
    finally:
        await database.close()


async def let_go(of: Engine) -> None:
    """Log out at the registries, and send the last traces."""
    for registry in of.distinct_registries:
        if close := getattr(registry, "close", None):
            await close()
    if of.running.traces:
        await of.running.traces.close()


@asynccontextmanager
async def opened_to_read(settings: Settings) -> AsyncIterator[Engine]:
    """The same beside a running server, where nothing is written."""
    database = await open_database(settings.database, read_only=True)
    try:
        yield engine(settings, market(settings), database, lambda: None, clock(settings))
    finally:
        await database.close()


def served(of: Engine) -> Asgi:
    """What a server runs: the ASGI application, within traces where they are collected."""
    return traced(api(of), of.running.traces) if of.running.traces else api(of)


def api(of: Engine) -> Api:
    """The ASGI application."""
    routes = (*ROUTES, *OWN_ROUTES, *console_schema.routes(ROUTES))
    return Api(of, routes, dict.fromkeys(site.segments(), site.build(of, _openapi)))


@cache
def _openapi() -> bytes:
    return msgspec.json.encode(openapi.document((*ROUTES, *OWN_ROUTES), "/", __version__))
