"""Several accounts at registries, each with a queue of its own: one holds up no other, nor speaks for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import structs

from ordain.core.registry_message import Message, Transfer
from ordain.flows import registry_messages
from ordain.store.sandbox import SandboxNames
from tests.flows.shop import bought
from tests.flows.test_registry_messages import Talkative, ask_for, heard
from tests.world import NOON

if TYPE_CHECKING:
    from ordain.core.registry import Registration
    from tests.world import World


class Broken(Talkative):
    """A registry whose messages nobody can read."""

    async def message(self) -> Message | None:
        """Fail, as nobody foresaw."""
        message = "a queue of another age"
        raise ZeroDivisionError(message)


def beside(world: World, kind: type[Talkative]) -> None:
    """Another account, which .com names are asked about."""
    other = kind(SandboxNames(world.database), lambda: world.now, 0)
    registries = {name: each for name, each in world.engine.registries.items() if not name.startswith(".")}
    world.use(structs.replace(world.engine, registries={**registries, ".com": other}))


def test_a_registry_that_fails_holds_up_no_other(world: World) -> None:
    bought(world, "foo.fr")
    world.deliver()
    beside(world, Broken)
    ask_for(world, "foo.fr")
    assert world.hear() == 1
    assert world.get("/domain/foo.fr").ok()["state"] == "outgoing_transfer"


class Elsewhere(Talkative):
    """An account at another registry: it holds none of the names."""

    async def find(self, name: str) -> Registration | None:
        """It knows nobody."""
        del name
        return None

    async def message(self) -> Message | None:
        """One message, about somebody else's name."""
        if self.deaf:
            return None
        return Message(message_id="1", at=NOON, words="Transferred", about=Transfer("foo.fr", "serverApproved", False))  # noqa: FBT003 - it left

    async def acknowledge(self, message_id: str) -> None:
        """It is not told again."""
        del message_id
        self.deaf = True


def test_a_name_is_not_dropped_by_the_word_of_another_account(world: World) -> None:
    bought(world, "foo.fr")
    world.deliver()
    beside(world, Elsewhere)
    assert world.hear() == 1
    assert world.get("/domain").ok() == ["foo.fr"]
    assert [one.became for one in heard(world)] == [registry_messages.NOTHING]
