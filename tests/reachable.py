"""Which refusals a page can show: those of the functions that the pages' functions lead to, read off the sources."""

from __future__ import annotations

import ast
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
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("ordain."):
            where = node.module.removeprefix("ordain.")
            whole = "." not in where
            imported |= {
                one.asname or one.name: (f"{where}.{one.name}", "") if whole else (where, one.name)
                for one in node.names
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


def _made(module: Module, name: str, body: ast.stmt) -> Iterator[Made]:
    if module.name == "core.refusal":
        return
    for call in (node for node in ast.walk(body) if isinstance(node, ast.Call)):
        called = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        place = MAKERS.get(called)
        if called == "refusal" and isinstance(call.func, ast.Attribute):
            continue  # a decision that has the same name
        if place is not None and len(call.args) > place:
            yield Made(f"{module.name}.{name}:{call.lineno}", call.args[place], body, module)
