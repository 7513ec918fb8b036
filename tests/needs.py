"""Tests that need a program of the machine's: left out where it is missing, and counted, not passed over in silence.

`@pytest.mark.needs("Knot")` names what it is. With ORDAIN_TEST_NEEDS=all, as where `.ci/run` has installed everything,
what is missing fails the run instead.
"""

from __future__ import annotations

import os
import shutil
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from tests import name_servers

if TYPE_CHECKING:
    from collections.abc import Iterator

LEFT_OUT = "ordain_left_out"
PACKAGES = {
    "PowerDNS": "pdns-server pdns-backend-sqlite3",
    "Knot": "knot",
    "BIND": "bind9",
    "Chromium": "chromium",
}
"""What Debian calls them."""


def chromium() -> str | None:
    """Where the browser is: CHROMIUM names it, else it is looked for."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return os.environ.get("CHROMIUM") or next((path for name in names if (path := shutil.which(name))), None)


def missing(name: str) -> bool:
    """Whether the machine has not what a test names."""
    return (chromium() if name == "Chromium" else name_servers.program(name)) is None


def lacking(item: pytest.Item) -> list[str]:
    """What a test needs and the machine has not."""
    return [name for mark in item.iter_markers("needs") for name in mark.args if missing(name)]


class LeftOut:
    """A pytest plugin: tests whose needs are not met are not run, and the end of the run says how many."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()

    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        """Leave out what cannot run; count it, for the process that reports."""
        if os.environ.get("ORDAIN_TEST_NEEDS") == "all":
            return
        out = [item for item in items if lacking(item)]
        self.counts.update(lacking(item)[0] for item in out)
        if out:
            config.hook.pytest_deselected(items=out)
            items[:] = [item for item in items if not lacking(item)]
        if hasattr(config, "workeroutput"):
            config.workeroutput[LEFT_OUT] = dict(self.counts)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """Where everything was installed, what cannot run fails."""
        if lacking(item):
            pytest.fail(f"{lacking(item)[0]} is not installed, and ORDAIN_TEST_NEEDS is all", pytrace=False)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any, error: object) -> None:  # noqa: ARG002 - xdist's names
        """Every process collects everything: what one of them counted is the count."""
        self.counts |= Counter(getattr(node, "workeroutput", {}).get(LEFT_OUT, {}))

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Say it where it is read: last."""
        for line in self.lines():
            terminalreporter.write_line(line, yellow=True, bold=True)

    def lines(self) -> Iterator[str]:
        """A sentence for each program that is missing."""
        for name, count in sorted(self.counts.items()):
            yield f"{count} tests NOT RUN: no {name} on this machine (Debian: apt-get install {PACKAGES[name]})"
