"""New accounts, by the page or by the API: by the same rules, and without telling who has one already."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import structs

from ordain.core import account_rules, mail
from ordain.core.account import Account
from ordain.core.language import Sentence
from ordain.core.refusal import Refused, labelled, not_found, refusal
from ordain.core.session import Limit
from ordain.flows import accounts, agreements, sessions, signers
from ordain.flows.act import Act, write_mail
from ordain.store import accounts as kept
from ordain.store import sessions as kept_sessions
from ordain.store.sealing import hashed, password_hash

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ordain.core.account_rules import Fault, Field
    from ordain.flows.ports import Engine
    from ordain.store.database import Tx

BY_ADDRESS = Limit(10, timedelta(minutes=1), timedelta(hours=1), timedelta(hours=24))
"""New accounts from one network address."""
BY_EMAIL = Limit(3, timedelta(minutes=5), timedelta(hours=24), timedelta(days=2))
"""New accounts with one e-mail address, each of which is sent a mail: whether there are any is not looked at."""

WRITABLE = frozenset(
    {
        "address", "area", "birthCity", "birthDay", "city", "companyNationalIdentificationNumber",
        "complementaryAddress", "corporationType", "country", "fax", "firstname", "italianSDI", "language",
        "legalform", "name", "nationalIdentificationNumber", "organisation", "phone", "phoneCountry", "phoneType",
        "purposeOfPurchase", "sex", "spareEmail", "vat", "zip",
    }
)  # fmt: skip
"""Members of an account that its owner can change (PUT /me)."""


def rules(engine: Engine, given: Mapping[str, Any]) -> dict[str, Field]:
    """The rules for an account of the country, legal form and subsidiary given."""
    found = engine.account_rules.of(given.get("country"), given.get("legalform"), given.get("ovhSubsidiary"))
    sold_by = tuple(engine.market.catalogue.subsidiaries)
    return {**found, "ovhSubsidiary": structs.replace(found["ovhSubsidiary"], one_of=sold_by)}


def faults(engine: Engine, given: Mapping[str, Any], now: datetime) -> list[Fault]:
    """Everything that is wrong with a new account."""
    known = {name: None if value == "UNKNOWN" else value for name, value in given.items()}
    return account_rules.faults(rules(engine, known), known, now)


async def create(engine: Engine, given: Mapping[str, Any], password: str | None, address: str) -> Account:
    """A new account, with its contracts agreed to. Without a password its first mail has a link to set one by."""
    now = engine.clock()
    _check(faults(engine, given, now))
    if password is not None:
        sessions.check_password(password)
    by_email = f"sign-up {hashed(given['email'].lower())}"
    by_address = f"sign-up {sessions.network(address)}"
    await sessions.attempt(engine, {by_email: BY_EMAIL, by_address: BY_ADDRESS}, now)
    secret = None if password is None else await asyncio.to_thread(password_hash, password)
    key = sessions.new_token(engine)

    async def welcome(act: Act) -> None:
        nic = act.account.nichandle
        await agreements.agree(act, agreements.asked(engine), address)
        if secret is None:
            await sessions.link_mail(act, key, mail.welcome_with_link)
        else:
            await kept_sessions.set_password(act.tx, nic, secret, now)
            await write_mail(act, None, mail.welcome(act.language, nic))

    return await accounts.create(engine, _account(engine, given), now, welcome)


def _account(engine: Engine, given: Mapping[str, Any]) -> Account:
    subsidiary = engine.market.catalogue.subsidiaries[given["ovhSubsidiary"]]
    known = {field.name for field in structs.fields(Account)}
    said = {name: value for name, value in given.items() if name in known and value}
    return msgspec.convert({"language": subsidiary.locale, **said, "nichandle": ""}, Account)


def _check(found: list[Fault]) -> None:
    if found:
        raise Refused(
            *(
                refusal("invalid", labelled(fault.field, Sentence(fault.sentence, fault.values)), fault.field)
                for fault in found
            )
        )


async def update(engine: Engine, nic: str, changes: Mapping[str, str | None], now: datetime) -> Account:
    """Other values for some of an account's members. What was wrong before, and is not touched, is let be."""

    async def work(tx: Tx) -> Account:
        account = await kept.load(tx, nic)
        if account is None:
            message = "Account %(account)s does not exist"
            raise not_found(message, account=nic)
        before = structs.asdict(account)
        after = {**before, **changes}
        known = {(fault.field, fault.kind) for fault in _judged(engine, before, now)}
        wrong = _judged(engine, after, now)
        _check([fault for fault in wrong if fault.field in changes or (fault.field, fault.kind) not in known])
        after["language"] = after["language"] or engine.market.catalogue.subsidiaries[account.ovhSubsidiary].locale
        new = msgspec.convert(after, Account)
        await kept.save(tx, new)
        return new

    changed = await engine.database.write(work)
    signers.forget(engine, lambda caller: caller.account.nichandle == nic)
    return changed


def _judged(engine: Engine, given: Mapping[str, Any], now: datetime) -> list[Fault]:
    found = {name: rule for name, rule in rules(engine, given).items() if name in WRITABLE}
    return account_rules.faults(found, given, now)
