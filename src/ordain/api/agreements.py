"""/me/agreements: the contracts the account agreed to, or is asked to agree to (wire-contract §2.4)."""

from __future__ import annotations

from typing import Annotated

from msgspec import Struct

from ordain.api import wire, words
from ordain.api.routing import Call, Route
from ordain.core.agreement import State
from ordain.flows import agreements

AGREEMENT = "/me/agreements/{id}"
StateFilter = Annotated[str, words.enum("agreements.AgreementStateEnum")]


class Wanted(Struct, frozen=True):
    """Filters of GET /me/agreements."""

    agreed: StateFilter | None = None
    contractId: int | None = None


class ContractAgreement(Struct, frozen=True):
    """agreements.ContractAgreement. Its id is that of the version of the contract: each is agreed to once."""

    agreed: State
    contractId: int
    date: words.Instant
    id: int


class Contract(Struct, frozen=True):
    """agreements.Contract."""

    active: bool
    date: words.Day
    name: str
    pdf: str
    text: str


async def _list(call: Call) -> list[int]:
    wanted: Wanted = call.query
    found = await agreements.of_caller(call.engine, call.caller)
    return [
        each.contract_id
        for each in found
        if wanted.agreed in (None, each.state) and wanted.contractId in (None, each.contract_id)
    ]


async def _read(call: Call) -> ContractAgreement:
    found = await agreements.read(call.engine, call.caller, call.path["id"])
    return ContractAgreement(found.state, found.contract_id, wire.instant(found.agreed or call.now), found.contract_id)


async def _contract(call: Call) -> Contract:
    found, said = await agreements.words(call.engine, call.caller, call.path["id"])
    url = f"{call.engine.public_url}/contracts/{said.contract}/{said.version}?language={said.language}"
    day = (found.agreed or call.now).date().isoformat()
    return Contract(found.state != "obsolete", day, said.name, url, said.body)


async def _accept(call: Call) -> str:
    await agreements.accept(call.engine, call.caller, call.path["id"], call.address)
    return "ok"


ROUTES = (
    Route(method="GET", path="/me/agreements", do=_list, told="List your agreements", query=Wanted, answer=list[int]),
    Route(method="GET", path=AGREEMENT, do=_read, told="Read an agreement", answer=ContractAgreement),
    Route(method="POST", path=f"{AGREEMENT}/accept", do=_accept, told="Accept a contract", answer=str),
    Route(method="GET", path=f"{AGREEMENT}/contract", do=_contract, told="Read the contract", answer=Contract),
)
