"""People of the world who are signed in with a browser."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from ordain.flows import sessions
from tests.web.visitor import Visitor

if TYPE_CHECKING:
    import httpx

    from tests.world import World

PASSWORD = "correct horse battery"


def signed_in(world: World, who: str = "camille", language: str = "en") -> Visitor:
    """A person's browser, signed in just now. Only English is tested for its words."""
    world.runner.run(sessions.set_password(world.engine, world.nics[who], PASSWORD, world.now))
    visitor = Visitor(world)
    visitor.sign_in(f"{who}@world.example", PASSWORD)
    visitor.client.cookies.set("place", f"{language}.FR")
    return visitor


def at_once(visitor: Visitor, path: str, form: dict[str, str], times: int = 2) -> list[httpx.Response]:
    """The same form sent several times at the same moment."""

    async def sent() -> list[httpx.Response]:
        return await asyncio.gather(*(visitor.client.post(path, data=form) for _ in range(times)))

    return visitor.world.runner.run(sent())


def is_guarded(world: World, path: str, form: dict[str, str] | None = None) -> None:
    """A page for whoever is signed in: a stranger is asked to, and a form without our text is not heard."""
    if form is None:
        assert "/sign-in" in str(Visitor(world).open(path).url)
    else:
        assert signed_in(world).send(path, form).status_code == 403
