"""The sandbox's clock: moved forward in a file, and followed by every process that reads it."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from ordain import app, settings
from ordain.adapters import sandbox_clock
from ordain.adapters.sandbox_clock import SandboxClock
from ordain.settings import SettingError
from tests.world import NOON

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def look_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have every question look at the file."""
    monkeypatch.setattr(sandbox_clock, "LOOK_EVERY", 0)


def test_it_is_the_machines_until_it_is_moved_and_others_follow(tmp_path: Path) -> None:
    file = tmp_path / "state" / "clock"
    mine, other = SandboxClock(file, lambda: NOON), SandboxClock(file, lambda: NOON)
    assert (mine(), other()) == (NOON, NOON)
    mine.move(NOON + timedelta(days=30))
    assert (mine(), other(), mine.machine()) == (NOON + timedelta(days=30), NOON + timedelta(days=30), NOON)
    assert SandboxClock(file, lambda: NOON)() == NOON + timedelta(days=30)


def test_it_never_goes_back(tmp_path: Path) -> None:
    file = tmp_path / "clock"
    clock = SandboxClock(file, lambda: NOON)
    clock.move(NOON + timedelta(days=30))
    clock.move(NOON + timedelta(days=10))
    assert clock() == NOON + timedelta(days=30)
    for spoilt in ("", "-5", "soon", "1" * 40):
        file.write_text(spoilt)
        assert clock() == NOON + timedelta(days=30)
    file.unlink()
    assert clock() == NOON + timedelta(days=30)


def test_two_who_move_it_at_once_lose_nothing(tmp_path: Path) -> None:
    clocks = [SandboxClock(tmp_path / "clock", lambda: NOON) for _ in range(8)]
    moves = [
        threading.Thread(target=clock.move, args=(NOON + timedelta(days=number),))
        for number, clock in enumerate(clocks)
    ]
    for move in moves:
        move.start()
    for move in moves:
        move.join()
    assert {clock() for clock in clocks} == {NOON + timedelta(days=7)}


def test_a_file_with_something_else_ends_the_start_with_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "clock").write_text("tomorrow")
    with pytest.raises(SettingError, match="clock was moved"):
        app.clock(settings.read({"ORDAIN_STATE": str(tmp_path)}))


def test_real_names_do_not_begin_where_time_was_moved(tmp_path: Path) -> None:
    real = {"STATE": str(tmp_path), "REGISTRY": "epp", "EPP_HOST": "epp.example.com", "EPP_PASSWORD": "Secret-1234",
            "NAME_SERVERS": "ns1.example.com,ns2.example.com", "SECRET": "x" * 40}  # fmt: skip
    of = settings.read({f"ORDAIN_{name}": value for name, value in real.items()})
    before = datetime.now(UTC)
    assert before <= app.clock(of)() <= datetime.now(UTC)
    SandboxClock(tmp_path / "clock").move(before + timedelta(days=1))
    with pytest.raises(SettingError, match="moved in a rehearsal"):
        app.clock(of)
