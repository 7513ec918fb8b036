"""The style guide as a test: who may import whom, what the core may not do, sizes, words, suppressions.

A rule is a function from one source file to the lines that break it. Each runs over the project, and over made-up
sources that show it can fail. The rules are those of CONTRIBUTING.md, "The house".
"""

from __future__ import annotations

import ast
import io
import re
import sys
import tokenize
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Finding = tuple[int, str]
    Rule = Callable[["Source"], Iterator[Finding]]

ROOT = Path(__file__).resolve().parent.parent

EVERYTHING = {
    "__init__", "__main__", "app", "worker", "cli", "commands", "catalogue_commands", "catalogue_report", "settings",
    "demo", "epp_accounts", "ledger_report", "logs", "report", "serving", "sandbox_serving", "certificates",
    "payment_settings",
    "moving_commands", "name_server_settings", "payment_commands", "registries", "registry_commands",
    "registry_settings", "setting_texts", "several", "staff_commands", "voucher_commands",
}  # fmt: skip
MAY_IMPORT = {
    "core": ("core",),
    "store": ("store", "core"),
    "adapters": ("adapters", "core", "flows.ports"),
    "flows": ("flows", "core", "store"),
    "api": ("api", "core", "flows"),
    "web": ("web", "core", "flows", "api.wire", "api.errors"),
}
CORE_PACKAGES = {"ordain", "msgspec", "idna", "regex", "stdnum"} | sys.stdlib_module_names
DRIVERS = {"apsw", "asyncpg", "sqlite3"}

IMPURE_MODULES = re.compile(
    r"(asyncio|concurrent|fcntl|getpass|glob|http|importlib|logging|mmap|multiprocessing|os|platform|random|secrets"
    r"|select|selectors|shutil|signal|smtplib|socket|socketserver|sqlite3|ssl|subprocess|tempfile|threading|time)(\.|$)"
)
IMPURE_NAMES = {"open", "print", "input", "eval", "exec", "__import__", "uuid1", "uuid4"}
IMPURE_METHODS = {"now", "utcnow", "today", "uuid1", "uuid4", "read_text", "read_bytes", "write_text", "write_bytes"}

EXACT = {"Fraction", "Decimal", "Path", "PurePath", "PurePosixPath"}

SQL = re.compile(
    r"\s*(SELECT\s|INSERT\s+(OR\s+\w+\s+)?INTO\s|UPDATE\s+\w+\s+SET\s|DELETE\s+FROM\s|WITH\s+\w+\s+AS\s|PRAGMA\s"
    r"|(CREATE|ALTER|DROP)\s+(UNIQUE\s+)?(TABLE|INDEX|VIEW|SCHEMA|SEQUENCE|TRIGGER)\s)"
)
# Whatever the table is named by: all columns of the ledger's own tables stay as they were written.
LEDGER_CHANGE = re.compile(
    r"\b(UPDATE\s+(OR\s+\w+\s+)?|DELETE\s+FROM\s+|TRUNCATE\s+(TABLE\s+)?|REPLACE\s+INTO\s+"
    r"|INSERT\s+OR\s+REPLACE\s+INTO\s+)(ledger_(line|transfer)|audit_entry|market_edit)\b"
    r"|\bINTO\s+(ledger_(line|transfer)|audit_entry|market_edit)\b.*\bDO\s+UPDATE\b",
    re.IGNORECASE | re.DOTALL,
)
MOST_LINES, MOST_FILE_LINES, MOST_PARAMETERS = 50, 400, 5
EMPTY_WORD = re.compile(r"(manager|helper|util|handler|model)s?|base|common|data|info|process")
SUPPRESSION = re.compile(
    r"#\s*(?:(type:\s*ignore)(\[[^\]]+\])?|((?:ruff:\s*)?noqa)\b(:\s*[A-Z]+\d+(?:[,\s]+[A-Z]+\d+)*)?)", re.IGNORECASE
)
SKIPS = {"skip", "skipif", "xfail", "importorskip", "skipTest", "expectedFailure"}
ASSERTING = re.compile(r"(assert|check|expect|must)(_|$)|raises$|warns$|fail$|run_state_machine_as_test$")


@dataclass(frozen=True)
class Source:
    """One Python file; `path` is relative to the project."""

    path: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, self.path)

    @property
    def house(self) -> tuple[str, ...]:
        """The module's names below `ordain`: ("core", "cart")."""
        return Path(self.path).with_suffix("").parts[2:]

    @property
    def package(self) -> tuple[str, ...]:
        return ("ordain", *self.house[:-1])

    def functions(self) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
        return (node for node in ast.walk(self.tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))

    def imports(self) -> Iterator[Finding]:
        """Every imported name in full, relative ones resolved: (3, "ordain.core.cart.Cart")."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from ((node.lineno, alias.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                above = self.package[: len(self.package) + 1 - node.level] if node.level else ()
                module = ".".join([*above, *([node.module] if node.module else [])])
                yield from ((node.lineno, f"{module}.{alias.name}") for alias in node.names)

    def comments(self) -> Iterator[Finding]:
        for token in tokenize.generate_tokens(io.StringIO(self.text).readline):
            if token.type == tokenize.COMMENT:
                yield token.start[0], token.string

    def docstrings(self) -> Iterator[Finding]:
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                text = ast.get_docstring(node)
                if text:
                    yield node.body[0].lineno, text


def called(node: ast.AST) -> tuple[str, str]:
    """The last name of what a call calls, and the dotted whole: ("now", "datetime.now"). Empty when it has none."""
    target = node.func if isinstance(node, ast.Call) else node
    if isinstance(target, ast.Name):
        return target.id, target.id
    if isinstance(target, ast.Attribute):
        return target.attr, f"{called(target.value)[1]}.{target.attr}"
    return "", ""


def begins(name: str, *prefixes: str) -> bool:
    return any(f"{name}.".startswith(f"{prefix}.") for prefix in prefixes)


# The rules for src/ordain.


def layers(source: Source) -> Iterator[Finding]:
    """Who may import whom."""
    top = source.house[0]
    if top not in MAY_IMPORT and top not in EVERYTHING:
        yield 1, f"{top} is not a part of the house ({', '.join([*MAY_IMPORT, *sorted(EVERYTHING)])})"
    allowed = [f"ordain.{part}" for part in MAY_IMPORT.get(top, ())]
    for line, name in source.imports() if allowed else ():
        if begins(name, "ordain") and not begins(name, "ordain.__version__", *allowed):
            yield line, f"{top} may not import {name}"
        elif top == "core" and name.split(".")[0] not in CORE_PACKAGES:
            yield line, f"core may import the standard library, msgspec, idna, regex and stdnum only, not {name}"


def pure_core(source: Source) -> Iterator[Finding]:
    """The core has no clock, no chance, no I/O, no log and nothing asynchronous."""
    if source.house[0] != "core":
        return
    for line, module in source.imports():
        if IMPURE_MODULES.match(module) or begins(module, "uuid.uuid1", "uuid.uuid4"):
            yield line, f"core may not import {module}"
    for node in ast.walk(source.tree):
        if isinstance(node, ast.AsyncFunctionDef | ast.Await | ast.AsyncFor | ast.AsyncWith):
            yield node.lineno, "nothing in core is async"
        elif isinstance(node, ast.Call):
            last, whole = called(node)
            if whole in IMPURE_NAMES or (isinstance(node.func, ast.Attribute) and last in IMPURE_METHODS):
                yield node.lineno, f"core may not call {whole or last}(): take its result as an argument"


def exact_core(source: Source) -> Iterator[Finding]:
    """The core has no floats, and divides only what is seen to stay exact."""
    if source.house[0] != "core":
        return
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, float | complex):
            yield node.lineno, f"float literal {node.value}"
        elif isinstance(node, ast.Call) and called(node)[1] == "float":
            yield node.lineno, "float()"
        elif isinstance(node, ast.AugAssign) and isinstance(node.op, ast.Div):
            yield node.lineno, "/= makes floats of whole numbers"
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div) and not exact(node):
            yield node.lineno, "/ makes floats of whole numbers: Fraction(a, b), divmod or //"


def exact(division: ast.BinOp) -> bool:
    return any(isinstance(node, ast.Call) and called(node)[0] in EXACT for node in ast.walk(division))


def sql_in_store(source: Source) -> Iterator[Finding]:
    """SQL and database drivers are found in the store only."""
    if source.house[0] == "store":
        return
    for line, name in source.imports():
        if name.split(".")[0] in DRIVERS:
            yield line, f"{name} is imported in store only"
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and SQL.match(node.value):
            yield node.lineno, f"SQL outside store: {' '.join(node.value.split())[:40]}"


def append_only(source: Source) -> Iterator[Finding]:
    """No statement changes or deletes what the ledger and the book of edits hold: what was wrong gets another entry."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and LEDGER_CHANGE.search(node.value):
            yield node.lineno, f"changes what is only added to: {' '.join(node.value.split())[:40]}"


def short_functions(source: Source) -> Iterator[Finding]:
    """A function has at most 50 lines."""
    for function in source.functions():
        length = (function.end_lineno or function.lineno) - function.lineno + 1
        if length > MOST_LINES:
            yield function.lineno, f"{function.name} has {length} lines, at most {MOST_LINES}"


def short_files(source: Source) -> Iterator[Finding]:
    """A file has at most 400 lines."""
    length = len(source.text.splitlines())
    if length > MOST_FILE_LINES:
        yield length, f"{length} lines, at most {MOST_FILE_LINES}"


def few_parameters(source: Source) -> Iterator[Finding]:
    """A function has at most 5 parameters; self, cls, *args and **kwargs are not counted."""
    for function in source.functions():
        positional = [argument.arg for argument in (*function.args.posonlyargs, *function.args.args)]
        own = positional[:1] in (["self"], ["cls"])
        count = len(positional) - own + len(function.args.kwonlyargs)
        if count > MOST_PARAMETERS:
            yield function.lineno, f"{function.name} has {count} parameters, at most {MOST_PARAMETERS}"


def meaningful_names(source: Source) -> Iterator[Finding]:
    """No folder, file or class is named by a word that says nothing."""
    classes = [(node.lineno, node.name) for node in ast.walk(source.tree) if isinstance(node, ast.ClassDef)]
    for line, name in [*((1, part) for part in source.house), *classes]:
        for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", name):
            if EMPTY_WORD.fullmatch(word.lower()):
                yield line, f"{name}: {word.lower()!r} says nothing; name it after the business"


# The rules for every Python file.


def opening_docstring(source: Source) -> Iterator[Finding]:
    """Every module opens by saying what it is for."""
    if not ast.get_docstring(source.tree):
        yield 1, "no docstring"


def nothing_postponed(source: Source) -> Iterator[Finding]:
    """Nothing is left to do in a comment or docstring: it is done, or it is an issue."""
    for line, text in [*source.comments(), *source.docstrings()]:
        found = re.search(r"\b(TODO|FIXME)\b", text)
        if found:
            yield line, found[0]


def reasoned_suppressions(source: Source) -> Iterator[Finding]:
    """A suppressed warning names its code and gives a reason behind it."""
    for line, comment in source.comments():
        marks = list(SUPPRESSION.finditer(comment))
        if any(not (mark[2] or mark[4]) for mark in marks):
            yield line, f"names no code: {comment}"
        elif marks and not re.search(r"[^\W\d]{2}", SUPPRESSION.sub("", comment)):
            yield line, f"gives no reason: {comment}"


# The rules for tests.


def nothing_skipped(source: Source) -> Iterator[Finding]:
    """A test runs and is expected to pass."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Attribute) and node.attr in SKIPS:
            yield node.lineno, f"{called(node)[1]}: no test is skipped or expected to fail"
    for line, name in source.imports():
        if begins(name, *(f"{module}.{skip}" for module in ("pytest", "unittest") for skip in SKIPS)):
            yield line, f"{name}: no test is skipped or expected to fail"


def asserting_tests(source: Source) -> Iterator[Finding]:
    """Each test asserts: itself, by a function of its file that does, or by one named after asserting."""
    conformance = {name.rpartition(".")[2] for _, name in source.imports() if begins(name, "tests.conformance")}
    asserting = {function.name for function in source.functions() if asserts(function, conformance)}
    for function in source.functions():
        if function.name.startswith("test") and not asserts(function, conformance | asserting - {function.name}):
            yield function.lineno, f"{function.name} asserts nothing"


def asserts(function: ast.AST, by_name: set[str]) -> bool:
    for node in ast.walk(function):
        if isinstance(node, ast.Assert):
            return True
        if isinstance(node, ast.Call):
            last, whole = called(node)
            if ASSERTING.match(last) or by_name.intersection(whole.split(".")):
                return True
    return False


HOUSE_RULES: list[Rule] = [layers, pure_core, exact_core, sql_in_store, append_only]
HOUSE_RULES += [short_functions, short_files, few_parameters, meaningful_names]
EVERY_RULES: list[Rule] = [opening_docstring, nothing_postponed, reasoned_suppressions]
TEST_RULES: list[Rule] = [nothing_skipped, asserting_tests]


@cache
def sources(*folders: str) -> list[Source]:
    paths = sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))
    return [Source(path.relative_to(ROOT).as_posix(), path.read_text("utf-8")) for path in paths]


def check(rule: Rule, found_in: list[Source]) -> None:
    findings = [f"{source.path}:{line}: {words}" for source in found_in for line, words in rule(source)]
    if findings:
        pytest.fail("\n".join([rule.__doc__ or rule.__name__, *findings]), pytrace=False)


def named(rule: Rule) -> str:
    return rule.__name__


@pytest.mark.parametrize("rule", HOUSE_RULES, ids=named)
def test_the_house_keeps(rule: Rule) -> None:
    check(rule, sources("src/ordain"))


@pytest.mark.parametrize("rule", EVERY_RULES, ids=named)
def test_every_file_keeps(rule: Rule) -> None:
    check(rule, sources("src", "tests", "bench"))


@pytest.mark.parametrize("rule", TEST_RULES, ids=named)
def test_tests_keep(rule: Rule) -> None:
    check(rule, sources("tests"))


def test_no_migration_changes_the_ledger() -> None:
    migrations = sorted((ROOT / "src" / "ordain" / "store" / "migrations").glob("*.sql"))
    assert len(migrations) > 10
    assert [file.name for file in migrations if LEDGER_CHANGE.search(file.read_text("utf-8"))] == []


def test_the_sources_are_found() -> None:
    assert set(MAY_IMPORT) <= {source.house[0] for source in sources("src")}


class Case(NamedTuple):
    """A made-up source and the lines on which its rule finds fault."""

    rule: Rule
    path: str
    text: str
    lines: list[int]


LONG_FUNCTION = "def f():\n" + "    pass\n" * 50
CASES = [
    Case(layers, "core/cart.py", "import ordain.store.carts\nfrom ordain.core import money\nimport click\n", [1, 3]),
    Case(layers, "core/cart.py", "from ..flows import carts\nfrom .money import Money\nfrom . import names\n", [1]),
    Case(layers, "store/__init__.py", "from ..core import cart\nfrom . import carts\nfrom .. import flows\n", [3]),
    Case(layers, "store/carts.py", "def f():\n    from ordain.adapters.epp import send\n", [2]),
    Case(layers, "adapters/epp.py", "from ordain.flows.ports import Registry\nfrom ordain.flows import ports\n", []),
    Case(layers, "adapters/epp.py", "from ordain.flows import carts\nimport ordain.flows\nimport ordain\n", [1, 2, 3]),
    Case(layers, "flows/carts.py", "from ordain.store import carts\nfrom ordain.adapters import epp\n", [2]),
    Case(layers, "api/order.py", "from ordain import __version__\nfrom ordain.store import carts\n", [2]),
    Case(layers, "web/shop.py", "from ordain.api import errors, wire\nfrom ordain.api.wire import Cart\n", []),
    Case(layers, "web/shop.py", "from ordain.api import routing\nfrom ordain.settings import load\n", [1, 2]),
    Case(layers, "worker.py", "from ordain.store import tasks\nfrom ordain.adapters import epp\n", []),
    Case(layers, "shop/pages.py", "", [1]),
    Case(pure_core, "core/cart.py", "import time\nfrom os import path\nfrom uuid import UUID, uuid4\n", [1, 2, 3]),
    Case(
        pure_core,
        "core/cart.py",
        "a = datetime.now(UTC)\nb = date.today()\nc = open('f')\nd = cart.at(now)\n",
        [1, 2, 3],
    ),
    Case(pure_core, "core/cart.py", "async def f():\n    await g()\n", [1, 2]),
    Case(pure_core, "flows/carts.py", "import time\nasync def f():\n    print(time.time())\n", []),
    Case(exact_core, "core/cart.py", "a = 0.2\nb = float(c)\nd = e / f\nd /= 2\ng = e // f\n", [1, 2, 3, 4]),
    Case(exact_core, "core/cart.py", "a = Fraction(1, 3) / 2\nb = Path(c) / d\ne = isinstance(f, float)\n", []),
    Case(exact_core, "core/tax.py", "a = parsed(b, Fraction(0)) / 100\nc = Fraction(1) + d / e\n", [2]),
    Case(exact_core, "api/wire.py", "a = ucents / 1e8\n", []),
    Case(sql_in_store, "flows/carts.py", "import apsw\na = f'''\n    SELECT {b} FROM carts'''\n", [1, 2]),
    Case(sql_in_store, "api/order.py", "a = 'DELETE FROM carts'\nb = 'UPDATE carts SET c = 1'\n", [1, 2]),
    Case(sql_in_store, "api/order.py", "a = 'DELETE'\nb = 'DELETE /me'\nc = 'Select one'\n", []),
    Case(sql_in_store, "store/carts.py", "import apsw\na = 'SELECT 1 '\n", []),
    Case(short_functions, "core/cart.py", LONG_FUNCTION, [1]),
    Case(short_functions, "core/cart.py", "@route\n" + LONG_FUNCTION.removesuffix("    pass\n"), []),
    Case(short_files, "core/cart.py", "a = 1\n" * 401, [401]),
    Case(short_files, "core/cart.py", "a = 1\n" * 400, []),
    Case(
        append_only,
        "store/ledger.py",
        "a = 'UPDATE ledger_line SET a = 1'\nb = f'DELETE FROM ledger_transfer {a}'\n"
        "c = 'INSERT INTO ledger_transfer (a) VALUES (1) ON CONFLICT (a) DO UPDATE SET a = 2'\n",
        [1, 2, 3],
    ),
    Case(
        append_only,
        "store/ledger.py",
        "a = 'INSERT INTO ledger_transfer (a) VALUES ($1)'\n"
        "b = 'INSERT INTO ledger_head (a) VALUES ($1) ON CONFLICT (a) DO UPDATE SET a = 2'\n",
        [],
    ),
    Case(
        few_parameters, "core/cart.py", "def f(a, /, b, c, *, d, e, f): ...\nasync def g(a, b, c, d, e, *f): ...\n", [1]
    ),
    Case(few_parameters, "core/cart.py", "class A:\n    def f(self, a, b, c, d, e, **f): ...\n", []),
    Case(meaningful_names, "core/cart_utils.py", "class CartManager: ...\nclass HTTPHandler: ...\n", [1, 1, 2]),
    Case(meaningful_names, "store/database.py", "class PaymentProcessor: ...\nclass Modelled: ...\n", []),
    Case(opening_docstring, "core/cart.py", "from __future__ import annotations\n", [1]),
    Case(opening_docstring, "core/cart.py", '"""Carts."""\n', []),
    Case(nothing_postponed, "core/cart.py", '"""Carts.\n\nFIXME."""\na = 1  # TODO: more\nb = "TODO"\n', [1, 4]),
    Case(nothing_postponed, "core/cart.py", '"""Carts, and what to do with them."""\na = "TODO"\n', []),
    Case(
        reasoned_suppressions, "core/cart.py", "a = 1  # noqa\nb = 1  # type: ignore\nc = 1  # noqa: E501\n", [1, 2, 3]
    ),
    Case(reasoned_suppressions, "core/cart.py", "# ruff: noqa\na = 1  # type: ignore[attr-defined]\n", [1, 2]),
    Case(reasoned_suppressions, "core/cart.py", "a = 1  # type: ignore[misc]  # lxml has no types\n", []),
    Case(reasoned_suppressions, "core/cart.py", "a = 1  # noqa: S608, E501 - the names are constants\n", []),
    Case(
        nothing_skipped, "core/test_cart.py", "from pytest import skip\n@pytest.mark.xfail\ndef test(): ...\n", [1, 2]
    ),
    Case(nothing_skipped, "core/test_cart.py", "def test_skips():\n    assert skipped\n", []),
    Case(asserting_tests, "core/test_cart.py", "def test_a():\n    f()\ndef test_b():\n    assert f()\n", [1]),
    Case(asserting_tests, "core/test_cart.py", "def same(a):\n    assert a\ndef test():\n    same(1)\n", []),
    Case(asserting_tests, "core/test_cart.py", "def test():\n    with pytest.raises(ValueError):\n        f()\n", []),
    Case(asserting_tests, "core/test_cart.py", "from tests import conformance\ndef test():\n    conformance.f()\n", []),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.rule.__name__}-{case.path}")
def test_a_rule_finds_exactly_its_faults(case: Case) -> None:
    assert sorted(line for line, _ in case.rule(Source(f"src/ordain/{case.path}", case.text))) == case.lines


def test_every_rule_is_seen_to_fail_and_to_pass() -> None:
    rules = {named(rule) for rule in [*HOUSE_RULES, *EVERY_RULES, *TEST_RULES]}
    assert {named(case.rule) for case in CASES if case.lines} == rules
    assert {named(case.rule) for case in CASES if not case.lines} == rules
