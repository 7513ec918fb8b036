"""Below /ordain/v1/order/cart: all of an item's configurations at once, as the shop's form has them (docs/pages.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from msgspec import Meta, Struct

from ordain.api import words
from ordain.api.routing import Route
from ordain.core.language import Sentence
from ordain.core.operators import SENTENCES
from ordain.core.refusal import Refusal, Refused, labelled
from ordain.flows import item_forms
from ordain.flows.item_forms import OWNER, Asking, Filled

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ordain.api.routing import Call

PATH = "/ordain/v1/order/cart/{cartId}/item/{itemId}/configuration"


CLOSED = {
    "gender": words.ENUMERATIONS["nichandle.GenderEnum"],
    **dict.fromkeys(
        ("nationality", "birthCountry", "accreditationCountry"), words.ENUMERATIONS["nichandle.CountryEnum"]
    ),
}
"""Members of an owner that are one of these, whether their registry asks for them or not."""
SHOWN = 10


class Wanted(Struct, frozen=True, forbid_unknown_fields=True):
    """What an item is to be configured with. What is not named stays as it is; "" takes a label off."""

    labels: Annotated[dict[str, str], Meta(max_length=item_forms.MOST_LABELS)] = {}
    owner: Annotated[dict[str, str], Meta(max_length=100)] | None = None
    """Members of a new contact, flat: "address.city"."""
    ownerLike: words.Text = ""
    """Whose members those are that `owner` leaves out: "account", or "/me/contact/1234"."""
    everywhere: bool = False
    dryRun: bool = False


class Configured(Struct, frozen=True):
    """What came of it: the items that were configured, the contact that was made, and what still lacks something."""

    itemIds: list[int]
    contactId: int | None
    nextItemId: int | None


class Asked(Struct, frozen=True):
    """One thing that is asked, by what the item is configured with now."""

    place: str
    type: str
    required: bool
    asked: bool
    allowed: list[str]
    pattern: str
    minLength: int
    maxLength: int
    example: str
    description: str


def _asking(call: Call) -> Asking:
    caller = call.maybe_caller
    return Asking(caller, call.engine.languages.of(caller.account.language if caller else None), call.now)


def _strange(owner: Mapping[str, str], asking: Asking) -> list[Refusal]:
    """What of an owner is not among the values there are: a contact is answered with the contract's alone."""
    found = []
    for member, allowed in CLOSED.items():
        if (text := owner.get(member, "").strip()) and text not in allowed:
            expected = ", ".join(allowed[:SHOWN]) + (" …" if len(allowed) > SHOWN else "")
            said = Sentence(SENTENCES["contains"], {"field": member, "expected": expected})
            told = f"{OWNER}: {asking.language.tell(said)}"
            found.append(Refusal("invalid", told, f"{OWNER}.{member}", sentence=labelled(OWNER, said)))
    return found


async def _configure(call: Call) -> Configured:
    sent: Wanted = call.body
    filled = Filled(
        item_id=call.path["itemId"],
        labels=sent.labels,
        owner=sent.owner,
        like=sent.ownerLike,
        everywhere=sent.everywhere,
    )
    strange = _strange(sent.owner or {}, _asking(call))
    if sent.dryRun or strange:
        form = await item_forms.look(call.engine, call.path["cartId"], _asking(call), filled)
        if strange or form.refusals:
            raise Refused(*strange, *form.refusals)
        return Configured([], None, None)
    saved = await item_forms.save(call.engine, call.path["cartId"], _asking(call), filled)
    return Configured(list(saved.item_ids), saved.contact_id, saved.next_id)


async def _asked(call: Call) -> list[Asked]:
    filled = Filled(item_id=call.path["itemId"])
    form = await item_forms.look(call.engine, call.path["cartId"], _asking(call), filled)
    return [
        Asked(
            place=one.place,
            type=one.type,
            required=one.required,
            asked=one.asked,
            allowed=list(one.allowed),
            pattern=one.pattern,
            minLength=one.shortest,
            maxLength=one.longest,
            example=one.example,
            description=one.told,
        )
        for one in form.questions
    ]


ROUTES = (
    Route(method="GET", path=PATH, do=_asked, told="What a form about an item asks, by what is known so far",
          authenticated=False, answer=list[Asked]),
    Route(method="PUT", path=PATH, do=_configure, told="Configure an item with all it needs at once, or not at all",
          authenticated=False, body=Wanted, answer=Configured, refuses=("not-found", "conflict")),
)  # fmt: skip
