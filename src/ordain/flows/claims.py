"""Trademark claims: whether a name is under one, its notice shown, and its acceptance with an order."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from msgspec import structs

from ordain.core import claims as core
from ordain.core.claims import Acceptance, Notice
from ordain.core.registry import AcceptedNotice, NoAnswer
from ordain.store import claims as store
from ordain.store import trademark_lists

if TYPE_CHECKING:
    from datetime import datetime

    from ordain.core.cart import Cart
    from ordain.core.delivery import Task
    from ordain.core.names import Name
    from ordain.core.registry import Availability
    from ordain.flows.act import Act
    from ordain.flows.ports import Engine
    from ordain.store.database import Tx

LABEL = "CLAIMS_NOTICE"
TOO_LATE = "The trademark claims notice ended before the name was registered: read the new one and accept it"
_CLAIMED_IN = ("landrush", "claims")
"""Phases in which the imported list of claims counts where a registry does not say itself."""
_KEPT = timedelta(days=7)


async def told(engine: Engine, name: Name, answer: Availability) -> Availability:
    """What a registry said of a name, with the claim the imported list knows of it: only new names are under claims."""
    phase = engine.market.catalogue.extensions[name.extension].phase(engine.clock())
    if answer.claim_key or answer.state == "taken" or phase not in _CLAIMED_IN:
        return answer
    key = await engine.database.read(lambda tx: trademark_lists.claim_key(tx, label_of(name.ascii)))
    return structs.replace(answer, claim_key=key, contexts=(*answer.contexts, "claims")) if key else answer


def label_of(domain: str) -> str:
    """What is claimed of a name."""
    return domain.partition(".")[0]


async def notice(engine: Engine, domain: str, key: str) -> Notice:
    """The notice of a name, kept as it is shown. Raises registry.NoAnswer."""
    found = await engine.claims.notice(key)
    if found is None or found.label != label_of(domain):
        message = f"the claims database has no notice for {label_of(domain)}"
        raise NoAnswer(message)
    if await engine.database.read(lambda tx: store.shown(tx, found.id)) is None:
        await engine.database.write(lambda tx: store.keep(tx, found))
    return found


async def of_cart(tx: Tx, cart: Cart, now: datetime) -> dict[int, Notice | str]:
    """The notices that a cart's items accept, or why they cannot be accepted, by items' ids."""
    found: dict[int, Notice | str] = {}
    for item in cart.items:
        asked = item.value(LABEL) if item.offer and "claims" in item.offer.contexts else None
        if asked:
            notice = await store.shown(tx, asked)
            why = core.problem(notice, asked, label_of(item.domain), now)
            found[item.item_id] = why or notice or ""
    return found


async def accept(act: Act, item: tuple[int, int], accepted: Notice, address: str) -> None:
    """The account accepts a notice for an order's item, (order id, item id): that stays on record, word for word."""
    await store.accept(act.tx, act.account.nichandle, item, Acceptance(accepted, act.now, address))


async def accept_anew(tx: Tx, task: Task, notice_id: str, address: str, now: datetime) -> str | None:
    """Accept another notice for a name that is being delivered; why it cannot be, in words."""
    found = await store.shown(tx, notice_id)
    why = core.problem(found, notice_id, label_of(task.domain), now)
    if why is None and found is not None:
        await store.accept(tx, task.nic, (task.order_id, task.item_id), Acceptance(found, now, address))
    return why


async def accepted_notice(tx: Tx, task: Task) -> AcceptedNotice | None:
    """The notice that goes with a task's name to its registry: the one accepted last."""
    found = await store.accepted(tx, task.nic, (task.order_id, task.item_id))
    return AcceptedNotice(found[-1].notice.id, found[-1].notice.ends, found[-1].accepted) if found else None


async def sweep(engine: Engine) -> int:
    """Forget notices that nobody can accept any more; how many they were."""
    before = engine.clock() - _KEPT
    return await engine.database.write(lambda tx: store.forget(tx, before))
