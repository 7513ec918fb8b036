"""What the mail of a termination says, read as clients read it (wire-contract §5.3)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.world import World

HISTORY = "/me/notification/email/history"
LINK = re.compile(r"/billing/confirmTerminate\?id=([A-Za-z0-9]+)&token=([A-Za-z0-9]+)")


def newest_mail(world: World, who: str = "camille") -> str:
    """The body of the person's newest mail."""
    mail_id = world.get(HISTORY, who).ok()[-1]
    body: str = world.get(f"{HISTORY}/{mail_id}", who).ok()["body"]
    return body


def token_of(world: World, who: str = "camille") -> str:
    """The token in the person's newest mail."""
    found = LINK.search(newest_mail(world, who))
    assert found is not None
    return found[2]
