"""Who sells: what a company has to say, and that every subsidiary has one, in a series of its own."""

from __future__ import annotations

import pytest
from msgspec import structs

from ordain.core.seller import Seller, by_subsidiary, made_up, problems
from tests.bills import SELLER


def one(**changed: object) -> Seller:
    return structs.replace(SELLER, **changed)


def test_a_complete_seller_is_content() -> None:
    assert problems([SELLER], ["FR"]) == []
    assert by_subsidiary([SELLER]) == {"FR": SELLER}


def test_every_subsidiary_has_one_seller_and_every_seller_a_series() -> None:
    two = [one(subsidiaries=("FR", "DE")), one(subsidiaries=("DE", "XX"))]
    assert problems(two, ["FR", "DE", "IT"]) == [
        "nobody sells for IT",
        "there is no subsidiary XX",
        "more than one seller sells for DE",
        "more than one seller has the prefix ''",
    ]


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"prefix": "de"}, "prefix 'de' is up to four letters"),
        ({"prefix": "R"}, "prefix 'R' is up to four letters A to Z, the first no R: credit notes begin with it"),
        ({"prefix": "ABCDE"}, "prefix 'ABCDE'"),
        ({"city": " "}, "city is missing"),
        ({"registration_number": ""}, "registration_number is missing"),
        ({"email": ""}, "email is missing"),
        ({"address": ()}, "address is missing"),
        ({"address": (" ",)}, "address is missing"),
        ({"country": "France"}, "country 'France' is two letters"),
        ({"registration_scheme": "SIREN"}, "registration_scheme 'SIREN' is four digits"),
        ({"vat": ""}, "vat is missing"),
        ({"vat": "44732829320"}, "vat '44732829320' begins with its country"),
        ({"vat": "FR44732829321"}, "vat 'FR44732829321' is no VAT number of its country"),
        ({"vat": "EL000000001"}, "vat 'EL000000001' is no VAT number of its country"),
        ({"iban": "FR1420041010050500013M02607"}, "iban 'FR1420041010050500013M02607' is no IBAN"),
        ({"mentions": {"fr": "Membre d'une association agréée."}}, "mentions.en is missing"),
    ],
)
def test_what_is_wrong_is_told_with_the_seller_and_the_key(changed: dict[str, object], told: str) -> None:
    [problem] = problems([one(**changed)], ["FR"])
    assert problem.startswith(f"Noms & Cie SAS: {told}")


def test_a_number_at_the_tax_office_will_do_where_there_is_no_vat() -> None:
    assert problems([one(vat="", tax_number="27/123/45678", iban="")], ["FR"]) == []


def test_who_is_made_up_is_known_by_name_and_needs_no_check_digits() -> None:
    example = one(placeholder=True, vat="FR00000000000", iban="")
    assert problems([example], ["FR"]) == []
    assert made_up({"FR": example, "DE": SELLER}) == ["Noms & Cie SAS"]
    assert made_up({"FR": SELLER}) == []


def test_a_mention_is_in_the_bills_language_else_in_english() -> None:
    assert SELLER.mention("fr") == "Pas d'escompte pour paiement anticipé."
    assert SELLER.mention("it") == "No discount for early payment."
    assert one(mentions={}).mention("fr") == ""
