"""The examples of docs/pricing.md, run."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from ordain.core.cart import Item
from ordain.core.checkout import no_longer
from ordain.core.language import Language
from ordain.core.marketplace import Listing
from ordain.core.money import Money, decimal_text, parse_amount
from ordain.core.names import Name
from ordain.core.offer import Market, Offer, offers
from ordain.core.pricing import Quote, Terms, quote
from ordain.core.promotions import Promotion, Purchase, counting, gifts
from ordain.core.registry import Availability, Fees
from ordain.core.special import Margins
from tests.world import market

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "pricing.md"
HEAD = "| first year | renewal | years | promotion | tax rate % | list | net | tax | gross |"
DEALS = "| first year | renewal | years | promotion | coupon | gift | voucher | net | tax | gross |"
CURRENCIES = "| currency | first year | promotion | coupon | tax rate % | gift | voucher | net | tax | gross |"
SPECIAL = "| name | asked at first | asked a year later | margin % | years | first | renewal | net |"
HELD = "| mode | held first | held renewal | asked more for | now first | now renewal | years | checkout says |"
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def examples(head: str) -> list[tuple[str, ...]]:
    """The rows of one of the page's tables."""
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    rows = lines[lines.index(head) + 2 :]
    end = next(at for at, line in enumerate(rows) if not line.startswith("|"))
    return [tuple(cell.strip() for cell in row.strip("|").split("|")) for row in rows[:end]]


KINDS = re.compile(
    r"(?:-(?P<amount>[\d.]+)|(?P<percent>\d+) %|(?P<fixed>[\d.]+) fixed)(?: (?P<how>from|for) (?P<years>\d) years)?"
)


def deals(text: str, currency: str, code: str | None = None) -> list[Promotion]:
    """Promotions as the page writes them: "-2.00 from 2 years and 30 %"."""
    found = []
    for number, one in enumerate([] if text == "none" else text.split(" and ")):
        said = KINDS.fullmatch(one)
        assert said, one
        values: dict[str, Any] = {}
        if said["amount"]:
            values["amount"] = {currency: said["amount"]}
        elif said["percent"]:
            values["percent"] = int(said["percent"])
        else:
            values["first_year"] = {currency: said["fixed"]}
        if said["how"]:
            values |= (
                {"minimum_years": int(said["years"])} if said["how"] == "from" else {"periods": (int(said["years"]),)}
            )
        name = f"{code}{number}"
        found.append(Promotion(name=name, title=one, code=code and name, extensions=("fr",), **values))
    return found


def an_offer(first: str, renewal: str, given: list[Promotion], **changes: Any) -> Offer:
    """A .fr name's, with what these promotions give it."""
    currency, years = changes.setdefault("currency", "EUR"), tuple(range(1, 11))
    found = gifts(given, Purchase("fr", "create", parse_amount(first), currency, years))
    gift = counting(found, 1)
    usual: dict[str, Any] = {
        "domain": "example.fr", "shown": "example.fr", "extension": "fr", "action": "create", "flavour": "default",
        "years": years, "first": parse_amount(first), "renew": parse_amount(renewal), "gift": gift,
        "others": tuple(one for one in found if one is not gift),
    }  # fmt: skip
    return Offer(**{**usual, **changes})


def an_item(offer: Offer, years: str) -> Item:
    return Item(item_id=1, kind="domain", domain="example.fr", shown="example.fr", years=int(years), offer=offer)


def texts(amounts: list[Money]) -> list[str]:
    return [decimal_text(amount) for amount in amounts]


def of_kind(quoted: Quote, kind: str, currency: str) -> Money:
    """What a kind of line takes off."""
    return Money(sum(line.price.ucents for line in quoted.lines if line.kind == kind), currency)


def parts(quoted: Quote, currency: str) -> list[str]:
    total = quoted.total
    off = [of_kind(quoted, kind, currency) for kind in ("GIFT", "VOUCHER")]
    return texts([*off, total.net, total.tax, total.gross])


@pytest.mark.parametrize("row", examples(HEAD), ids=" ".join)
def test_the_example_comes_out_as_the_page_says(row: tuple[str, ...]) -> None:
    first, renewal, years, promotion, rate, *expected = row
    offer = an_offer(first, renewal, [] if promotion == "0" else deals(f"-{promotion}", "EUR"))
    quoted = quote([an_item(offer, years)], Terms("EUR", Fraction(int(rate), 100), Language("en", {})))
    listed = Money(offer.list_price(int(years)), "EUR")
    assert texts([listed, quoted.total.net, quoted.total.tax, quoted.total.gross]) == expected


def test_the_page_has_the_specification_s_two_carts() -> None:
    assert {row[-1] for row in examples(HEAD)} >= {"8.99", "5.99"}


@pytest.mark.parametrize("row", examples(DEALS), ids=" ".join)
def test_promotions_and_coupons_come_out_as_the_page_says(row: tuple[str, ...]) -> None:
    first, renewal, years, promotion, coupon, *expected = row
    item = an_item(an_offer(first, renewal, deals(promotion, "EUR")), years)
    coupons = tuple(deals(coupon, "EUR", "CODE"))
    assert parts(quote([item], Terms("EUR", Fraction(1, 5), Language("en", {}), coupons)), "EUR") == expected


@pytest.mark.parametrize("row", examples(CURRENCIES), ids=" ".join)
def test_other_currencies_come_out_as_the_page_says(row: tuple[str, ...]) -> None:
    currency, first, promotion, coupon, rate, *expected = row
    item = an_item(an_offer(first, "0", deals(promotion, currency), currency=currency), "1")
    terms = Terms(currency, Fraction(rate) / 100, Language("en", {}), tuple(deals(coupon, currency, "CODE")))
    assert parts(quote([item], terms), currency) == expected


@pytest.mark.parametrize("row", examples(SPECIAL), ids=" ".join)
def test_special_names_come_out_as_the_page_says(row: tuple[str, ...]) -> None:
    kind, asked, later, margin, years, *expected = row
    shipped = market(ROOT / "catalogue")
    fr = shipped.catalogue.extensions["fr"]
    prices = {"EUR": fr.prices["EUR"].map(lambda old: structs.replace(old, create=999_000_000, renew=999_000_000))}
    extensions = {**shipped.catalogue.extensions, "fr": structs.replace(fr, prices=prices)}
    special = structs.replace(shipped.special, margins=Margins(otherwise=Fraction(margin)))
    half = Promotion(name="half", title="Half", extensions=("fr",), percent=50, actions=("create", "transfer"))
    goods = Market(structs.replace(shipped.catalogue, extensions=extensions), (half,), special)
    answer = Availability("example.fr", "taken" if kind == "aftermarket" else "available")
    if kind == "premium":
        renew = None if later == "none" else Money(parse_amount(later), "EUR")
        fee = Money(parse_amount(asked), "EUR")
        answer = structs.replace(answer, fees=Fees(fee, renew, fee))
    if kind == "aftermarket":
        listing = Listing("example.fr", "aftermarket1", Money(parse_amount(asked), "EUR"))
        answer = structs.replace(answer, listings=(listing,))
    name = Name("example.fr", "example.fr", "example", "example", "fr")
    offer = offers(goods, name, answer, goods.catalogue.subsidiaries["FR"], NOW)[0]
    coupons = (structs.replace(half, name="coupon", code="HALF-OFF"),)
    quoted = quote([an_item(offer, years)], Terms("EUR", Fraction(0), Language("en", {}), coupons))
    assert texts([Money(offer.first, "EUR"), Money(offer.renew, "EUR"), quoted.total.net]) == expected


@pytest.mark.parametrize("row", examples(HELD), ids=" ".join)
def test_what_checkout_says_of_prices_that_rose_is_what_the_page_says(row: tuple[str, ...]) -> None:
    mode, first, renewal, dearer, now_first, now_renewal, years, says = row
    action, _, flavour = mode.partition("-")
    asked = {"first": Money(1000, "EUR"), "renewal": Money(900, "EUR")}
    more = {key: amount + amount if key == dearer else amount for key, amount in asked.items()}
    held, fresh = (
        an_offer(
            at_first, later, [], action=action, flavour=flavour,
            fees=Fees(said["first"], said["renewal"], said["first"]) if flavour == "premium" else None,
            asking=said["first"] if flavour.startswith("aftermarket") else None,
            renewal_fee=said["renewal"] if flavour.startswith("aftermarket") else None,
        ) for at_first, later, said in ((first, renewal, asked), (now_first, now_renewal, more))
    )  # fmt: skip
    refusal = no_longer(an_item(held, years), fresh)
    told = refusal.message.removesuffix(" since it was added: add it anew") if refusal else "nothing"
    assert told == says


def test_every_condition_and_benefit_there_is_stands_in_the_page() -> None:
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    keys = {key for line in lines if line.startswith("| `") for key in re.findall(r"`(\w+)`", line.split("|")[1])}
    assert keys >= set(Promotion.__struct_fields__) - {"name", "title", "code"}
