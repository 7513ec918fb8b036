"""What orders left at registries: contacts of names that never came, or are gone (`adapters/epp_tidying.py`)."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from ordain.core.registry import NoAnswer
from ordain.store.registry_commands import RegistryCommands

if TYPE_CHECKING:
    from ordain.flows.ports import Engine

log = logging.getLogger(__name__)

AT_ONCE = 20
"""Names whose registries are looked at in one round."""
LATER = timedelta(days=1)
SILENT = timedelta(minutes=10)


async def sweep(engine: Engine) -> int:
    """Have registries let go of contacts nothing hangs on; how many names were looked at.

    What a registry does not tell is put off, so that no name holds up the others.
    """
    notes, now = RegistryCommands(engine.database), engine.clock()
    names = await notes.with_contacts_due(now, AT_ONCE)
    for name in names:
        extension, again = name.partition(".")[2], LATER
        if extension in engine.market.catalogue.extensions:
            try:
                await engine.registry_of(extension).tidy(name)
            except NoAnswer as silence:
                log.info("contacts of %s are looked at later: %s", name, silence)
                again = SILENT
        await notes.put_contacts_off(name, now, now + again)
    return len(names)
