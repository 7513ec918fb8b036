"""How a sale is taxed, and the evidence for it: a VAT number is checked before any transaction is open."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

from msgspec import Struct

from ordain.core import vat_number
from ordain.core.account import Account
from ordain.core.account_rules import SENTENCES
from ordain.core.customer import Customer, customer_of
from ordain.core.language import Sentence
from ordain.core.refusal import Refusal, refusal
from ordain.core.tax import UNREGISTERED, Taxation, accountable, foreign, seller_of, treatment, unregistered
from ordain.core.vat_check import BY_FORM, Check, Told, Verdict, current, remark, verdict
from ordain.flows.carts import subsidiary_of
from ordain.store import vat_checks

if TYPE_CHECKING:
    from datetime import datetime

    from ordain.flows.ports import Engine
    from ordain.store.database import Tx

NUMBERS_A_DAY = 20
"""Of one account that somebody is asked for: nobody searches VIES for others' numbers through us."""


class Sale(Struct, frozen=True, kw_only=True):
    """How a sale is taxed, and whom it bills."""

    taxation: Taxation
    customer: Customer | None
    refusals: tuple[Refusal, ...] = ()
    """What of the account has to be put right first."""
    remark: Sentence | None = None
    """Why the customer's VAT number does not count, to be told before they order."""


class Buying(Struct, frozen=True):
    """Whose cart it is, None for nobody's yet, and the subsidiary that sells. `binding`: it is being ordered."""

    account: Account | None
    subsidiary: str
    binding: bool = False


async def of_sale(engine: Engine, buying: Buying, now: datetime) -> Sale:
    """The tax of what is bought. A number that was not checked lately is checked now, if it makes a difference."""
    seller = seller_of(engine.tax, subsidiary_of(engine, buying.subsidiary))
    customer = customer_of(buying.account) if buying.account else None
    number = accountable(seller, customer, engine.tax)
    found: Verdict | None = None
    refusals: tuple[Refusal, ...] = ()
    said: Sentence | None = foreign(seller, customer, engine.tax)
    if number and customer:
        if vat_number.problem(number, customer.country):
            text = "vat: %(problem)s: correct it in your account, or take it out"
            refusals = (refusal("invalid", text, "vat", problem=Sentence(SENTENCES["vat"])),)
        else:
            found = await _judged(engine, buying, (customer.nichandle, number), now)
            said = remark(found)
    taxation = treatment(seller, customer, engine.tax, now, found)
    if not refusals and unregistered(seller, taxation):
        language = engine.languages.of(buying.account.language if buying.account else None)
        sentence = Sentence(UNREGISTERED, {"subsidiary": buying.subsidiary, "country": taxation.country})
        refusals = (Refusal("forbidden", language.tell(sentence), "ovhSubsidiary", sentence=sentence),)
    return Sale(taxation=taxation, customer=customer, refusals=refusals, remark=said)


async def _judged(engine: Engine, buying: Buying, whose: tuple[str, str], now: datetime) -> Verdict:
    """What is known of a number; `whose` is (nichandle, number). What is asked for is kept, whatever comes of it."""
    nic, number = whose
    checks = await engine.database.read(lambda tx: vat_checks.of_number(tx, nic, number))
    checker = engine.vat_checker
    if checker:
        checks = [each for each in checks if each.told.source != BY_FORM]
    if not current(checks, engine.vat_policy, now):
        if checker is None and not buying.binding:
            return Verdict(number=number, counts=True)
        question = engine.vat_questions.get(whose)
        if question is None:
            question = engine.vat_questions[whose] = asyncio.create_task(_learned(engine, buying, whose, now))
            question.add_done_callback(lambda _: engine.vat_questions.pop(whose))
        # Whoever goes away takes the answer from nobody.
        checks = await asyncio.shield(question)
        if not checks:
            return Verdict(number=number, counts=False, last="unknown", source=f"{NUMBERS_A_DAY} / 24 h")
    return verdict(number, checks, engine.vat_policy, now)


async def _learned(engine: Engine, buying: Buying, whose: tuple[str, str], now: datetime) -> list[Check]:
    """A number's checks, once it was asked for; none where this account had too many others asked for today."""
    nic, number = whose

    async def known(tx: Tx) -> list[Check]:
        found = await vat_checks.of_number(tx, nic, number)
        return [each for each in found if engine.vat_checker is None or each.told.source != BY_FORM]

    async def looked(tx: Tx) -> tuple[list[Check], int]:
        return await known(tx), await vat_checks.others_since(tx, nic, number, now - timedelta(days=1))

    # Somebody may have learned it since this was begun, here or in another server.
    checks, others = await engine.database.read(looked)
    if current(checks, engine.vat_policy, now):
        return checks
    if engine.vat_checker and others >= NUMBERS_A_DAY:
        return []
    told = await _asked(engine, buying.subsidiary, number)
    [check_id] = await engine.database.new_ids()
    made = Check(check_id=check_id, nic=nic, number=number, asked=now, told=told)

    async def kept(tx: Tx) -> list[Check]:
        found = await known(tx)
        if current(found, engine.vat_policy, now):
            return found
        await vat_checks.add(tx, made)
        return [made, *found]

    return await engine.database.write(kept)


async def _asked(engine: Engine, subsidiary: str, number: str) -> Told:
    """What the checker says, asked in the name of whoever sells; without one the number's form has to do."""
    if engine.vat_checker is None:
        return Told(answer="valid", source=BY_FORM)
    seller = engine.sellers[subsidiary]
    own = vat_number.compact(seller.vat)
    # VIES takes a requester of the Union alone, and faults any other.
    known = not seller.placeholder and vat_number.state(own) in vat_number.UNION
    return await engine.vat_checker.check(number, own if known else "")
