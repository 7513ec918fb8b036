"""The mails a customer gets, in the customer's language, whatever a registry says in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from msgspec import structs

from ordain.adapters import gettext_files
from ordain.core import mail
from ordain.core.money import CENT, UNIT, Money, TaxedPrice
from ordain.core.order import PAYABLE_FOR, WITHDRAWAL, Order, OrderItem, OrderLine
from tests.world import NOON

if TYPE_CHECKING:
    from ordain.core.language import Language

PRICE = TaxedPrice(Money(749 * CENT, "EUR"), Money(150 * CENT, "EUR"), Money(899 * CENT, "EUR"))
ITEM = OrderItem(item_id=1, kind="domain", domain="xn--caf-dma.fr", shown="café.fr", price=PRICE, plan="fr")
LINES = (
    OrderLine(1, 1, "*001", "DURATION", "café.fr - 12 months", Money(999 * CENT, "EUR")),
    OrderLine(2, 1, "*001", "GIFT", "100 % off", Money(-250 * CENT, "EUR")),
)
ORDER = Order(order_id=4711, nic="mc1-ordain", cart_id="c", subsidiary="FR", locale="fr_FR", placed=NOON,
              expires=NOON + PAYABLE_FOR, lines=LINES, items=(ITEM,), price=PRICE, password="p")  # fmt: skip
LANGUAGES = gettext_files.load()


@pytest.fixture(params=["en_GB", "fr_FR", "xx_XX"])
def language(request: pytest.FixtureRequest) -> Language:
    return LANGUAGES.of(request.param)


def test_an_orders_mail_has_its_lines_its_total_and_its_last_day(language: Language) -> None:
    text = mail.placed(language, ORDER)
    assert "4711" in text.subject
    assert text.body.splitlines()[:2] == ["  café.fr - 12 months: 9.99", "  100 % off: -2.50"]
    assert "8.99 EUR" in text.body
    assert "2026-12-07" in text.body


@pytest.mark.parametrize("reason", ["The name is gone", "100% sure", "%(domain)s %s %", ""])
def test_what_a_registry_says_is_passed_on_as_it_is(language: Language, reason: str) -> None:
    for text in (mail.refunded(language, ORDER, ITEM, reason), mail.stuck(language, ORDER, ITEM, reason)):
        assert reason in text.body
        assert "café.fr" in text.subject
        assert "4711" in text.body
    assert "8.99 EUR" in mail.refunded(language, ORDER, ITEM, reason).body
    assert language.say(reason) == reason


def test_a_currency_without_cents_has_none() -> None:
    francs = TaxedPrice(Money(700 * UNIT, "XOF"), Money(126 * UNIT, "XOF"), Money(826 * UNIT, "XOF"))
    item = OrderItem(item_id=1, kind="domain", domain="foo.fr", shown="foo.fr", price=francs, plan="fr")
    assert "826 XOF" in mail.refunded(LANGUAGES.of(None), ORDER, item, "gone").body


def test_the_other_mails_name_their_matter(language: Language) -> None:
    assert "mc1-ordain" in mail.welcome(language, "mc1-ordain").body
    assert "4711" in mail.paid(language, ORDER).subject
    assert "café.fr" in mail.delivered(language, ORDER, ITEM).subject


def test_each_language_has_its_own_words() -> None:
    subjects = {mail.placed(LANGUAGES.of(locale), ORDER).subject for locale in ("en_GB", "fr_FR")}
    assert subjects == {"Your order 4711", "Votre commande 4711"}
    assert LANGUAGES.of("fr_CA") is LANGUAGES.of("fr")
    assert LANGUAGES.of(None) is LANGUAGES.of("ja_JP") is LANGUAGES.of("en_US")


@pytest.mark.parametrize("locale", ["de_DE", "en_GB", "es_ES", "fr_FR", "it_IT"])
def test_who_has_to_wait_is_told_until_when_and_how_not_to(locale: str) -> None:
    language, waits = LANGUAGES.of(locale), structs.replace(ORDER, waits=True)
    page = "https://shop.example/order/4711/withdrawal"
    ordered = mail.placed(language, waits, "https://shop.example").body
    paid = mail.paid(language, waits, "https://shop.example", NOON + WITHDRAWAL).body
    assert all(page in body and "2026-12-07" in body for body in (ordered, paid))
    assert page not in mail.placed(language, ORDER, "https://shop.example").body
    waived = mail.placed(language, structs.replace(ORDER, waived=True)).body
    assert language.say("You waived your right to withdraw: delivery begins as soon as the order is paid.") in waived
    assert "4711" in mail.waived(language, waits).subject
    assert "caf" in mail.retracted(language, waits, [ITEM]).body
