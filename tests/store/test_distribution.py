"""The rules for distributed PostgreSQL, read off the tables, the statements and the pages that tell of them.

`docs/citus.sql` says where each table lies; `docs/distributed.md` lists every statement that asks more than one shard.
"""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import apsw
import pytest
from msgspec import Struct

from ordain.store.migrate import _FIRST, MIGRATIONS, statements
from ordain.store.shape import tables

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
STORE = ROOT / "src" / "ordain" / "store"

FOUND_OTHERWISE = {
    "agreed_text": "everybody's: the contracts' own texts",
    "application": "found by the key that a client sends, before it is known whose it is",
    "attempt": "counts signing in by a name or an address, which need be nobody's",
    "catalogue_extension": "everybody's: read once by every process, at its start",
    "claims_notice": "everybody's, found by its id",
    "credential": "found by the consumer key that a client sends",
    "credential_request": "asked for before it is known by whom, found by the token of its link",
    "idempotency": "of a cart's id, an account, or nobody: `scope` says of whom",
    "market_edit": "everybody's: read whole by every process, and seldom written",
    "number_series": "bills' numbers are one series for everybody, and off the path of requests",
    "oauth2_client": "found by the id that a client sends",
    "oauth2_token": "found by the token that a client sends",
    "processor_event": "found by the processor's own id",
    "promotion_count": "uses of a promotion by everybody",
    "registry_command": "of a name, before it is anybody's",
    "registry_message": "of a registry's queue, before it is known whose name it is about",
    "served_zone": "the embedded name server's, which stands for another house",
    "session": "found by the cookie that a browser sends",
    "transfer_receipt": "found by the bank's own id, before it is known whose it is",
    "trademark_list": "everybody's",
    "trademark_row": "everybody's",
    "voucher": "found by its code, before it is anybody's",
    "zone_removal": "of a name, whoever holds it",
}
"""Tables whose key does not begin with the account or the cart, with the reason. The sandbox's are another house's."""

FORBIDDEN = re.compile(
    r"\b(SKIP LOCKED|LISTEN|NOTIFY|(?i:pg_\w*advisory\w*)|TRIGGER|DEFERRABLE|DEFERRED|TEMP|TEMPORARY|(BIG|SMALL)?SERIAL"
    r"|IDENTITY|(?i:nextval)|CREATE SEQUENCE|AUTOINCREMENT|(?i:plpgsql)|CREATE FUNCTION|UNLOGGED|EXCLUDE USING)\b"
)

APART = {"copying", "proofs", "shape", "migrate", "measures"}
"""Files whose statements go through whole tables on purpose: moving, proving, migrating, measuring."""

_VERB = re.compile(r"\s*(SELECT|UPDATE|DELETE|INSERT|WITH|CREATE|ALTER|DROP|BEGIN)\b", re.IGNORECASE)


class Keys(Struct, frozen=True):
    """What of a table has to do with where its rows lie."""

    first: str
    uniques: list[tuple[str, list[str]]]
    references: list[tuple[str, list[tuple[str, str]]]]


@cache
def schema() -> dict[str, Keys]:
    made = apsw.Connection(":memory:")
    for file in sorted(MIGRATIONS.glob("*.sql")):
        for statement in statements(file.read_text("utf-8")):
            made.execute(statement)
    return {
        table.name: Keys(table.key[0], _uniques(made, table.name), _references(made, table.name)) for table in tables()
    }


def _uniques(made: apsw.Connection, table: str) -> list[tuple[str, list[str]]]:
    named = made.execute('SELECT name FROM pragma_index_list(?) WHERE "unique"', (table,)).fetchall()
    return [
        (str(name), [str(row[0]) for row in made.execute("SELECT name FROM pragma_index_info(?)", (name,))])
        for (name,) in named
    ]


def _references(made: apsw.Connection, table: str) -> list[tuple[str, list[tuple[str, str]]]]:
    found: dict[int, tuple[str, list[tuple[str, str]]]] = {}
    for number, to, column, there in made.execute(
        'SELECT id, "table", "from", "to" FROM pragma_foreign_key_list(?)', (table,)
    ):
        found.setdefault(number, (to, []))[1].append((column, there))
    return list(found.values())


@cache
def placed() -> dict[str, str | None]:
    """Where `docs/citus.sql` puts each table: by which column, or None for a copy on every node."""
    text = (ROOT / "docs" / "citus.sql").read_text("utf-8")
    distributed = re.findall(
        r"^SELECT create_distributed_table\('(\w+)', '(\w+)', colocate_with => '\w+'\);$", text, re.MULTILINE
    )
    copied = re.findall(r"^SELECT create_reference_table\('(\w+)'\);$", text, re.MULTILINE)
    assert len(distributed) + len(copied) == text.count("SELECT ") == len({*dict(distributed), *copied})
    return {**dict.fromkeys(copied), **dict(distributed)}


def test_a_key_begins_with_the_account_or_the_cart_or_has_its_reason() -> None:
    others = {name for name, keys in schema().items() if keys.first not in ("nic", "cart_id")}
    assert {name for name in others if not name.startswith("sandbox_")} == set(FOUND_OTHERWISE)


def test_what_is_unique_is_so_within_a_partition() -> None:
    wrong = [
        (index, columns) for keys in schema().values() for index, columns in keys.uniques if keys.first not in columns
    ]
    assert wrong == []


def test_rows_refer_to_their_own_partition_or_to_what_is_everywhere() -> None:
    wrong = [
        (name, to, pairs)
        for name, keys in schema().items()
        for to, pairs in keys.references
        if (keys.first, schema()[to].first) not in pairs and placed()[to] is not None
    ]
    assert wrong == []


def test_the_script_for_citus_places_every_table_by_the_first_column_of_its_key() -> None:
    made = {match[1] for text in _FIRST if (match := re.match(r"CREATE TABLE IF NOT EXISTS (\w+)", text))}
    assert set(placed()) == {*schema(), *made}
    assert {name: by for name, by in placed().items() if by and by != schema()[name].first} == {}


def test_the_script_places_what_is_referred_to_first() -> None:
    order = list(re.findall(r"_table\('(\w+)'", (ROOT / "docs" / "citus.sql").read_text("utf-8")))
    early = [
        (name, to)
        for name, keys in schema().items()
        for to, _ in keys.references
        if order.index(to) > order.index(name)
    ]
    assert early == []


# The statements


class Statement(Struct, frozen=True):
    """A statement of a file in `store/`. What is put together at run time is a question mark."""

    file: str
    place: str
    text: str


def _text(node: ast.AST, known: dict[str, str]) -> str:
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else "?"
    if isinstance(node, ast.JoinedStr):
        return "".join(_text(each, known) for each in node.values)
    if isinstance(node, ast.FormattedValue):
        return _text(node.value, known)
    if isinstance(node, ast.Name):
        return known.get(node.id, "?")
    if isinstance(node, ast.BinOp):
        return _text(node.left, known) + _text(node.right, known)
    return "?"


def _name(node: ast.AST) -> str:
    """Of what is defined here."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return node.name
    target = (
        node.targets[0] if isinstance(node, ast.Assign) else node.target if isinstance(node, ast.AnnAssign) else None
    )
    return target.id if isinstance(target, ast.Name) else ""


def _in(node: ast.AST, statement: Statement, known: dict[str, str]) -> Iterator[Statement]:
    """The statements below a node, each with the function or constant it is in."""
    for below in ast.iter_child_nodes(node):
        place = statement.place
        if not place:
            place = _name(below)
        here = Statement(statement.file, place, "")
        text = _text(below, known) if isinstance(below, ast.Constant | ast.JoinedStr | ast.BinOp) else ""
        if _VERB.match(text):
            yield Statement(here.file, here.place, text)
        else:
            yield from _in(below, here, known)


@cache
def stated() -> list[Statement]:
    found: list[Statement] = []
    for file in sorted(STORE.glob("*.py")):
        tree, known = ast.parse(file.read_text("utf-8")), dict[str, str]()
        for node in tree.body:
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                known[node.targets[0].id] = _text(node.value, known)
        found += _in(tree, Statement(file.stem, "", ""), known)
    return found


def scattered(text: str) -> list[str]:
    """The tables that a statement reads or changes without saying in which partition."""
    used = re.findall(r"\b(?:FROM|JOIN|UPDATE)\s+(\w+)", text)
    by = {table: placed()[table] for table in used if table in placed()}
    return [table for table, column in by.items() if column and not re.search(rf"\b{column}\s*(=|IN\b)", text)]


def test_statements_are_found_and_judged() -> None:
    assert len(stated()) > 200
    assert scattered("SELECT 1 FROM task WHERE task_id = $1") == ["task"]
    assert scattered("SELECT 1 FROM task t JOIN mail m ON m.nic = t.nic WHERE t.nic = $1") == []
    assert scattered("SELECT 1 FROM account WHERE lower(email) = $1") == []


def test_every_statement_that_asks_more_than_one_shard_is_listed() -> None:
    """A new one stands in the table of docs/distributed.md with its reason, or names its partition key."""
    page = (ROOT / "docs" / "distributed.md").read_text("utf-8")
    listed = set(re.findall(r"^\| `store/(\w+)\.py` `(\w+)` \|", page, re.MULTILINE))
    found = {(each.file, each.place) for each in stated() if each.file not in APART and scattered(each.text)}
    assert found == listed


@pytest.mark.parametrize("where", ["store", "migrations"])
def test_nothing_is_used_that_distributed_postgresql_lacks(where: str) -> None:
    if where == "store":
        texts = [f"{each.file}.{each.place}: {each.text}" for each in stated() if each.file != "shape"]
    else:
        texts = [text for file in sorted(MIGRATIONS.glob("*.sql")) for text in statements(file.read_text("utf-8"))]
    assert len(texts) > 50
    assert [text for text in texts if FORBIDDEN.search(text)] == []


@pytest.mark.parametrize(
    "text",
    ["SELECT 1 FROM task FOR UPDATE SKIP LOCKED", "SELECT pg_advisory_xact_lock(1)", "CREATE TEMP TABLE a (b TEXT)",
     "CREATE TRIGGER a", "CREATE TABLE a (b BIGSERIAL)", "SELECT nextval('a')", "LISTEN tasks"],
)  # fmt: skip
def test_what_is_forbidden_is_recognised(text: str) -> None:
    assert FORBIDDEN.search(text)
