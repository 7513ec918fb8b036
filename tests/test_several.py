"""`ordain serve --workers`, and how a server ends: nothing refused while it is not over, nobody left behind."""

from __future__ import annotations

import asyncio
import http.client
import os
import re
import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ordain.flows.running import Running
from ordain.several import FIRST_PAUSE, LONGEST_PAUSE, SETTLED, Share, _Place
from tests.processes import STOP_SECONDS, Installation, installed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

READY, METRICS = "/ordain/v1/ready", "/ordain/v1/metrics"


@pytest.fixture
def several(tmp_path: Path, postgresql_url: str) -> Iterator[Installation]:
    """Two processes at one address, each with a worker."""
    with installed(tmp_path, postgresql_url, log="info") as installation:
        installation.wait_for_answer(installation.start("serve", "--workers", "2"))
        yield installation


def children(installation: Installation) -> list[int]:
    """The processes that were started last in each place."""
    found = re.findall(r"process (\d) of 2 is (\d+)", installation.heard("err"))
    return [int(pid) for pid in dict(found).values()]


def get(installation: Installation, path: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", installation.port, timeout=10)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def until(so: Callable[[], bool], installation: Installation) -> None:
    end = time.monotonic() + STOP_SECONDS
    while not so():
        assert time.monotonic() < end, installation.heard()
        time.sleep(0.02)


def lives(pid: int) -> bool:
    """Whether a process is there and not merely waited for."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_several_share_an_address_and_end_with_their_parent(several: Installation) -> None:
    until(lambda: len(children(several)) == 2, several)
    both = children(several)
    until(lambda: all(f'process="{number}"' in get(several, METRICS)[1] for number in "12"), several)
    assert get(several, READY)[0] == 200
    assert several.heard("out").count("application_key=") == several.heard("out").count("Ordain serves ") * 2 > 0
    assert several.down() == [0]
    assert not any(map(lives, both))


def test_a_process_that_is_killed_is_started_again(several: Installation) -> None:
    until(lambda: len(children(several)) == 2, several)
    first, second = children(several)
    os.kill(first, signal.SIGKILL)
    until(lambda: children(several)[0] != first, several)
    assert get(several, "/1.0/auth/time")[0] == 200
    assert children(several)[1] == second
    assert several.down() == [0]


def test_children_do_not_outlive_a_parent_that_is_killed(several: Installation) -> None:
    until(lambda: len(children(several)) == 2, several)
    both = children(several)
    several.ended(signal.SIGKILL)
    until(lambda: not any(map(lives, both)), several)
    assert not several.answers()


def test_a_sqlite_file_is_one_process_s(tmp_path: Path) -> None:
    with installed(tmp_path, "") as installation:
        ended = installation.run("serve", "--workers", "2")
    assert ended.returncode == 1
    assert ended.stderr == "Error: --workers needs PostgreSQL: a SQLite file is one process's.\n"


def test_pauses_double_until_a_process_has_been_well() -> None:
    place, now, pauses = _Place(1), 1000.0, []
    for _ in range(12):
        place.since = now
        place.ended(now + 1)
        pauses.append(place.pause)
    assert pauses[:3] == [FIRST_PAUSE, 2 * FIRST_PAUSE, 4 * FIRST_PAUSE]
    assert pauses[-1] == LONGEST_PAUSE
    assert place.due == now + 1 + LONGEST_PAUSE
    place.ended(now + SETTLED)
    assert place.pause == FIRST_PAUSE


def test_what_is_counted_is_written_down_again_once_there_is_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ordain.several.SHARED_EVERY", 0.01)  # lest the test takes seconds
    folder = tmp_path / "counted"
    share = Share(folder, 1)

    async def main() -> None:
        keeping = asyncio.create_task(share.keep(Running()))
        await asyncio.sleep(0.05)  # there is no such folder, as there may be no room
        folder.mkdir()
        end = time.monotonic() + STOP_SECONDS
        while not (folder / "1").exists():
            assert time.monotonic() < end
            assert not keeping.done()
            await asyncio.sleep(0.01)
        keeping.cancel()

    asyncio.run(main())


def test_a_server_that_is_told_to_end_serves_on_and_is_not_ready(tmp_path: Path) -> None:
    with installed(tmp_path, "", drain="30") as installation:
        server = installation.serve()
        kept = http.client.HTTPConnection("127.0.0.1", installation.port, timeout=10)
        kept.request("GET", READY)
        answer = kept.getresponse()
        assert (answer.status, answer.read()) == (200, b'{"status":"ready"}')
        installation.ended(signal.SIGTERM)
        until(lambda: get(installation, READY)[0] == 503, installation)
        # On a connection that was there before, too, and it is the last answer there.
        kept.request("GET", "/1.0/auth/time")
        answer = kept.getresponse()
        assert (answer.status, answer.getheader("connection")) == (200, "close")
        assert server.poll() is None
        kept.close()
        # Ctrl-C cuts the wait short.
        installation.ended(signal.SIGINT)
        assert server.wait(STOP_SECONDS) == 0
