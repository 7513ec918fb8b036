"""Extensions that catalogues had: one of which names are held or on order is in every later catalogue, too.

Its registry, its rule and the days of its names' lives are in its file: without it no promise can be kept.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ordain.core.order import PAYABLE_FOR
from ordain.store import catalogue_extensions

if TYPE_CHECKING:
    from ordain.flows.ports import Engine
    from ordain.store.database import Tx


async def missed(engine: Engine) -> list[str]:
    """Which extensions the catalogue's files lack although they are needed, in words. Usually none was taken away."""
    since, there = engine.clock() - PAYABLE_FOR, engine.shelf.files.catalogue.extensions

    async def work(tx: Tx) -> list[str]:
        gone = sorted(await catalogue_extensions.known(tx) - there.keys())
        return [name for name in gone if await catalogue_extensions.is_in_use(tx, name, since)]

    return [
        f"extensions/{name}.toml: is missing, but names under .{name} are held or on order: put it back; what is to be"
        " sold no more is kept with `not_sold` and without prices"
        for name in await engine.database.read(work)
    ]


async def remember(engine: Engine) -> None:
    """This catalogue is served with. Forgotten is nothing: another process may sell by an older one for a while."""
    there = engine.shelf.files.catalogue.extensions.keys()
    new = sorted(there - await engine.database.read(catalogue_extensions.known))
    if new:
        await engine.database.write(lambda tx: catalogue_extensions.add(tx, new))
