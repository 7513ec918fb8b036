"""Whether names can be had at a registry, at which fees and under which claims (RFC 5731 §3.1.1, 8748, 8334)."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

from msgspec import structs

from ordain.adapters import epp_answers, epp_frames
from ordain.adapters.epp_codes import meaning
from ordain.adapters.epp_dialects import STANDARD, state
from ordain.adapters.epp_reading import find
from ordain.core.registry import Availability, Fees, NoAnswer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ordain.adapters.epp_answers import Checked, Priced, Reply
    from ordain.adapters.epp_frames import Asked
    from ordain.adapters.epp_pool import Pool
    from ordain.adapters.epp_reading import Registrar

OURS = "This name is registered here already"


async def check(pool: Pool, registrar: Registrar, currency: str, names: Sequence[str]) -> list[Availability]:
    """An answer for each name, in the order asked. Raises NoAnswer."""
    distinct, most = list(dict.fromkeys(names)), registrar.dialect.most_names
    parts = [distinct[start : start + most] for start in range(0, len(distinct), most)]
    answers = await asyncio.gather(*(_part(pool, registrar, currency, part) for part in parts))
    by_name = {answer.name: answer for part in answers for answer in part}
    return [by_name[name] for name in names]


async def _part(pool: Pool, registrar: Registrar, currency: str, names: Sequence[str]) -> list[Availability]:
    greeting = await pool.greeting()
    answer = await _asked(pool, epp_frames.check(names, currency if greeting.speaks("fee") else None))
    if meaning(answer.code) == "refused" and len(names) > 1:
        # One name the registry cannot read (2005) must not hide the others.
        alone = [await _part(pool, registrar, currency, [name]) for name in names]
        return [availability for part in alone for availability in part]
    if meaning(answer.code) == "refused":
        return [Availability(names[0], "reserved", answer.words)]
    if not answer.good:
        message = f"The registry failed: {answer.code} {answer.words}"
        raise NoAnswer(message)
    told = {each.name: each for each in epp_answers.checked(answer, "domain")}
    if set(told) != set(names):
        message = f"The registry was asked about {', '.join(names)} and answered about {', '.join(told) or 'nothing'}"
        raise NoAnswer(message)
    fees = epp_answers.priced(answer)
    free = [name for name in names if told[name].free]
    claims = {}
    if free and greeting.speaks("launch"):
        claims = epp_answers.claimed(await _asked(pool, epp_frames.check_claims(free)))
    taken = await _why(pool, registrar, [told[name] for name in names if not told[name].free])
    found = [taken.get(name) or _free(name, claims.get(name)) for name in names]
    return [structs.replace(each, fees=fees_of(fees.get(each.name))) for each in found]


async def _asked(pool: Pool, asked: Asked) -> Reply:
    return await pool.read(lambda session: session.ask(asked), checking=True)


def _free(name: str, claim_key: str | None) -> Availability:
    return Availability(name, "available", contexts=("claims",) if claim_key else (), claim_key=claim_key)


async def _why(pool: Pool, registrar: Registrar, told: Sequence[Checked]) -> dict[str, Availability]:
    """Why names are not available: ours already, somebody else's, or nobody's to have.

    The words of a check tell most; the registry is asked again where they do not, and for names we ever asked for.
    """
    known, found = await registrar.notes.known([each.name for each in told]), {}
    for each in told:
        name, guess = each.name, state(each.reason)
        if guess is not None and name not in known:
            found[name] = Availability(name, guess, each.reason if guess == "reserved" else None)
            continue
        held = await pool.read(partial(find, registrar=registrar, name=name), checking=True)
        if held is None:
            found[name] = Availability(name, "reserved", each.reason)
        else:
            found[name] = Availability(name, "reserved", OURS) if held.ours else Availability(name, "taken")
    return found


def fees_of(priced: Priced | None) -> Fees | None:
    """A premium name's fees; None for one that costs what others do."""
    if priced is None or priced.of_class.lower() in STANDARD:
        return None
    if not priced.fees:
        return None
    told = {**priced.standard, **priced.fees}
    first = told.get("create") or told.get("transfer") or told.get("renew")
    if first is None:
        return None
    return Fees(
        create=first,
        renew=priced.fees.get("renew"),
        transfer=told.get("transfer", first),
        restore=priced.fees.get("restore"),
        of_class=priced.of_class,
    )
