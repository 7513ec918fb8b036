"""Names as odd as people, phones and attackers send them: over the wire, each with its exact answer."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from tests.api.test_bad_input import BEFORE_THE_DATABASE, invalid

if TYPE_CHECKING:
    from tests.world import World

PLAIN = "use letters, digits and hyphens"
SIDES = (
    "cannot stand there: beside letters written from right to left, each part of a name begins with a letter, keeps to"
    " one direction, and ends with a letter or digit (RFC 5893)"
)
ZWJ = "U+200D ZERO WIDTH JOINER at position 2"
JOINS = "can only stand where scripts such as Devanagari need it, and joins no emoji in a name"
ONE_SCRIPT = "as what precedes it: a name is in one script"
HYPHENS = "has hyphens in third and fourth place, which is kept for encoded names (xn--…)"
NOT_ENCODED = "is not the encoded form of any permitted name"

TAKEN = {
    # Forms that lead to the same name.
    "ｅｘａｍｐｌｅ．ｆｒ": "example.fr",
    "example。fr": "example.fr",
    "example｡FR": "example.fr",
    "e\u0301te\u0301.fr": "xn--t-9fab.fr",
    "XN--T-9FAB.fr": "xn--t-9fab.fr",
    "a\u00adb.fr": "ab.fr",
    "\ufb01n.fr": "fin.fr",
    "℡.fr": "tel.fr",
    # Sharp s and final sigma are letters of their own.
    "FAẞ.fr": "xn--fa-hia.fr",
    "fass.fr": "fass.fr",
    "ΣΊΣΥΦΟΣ.eu": "xn--kxa6akbbkh.eu",
    "σίσυφος.eu": "xn--kxa6ajbbmh.eu",
    # Scripts, each alone.
    "почта.com": "xn--80a1acny.com",
    "日本語カナ.com": "xn--lck2c295sncbk91h.com",
    "אבגד.com": "xn--4dbcde.com",
    "אב1.com": "xn--1-zhcd.com",
    "क्\u200dष.com": "xn--11b2ezcw70k.com",
    "l·l.com": "xn--ll-0ea.com",
}
REFUSED = {
    # Scripts that do not go together.
    "p\u0430ypal.com": f'U+0430 CYRILLIC SMALL LETTER A at position 2 of "p\u0430ypal" is not Latin, {ONE_SCRIPT}',
    "почтa.com": f'U+0061 LATIN SMALL LETTER A at position 5 of "почтa" is not Cyrillic, {ONE_SCRIPT}',
    "é日本.com": f'U+65E5 CJK UNIFIED IDEOGRAPH-65E5 at position 2 of "é日本" is not Latin, {ONE_SCRIPT}',
    "ᏣᎳᎩ.com": 'U+13E3 CHEROKEE LETTER TSA at position 1 of "ᏣᎳᎩ" is of a script no name has',
    # Right to left.
    "אבa.com": f'U+0061 LATIN SMALL LETTER A at position 3 of "אבa" {SIDES}',
    "1אב.com": f'U+0031 DIGIT ONE at position 1 of "1אב" {SIDES}',
    "אב-.com": '"אב-" begins or ends with a hyphen',
    "\u202efr.com": 'U+202E RIGHT-TO-LEFT OVERRIDE at position 1 of "\\u202efr.com" can be in no domain name',
    "٠۱.com": 'U+0660 ARABIC-INDIC DIGIT ZERO at position 1 of "٠۱" cannot stand beside Arabic digits of the other'
    " kind",
    # What needs a place.
    "a\u200db.com": f'{ZWJ} of "a\\u200db" {JOINS}',
    "a\u200cb.com": 'U+200C ZERO WIDTH NON-JOINER at position 2 of "a\\u200cb" can only stand where scripts such as'
    " Devanagari or Arabic need it",
    "\u0301a.fr": 'U+0301 COMBINING ACUTE ACCENT at position 1 of "\u0301a" needs a letter in front of it',
    "a·b.com": 'U+00B7 MIDDLE DOT at position 2 of "a·b" can only stand between two l, as in Catalan',
    "a・b.com": 'U+30FB KATAKANA MIDDLE DOT at position 2 of "a・b" can only stand beside Japanese or Chinese'
    " characters",
    # Emoji, and symbols that are none.
    "❤\ufe0f.fr": 'U+2764 HEAVY BLACK HEART at position 1 of "❤" is an emoji or symbol: .fr names have none',
    "🇫🇷.com": 'U+1F1EB REGIONAL INDICATOR SYMBOL LETTER F at position 1 of "🇫🇷" is an emoji or symbol:'
    " .com names have none",
    "👨\u200d👩\u200d👧.fr": f'{ZWJ} of "👨\\u200d👩\\u200d👧" {JOINS}',
    "1\ufe0f\u20e3.fr": f'U+20E3 COMBINING ENCLOSING KEYCAP at position 2 of "1\u20e3" can be in no name: {PLAIN}',
    "✓.com": f'U+2713 CHECK MARK at position 1 of "✓" can be in no name: {PLAIN}',
    "½.fr": f'U+2044 FRACTION SLASH at position 2 of "1\u20442" can be in no name: {PLAIN}',
    # Encoded forms of nothing.
    "xn--.fr": '"xn--" begins or ends with a hyphen',
    "xn--a.fr": f'"xn--a" {NOT_ENCODED}',
    "xn--abc-.fr": '"xn--abc-" begins or ends with a hyphen',
    "xn--zzzzzz.fr": f'"xn--zzzzzz" {NOT_ENCODED}',
    "xn--xn---epa.fr": f'"xn--xn---epa" {NOT_ENCODED}',
    "xn--i-7iq.fr": 'U+2764 HEAVY BLACK HEART at position 2 of "i❤" is an emoji or symbol: .fr names have none',
    "ab--cd.fr": f'"ab--cd" {HYPHENS}',
    "ab--é.fr": f'"ab--é" {HYPHENS}',
    # What cannot be seen, and what is no text.
    "a\tb.fr": '"a\\u0009b.fr" contains a space: a domain name has none',
    "\u00ad.fr": '"\\u00ad.fr" has a dot with nothing in front of it',
    "\u00ad": '"\\u00ad" has no character that counts in a domain name',
    "\ufffd.fr": 'U+FFFD REPLACEMENT CHARACTER at position 1 of "\ufffd.fr" can be in no domain name',
    "\ue000.fr": 'U+E000 at position 1 of "\\ue000.fr" can be in no domain name',
    "\U000e0041.fr": 'U+E0041 TAG LATIN CAPITAL LETTER A at position 1 of "\\ue0041.fr" can be in no domain name',
    # Addresses, paths, patterns.
    "http://example.fr": f'U+003A COLON at position 5 of "http://example" can be in no name: {PLAIN}',
    "user@example.fr": f'U+0040 COMMERCIAL AT at position 5 of "user@example" can be in no name: {PLAIN}',
    "example.fr/": f'U+002F SOLIDUS at position 3 of "fr/" can be in no name: {PLAIN}',
    "a%00b.fr": f'U+0025 PERCENT SIGN at position 2 of "a%00b" can be in no name: {PLAIN}',
    "*.fr": f'U+002A ASTERISK at position 1 of "*" can be in no name: {PLAIN}',
    "::1": f'U+003A COLON at position 1 of "::1" can be in no name: {PLAIN}',
    "_dmarc.fr": f'"_dmarc" contains an underscore: {PLAIN}',
    # Dots and lengths.
    "example。fr。": '"example。fr。" ends with a dot: write it without the final dot',
    "example．．fr": '"example．．fr" has a dot with nothing in front of it',
    "a" * 64 + ".fr": f'"{"a" * 64}" is too long: each part of a name has at most 63 characters',
    "é" * 60 + ".fr": f'"{"é" * 60}" is too long: it has more than 63 characters once encoded for the DNS',
    # What is nobody's.
    "police.uk": '"police.uk" is a public suffix that is not sold here: nobody can hold it',
}  # fmt: skip
UNSOLD = ("shop.police.uk", "10.0.0.1", "www.shop.police.uk", "shop.notsold")


@BEFORE_THE_DATABASE
def test_odd_forms_of_names_that_can_be_had(world: World) -> None:
    cart_id = world.cart()
    for typed, stored in TAKEN.items():
        offers = world.get(f"/order/cart/{cart_id}/domain", domain=typed).ok()
        assert offers, typed
        assert offers == world.get(f"/order/cart/{cart_id}/domain", domain=stored).ok(), typed
        cart = world.cart()
        item_id = world.add(cart, typed)
        assert world.get(f"/order/cart/{cart}/item/{item_id}").ok()["settings"]["domain"] == stored, typed


@BEFORE_THE_DATABASE
@pytest.mark.parametrize("typed", REFUSED)
def test_odd_names_that_cannot_be_had_are_told_why(world: World, typed: str) -> None:
    cart, rule = f"/order/cart/{world.cart()}", "/domain/configurationRule"
    for answer in (
        world.get(f"{cart}/domain", domain=typed),
        world.post(f"{cart}/domain", {"domain": typed}),
        world.get(rule, domain=typed, action="create"),
        world.get("/domain/data/claimNotice", domain=typed),
    ):
        assert (answer.status, answer.body) == invalid(REFUSED[typed], "domain")
    assert world.get(f"{cart}/item").ok() == []


SHIPPED = {
    "i❤.ws": None,
    "i❤.com": 'U+2764 HEAVY BLACK HEART at position 2 of "i❤" is an emoji or symbol: .com names have none',
    "あ" * 15 + ".jp": None,
    "あ" * 16 + ".jp": f'"{"あ" * 16}" is too long: .jp names beyond a to z have at most 15 characters',
    "почта.jp": '"почта" is in Cyrillic: .jp names beyond a to z are in Japanese',
    "800131-1234.se": '"800131-1234" is shaped like a personal identity number, which .se names may not be',
    "été.app": None,
    "ı.app": 'U+0131 LATIN SMALL LETTER DOTLESS I at position 1 of "ı" is not among the letters of .app names',
    "почта.eu": None,
    "日本.eu": '"日本" is in Han: .eu names beyond a to z are in Cyrillic or Greek or Latin',
    "é.nl": ".nl names are made of the letters a to z, digits and hyphens only",
    "ab--cd.be": '"ab--cd" has hyphens in third and fourth place, which is kept for encoded names (xn--…)',
}


@BEFORE_THE_DATABASE
def test_registries_have_demands_of_their_own(world: World) -> None:
    for typed, said in SHIPPED.items():
        answer = world.get("/domain/configurationRule", domain=typed, action="create")
        assert answer.status == (400 if said else 200), typed
        assert not said or (answer.status, answer.body) == invalid(said, "domain"), typed


@BEFORE_THE_DATABASE
def test_what_is_not_sold_has_no_offers_wherever_its_suffix_ends(world: World) -> None:
    cart = f"/order/cart/{world.cart()}"
    for typed in UNSOLD:
        assert world.get(f"{cart}/domain", domain=typed).ok() == []
        assert world.post(f"{cart}/domain", {"domain": typed}).status == 400
    told = '.police.uk names are not sold here: "police.uk" is a public suffix that is not sold here'
    answer = world.post(f"{cart}/domain", {"domain": "shop.police.uk"})
    assert (answer.status, answer.body) == invalid(told, "domain")


@BEFORE_THE_DATABASE
def test_bytes_that_are_no_text_are_refused(world: World) -> None:
    cart = f"/order/cart/{world.cart()}"
    for raw in (
        "%ff.fr",
        "%ed%a0%80.fr",
        "%c3.fr",
        "%f5%80%80%80.fr",
        "%00.fr",
        "%E2%80%AE.fr",
        "%.fr",
        quote("\u0301.fr"),
    ):
        target = f"/1.0{cart}/domain?domain={raw}"
        answer = world.send("GET", target, b"", world.signed("GET", target, b"", "camille"))
        assert answer.status == 400, raw
        assert answer.body["class"] == "Client::BadRequest", raw
    for text in (b'"\\ud800.fr"', b'"a\\udfffb.fr"', b'"\xff.fr"', b'"\\u0000.fr"', b"5", b'["a.fr"]'):
        sent = b'{"domain":' + text + b"}"
        headers = world.signed("POST", f"/1.0{cart}/domain", sent, "camille")
        answer = world.send("POST", f"/1.0{cart}/domain", sent, headers)
        assert answer.status == 400, text
        assert answer.body["class"] == "Client::BadRequest", text
    assert world.get(f"{cart}/item").ok() == []
