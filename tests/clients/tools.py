"""Node and Go with OVHcloud's own libraries, installed from their locks: what the client tests need beside Python.

`make test` calls it before the tests, so that what is missing is said at once: `python -m tests.clients.tools`.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

CLIENTS = Path(__file__).resolve().parent
NODE, GO = CLIENTS / "node", CLIENTS / "go"
BUILD = CLIENTS.parents[1] / "build" / "clients"
"""Ignored by git, as node_modules is."""

NEEDED = {
    "node": "Node.js 18 or newer",
    "npm": "npm, which comes with Node.js",
    "go": "Go 1.18 or newer",
}
FOLDERS = ("/usr/local/go/bin", "/usr/local/bin", "/usr/bin")
"""Where they usually are, for a PATH that does not say so."""


class ToolError(Exception):
    """Something the client tests need is missing or does not work; the message is for whoever runs them."""


def tool(name: str) -> str:
    """The path of a program. Raises ToolError."""
    found = shutil.which(name, path=_path())
    if not found:
        message = f"The tests of the client libraries need {NEEDED[name]}: there is no `{name}` on the PATH."
        raise ToolError(message)
    return found


def _path() -> str:
    return os.pathsep.join([os.environ.get("PATH", os.defpath), *FOLDERS])


def environment() -> dict[str, str]:
    """An environment to install in: with caches of our own where there is no home to keep them in."""
    flags = f"{os.environ.get('GOFLAGS', '')} -mod=readonly -buildvcs=false"
    # Without C the programs need no compiler but Go's own; and no other Go or workspace than the one found is asked.
    asked = {"PATH": _path(), "CGO_ENABLED": "0", "GOTOOLCHAIN": "local", "GOWORK": "off"}
    # Once of our own, always: Go makes a missing home itself, and would build everything anew for it.
    if (BUILD / "go").exists() or not os.access(os.environ.get("HOME") or "/nowhere", os.W_OK):
        (BUILD / "go").mkdir(parents=True, exist_ok=True)
        caches = {"GOCACHE": "go-build", "GOPATH": "go", "npm_config_cache": "npm"}
        asked |= {name: os.environ.get(name, str(BUILD / folder)) for name, folder in caches.items()}
        # What Go keeps is read-only otherwise, and `make clean` could not remove it.
        flags += " -modcacherw"
    return os.environ | asked | {"GOFLAGS": flags.strip()}


def node_modules() -> Path:
    """The folder of node-ovh, installed by its lock."""
    modules = NODE / "node_modules"
    made, lock = modules / ".package-lock.json", NODE / "package-lock.json"
    with _alone():
        if not _newer(made, lock):
            _run(NODE, tool("npm"), "ci", "--ignore-scripts", "--no-audit", "--no-fund")
            made.touch()
    return modules


def go_tests() -> Path:
    """The tests written in Go, as one program."""
    program = BUILD / "go.test"
    sources = (*GO.glob("*.go"), GO / "go.mod", GO / "go.sum")
    with _alone():
        if not _newer(program, *sources):
            _run(GO, tool("go"), "test", "-c", "-o", str(program), ".")
    return program


def go_program(source: Path) -> Path:
    """A program written in Go, beside its source, with go-ovh at its disposal."""
    program = source.with_suffix("")
    with _alone():
        _run(GO, tool("go"), "build", "-o", str(program), str(source))
    return program


def _newer(made: Path, *sources: Path) -> bool:
    return made.exists() and all(made.stat().st_mtime >= source.stat().st_mtime for source in sources)


def _run(folder: Path, *command: str) -> None:
    ended = subprocess.run(command, cwd=folder, env=environment(), capture_output=True, text=True, check=False)
    if ended.returncode:
        message = f"`{' '.join(command)}` in {folder} failed:\n{ended.stdout}{ended.stderr}"
        raise ToolError(message)


@contextmanager
def _alone() -> Iterator[None]:
    """One process at a time: the tests run in several."""
    BUILD.mkdir(parents=True, exist_ok=True)
    with (BUILD / "lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def _new_enough() -> None:
    told = subprocess.run([tool("node"), "--version"], capture_output=True, text=True, check=False).stdout.strip()
    if int(told.strip("v").partition(".")[0] or 0) < 18:
        message = f"The tests of the client libraries need {NEEDED['node']}: `node` is {told or 'broken'}."
        raise ToolError(message)


def main() -> None:
    """Install everything; say in a sentence what is missing."""
    try:
        for name in NEEDED:
            tool(name)
        _new_enough()
        node_modules()
        go_tests()
    except ToolError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
