"""The sandbox registry on both engines: a registry like every other, and each row of its table."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ordain.adapters.sandbox_registry import SandboxRegistry
from ordain.adapters.sandbox_scenarios import ORDINARY, SCENARIOS, scenario_of
from ordain.core.money import UNIT, Money
from ordain.core.registry import Answer, Availability, Command, Done, Fees, Lost, NoAnswer, Pending, Refusal
from ordain.store.sandbox import SandboxNames
from tests import conformance
from tests.world import NOON

if TYPE_CHECKING:
    import asyncio

    from ordain.store.database import Database

PAGE = Path(__file__).parents[2] / "docs" / "sandbox.md"


class Sandbox:
    """A sandbox registry whose clock is moved by hand."""

    def __init__(self, database: Database, runner: asyncio.Runner) -> None:
        self.now = NOON
        self.registry = SandboxRegistry(SandboxNames(database), lambda: self.now)
        self._runner = runner

    def check(self, name: str) -> Availability:
        [found] = self._runner.run(self.registry.check([name]))
        return found

    def find(self, name: str) -> Any:
        return self._runner.run(self.registry.find(name))

    def create(self, name: str, transaction: str = "t1", **changes: Any) -> Answer:
        return self._runner.run(self.registry.create(command(name, transaction, **changes)))

    def transfer(self, name: str, transaction: str = "t1", **changes: Any) -> Answer:
        return self._runner.run(self.registry.transfer(command(name, transaction, **changes)))


def command(name: str, transaction: str, **changes: Any) -> Command:
    return Command(transaction=transaction, name=name, **{"years": 1, "owner": {}, "name_servers": (), **changes})


@pytest.fixture
def sandbox(database: Database, runner: asyncio.Runner) -> Sandbox:
    return Sandbox(database, runner)


@pytest.mark.parametrize("rule", conformance.REGISTRY_RULES, ids=lambda rule: rule.__name__)
def test_it_is_a_registry(rule: conformance.Rule, sandbox: Sandbox, runner: asyncio.Runner) -> None:
    on_trial = conformance.RegistryOnTrial(
        registry=sandbox.registry, free=("foo.fr", "bar.com"), taken="taken.fr", code="right"
    )
    runner.run(rule(on_trial))
    assert sandbox.check("never-asked-for.fr").state == "available"


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("taken.fr", "taken"), ("taken-17.com", "taken"), ("taken-premium.fr", "taken-premium"),
        ("taken-premium-1.co.uk", "taken-premium"), ("premium.fr", "premium"), ("slow-2.fr", "slow"),
        ("lost-answer.fr", "lost-answer"), ("aftermarket2-x.fr", "aftermarket2"),
    ],
)  # fmt: skip
def test_the_first_word_of_a_label_chooses_the_scenario(name: str, word: str) -> None:
    assert scenario_of(name) is SCENARIOS[word]


@pytest.mark.parametrize(
    "name", ["foo.fr", "slowly.fr", "xslow.fr", "x-slow.fr", "premiums.fr", "foo.slow.fr", "lost.fr"]
)
def test_every_other_name_is_ordinary(name: str) -> None:
    assert scenario_of(name) is ORDINARY


def test_the_page_for_users_is_the_table() -> None:
    table = PAGE.read_text("utf-8").partition("## Names as time passes")[0]
    rows = [line for line in table.splitlines() if line.startswith("| `")]
    assert rows == [f"| `{word}` | {scenario.told} |" for word, scenario in SCENARIOS.items()]


def euros(amount: int) -> Money:
    return Money(amount * UNIT, "EUR")


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("foo.fr", Availability("foo.fr", "available")),
        ("taken.fr", Availability("taken.fr", "taken")),
        ("premium.fr", Availability("premium.fr", "available", fees=Fees(euros(120), euros(120), euros(120)))),
        ("taken-premium.fr", Availability("taken-premium.fr", "taken", fees=Fees(euros(200), euros(200), euros(200)))),
        ("aftermarket1.fr", Availability("aftermarket1.fr", "taken")),
        ("aftermarket2.fr", Availability("aftermarket2.fr", "taken")),
        ("reserved.fr", Availability("reserved.fr", "reserved", "Reserved by the registry")),
        ("claimed.fr", Availability("claimed.fr", "available", contexts=("claims",), claim_key="sandbox/claimed")),
        ("reason.fr", Availability("reason.fr", "available", contexts=("reason",))),
        ("protected.fr", Availability("protected.fr", "available", contexts=("protected_code",))),
        ("conditions.fr", Availability("conditions.fr", "available", contexts=("accept_conditions",))),
        *((f"{word}.fr", Availability(f"{word}.fr", "available"))
          for word in ("slow", "refused", "lost-answer", "unreachable", "stolen")),
    ],
)  # fmt: skip
def test_what_is_told_of_each_kind_of_name(sandbox: Sandbox, name: str, answer: Availability) -> None:
    assert sandbox.check(name) == answer


def test_a_name_registered_here_cannot_be_had_again(sandbox: Sandbox) -> None:
    assert isinstance(sandbox.create("foo.fr"), Done)
    assert sandbox.check("foo.fr") == Availability("foo.fr", "reserved", "This name is registered here already")
    assert isinstance(sandbox.transfer("taken.fr"), Done)
    assert sandbox.check("taken.fr").state == "reserved"


def test_slow_is_decided_after_three_seconds(sandbox: Sandbox) -> None:
    assert sandbox.create("slow.fr") == Pending(3)
    assert sandbox.find("slow.fr").pending
    assert sandbox.create("slow.fr", "t2") != Pending(3)
    sandbox.now += timedelta(seconds=3)
    held = sandbox.find("slow.fr")
    assert (held.ours, held.pending, held.transaction) == (True, False, "t1")


def test_refused_is_refused_at_every_attempt(sandbox: Sandbox) -> None:
    for _ in range(2):
        assert sandbox.create("refused.fr") == Refusal("Policy violation")
    assert sandbox.find("refused.fr") is None


@pytest.mark.parametrize("code", [None, "", "sandbox", "WRONG"])
def test_protected_needs_its_code(sandbox: Sandbox, code: str | None) -> None:
    refused = sandbox.create("protected.fr", protected_code=code)
    assert isinstance(refused, Refusal)
    assert refused.argument == "PROTECTED_CODE"
    assert sandbox.find("protected.fr") is None
    assert isinstance(sandbox.create("protected.fr", protected_code="SANDBOX"), Done)


def test_a_lost_answer_is_of_something_that_was_done(sandbox: Sandbox) -> None:
    with pytest.raises(NoAnswer, match="cut"):
        sandbox.create("lost-answer.fr")
    held = sandbox.find("lost-answer.fr")
    assert (held.ours, held.transaction) == (True, "t1")
    assert isinstance(sandbox.create("lost-answer.fr"), Done)


def test_unreachable_hears_nothing_twice(sandbox: Sandbox) -> None:
    for _ in range(2):
        with pytest.raises(NoAnswer, match="reached"):
            sandbox.create("unreachable.fr")
        assert sandbox.find("unreachable.fr") is None
    assert isinstance(sandbox.create("unreachable.fr"), Done)


def test_stolen_belongs_to_somebody_else(sandbox: Sandbox) -> None:
    for transaction in ("t1", "t1", "t2"):
        assert isinstance(sandbox.create("stolen.fr", transaction), Lost)
    held = sandbox.find("stolen.fr")
    assert (held.ours, held.transaction) == (False, None)
    assert sandbox.check("stolen.fr").state == "taken"


def test_a_stolen_name_can_be_transferred_like_every_taken_one(sandbox: Sandbox) -> None:
    sandbox.create("stolen.fr")
    assert isinstance(sandbox.transfer("stolen.fr", "t2"), Done)
    held = sandbox.find("stolen.fr")
    assert (held.ours, held.transaction) == (True, "t2")
