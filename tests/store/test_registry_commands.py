"""What registries were asked is noted beforehand, each attempt, and one transfer at a time."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from ordain.core.registry_command import transferred_by
from ordain.store.registry_commands import RegistryCommands
from tests.world import NOON

if TYPE_CHECKING:
    import asyncio

    from ordain.core.registry_command import Outcome, RegistryCommand, Verb
    from ordain.store.database import Database


class Book:
    """The notes about one name, each a minute after the other."""

    def __init__(self, database: Database, runner: asyncio.Runner) -> None:
        self.commands = RegistryCommands(database)
        self._runner = runner
        self._now = NOON

    def later(self, minutes: int) -> None:
        self._now += timedelta(minutes=minutes)

    def note(self, transaction: str, verb: Verb) -> tuple[RegistryCommand, ...]:
        self.later(1)
        return self._runner.run(self.commands.note("foo.fr", transaction, verb, self._now))

    def settle(self, transaction: str, outcome: Outcome) -> None:
        [noted] = [each for each in self.all() if each.transaction == transaction]
        self._runner.run(self.commands.settle("foo.fr", noted, outcome))

    def all(self) -> tuple[RegistryCommand, ...]:
        return self._runner.run(self.commands.of("foo.fr"))


def test_each_attempt_is_counted_and_has_an_id_of_its_own(database: Database, runner: asyncio.Runner) -> None:
    book = Book(database, runner)
    ids = [book.note("ordain-1-2", "create")[-1].client_id for _ in range(3)]
    assert ids == ["ordain-1-2", "ordain-1-2.2", "ordain-1-2.3"]
    assert [each.transaction for each in book.note("ordain-3-4", "change")] == ["ordain-1-2", "ordain-3-4"]
    assert book.all()[0].attempts == 3
    assert runner.run(book.commands.known(["bar.fr", "foo.fr"])) == {"foo.fr"}
    assert runner.run(book.commands.known([])) == set()


def test_no_transfer_is_noted_while_anothers_outcome_is_unknown(database: Database, runner: asyncio.Runner) -> None:
    book = Book(database, runner)
    assert [each.transaction for each in book.note("a", "transfer")] == ["a"]
    assert [each.transaction for each in book.note("b", "transfer")] == ["a"]
    book.settle("a", "refused")
    assert transferred_by(book.all()) is None
    assert [each.transaction for each in book.note("b", "transfer")] == ["a", "b"]
    assert [each.transaction for each in book.note("a", "transfer")] == ["b"]
    book.settle("b", "done")
    assert transferred_by(book.all()) == "b"


def test_no_transfer_is_noted_in_the_moments_after_anothers_was_taken(
    database: Database, runner: asyncio.Runner
) -> None:
    """Who looked before the name came here would be taken for the one who brought it."""
    book = Book(database, runner)
    book.note("a", "transfer")
    book.settle("a", "done")
    assert [each.transaction for each in book.note("b", "transfer")] == ["a"]
    assert transferred_by(book.all()) == "a"
    assert book.note("a", "transfer")[-1].attempts == 2
    book.later(5)
    assert [each.transaction for each in book.note("b", "transfer")] == ["a", "b"]


def test_what_was_taken_stays_so_and_what_was_refused_is_asked_anew(database: Database, runner: asyncio.Runner) -> None:
    book = Book(database, runner)
    book.note("a", "transfer")
    book.settle("a", "done")
    assert book.note("a", "transfer")[-1].outcome == "done"
    book.settle("a", "refused")
    book.note("b", "transfer")
    book.settle("b", "done")
    book.later(5)
    assert book.note("a", "transfer")[-1].outcome == "asked"
    assert transferred_by(book.all()) == "a"


def test_a_refusal_of_an_attempt_counts_while_nothing_later_is_known(
    database: Database, runner: asyncio.Runner
) -> None:
    book = Book(database, runner)
    [first] = book.note("a", "transfer")
    [second] = book.note("a", "transfer")

    def settled(attempt: RegistryCommand, outcome: Outcome) -> str:
        runner.run(book.commands.settle("foo.fr", attempt, outcome))
        return book.all()[0].outcome

    assert settled(first, "refused") == "asked"  # another attempt was made since
    assert settled(second, "done") == "done"
    assert settled(second, "refused") == "done"  # it was done meanwhile, by whichever attempt
    assert settled(book.all()[0], "refused") == "refused"
