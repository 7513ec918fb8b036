"""Vouchers: made by the operator, told once, redeemed once, booked, and not to be guessed."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from ordain.core import voucher as core
from ordain.core.money import UNIT, Money
from ordain.core.refusal import Refused
from ordain.flows import accounts, bookkeeping, vouchers
from ordain.voucher_commands import voucher
from tests.flows.shop import caller, together
from tests.world import NOON, PEOPLE

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from tests.world import Answer, World

TEN = Money(10 * UNIT, "EUR")
FORM = re.compile(r"([A-Z2-7]{5}-){3}[A-Z2-7]{5}")


def made(world: World, amount: Money = TEN, expires: datetime | None = None) -> str:
    [code] = world.runner.run(vouchers.create(world.engine, amount, 1, expires))
    return code


def redeem(world: World, code: str, who: str = "camille") -> Answer:
    return world.post("/me/credit/code", {"inputCode": code}, who)


def given_away(world: World) -> Money:
    """What the ledger says was given to customers against vouchers."""
    told = world.runner.run(bookkeeping.report(world.engine, bookkeeping.Asked()))
    return next(one.debits - one.credits for one in told.sums if one.account == "vouchers")


def valid(world: World, code: str, who: str = "camille") -> bool:
    validity: bool = world.post("/me/voucher/checkValidity", {"voucher": code}, who).ok()["validity"]
    return validity


def test_a_voucher_is_credited_once_and_shown_among_the_movements(world: World) -> None:
    code, before = made(world), world.balance()
    assert valid(world, code)
    moved = redeem(world, code).ok()
    assert world.balance() == before + 10 * UNIT
    assert (moved["amount"]["value"], moved["type"], moved["balanceName"]) == (10, "VOUCHER", "ovhAccount")
    number = moved["movementId"]
    assert world.get(f"/me/credit/balance/ovhAccount/movement/{number}").ok() == moved
    assert number in world.get("/me/credit/balance/ovhAccount/movement").ok()
    told = world.get(f"/me/ovhAccount/FR/movements/{number}").ok()
    assert (told["description"], told["operation"], told["order"]) == ("Bon d'achat utilisé", "credit", 0)
    for who in ("camille", "dieter"):
        again = redeem(world, code, who)
        assert (again.status, again.body["message"]) == (409, "inputCode: this voucher was redeemed already")
    assert not valid(world, code)
    assert world.balance() == before + 10 * UNIT
    assert world.imbalance() == []


def test_what_a_voucher_gives_away_has_an_account_of_its_own(world: World) -> None:
    number = redeem(world, made(world)).ok()["movementId"]
    rows = world.runner.run(
        world.database.read(
            lambda tx: tx.fetch(
                "SELECT debited, credited, ucents, kind FROM ledger_transfer WHERE entry_id = $1", number
            )
        )
    )
    assert rows == [("vouchers", "balance:ovhAccount", 10 * UNIT, "voucher")]
    assert given_away(world) == TEN


def test_one_of_fifty_accounts_redeems_a_voucher_at_the_same_moment(world: World) -> None:
    code = made(world)
    people = [
        world.runner.run(accounts.create(world.engine, structs.replace(PEOPLE["camille"], email=f"c{at}@x.example"),
                                         world.now)) for at in range(50)
    ]  # fmt: skip
    credential = caller(world)
    callers = [structs.replace(credential, account=each) for each in people]
    done, refused = together(world, (vouchers.redeem(world.engine, each, code, world.now) for each in callers))
    assert (len(done), len(refused)) == (1, 49)
    assert {str(refusal) for refusal in refused} == {"inputCode: this voucher was redeemed already"}
    assert given_away(world) == TEN
    assert world.imbalance() == []


@pytest.mark.parametrize(
    ("amount", "expires", "who", "said"),
    [
        (TEN, NOON + timedelta(hours=1), "camille", "this voucher has expired"),
        (Money(10 * UNIT, "USD"), None, "camille", "this voucher is in USD, your prepaid account in EUR"),
        (TEN, None, "ursula", "this voucher is in EUR, your prepaid account in USD"),
    ],
)
def test_what_cannot_be_redeemed_is_told(
    world: World, amount: Money, expires: datetime | None, who: str, said: str
) -> None:
    code = made(world, amount, expires)
    world.pass_time(hours=2)
    assert not valid(world, code, who)
    answer = redeem(world, code, who)
    assert (answer.status, answer.body["details"]["inputCode"]) == (400, f"inputCode: {said}")


def test_a_code_is_read_however_it_is_typed(world: World) -> None:
    code = made(world)
    assert FORM.fullmatch(code)
    assert valid(world, f" {code.lower().replace('-', ' ')} ")
    assert valid(world, code.replace("O", "0").replace("I", "1").replace("B", "8"))


def test_who_guesses_has_to_wait_and_who_knows_has_not(world: World) -> None:
    for _ in range(core.ATTEMPTS.free):
        answer = redeem(world, "AAAAA-BBBBB-CCCCC-DDDDD")
        assert (answer.status, answer.body["message"]) == (400, "inputCode: this voucher is unknown")
    assert redeem(world, made(world)).status == 429
    assert world.post("/me/voucher/checkValidity", {"voucher": "X"}).status == 429
    assert valid(world, made(world), "dieter")
    world.pass_time(hours=1)
    assert redeem(world, made(world)).status == 200
    for _ in range(20):  # good ones count for nothing
        assert redeem(world, made(world), "dieter").status == 200


def test_codes_are_kept_as_hashes_alone(world: World) -> None:
    code = made(world)
    [row] = world.runner.run(world.database.read(lambda tx: tx.fetch("SELECT * FROM voucher")))
    assert not any(part in str(row) for part in (code, code.replace("-", "")))


def test_the_balance_is_read_by_its_name(world: World) -> None:
    assert world.get("/me/credit/balance").ok() == ["ovhAccount"]
    assert world.get("/me/credit/balance", type="PREPAID_ACCOUNT").ok() == ["ovhAccount"]
    assert world.get("/me/credit/balance", type="VOUCHER").ok() == []
    held = world.get("/me/credit/balance/ovhAccount").ok()
    assert (held["type"], held["amount"]["value"]) == ("PREPAID_ACCOUNT", 1000)
    for path in ("gold", "gold/movement", "gold/movement/1", "ovhAccount/movement/999999"):
        assert world.get(f"/me/credit/balance/{path}").status == 404


@pytest.mark.parametrize(
    ("amount", "count", "why"),
    [
        (Money(0, "EUR"), 1, "amount"),
        (Money(-UNIT, "EUR"), 1, "amount"),
        (Money(1, "EUR"), 1, "amount"),
        (Money(UNIT // 2, "XOF"), 1, "amount"),
        (Money(UNIT, "XYZ"), 1, "currency"),
        (TEN, 0, "count"),
        (TEN, core.MOST_AT_ONCE + 1, "count"),
    ],
)
def test_vouchers_that_make_no_sense_are_not_made(world: World, amount: Money, count: int, why: str) -> None:
    with pytest.raises(Refused, match=why):
        world.runner.run(vouchers.create(world.engine, amount, count, None))


@given(st.text(max_size=40), st.text(max_size=40))
def test_codes_have_a_hundred_bits_in_their_form(one: str, other: str) -> None:
    assert FORM.fullmatch(core.code_of(one))
    assert (core.code_of(one) == core.code_of(other)) is (one == other)
    assert core.read(core.code_of(one)) == core.code_of(one).replace("-", "")


def test_the_commands_make_list_and_withdraw(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ORDAIN_SECRET", "the secret of a made-up world")
    monkeypatch.setenv("ORDAIN_STATE", str(tmp_path))
    monkeypatch.setenv("ORDAIN_DATABASE", f"sqlite:{tmp_path}/ordain.db")

    def told(*words: str, code: int = 0) -> str:
        ran = CliRunner().invoke(voucher, words)
        assert ran.exit_code == code, ran.output
        return ran.output

    codes = told("create", "--amount", "12.50", "--count", "3", "--expires", "2999-01-01").split()
    assert len(set(codes)) == 3
    assert all(FORM.fullmatch(code) for code in codes)
    listed = told("list")
    assert "3 of 12.50 EUR" in listed
    assert "good until 2999-01-01 00:00 UTC: 0 redeemed, 3 left" in listed
    assert told("withdraw", listed.partition(":")[0]) == "3 vouchers are withdrawn.\n"
    assert told("list") == ""
    assert "is not an amount" in told("create", "--amount", "much", code=2)
