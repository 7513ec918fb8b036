"""Tests left out for want of a program are counted aloud, and where everything was installed they fail the run."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests import name_servers, needs

CONFTEST = """
from tests import name_servers
from tests.needs import LeftOut

def pytest_configure(config):
    name_servers.PROGRAMS.update(Knot="a-program-that-nobody-has")
    config.addinivalue_line("markers", "needs(name): a program")
    config.pluginmanager.register(LeftOut())
"""
TESTS = """
import pytest

@pytest.mark.needs("Knot")
@pytest.mark.parametrize("number", range(3))
def test_with(number):
    raise AssertionError

def test_without():
    pass
"""


def ran(folder: Path, *words: str, **environment: str) -> tuple[int, str]:
    """Exit code and output of pytest on two small files."""
    for name in ("test_one.py", "test_two.py"):
        (folder / name).write_text(TESTS)
    (folder / "conftest.py").write_text(CONFTEST)
    (folder / "pytest.ini").write_text("[pytest]\n")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "ORDAIN_TEST"))}
    paths = os.pathsep.join(path for path in [str(Path(__file__).parent.parent), *sys.path] if path)
    ended = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "--import-mode=importlib", "-p", "xdist", *words, str(folder)],
        # Plugins of other packages take seconds to load, in each process.
        env={**kept, "PYTHONPATH": paths, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return ended.returncode, ended.stdout + ended.stderr


@pytest.mark.parametrize("processes", ["0", "2"])
def test_what_is_left_out_is_counted_at_the_end(tmp_path: Path, processes: str) -> None:
    code, said = ran(tmp_path, f"-n={processes}")
    assert code == 0, said
    assert "2 passed" in said
    assert "6 tests NOT RUN: no Knot on this machine (Debian: apt-get install knot)" in said.splitlines()[-2:]


def test_where_everything_was_installed_nothing_is_left_out(tmp_path: Path) -> None:
    code, said = ran(tmp_path, "-n=2", ORDAIN_TEST_NEEDS="all")
    assert code == pytest.ExitCode.TESTS_FAILED
    assert "Knot is not installed, and ORDAIN_TEST_NEEDS is all" in said
    assert "2 passed, 6 errors" in said


def test_every_program_has_its_packages() -> None:
    assert needs.PACKAGES.keys() == {*name_servers.PROGRAMS, "Chromium"}
