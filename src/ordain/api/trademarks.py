"""/domain/data: trademark claims, signed mark data files, and the old list of extensions (wire-contract §2.12)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import msgspec
from msgspec import Meta, Struct

from ordain.api import wire, words
from ordain.api.routing import Call, Route
from ordain.core.signed_mark import LONGEST, SignedMark
from ordain.flows import trademarks

if TYPE_CHECKING:
    from ordain.core.claims import Claim, Notice

SMD = "/domain/data/smd/{smdId}"
Number = Annotated[str, words.named("phoneNumber")]


class ByDomain(Struct, frozen=True):
    """The name the notice is about."""

    domain: str


class Address(Struct, frozen=True, kw_only=True):
    """domain.data.claimNotice.Address."""

    city: str | None
    countryCode: words.Country | None
    fax: Number | None
    faxExtension: str | None
    postalCode: str | None
    stateOrProvince: str | None
    streets: list[str]
    voice: Number | None
    voiceExtension: str | None


class Party(Struct, frozen=True, kw_only=True):
    """domain.data.claimNotice.Contact."""

    address: Address
    email: str | None
    entitlement: str | None
    name: str | None
    organisation: str | None
    type: str | None


class Classification(Struct, frozen=True, kw_only=True):
    """domain.data.claimNotice.Classification."""

    description: str
    number: str


class CourtDecision(Struct, frozen=True, kw_only=True):
    """domain.data.claimNotice.CourtDecision."""

    countryCode: str
    courtName: str
    referenceNumber: str
    regions: list[str]


class UDRP(Struct, frozen=True, kw_only=True):
    """domain.data.claimNotice.UDRP."""

    caseNumber: str
    udrpProvider: str


class Decision(Struct, frozen=True, kw_only=True):
    """domain.data.claimNotice.ClaimNoticeDecision."""

    classifications: list[Classification]
    courtDecisions: list[CourtDecision]
    goodsAndServices: str
    jurisdiction: str
    jurisdictionCountryCode: str
    markName: str
    trademarkContacts: list[Party]
    trademarkHolders: list[Party]
    trademarkUDRP: list[UDRP]


class ClaimNotice(Struct, frozen=True, kw_only=True):
    """domain.data.claimNotice.ClaimNotice."""

    claims: list[Decision] | None
    endingDate: str
    id: str
    label: str
    startingDate: str | None
    type: Annotated[str, words.enum("domain.data.claimNotice.ClaimNoticeTypeEnum")] | None


class SmdBody(Struct, frozen=True):
    """domain.data.smd.SmdBody."""

    data: Annotated[str, Meta(max_length=LONGEST), words.named("text")]


class SmdLabel(Struct, frozen=True):
    """domain.data.smd.SmdLabel."""

    label: str
    trademark: words.LongText


class Smd(Struct, frozen=True, kw_only=True):
    """domain.data.smd.Smd."""

    data: words.LongText
    id: words.Uuid
    notAfter: words.Instant
    notBefore: words.Instant
    protectedLabels: list[SmdLabel]
    smdId: str


def _notice(value: Notice) -> ClaimNotice:
    return ClaimNotice(
        claims=[_decision(one) for one in value.claims],
        endingDate=wire.instant(value.ends),
        id=value.id,
        label=value.label,
        startingDate=wire.maybe_instant(value.begins),
        type=value.type,
    )


def _decision(value: Claim) -> Decision:
    """The core's claim has the contract's members."""
    return msgspec.convert(msgspec.to_builtins(value), Decision)


def _smd(smd_id: str, mark: SignedMark) -> Smd:
    return Smd(
        data=mark.data,
        id=smd_id,
        notAfter=wire.instant(mark.not_after),
        notBefore=wire.instant(mark.not_before),
        protectedLabels=[SmdLabel(one.label, one.trademark) for one in mark.labels],
        smdId=mark.mark_id,
    )


def _id(call: Call) -> str:
    asked: str = call.path["smdId"]
    return asked.lower()


async def _claims(call: Call) -> ClaimNotice:
    return _notice(await trademarks.notice(call.engine, call.query.domain))


async def _list(call: Call) -> list[Smd]:
    return [_smd(*one) for one in await trademarks.files(call.engine, call.caller)]


async def _add(call: Call) -> Smd:
    return _smd(*await trademarks.add(call.engine, call.caller, call.body.data, call.now))


async def _read(call: Call) -> Smd:
    return _smd(_id(call), await trademarks.file(call.engine, call.caller, _id(call)))


async def _replace(call: Call) -> Smd:
    return _smd(_id(call), await trademarks.replace(call.engine, call.caller, _id(call), call.body.data, call.now))


async def _delete(call: Call) -> None:
    await trademarks.delete(call.engine, call.caller, _id(call))


ROUTES = (
    Route(method="GET", path="/domain/data/claimNotice", do=_claims, told="The trademark claims a name is under",
          authenticated=False, query=ByDomain, answer=ClaimNotice, refuses=("not-found",)),
    Route(method="GET", path="/domain/data/smd", do=_list, told="Your signed mark data files", answer=list[Smd]),
    Route(method="POST", path="/domain/data/smd", do=_add, told="Give a signed mark data file", body=SmdBody,
          answer=Smd),
    Route(method="GET", path=SMD, do=_read, told="Read a signed mark data file", answer=Smd),
    Route(method="PUT", path=SMD, do=_replace, told="Put another signed mark data file in its place", body=SmdBody,
          answer=Smd),
    Route(method="DELETE", path=SMD, do=_delete, told="Forget a signed mark data file"),
)  # fmt: skip
