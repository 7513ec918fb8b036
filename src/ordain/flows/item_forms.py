"""All of an item's configurations at once: what is asked by what was filled in, and all of it saved or nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from msgspec import Struct, structs

from ordain.core import configuration, contact_form, questions
from ordain.core.account import Account, Caller, Contact, as_contact
from ordain.core.cart import Cart, Configuration, Item
from ordain.core.catalogue import Extension
from ordain.core.checkout import Situation, unanswered
from ordain.core.configuration import SMD, People
from ordain.core.language import Language
from ordain.core.questions import Question
from ordain.core.refusal import Refusal, Refused, conflict, labelled, not_found
from ordain.flows import claims, incoming, items, people, trademarks, zones
from ordain.flows.carts import changeable, item_of, read, visible
from ordain.store import accounts, carts

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ordain.flows.ports import Engine
    from ordain.store.database import Tx

OWNER = "OWNER_CONTACT"
LIKE_ACCOUNT = "account"
PEOPLE = (OWNER, "OWNER_LEGAL_AGE", "ADMIN_ACCOUNT", "TECH_ACCOUNT")
"""What can only be judged, and is only asked, once it is known whose cart it is."""
SHARED = (*PEOPLE, "DNS")
"""What the other names of a cart may have, too; of the same extension also that its conditions are accepted."""
CONDITIONS = "ACCEPT_CONDITIONS"
MOST_LABELS = 50


class Asking(Struct, frozen=True):
    """Who fills the form in, in which language they are answered, and when."""

    caller: Caller | None
    language: Language
    now: datetime


class Filled(Struct, frozen=True, kw_only=True):
    """What was filled in. Labels that are not named stay as they are; an empty value takes a label off."""

    item_id: int
    labels: Mapping[str, str] = {}
    owner: Mapping[str, str] | None = None
    """Members of an owner to be made a contact of, flat: "address.city"."""
    like: str = ""
    """Whose members those are that `owner` leaves out: LIKE_ACCOUNT, or "/me/contact/1234"."""
    everywhere: bool = False
    """The other names of the cart get what they ask for as well."""


class Form(Struct, frozen=True, kw_only=True):
    """An item as it would be, what is asked of it then, and all that stands in the way."""

    cart: Cart
    item: Item
    extension: Extension | None
    people: People
    new_owner: Contact | None
    """Who becomes a contact when the form is saved."""
    before: Contact | None
    """Whom the new owner is like."""
    contacts: tuple[Contact, ...]
    questions: tuple[Question, ...]
    refusals: tuple[Refusal, ...]

    @property
    def others(self) -> int:
        """How many other names there are in the cart."""
        return sum(1 for item in self.cart.items if item.offer and item.item_id != self.item.item_id)


class Saved(Struct, frozen=True):
    """Which items were configured, the contact that was made, and the next item that still lacks something."""

    item_ids: tuple[int, ...]
    contact_id: int | None
    next_id: int | None


async def look(engine: Engine, cart_id: str, asking: Asking, filled: Filled) -> Form:
    """The form with what was filled in, which is not saved."""
    wrong_code = await _wrong_code(engine, cart_id, asking, filled)

    async def work(tx: Tx) -> Form:
        cart = _as_own(await visible(tx, cart_id, asking.caller), asking.caller)
        return await _Judge(engine, tx, asking, wrong_code).form(cart, filled, 0)

    return await engine.database.read(work)


async def save(engine: Engine, cart_id: str, asking: Asking, filled: Filled) -> Saved:
    """Save all of it. Raises Refused with everything that stands in the way, and then nothing was saved.

    A cart that is nobody's becomes that of whoever makes an owner: a contact is its account's alone.
    """
    wrong_code = await _wrong_code(engine, cart_id, asking, filled)
    held = await read(engine, cart_id, asking.caller)
    reach = len(held.items) if filled.everywhere else 1
    numbers = iter(await engine.database.new_ids(1 + (MOST_LABELS if reach == 1 else MOST_LABELS + 6 * reach)))
    contact_id = next(numbers)
    ids = tuple(numbers)

    async def work(tx: Tx) -> Saved:
        found = await changeable(tx, cart_id, asking.caller, asking.now)
        cart = _as_own(found, asking.caller)
        judge = _Judge(engine, tx, asking, wrong_code)
        form = await judge.form(cart, filled, contact_id)
        if form.refusals:
            raise Refused(*form.refusals)
        if form.new_owner and cart.nic:
            await accounts.save_contact(tx, cart.nic, structs.replace(form.new_owner, id=contact_id))
        if cart.nic != found.nic and form.item.value(OWNER):
            await carts.save(tx, cart)
        others = await judge.others(form) if filled.everywhere else []
        await _write(tx, cart, (form.item, *others), iter(ids))
        after = await visible(tx, cart_id, asking.caller)
        lacking = await judge.lacking(_as_own(after, asking.caller))
        return Saved(
            (filled.item_id, *(item.item_id for item in others)),
            contact_id if form.new_owner else None,
            _next(after, filled.item_id, lacking),
        )

    return await engine.database.write(work)


async def lacking(engine: Engine, cart_id: str, asking: Asking) -> dict[int, list[Refusal]]:
    """What each item of a cart still lacks, by the items' ids, in the cart's order; fields are without the id."""

    async def work(tx: Tx) -> dict[int, list[Refusal]]:
        cart = _as_own(await visible(tx, cart_id, asking.caller), asking.caller)
        return await _Judge(engine, tx, asking, None).lacking(cart)

    return await engine.database.read(work)


def _next(cart: Cart, item_id: int, lacking: Mapping[int, list[Refusal]]) -> int | None:
    """The next item that lacks something, round to those before."""
    ids = [item.item_id for item in cart.items]
    at = ids.index(item_id) + 1
    return next((one for one in (*ids[at:], *ids[:at]) if lacking[one]), None)


def _as_own(cart: Cart, caller: Caller | None) -> Cart:
    """The cart as it will be when it is ordered: whoever looks at a cart of nobody's is who it will be assigned to."""
    return structs.replace(cart, nic=caller.account.nichandle) if cart.nic is None and caller else cart


async def _wrong_code(engine: Engine, cart_id: str, asking: Asking, filled: Filled) -> str | None:
    """Why the code given is wrong: its registry is asked before any transaction is open."""
    code = filled.labels.get(incoming.LABEL, "").strip()
    if not code:
        return None
    item = item_of(await read(engine, cart_id, asking.caller), filled.item_id)
    return await incoming.wrong_code(engine, item, code, asking.now)


async def _write(tx: Tx, cart: Cart, changed: Iterable[Item], ids: Iterable[int]) -> None:
    """Give the items the configurations that they would have; those that stay so stay as they are."""
    numbers = iter(ids)
    for item in changed:
        before = item_of(cart, item.item_id).configurations
        for one in before:
            if one not in item.configurations:
                await carts.delete_configuration(tx, cart.cart_id, item.item_id, one.configuration_id)
        new = [one for one in item.configurations if one not in before]
        numbered = [(one, next(numbers, None)) for one in new]
        if any(number is None for _, number in numbered):
            message = "Cart %(cart)s was changed at the same moment: look at it again"
            raise conflict(message, cart=cart.cart_id)
        await carts.add_configurations(
            tx, cart.cart_id, [structs.replace(one, configuration_id=number or 0) for one, number in numbered]
        )


def with_values(item: Item, values: Mapping[str, str]) -> Item:
    """The item with these values on these labels, each once; what has its value already is left alone."""
    kept = [one for one in item.configurations if one.label not in values]
    for label, value in values.items():
        same = [one for one in item.configurations if (one.label, one.value) == (label, value)]
        kept += same[:1] or ([Configuration(0, item.item_id, label, value)] if value else [])
    return structs.replace(item, configurations=tuple(kept))


class _Judge:
    """What items are judged with, within one transaction."""

    def __init__(self, engine: Engine, tx: Tx, asking: Asking, wrong_code: str | None) -> None:
        self._engine = engine
        self._tx = tx
        self._asking = asking
        self._wrong_code = wrong_code

    async def form(self, cart: Cart, filled: Filled, contact_id: int) -> Form:
        """The form of one item. A new owner is told of by the id that their contact will have."""
        own = await accounts.load(self._tx, cart.nic) if cart.nic else None
        held = item_of(cart, filled.item_id)
        values = {label: text.strip() for label, text in list(filled.labels.items())[:MOST_LABELS]}
        before = await self._like(cart, own, filled)
        new_owner, refusals = self._new_owner(own, before, filled)
        if filled.owner is not None and own:
            values[OWNER] = f"/me/contact/{contact_id}"
        item = with_values(held, values)
        extension = items.extension_of(self._engine, item)
        refusals += self._unfit(held, extension, values)
        named = (await people.of_cart(self._tx, structs.replace(cart, items=(item,)), own))[item.item_id]
        if new_owner:
            named = structs.replace(named, owner=new_owner)
        wrong = {refusal.field for refusal in refusals}
        found = await self._refusals(cart, item, named)
        return Form(
            cart=cart,
            item=item,
            extension=extension,
            people=named,
            new_owner=new_owner,
            before=before,
            contacts=tuple(await accounts.contacts(self._tx, cart.nic)) if cart.nic and self._asking.caller else (),
            questions=self._questions(item, extension, named),
            refusals=tuple(refusals + [one for one in found if one.field not in wrong]),
        )

    async def _like(self, cart: Cart, own: Account | None, filled: Filled) -> Contact | None:
        if filled.owner is None or not filled.like:
            return None
        if filled.like == LIKE_ACCOUNT:
            return as_contact(own) if own else None
        number = configuration.contact_id(filled.like)
        found = await accounts.contact(self._tx, cart.nic, number) if cart.nic and number is not None else None
        if found is None:
            message = "Contact %(like)s does not exist"
            raise not_found(message, OWNER, like=filled.like[:100])
        return found

    def _new_owner(
        self, own: Account | None, before: Contact | None, filled: Filled
    ) -> tuple[Contact | None, list[Refusal]]:
        if filled.owner is None:
            return None, []
        if own is None:
            return None, [Refusal("unauthenticated", "Sign in first: a contact is its account's", OWNER)]
        given = {**contact_form.flat(before), **filled.owner}
        made, wrong = contact_form.read(given, self._engine.account_rules, self._asking.now)
        say = self._asking.language.tell
        return made, [
            Refusal(
                "invalid",
                f"{OWNER}: {say(one.sentence)}",
                f"{OWNER}.{one.member}",
                sentence=labelled(OWNER, one.sentence),
            )
            for one in wrong
        ]

    def _unfit(self, item: Item, extension: Extension | None, values: Mapping[str, str]) -> list[Refusal]:
        """Values on labels that the item does not have, too long ones, and zones that cannot be."""
        found = []
        for label, value in values.items():
            new = Configuration(0, item.item_id, label, value)
            found += [structs.replace(one, field=label) for one in items.unfit(item, extension, new)]
            misfit = zones.misfit(self._engine, label, value) if value else None
            found += [structs.replace(misfit, field=label)] if misfit else []
        return found

    async def _refusals(self, cart: Cart, item: Item, named: People) -> list[Refusal]:
        """What checkout would say of this item's configurations; of people, only once it is known whose cart it is."""
        alone = structs.replace(cart, items=(item,))
        notice = (await claims.of_cart(self._tx, alone, self._asking.now)).get(item.item_id)
        mark = (await trademarks.of_cart(self._tx, self._engine, alone, self._asking.now)).get(item.item_id)
        code = self._asking.language.say(self._wrong_code) if self._wrong_code else None
        told = {claims.LABEL: notice, SMD: mark, incoming.LABEL: code}
        unfit = {label: why for label, why in told.items() if isinstance(why, str)}
        situation = Situation(
            self._engine.market.catalogue,
            {item.item_id: named},
            {},
            {},
            self._asking.now,
            self._asking.language,
            {item.item_id: unfit},
        )
        found = unanswered(item, situation)
        known = named.account is not None
        return [one for one in found if known or (one.field or "").partition(".")[0] not in PEOPLE]

    def _questions(self, item: Item, extension: Extension | None, named: People) -> tuple[Question, ...]:
        now = self._asking.now
        demands = configuration.demands(item, extension, named, now)
        asked: dict[str, Question] = {}
        if extension and item.offer:
            tree, contexts = configuration.rule_of(item, extension), frozenset(item.offer.contexts)
            facts = configuration.facts(item, named, extension, now)
            asked = {one.place: one for one in questions.questions(tree, facts, contexts)}
        of_labels = [
            structs.replace(
                asked.get(label) or Question(place=label, type="string", required=False, asked=True),
                required=required,
                asked=True,
                allowed=(asked[label].allowed if label in asked else ()) or configuration.ALLOWED.get(label, ()),
            )
            for label, required in demands.items()
        ]
        return (*of_labels, *(one for place, one in asked.items() if place not in demands and one.member))

    async def lacking(self, cart: Cart) -> dict[int, list[Refusal]]:
        """What each item lacks."""
        own = await accounts.load(self._tx, cart.nic) if cart.nic else None
        named = await people.of_cart(self._tx, cart, own)
        return {item.item_id: await self._refusals(cart, item, named[item.item_id]) for item in cart.items}

    async def others(self, form: Form) -> list[Item]:
        """The cart's other names with what of this form they ask, too, and can have."""
        own, found = form.people.account, []
        for held in form.cart.items:
            extension = items.extension_of(self._engine, held)
            if held.item_id == form.item.item_id or extension is None or held.offer is None:
                continue
            same = (CONDITIONS,) if form.extension and extension.name == form.extension.name else ()
            labels = [one for one in (*SHARED, *same) if one in configuration.labels(held, extension)]
            values = {label: form.item.value(label) or "" for label in labels}
            item = await self._fitting(form.cart, held, values, own)
            if item.configurations != held.configurations:
                found.append(item)
        return found

    async def _fitting(self, cart: Cart, held: Item, values: dict[str, str], own: Account | None) -> Item:
        """The item with those of the values that bring no refusal with them that it has not now."""
        known = {(one.field, one.message) for one in await self._refusals_of(cart, held, own)}
        item = with_values(held, values)
        new = [one for one in await self._refusals_of(cart, item, own) if (one.field, one.message) not in known]
        bad = {(one.field or "").partition(".")[0] for one in new}
        return with_values(held, {label: value for label, value in values.items() if label not in bad})

    async def _refusals_of(self, cart: Cart, item: Item, own: Account | None) -> list[Refusal]:
        named = await people.of_cart(self._tx, structs.replace(cart, items=(item,)), own)
        return await self._refusals(cart, item, named[item.item_id])
