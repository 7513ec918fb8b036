"""Which refusals a page can show: those of the functions that the pages' functions lead to, read off the sources."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Iterator

SOURCES = Path(__file__).parents[1] / "src" / "ordain"
FOLDERS = ("core", "flows", "web")
Node = tuple[str, str]
"""A module ("flows.carts") and what it defines."""
MAKERS = {"Refusal": 1, "refusal": 1, "invalid": 0, "not_found": 0, "forbidden": 0, "conflict": 0, "Unavailable": 0}
"""What makes a refusal, and where its message stands among the arguments."""


class Module(Struct, frozen=True):
    """One file: what it defines, and what its names stand for elsewhere."""

    name: str
    defined: dict[str, ast.stmt]
    imported: dict[str, Node]
    """By the name used here; a module as a whole has "" for what it defines."""


class Made(Struct, frozen=True):
    """One place where a refusal is made."""

    where: str
    message: ast.expr
    body: ast.stmt
    module: Module


@cache
def modules() -> dict[str, Module]:
    """Every file of the folders, by folder and name."""
    found = {}
    for folder in FOLDERS:
        for file in sorted((SOURCES / folder).glob("*.py")):
            name = f"{folder}.{file.stem}"
            found[name] = _read(name, ast.parse(file.read_text()))
    return found


def _read(name: str, tree: ast.Module) -> Module:
    defined: dict[str, ast.stmt] = {}
    imported: dict[str, Node] = {}
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            defined[node.name] = node
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            defined |= {one.id: node for target in targets for one in ast.walk(target) if isinstance(one, ast.Name)}
    for inner in ast.walk(tree):
        if isinstance(inner, ast.ImportFrom) and inner.module and inner.module.startswith("ordain."):
            where = inner.module.removeprefix("ordain.")
            whole = "." not in where
            imported |= {
                one.asname or one.name: (f"{where}.{one.name}", "") if whole else (where, one.name)
                for one in inner.names
            }
    return Module(name, defined, imported)


def _leads(module: Module, body: ast.AST) -> Iterator[Node]:
    for node in ast.walk(body):
        if isinstance(node, ast.Name):
            if node.id in module.defined:
                yield module.name, node.id
            elif module.imported.get(node.id, ("", ""))[1]:
                yield module.imported[node.id]
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            where, what = module.imported.get(node.value.id, ("", "x"))
            if not what:
                yield where, node.attr


def from_pages(known: dict[str, Module]) -> list[Made]:
    """Every place that makes a refusal and that a page of the shop or of the account leads to."""
    pages = [one for name, one in known.items() if name.startswith("web.") and not name.startswith("web.office")]
    ahead = [(page.name, what) for page in pages for what in page.defined if page.name != "web.site"]
    seen: set[Node] = set()
    made = []
    while ahead:
        node = ahead.pop()
        module = known.get(node[0])
        if node in seen or module is None or node[1] not in module.defined or node[0].startswith("web.office"):
            continue
        seen.add(node)
        body = module.defined[node[1]]
        made += list(_made(module, node[1], body))
        ahead += _leads(module, body)
    return sorted(made, key=lambda one: one.where)


def _refusals(module: Module) -> set[str]:
    return {name for name, (where, _) in module.imported.items() if where == "core.refusal"}


def _made(module: Module, name: str, body: ast.stmt) -> Iterator[Made]:
    if module.name == "core.refusal":
        return
    for call in (node for node in ast.walk(body) if isinstance(node, ast.Call)):
        called = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        place = MAKERS.get(called)
        if called == "refusal" and (isinstance(call.func, ast.Attribute) or "refusal" not in _refusals(module)):
            continue  # a decision that has the same name
        if place is not None and len(call.args) > place:
            yield Made(f"{module.name}.{name}", call.args[place], body, module)


def texts(made: Made, known: dict[str, Module], said: ast.expr | None = None) -> list[str | None]:
    """What the refusal may say, its places unfilled; None for what is only known when it runs."""
    said = said or made.message
    match said:
        case ast.Constant():
            return [str(said.value)]
        case ast.IfExp():
            return [*texts(made, known, said.body), *texts(made, known, said.orelse)]
        case ast.Call() if said.args and getattr(said.func, "id", "") in ("Sentence", "say"):
            return texts(made, known, said.args[0])
        case ast.Name():
            given = _given(made, known, said.id)
            return [text for one in given for text in texts(made, known, one)] or [None]
        case _:
            return [None]


def _given(made: Made, known: dict[str, Module], name: str) -> list[ast.expr]:
    """What a name stands for: what the function gives it, else what its module or another one defines."""
    found = [
        node.value
        for node in ast.walk(made.body)
        if isinstance(node, ast.Assign) and any(isinstance(one, ast.Name) and one.id == name for one in node.targets)
    ]
    where, what = made.module.imported.get(name, (made.module.name, name))
    defined = known[where].defined.get(what) if where in known else None
    if not found and isinstance(defined, ast.Assign | ast.AnnAssign) and defined.value:
        found = [defined.value]
    return [one for one in found if not (isinstance(one, ast.Name) and one.id == name)]
