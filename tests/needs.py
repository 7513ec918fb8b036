"""Tests that need a program of the machine's: left out where it is missing, and counted, not passed over in silence.

`@pytest.mark.needs("Knot")` names what it is. With ORDAIN_TEST_NEEDS=all, as where `.ci/run` has installed everything,
what is missing fails the run instead.
"""

from __future__ import annotations

import os
import shutil
from collections import Counter
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import pytest

from tests import name_servers
from tests.hosts import network

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
ALLOWED = {"network namespaces": lru_cache(network.allowed)}
"""What is no program, but something the machine lets us do or not: no run fails for want of it."""


def chromium() -> str | None:
    """Where the browser is: CHROMIUM names it, else it is looked for."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return os.environ.get("CHROMIUM") or next((path for name in names if (path := shutil.which(name))), None)


def missing(name: str) -> bool:
    """Whether the machine has not what a test names."""
    if name in ALLOWED:
        return not ALLOWED[name]()
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
        everything = os.environ.get("ORDAIN_TEST_NEEDS") == "all"
        out = [item for item in items if any(not everything or name in ALLOWED for name in lacking(item))]
        self.counts.update(lacking(item)[0] for item in out)
        if out:
            config.hook.pytest_deselected(items=out)
            items[:] = [item for item in items if item not in out]
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
            why = (
                f"Debian: apt-get install {PACKAGES[name]}" if name in PACKAGES else "that takes root, and their leave"
            )
            yield f"{count} tests NOT RUN: no {name} on this machine ({why})"
