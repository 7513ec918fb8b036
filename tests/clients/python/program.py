"""Client programs in a process of their own: with the unmodified `ovh` package, in a folder with an ovh.conf."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.processes import Installation

PAGE = Path(__file__).with_name("order-a-domain-name.md")

# Runs the steps of a page in one namespace, and after each writes what every name then holds, as far as JSON can say.
_RUNNER = """
import json, sys

namespace = {}
for title, code in json.load(sys.stdin):
    exec(compile(code, title, "exec"), namespace)
    held = {}
    for name, value in namespace.items():
        try:
            held[name] = json.loads(json.dumps(value))
        except (TypeError, ValueError):
            pass
    print(json.dumps([title, held]))
"""


def steps_of(page: Path) -> list[tuple[str, str]]:
    """The blocks of Python of a page, each with the title it stands under."""
    steps: list[tuple[str, str]] = []
    title = ""
    block: list[str] | None = None
    for line in page.read_text().splitlines():
        if block is not None and line == "```":
            steps.append((title, "\n".join(block)))
            block = None
        elif block is not None:
            block.append(line)
        elif line.startswith("```python"):
            block = []
        elif line.startswith("#"):
            title = line.lstrip("# ")
    return steps


def prelude(greeting: str) -> str:
    """The two lines of Python the server asks for when it starts: python-ovh refuses endpoints that are URLs."""
    lines = [line.strip() for line in greeting.splitlines()]
    first = lines.index("import ovh")
    return "\n".join(lines[first : first + 2])


def run_program(
    steps: list[tuple[str, str]], of: Installation, conf: str = "", **environment: str
) -> dict[str, dict[str, Any]]:
    """Run these steps as a client's program; what every name held after each step. AssertionError if it fails.

    Its ovh.conf is `conf`, or the demo account's; `environment` is added to what it starts with.
    """
    folder = of.folder / "client"
    folder.mkdir(exist_ok=True)
    (folder / "ovh.conf").write_text(conf or of.told("client-config"))
    ended = subprocess.run(
        [sys.executable, "-c", _RUNNER],
        input=json.dumps([("Before", prelude(of.heard("out"))), *steps]),
        cwd=folder,
        env={name: value for name, value in of.environment.items() if not name.startswith("ORDAIN_")}
        | {"NO_PROXY": "*", "no_proxy": "*"}
        | environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 0, f"{ended.stdout[-2000:]}\n{ended.stderr}"
    return dict(json.loads(line) for line in ended.stdout.splitlines())
