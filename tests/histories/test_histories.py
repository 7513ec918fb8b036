"""1,000 made-up histories, with crashes at every step: the ledger is balanced, and nobody pays twice or for nothing.

`make histories` lives through more of them, other ones each time. A failure says how to repeat it.
"""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest

from ordain import app, settings
from ordain.store import proofs
from tests.engines import open_in
from tests.histories.cards import CardHistory
from tests.histories.history import Clock, History
from tests.stripe_gateway import gateway
from tests.world import NOON, market

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Iterator

    from ordain.flows.ports import Engine

SEED = os.environ.get("ORDAIN_HISTORIES_SEED", "0")
MANY = int(os.environ.get("ORDAIN_HISTORIES", "1000"))
PARTS = 4
"""In which they are lived through, so that several processes share them."""
DEEDS = 10

BOUNDARIES = {"before a commit", "after a commit", "before a question", "after a question"}
HAPPENED = {"DomainCreate done", "DomainCreate cancelled", "DomainCreate error", "DomainIncomingTransfer done",
            "DomainAfterMarket done", "ZoneCreate done", "payment", "refund", "cost"}  # fmt: skip


Made = Callable[["Engine", Clock, str], History]


def lived(runner: asyncio.Runner, url: str, state: Path, numbers: range) -> None:
    """Live through the histories of these numbers; much is to have happened in them."""
    assert_much_happened(len(numbers), *live(runner, url, state, numbers, History))


def live(
    runner: asyncio.Runner, url: str, state: Path, numbers: range, made: Made
) -> tuple[Counter[tuple[str, str]], Counter[str]]:
    """The same on one database; each is judged by itself, then all. What struck them, and how all ended."""
    database = open_in(runner, url)
    clock = Clock(NOON)
    given = settings.read({"ORDAIN_STATE": str(state), "ORDAIN_SECRET": "of made-up histories"})
    first: Engine = app.engine(given, market(given.catalogue), database, lambda: None, clock)
    struck: Counter[tuple[str, str]] = Counter()
    ends: Counter[str] = Counter()
    for number in numbers:
        history = made(first, clock, f"{SEED}-{number}")
        told = runner.run(history.run(DEEDS))
        if told.found:
            lines = [f"ORDAIN_HISTORIES_SEED={SEED}, history {number}:", *told.found, "", *told.story]
            pytest.fail("\n".join(lines), pytrace=False)
        struck += history.fate.struck
        ends += told.ends
    assert runner.run(database.read_long(proofs.faults)) == []
    runner.run(database.close())
    return struck, ends


CARD_HISTORIES = max(MANY // 20, 10)
HAPPENED_BY_CARD = {"payment", "refund", "dispute", "recovery"}


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_histories_with_cards_leave_the_processor_with_what_the_books_say(
    engine: str, runner: asyncio.Runner, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    url = request.getfixturevalue("quick_url" if engine == "sqlite" else "postgresql_url")
    ends: Counter[str] = Counter()
    with gateway() as far:

        def made(first: Engine, clock: Clock, seed: str) -> History:
            return CardHistory(first, clock, f"cards-{seed}", far)

        numbers = range(CARD_HISTORIES) if engine == "sqlite" else range(CARD_HISTORIES, CARD_HISTORIES * 3 // 2)
        ends = live(runner, url, tmp_path, numbers, made)[1]
    assert set(ends) >= HAPPENED_BY_CARD, ends


def assert_much_happened(count: int, struck: Counter[tuple[str, str]], ends: Counter[str]) -> None:
    """Histories would prove little in which nothing went wrong, or nothing went well."""
    assert {boundary for _, boundary in struck} == BOUNDARIES
    assert struck.total() > count
    assert set(ends) >= HAPPENED, ends
    if count >= MANY // PARTS >= 250:
        for deed in (
            "order",
            "pay",
            "pay_at_once",
            "top_up",
            "withdraw",
            "mend",
            "work",
            "late_worker",
            "outage",
            "bill",
        ):
            assert {b for d, b in struck if d == deed} >= {"before a commit", "after a commit"}, deed


@pytest.fixture
def quick_url(sqlite_template: Path) -> Iterator[str]:
    """A migrated SQLite database, in memory where the machine has a place for that: nobody pulls the plug here."""
    memory = Path("/dev/shm")  # noqa: S108 - it is made safely below, and is a folder of nobody's
    with TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else None) as folder:
        path = Path(folder) / "ordain.db"
        shutil.copy(sqlite_template, path)
        yield f"sqlite:{path}"


@pytest.mark.parametrize("part", range(PARTS))
def test_histories_leave_the_books_in_order(part: int, runner: asyncio.Runner, quick_url: str, tmp_path: Path) -> None:
    lived(runner, quick_url, tmp_path, range(part, MANY, PARTS))


def test_histories_do_so_on_postgresql(runner: asyncio.Runner, postgresql_url: str, tmp_path: Path) -> None:
    lived(runner, postgresql_url, tmp_path, range(MANY, MANY + MANY // 20))
