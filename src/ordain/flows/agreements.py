"""Contracts agreed to: at sign-up, with every order, and when a new version is in force."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ordain.core import agreement as core
from ordain.core.refusal import conflict, not_found
from ordain.flows.act import Act
from ordain.store import agreements
from ordain.store.agreements import Words

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Set as AbstractSet

    from ordain.core.account import Caller
    from ordain.core.agreement import Agreement
    from ordain.core.catalogue import Contract
    from ordain.flows.ports import Engine
    from ordain.store.database import Tx


def asked(engine: Engine) -> list[Contract]:
    """What every account agrees to, as it is now."""
    now = engine.clock()
    return [engine.market.catalogue.contracts[name].at(now) for name in engine.account_rules.contracts]


async def agree(
    act: Act, contracts: Iterable[Contract], address: str, known: AbstractSet[tuple[int, str]] = frozenset()
) -> None:
    """The account agrees to these contracts as they are, in its language. What it agreed to before stays as it was.

    The words are kept in each language somebody agreed in, though it be the second: an order says which one was shown.
    `known`: the ids and languages of what is known to have been agreed to, and need not be written again.
    """
    nic = act.account.nichandle
    shown = [_words(each, act.language.code) for each in contracts]
    new = [each for each in shown if (each.contract_id, each.language) not in known]
    await agreements.add(act.tx, nic, new, address, act.now)


def _words(contract: Contract, code: str) -> Words:
    language, contract_id = contract.language(code), core.number(contract.id, contract.version)
    return Words(contract_id, language, contract.id, contract.version, contract.name[language], contract.text[language])


async def of_caller(engine: Engine, caller: Caller) -> list[Agreement]:
    """The caller's agreements."""
    return await engine.database.read(lambda tx: _standing(engine, tx, caller))


async def _standing(engine: Engine, tx: Tx, caller: Caller) -> list[Agreement]:
    held, now = await agreements.of_account(tx, caller.account.nichandle), engine.clock()
    in_force = [contract.at(now) for contract in engine.market.catalogue.contracts.values()]
    return core.standing([(each.contract_id, each.at) for each in held], asked(engine), in_force)


async def read(engine: Engine, caller: Caller, contract_id: int) -> Agreement:
    """One of the caller's agreements."""
    found = [each for each in await of_caller(engine, caller) if each.contract_id == contract_id]
    if not found:
        raise unknown(contract_id)
    return found[0]


async def words(engine: Engine, caller: Caller, contract_id: int) -> tuple[Agreement, Words]:
    """What the caller agreed to, or is asked to, in words."""
    found = await read(engine, caller, contract_id)
    nic, code = caller.account.nichandle, engine.languages.of(caller.account.language).code
    kept = await engine.database.read(lambda tx: agreements.words(tx, nic, contract_id))
    open_ = {core.number(each.id, each.version): each for each in asked(engine)}
    if kept is None and contract_id not in open_:
        raise unknown(contract_id)
    return found, kept or _words(open_[contract_id], code)


async def accept(engine: Engine, caller: Caller, contract_id: int, address: str) -> None:
    """Agree to what is asked. Once agreed to, doing so again changes nothing."""
    now = engine.clock()

    async def work(tx: Tx) -> None:
        found = {each.contract_id: each for each in await _standing(engine, tx, caller)}
        if contract_id not in found:
            raise unknown(contract_id)
        if found[contract_id].state == "obsolete":
            message = f"Agreement {contract_id} is obsolete: it is no longer in force"
            raise conflict(message)
        wanted = [each for each in asked(engine) if core.number(each.id, each.version) == contract_id]
        await agree(Act(engine, tx, caller.account, iter(()), now), wanted, address)

    await engine.database.write(work)


def unknown(contract_id: int) -> Exception:
    """There is no such agreement, or not for whoever asks."""
    return not_found(f"Agreement {contract_id} does not exist", "id")


async def version(engine: Engine, contract: str, wanted: str, language: str) -> Words | None:
    """A version of a contract: one of the catalogue's, in force or not, or one that somebody agreed to."""
    schedule = engine.market.catalogue.contracts.get(contract)
    for _, each in schedule.entries if schedule else ():
        if each.version == wanted:
            return _words(each, language)
    contract_id = core.number(contract, wanted)
    return await engine.database.read(lambda tx: agreements.text(tx, contract_id, language))


async def changed(engine: Engine) -> list[str]:
    """Which of the catalogue's texts are others than what was agreed to under the same version, in words."""
    kept = await engine.database.read(agreements.texts)
    return core.changed(kept, engine.market.catalogue.contracts.values())
