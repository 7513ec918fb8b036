"""/domain/{serviceName}/dsRecord: the keys of a zone that is signed elsewhere, for its DS records (RFC 5910)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal, get_args

from msgspec import Meta, Struct

from ordain.api import words
from ordain.api.domain_servers import ask, held
from ordain.api.routing import Call, Route
from ordain.api.tasks import DomainTask
from ordain.core import ds_record as core
from ordain.core.refusal import not_found
from ordain.core.registry import Key

if TYPE_CHECKING:
    from collections.abc import Sequence

PATH = "/domain/{serviceName}/dsRecord"
Algorithm = Literal[5, 7, 8, 10, 13, 14, 15]
Flags = Literal[256, 257]
Status = Annotated[str, words.enum("dnssec.KeyStatusEnum")]


class DnssecKey(Struct, frozen=True):
    """dnssec.Key."""

    algorithm: Algorithm
    flags: Flags
    id: int
    publicKey: str
    status: Status
    tag: int


class KeyToHave(Struct, frozen=True):
    """dnssec.Key, what of it can be written."""

    algorithm: Algorithm
    flags: Flags
    publicKey: Annotated[str, Meta(min_length=1, max_length=2000)]
    tag: Annotated[int, Meta(ge=0, le=65535)]


class KeysToHave(Struct, frozen=True):
    """dnssec.UpdatePayload."""

    keys: Annotated[list[KeyToHave], Meta(max_length=20)]


class ByKey(Struct, frozen=True):
    """Filters of GET …/dsRecord."""

    flags: Flags | None = None
    status: Status | None = None


def _told(keys: Sequence[Key]) -> list[DnssecKey]:
    """Keys its registry holds. The contract has no word for some algorithms, which a name may bring from elsewhere."""
    return [_key(key) for key in keys if key.algorithm in get_args(Algorithm)]


def _key(key: Key) -> DnssecKey:
    """A key its registry holds: its DS record is published."""
    flags: Flags = 257 if key.flags == core.SECURE_ENTRY_POINT else 256
    algorithm: Algorithm = key.algorithm  # type: ignore[assignment]  # only these are taken in
    return DnssecKey(algorithm, flags, core.number(key), key.public_key, "published", key.tag)


async def _list(call: Call) -> list[int]:
    wanted: ByKey = call.query
    shown = _told((await held(call)).keys)
    return [key.id for key in shown if wanted.flags in (None, key.flags) and wanted.status in (None, key.status)]


async def _read(call: Call) -> DnssecKey:
    number = call.path["id"]
    found = next((key for key in _told((await held(call)).keys) if key.id == number), None)
    if found is None:
        message = f"DS record {number} does not exist"
        raise not_found(message, "id")
    return found


async def _replace(call: Call) -> DomainTask:
    sent: KeysToHave = call.body
    keys = [Key(key.flags, key.algorithm, key.tag, key.publicKey) for key in sent.keys]
    return await ask(call, lambda domain: core.replaced(domain, keys))


ROUTES = (
    Route(method="GET", path=PATH, do=_list, told="List a name's DS records", query=ByKey, answer=list[int]),
    Route(method="POST", path=PATH, do=_replace, told="Have these DS records and no others", body=KeysToHave,
          answer=DomainTask),
    Route(method="GET", path=f"{PATH}/{{id}}", do=_read, told="Read a DS record", answer=DnssecKey),
)  # fmt: skip
