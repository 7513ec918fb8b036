"""`ordain ledger`: sums as accountants print them, proofs in sentences, statements and lines for accountants."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from ordain import ledger_report
from ordain.core.refusal import Refused
from ordain.flows import bookkeeping
from ordain.flows.bookkeeping import Asked
from ordain.ledger_report import exact
from ordain.store import transfers
from tests.flows.shop import bought
from tests.older_lines import as_older_lines
from tests.world import NOON

if TYPE_CHECKING:
    from tests.world import World


@pytest.fixture
def traded(world: World) -> World:
    """Camille has one name, and the money of another back; Dieter has some on his balance."""
    for name in ("foo.fr", "stolen.fr", "premium.fr"):
        bought(world, name)
    world.deliver()
    world.bill()
    world.pass_time(days=2)
    world.credit("dieter", 5)
    return world


def told(world: World, capsys: pytest.CaptureFixture[str], asked: Asked = bookkeeping.EVERYTHING) -> tuple[bool, str]:
    right = world.runner.run(ledger_report.tell(world.engine, asked))
    return right, capsys.readouterr().out


def test_sums_are_as_accountants_print_them(traded: World, capsys: pytest.CaptureFixture[str]) -> None:
    right, said = told(traded, capsys)
    rows = [line.split() for line in said.splitlines()]
    assert right
    assert ["funding", "asset", "2010.00", "EUR", "0.00", "EUR", "2010.00", "EUR"] in rows
    assert ["sales:fr", "income", "4.99", "EUR", "129.98", "EUR", "124.99", "EUR"] in rows
    assert ["tax:FR", "liability", "1.00", "EUR", "26.00", "EUR", "25.00", "EUR"] in rows
    assert ["cost:Afnic", "expense", "120.00", "EUR", "0.00", "EUR", "120.00", "EUR"] in rows
    assert ["EUR", "2010.00", "2005.01", "124.99", "120.00"] in rows


def test_assets_and_expenses_are_liabilities_and_income(traded: World) -> None:
    report = traded.runner.run(bookkeeping.report(traded.engine, bookkeeping.EVERYTHING))
    of = {nature: sum(each.balance.ucents for each in report.sums if each.nature == nature)
          for nature in ("asset", "liability", "income", "expense")}  # fmt: skip
    assert of["asset"] + of["expense"] == of["liability"] + of["income"] > 0
    assert sum(each.debits.ucents - each.credits.ucents for each in report.sums) == 0


def test_proofs_are_sentences(traded: World, capsys: pytest.CaptureFixture[str]) -> None:
    _, said = told(traded, capsys)
    for sentence in (
        "9 entries (13 transfers), each debits what it credits.",
        "6 balances are the sum of their lines.",
        "3 payments have their entry, 1 refunds their reversal.",
        "3 bills have their payment, 1 credit notes their refund, and numbers are without gaps.",
        "The chains are whole. Seal: ",
        "Of 1 of 2 names that were delivered it is not known what they cost.",
    ):
        assert sentence in said


def test_what_is_wrong_is_said_and_ends_badly(traded: World, capsys: pytest.CaptureFixture[str]) -> None:
    traded.runner.run(traded.database.write(lambda tx: tx.execute("UPDATE balance SET ucents = ucents + 1")))
    right, said = told(traded, capsys)
    assert not right
    assert said.count("WRONG: balance ") == 6
    assert "The chains are whole" not in said


def test_one_customer_s_statement_and_proof(traded: World, capsys: pytest.CaptureFixture[str]) -> None:
    right, said = told(traded, capsys, Asked(traded.nics["dieter"]))
    assert right
    assert said.count("balance:ovhAccount  5.00 EUR, then 5.00") == 1
    assert "2 entries (2 transfers)" in said
    with pytest.raises(Refused, match="xx1-ordain does not exist"):
        told(traded, capsys, Asked("xx1-ordain"))


def test_days_narrow_the_sums(traded: World, capsys: pytest.CaptureFixture[str]) -> None:
    _, later = told(traded, capsys, Asked(since=NOON + timedelta(days=1)))
    assert re.search(r"funding +asset +10.00 EUR", later)
    assert "sales:fr" not in later
    _, before = told(traded, capsys, Asked(until=NOON + timedelta(days=1)))
    assert "2000.00 EUR" in before
    assert "9 entries" in before


def test_every_line_is_written_for_accountants(
    traded: World, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transfers, "AT_ONCE", 2)  # many pages
    traded.runner.run(traded.database.write(lambda tx: as_older_lines(tx, traded.nics["dieter"])))
    assert traded.runner.run(ledger_report.export(traded.engine, bookkeeping.EVERYTHING))
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert tuple(rows[0]) == ledger_report.COLUMNS
    assert len(rows) == 26
    assert {bool(row["debit"]) != bool(row["credit"]) for row in rows} == {True}
    assert sum(float(row["debit"] or 0) - float(row["credit"] or 0) for row in rows) == pytest.approx(0)
    assert {row["customer"] for row in rows} == {traded.nics["camille"], traded.nics["dieter"]}


def test_amounts_are_exact() -> None:
    assert [exact(ucents, "EUR") for ucents in (599_000_000, -100_000_000, 1, 150_000)] == [
        "5.99", "-1.00", "0.00000001", "0.0015"
    ]  # fmt: skip


def test_lines_of_an_account_that_there_is_not_are_not_none(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(Refused, match="Account nobody does not exist"):
        world.runner.run(ledger_report.export(world.engine, Asked("nobody")))
    assert capsys.readouterr().out == ""
