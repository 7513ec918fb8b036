"""Every sentence said to a customer is in every language file, with the same places to fill."""

from __future__ import annotations

import ast
import re
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import pytest
from jinja2 import Environment, nodes

from ordain.adapters import bill_words, epp_changes, epp_contacts, epp_registry
from ordain.adapters.gettext_files import LOCALES, load
from ordain.adapters.sandbox_marketplace import SOLD, WITHDRAWN_FROM_SALE
from ordain.api.balance import DESCRIPTIONS
from ordain.core import (
    bill_content,
    consent,
    delivery,
    identity_numbers,
    operators,
    payment_method,
    pricing,
    search,
    tax,
    vat_check,
)
from ordain.core.charge import REASONS
from ordain.core.delivery import WAITS
from ordain.core.mail import GIVEN_BACK, GIVEN_BACK_BALANCE, LOW, REFUNDED, REFUNDED_BALANCE
from ordain.core.progress import BEGINS, CONFIRMED, HELD
from ordain.core.retraction import WITHDRAWN
from ordain.core.task_argument import ARGUMENTS
from ordain.core.zone import OPERATORS, Holders, obstacle
from ordain.flows import anycast
from ordain.flows.claims import TOO_LATE
from ordain.flows.credentials import DECIDED, UNKNOWN
from ordain.flows.delivery import ALREADY_HERE, ELSEWHERE
from ordain.flows.departures import GONE
from ordain.flows.marketplaces import NO_MARKETPLACE
from ordain.flows.second_factor import WRONG_CODE
from ordain.flows.sessions import OLD_LINK, PASSWORD_LENGTH, TOO_MANY, WRONG, WRONG_SO_FAR
from ordain.flows.tasks import GIVEN_UP
from ordain.web import consent as key_consent
from ordain.web import keys, owner_changes, rights, sign_up, site, withdrawals
from ordain.web.order_live import STATUSES
from tests import reachable

if TYPE_CHECKING:
    from collections.abc import Iterator

SOURCES = Path(__file__).parents[1] / "src" / "ordain"
TABLES = (
    *pricing.DESCRIBED.values(),
    *pricing.OPTIONS.values(),
    *STATUSES.values(),
    *site.TITLES.values(),
    tax.FOREIGN,
    tax.REVERSE_CHARGE,
    tax.OUTSIDE_UNION,
    tax.OUTSIDE_COUNTRY,
    tax.DESTINATION,
    vat_check.REFUTED,
    vat_check.UNTOLD,
    identity_numbers.INVALID,
    operators.BETWEEN_LENGTHS,
    operators.NO_DATE,
    *sign_up.LEGAL_FORMS.values(),
    *(text for asked in sign_up.FIELDS.values() for text in (asked.label, asked.hint) if text),
    sign_up.NOT_ACCEPTED,
    site.EXPIRED_FORM,
    site.FAILED,
    OLD_LINK,
    PASSWORD_LENGTH,
    TOO_MANY,
    UNKNOWN,
    DECIDED,
    *key_consent.OVER.values(),
    key_consent.NOTHING_TO_DO,
    key_consent.CLOSE,
    *(text for area in rights.AREAS for text in (area.read, area.change)),
    rights.SPEND,
    rights.ELSEWHERE,
    *rights.VALIDITIES.values(),
    rights.BAD_VALIDITY,
    rights.BAD_BLOCKS,
    rights.BAD_RULES,
    keys.BAD_NAME,
    keys.BAD_DESCRIPTION,
    *keys.STATES.values(),
    WRONG,
    *LOW.values(),
    *REASONS.values(),
    *REFUNDED.values(),
    REFUNDED_BALANCE,
    *GIVEN_BACK.values(),
    GIVEN_BACK_BALANCE,
    *DESCRIPTIONS.values(),
    *(argument.told for argument in ARGUMENTS.values()),
    consent.AWAITED,
    consent.REFUSED,
    consent.TOO_LATE,
    owner_changes.TITLE,
    *owner_changes.STATES.values(),
    WITHDRAWN,
    WAITS,
    BEGINS,
    CONFIRMED,
    HELD,
    *withdrawals.REASONS.values(),
    *withdrawals.OVER.values(),
    withdrawals.CONSENT,
    WRONG_CODE,
    WRONG_SO_FAR,
    ELSEWHERE,
    ALREADY_HERE,
    NO_MARKETPLACE,
    SOLD,
    WITHDRAWN_FROM_SALE,
    epp_registry.BEING_BROUGHT,
    epp_registry.DECLINED,
    *epp_registry.REJECTED.values(),
    epp_changes.GONE_FROM_HERE,
    epp_changes.IN_REDEMPTION,
    epp_changes.ANOTHERS_CONTACT,
    epp_contacts.INCOMPLETE,
    GONE,
    GIVEN_UP,
    anycast.NO_ZONE,
    anycast.NOT_OFFERED,
    TOO_LATE,
    bill_content.NO_TAX,
    bill_content.CONTRACTS,
    bill_content.CONTRACT,
    bill_content.WITHDRAWAL,
    bill_content.WAIVED,
    *bill_words.TITLES.values(),
    *bill_words.NUMBERED.values(),
    *bill_words.SETTLED.values(),
    *bill_words.MEANS.values(),
    bill_words.PAGE,
    bill_words.UNSHOWN,
    bill_words.SPECIMEN,
    *search.UNFIT.values(),
    search.NO_NAME,
    *search.OBSTACLES.values(),
    OPERATORS,
    *(str(obstacle("me", Holders(zones={nic}))) for nic in ("me", "other")),
    str(obstacle("me", Holders(above={"other"}))),
    *get_args(delivery.Status),
    *(status for status in get_args(payment_method.Status) if status != "VALID"),
    "enableInProgress",
    "disableInProgress",
    str(obstacle("me", Holders(below={"other"}))),
)
LANGUAGES = sorted({file.name.partition(".")[0] for file in LOCALES.glob("*.po")})


def said(tree: ast.AST, *, by: str = "say") -> Iterator[str]:
    """The texts given to `say(…)`, or the first ones to `say_count(…)`."""
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        if name == by and call.args and isinstance(call.args[0], ast.Constant):
            yield str(call.args[0].value)


def said_in_template(text: str, *, by: str = "say") -> Iterator[str]:
    """The same in a page's template."""
    for call in Environment(autoescape=True).parse(text).find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name == by and isinstance(call.args[0], nodes.Const):
            yield call.args[0].value


@cache
def everything_said(by: str) -> set[str]:
    """What programs and templates say by this function."""
    found = {text for file in SOURCES.rglob("*.py") for text in said(ast.parse(file.read_text()), by=by)}
    return found | {text for file in SOURCES.rglob("*.html") for text in said_in_template(file.read_text(), by=by)}


def sentences() -> set[str]:
    """Every sentence of the program that customers read, but for those with a count."""
    return everything_said("say") | everything_said("Sentence") | set(TABLES) | in_tables()


@cache
def in_tables() -> set[str]:
    """What modules keep to be said, or to be put into what is: each names it in `SENTENCES`."""
    files = [(folder, file) for folder in ("core", "flows", "web") for file in (SOURCES / folder).glob("*.py")]
    tables = [getattr(import_module(f"ordain.{folder}.{file.stem}"), "SENTENCES", ()) for folder, file in files]
    return {text for table in tables for text in (table.values() if isinstance(table, dict) else table)}


def counted() -> set[str]:
    """Every sentence that depends on a count, as it is said of one."""
    return everything_said("say_count") | {one for one, _ in operators.COUNTED.values()}


@cache
def translations(code: str) -> list[tuple[str, str]]:
    """Every text with its translation; those of one text are several when they depend on a count."""
    language = load().by_code[code]
    return [*language.messages.items(), *((one, own) for one, forms in language.forms.items() for own in forms)]


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_sentence_is_translated(code: str) -> None:
    language = load().by_code[code]
    assert sentences() - language.messages.keys() == set()
    assert counted() ^ language.forms.keys() == set()


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_translation_fills_the_same_places(code: str) -> None:
    """With a sign that fills nothing there would be an error in place of the sentence."""
    places = re.compile(r"%\(\w+\)[sdr]|%%|%")
    wrong = [text for text, own in translations(code) if sorted(places.findall(text)) != sorted(places.findall(own))]
    assert wrong == []


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_translation_ends_as_its_sentence_does(code: str) -> None:
    marks = re.compile(r"[.:?]$")
    assert [text for text, own in translations(code) if bool(marks.search(text)) != bool(marks.search(own))] == []


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_count_has_its_form(code: str) -> None:
    """French says none in the singular, the others in the plural; German letters are the same for one and many."""
    language = load().by_code[code]
    assert [language.form(count) for count in (0, 1, 2, 101)] == [0 if code == "fr" else 1, 0, 1, 1]
    assert all(len(forms) == 2 for forms in language.forms.values())
    for one in language.forms:
        told = [language.say_count(one, one, count, field="x") for count in (1, 2)]
        assert "1" in told[0]
        assert "2" in told[1]


def test_english_counts_without_a_file() -> None:
    english = load().by_code["en"]
    texts = operators.COUNTED["maxlength"]
    assert [english.say_count(*texts, count, field="zip") for count in (0, 1, 2)] == [
        'Field "zip" must have at most 0 characters',
        'Field "zip" must have at most 1 character',
        'Field "zip" must have at most 2 characters',
    ]


def test_all_languages_have_the_same_sentences() -> None:
    """One that is no longer said is taken out everywhere."""
    every = {code: set(load().by_code[code].messages) for code in LANGUAGES}
    assert {code: sorted(found ^ every["fr"]) for code, found in every.items() if found != every["fr"]} == {}


def test_accounts_can_be_made_in_every_language() -> None:
    languages = load()
    assert {code: languages.of(locale).code for code, locale in sign_up.LOCALES.items()} == {
        code: code for code in ("en", *LANGUAGES)
    }


def test_the_sentences_are_found_in_the_program() -> None:
    assert {"Order placed", "Your order %(order)d", "Delivered", "Tax", "Sign in"} <= sentences()
    assert LANGUAGES == ["de", "es", "fr", "it"]


OF_PROGRAMS = frozenset({
    "core.cart.chosen", "core.cart.expiry", "flows.carts._check_description", "flows.carts.add_zone",
    "flows.carts.only_one", "flows.carts.subsidiary_of", "flows.changes._edits", "flows.changes.aim",
    "flows.items.unfit", "flows.options._wanted", "flows.owner_changes.add", "flows.renewals.order",
    "flows.zone_files.reset", "core.service.renewal_refusals", "core.signed_mark.xml_of", "core.spending.spent",
    "flows.spending.refuse_limited", "core.idempotency._refusal", "core.access._invalid", "flows.signers._refused",
})  # fmt: skip
"""What is refused there names members of a body, ids and keys that no form of ours sends."""
FOUND_OUT = frozenset({
    "core.checkout._of_configurations",  # sentences of a rule, and of what `unfit` knows
    "core.checkout.no_longer", "core.configuration.misfit", "core.deals.coupon_refusal", "core.promotions.coupon",
    "core.search.refusal_of", "core.review.changed", "flows.payments._said", "flows.sign_up._check",
    "flows.charges.outcome",  # in TABLES
    "flows.contacts._unfit", "flows.corrections._violations", "flows.item_forms._Judge", "flows.taxation.of_sale",
    "core.checkout._of_item", "flows.renewals.refused",  # what an offer lacks, a registry's own words at times
    "flows.corrections.kept", "flows.sessions.check_password", "flows.services._held", "web.terminations._asked",
    "web.zone_history._at", "web.order_tasks._found", "web.withdrawals._withdraw",
    # Faults of records are told in the words of the RFCs, and of the library that reads them.
    "core.ds_record._refusals", "flows.zone_files._refused", "flows.zone_files._together",
    "flows.zone_records.make_room",
})  # fmt: skip
"""What is said there is a value of its own; which ones are tables is looked at above."""
ONLY_PLACES = re.compile(r"(%\(\w+\)[sdr]|\W)+")
FIELD = re.compile(r"^(%\(field\)s|[\w.]+):? (?=\S)")


def test_what_a_page_can_be_refused_is_said_in_its_language() -> None:
    """Read off the sources: from the functions of the pages to wherever they lead."""
    messages = load().by_code["fr"].messages  # each has the same, by a test above
    known, wrong = reachable.modules(), []
    for made in reachable.from_pages(known):
        for text in reachable.texts(made, known):
            if text is None and made.where not in FOUND_OUT | OF_PROGRAMS:
                wrong.append(f"{made.where}: not a sentence")
            elif text and made.where not in OF_PROGRAMS and not _translated(text, messages):
                wrong.append(f"{made.where}: {text}")
    assert wrong == []


def _translated(text: str, messages: dict[str, str]) -> bool:
    """Whether it is known as it is, or without the name that the API has for its field (`web/refused.py`)."""
    rest = FIELD.sub("", text)
    return text in messages or rest[:1].upper() + rest[1:] in messages or bool(ONLY_PLACES.fullmatch(rest))


def test_functions_that_are_let_off_are_there() -> None:
    found = {made.where for made in reachable.from_pages(reachable.modules())}
    assert (OF_PROGRAMS | FOUND_OUT) - found == set()
    assert len(found) > 150
