"""Names as people type them: one form for each, or a sentence that says what is wrong."""

from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ordain.adapters.public_suffixes import public_suffix
from ordain.core.catalogue import Extension, Unlike
from ordain.core.catalogue import Label as Policy
from ordain.core.names import Label, Name, NameProblem, label_problem, labelled, parse, stored, under

PERSONAL = Unlike(r"(\d\d)?\d{6}-?\d{4}", "a personal identity number")
SOLD = frozenset({"com", "de", "fr", "ovh", "ws", "uk", "co.uk"})


def good(text: str) -> Name:
    name = parse(text, SOLD)
    assert isinstance(name, Name), name
    return name


def bad(text: str) -> NameProblem:
    problem = parse(text, SOLD)
    assert isinstance(problem, NameProblem), problem
    return problem


def test_a_plain_name() -> None:
    assert good("Example.COM") == Name("example.com", "example.com", "example", "example", "com")


@pytest.mark.parametrize(
    "typed", ["münchen.de", "MÜNCHEN.de", "mu\u0308nchen.de", "xn--mnchen-3ya.de", "XN--MNCHEN-3YA.DE", "münchen。de"]
)
def test_every_way_of_typing_a_name_is_the_same_name(typed: str) -> None:
    assert good(typed) == Name("xn--mnchen-3ya.de", "münchen.de", "xn--mnchen-3ya", "münchen", "de")


def test_sharp_s_is_not_ss() -> None:
    assert good("faß.de").ascii == "xn--fa-hia.de"
    assert good("fass.de").ascii == "fass.de"


def test_the_longest_extension_counts() -> None:
    assert good("example.co.uk").extension == "co.uk"
    assert good("example.uk").extension == "uk"


@pytest.mark.parametrize(
    ("typed", "reason", "words"),
    [
        ("", "empty", "Give a domain name"),
        ("  \t", "empty", "Give a domain name"),
        ("my shop.fr", "spaces", "contains a space"),
        (" shop.fr", "spaces", "contains a space"),
        ("my_shop.fr", "underscore", "underscore"),
        ("my\u00a0shop.fr", "spaces", "contains a space"),
        ("shop!.fr", "character", 'U+0021 EXCLAMATION MARK at position 5 of "shop!"'),
        ("sh/op.fr", "character", 'U+002F SOLIDUS at position 3 of "sh/op"'),
        ("shop.fr.", "final-dot", "without the final dot"),
        ("shop..fr", "empty-label", "nothing in front"),
        (".fr", "empty-label", "nothing in front"),
        ("-bad.fr", "hyphen", "begins or ends with a hyphen"),
        ("bad-.fr", "hyphen", "begins or ends with a hyphen"),
        ("-bad-.fr", "hyphen", "begins or ends with a hyphen"),
        ("ab--é.fr", "double-hyphen", "third and fourth"),
        ("a" * 64 + ".fr", "label-too-long", "63"),
        ("ü" * 60 + ".fr", "label-too-long", "once encoded"),
        ("a." * 126 + "fr", "name-too-long", "253"),
        (("ü" * 48 + ".") * 5 + "fr", "name-too-long", "253"),
        ("é" * 100_000 + ".fr", "name-too-long", "253"),
        ("xn--zzzzzz.fr", "idn", "not the encoded form"),
        ("xn--a-ecp.fr", "idn", "not the encoded form"),
        ("a\u200db.fr", "context", "U+200D ZERO WIDTH JOINER at position 2"),
        ("\u0301a.fr", "context", "U+0301 COMBINING ACUTE ACCENT at position 1"),
        ("shop", "no-extension", "shop.com"),
        ("fr", "extension-only", "example.fr"),
        ("co.uk", "extension-only", "example.co.uk"),
        ("shop.zz", "extension-not-sold", ".zz names are not sold"),
        ("www.shop.fr", "subdomain", 'Order "shop.fr"'),
        ("a.b.shop.co.uk", "subdomain", 'Order "shop.co.uk"'),
    ],
)
def test_what_is_no_name_is_told_so(typed: str, reason: str, words: str) -> None:
    problem = bad(typed)
    assert problem.reason == reason
    assert words in problem.message


def test_each_reason_has_a_message_of_its_own() -> None:
    typed = [
        "",
        "a b.fr",
        "a_b.fr",
        "a!.fr",
        "a.fr.",
        "a..fr",
        "-a.fr",
        "ab--é.fr",
        "a" * 64 + ".fr",
        "a." * 126 + "fr",
    ]
    problems = [bad(each) for each in typed]
    assert len({p.message for p in problems}) == len({p.reason for p in problems}) == len(typed)


def test_the_longest_label_and_name_pass() -> None:
    assert good("a" * 63 + ".fr").label == "a" * 63


@given(st.text(max_size=80), st.sampled_from(sorted(SOLD)))
def test_nothing_typed_makes_it_fail_and_what_is_accepted_is_stable(label: str, extension: str) -> None:
    name = parse(f"{label}.{extension}", SOLD)
    if isinstance(name, Name):
        assert parse(name.ascii, SOLD) == name
        assert parse(name.unicode, SOLD) == name
        assert name.ascii.isascii()
        assert len(name.ascii) <= 253


@given(st.text("abcdefghijklmnopqrstuvwxyzäöüéèñçßøåæœ0123456789-", min_size=1, max_size=30))
def test_letters_of_europe_round_trip(label: str) -> None:
    name = parse(f"{label}.fr", SOLD)
    hyphens = label.startswith("-") or label.endswith("-") or (label[2:4] == "--" and not label.isascii())
    assert isinstance(name, NameProblem) is hyphens
    if isinstance(name, Name):
        assert (name.label_unicode, parse(name.ascii, SOLD)) == (label, name)


def selling(**policy: object) -> Extension:
    """As much of an extension as names are judged by."""
    return cast("Extension", SimpleNamespace(name="fr", label=Policy(**({"idn": True} | policy))))  # type: ignore[arg-type]  # what is varied


LETTERS = frozenset("abcdefghijklmnopqrstuvwxyzàâéèêç0123456789-")


@pytest.mark.parametrize(
    ("typed", "policy", "reason"),
    [
        ("abc.fr", {"min": 3}, None),
        ("ab.fr", {"min": 3}, "label-too-short"),
        ("ü.fr", {"min": 3}, None),  # xn--tda
        ("abcdefghijk.fr", {"max": 10}, "label-too-long"),
        ("abcdefghij.fr", {"max": 10}, None),
        ("日本日本日本.fr", {"idn_max": 5}, "label-too-long"),
        ("日本日本日.fr", {"idn_max": 5}, None),
        ("abcdef.fr", {"idn_max": 5}, None),
        ("éab.fr", {"idn": False}, "no-idn"),
        ("ab--cd.fr", {}, "double-hyphen"),
        ("ab--cd.fr", {"double_hyphen": True}, None),
        ("почта.fr", {}, None),
        ("почта.fr", {"scripts": ("French", "Greek")}, "script"),
        ("почта.fr", {"scripts": ("Cyrillic (primarily Russian)",)}, None),
        ("abc.fr", {"scripts": ("Cyrillic",)}, None),
        ("été.fr", {"scripts": ("Spanish",)}, None),
        ("日本.fr", {"scripts": ("Japanese",)}, None),
        ("ひらがな.fr", {"scripts": ("Chinese",)}, "script"),
        ("p\u0430ypal.fr", {}, "mixed-scripts"),
        ("p\u0430\u0443\u0440\u0430l.fr", {"scripts": ("Cyrillic", "Latin")}, "mixed-scripts"),
        ("日本tokyoカナ.fr", {}, None),
        ("한국seoul.fr", {}, None),
        ("é日.fr", {}, "mixed-scripts"),
        ("ひ한.fr", {}, "mixed-scripts"),
        ("δψξ1.fr", {}, None),
        ("ᏣᎳᎩ.fr", {}, "mixed-scripts"),
        ("été.fr", {"repertoire": LETTERS}, None),
        ("\u0131.fr", {"repertoire": LETTERS}, "character"),
        ("почта.fr", {"repertoire": LETTERS}, None),
        ("😀.fr", {}, "emoji"),
        ("😀.fr", {"emoji": True}, None),
        ("😀.fr", {"emoji": True, "idn": False}, None),
        ("i❤.fr", {"emoji": True, "repertoire": LETTERS}, None),
        ("xn--i-7iq.fr", {}, "emoji"),
        ("é❤.fr", {"emoji": True, "scripts": ("Greek",)}, "script"),
        ("800131-1234.fr", {"unlike": PERSONAL}, "shape"),
        ("198001311234.fr", {"unlike": PERSONAL}, "shape"),
        ("8001311234a.fr", {"unlike": PERSONAL}, None),
    ],
)
def test_an_extension_has_its_own_demands(typed: str, policy: dict[str, object], reason: str | None) -> None:
    name, extension = good(typed), selling(**policy)
    problem = label_problem(name, extension)
    assert (problem.reason if problem else None) == reason, problem
    assert under(Label(name.label, name.label_unicode), extension) == (problem or name)


GOV = '"gov.uk" is a public suffix that is not sold here'
SAID = {
    (
        "p\u0430ypal.fr",
        (),
    ): 'U+0430 CYRILLIC SMALL LETTER A at position 2 of "p\u0430ypal" is not Latin, as what precedes'
    " it: a name is in one script",
    ("почта.fr", (("scripts", ("Greek", "Latin")),)): '"почта" is in Cyrillic: .fr names beyond a to z are in Greek or'
    " Latin",
    ("\u0131.fr", (("repertoire", LETTERS),)): 'U+0131 LATIN SMALL LETTER DOTLESS I at position 1 of "\u0131" is not'
    " among the letters of .fr names",
    ("i❤.fr", ()): 'U+2764 HEAVY BLACK HEART at position 2 of "i❤" is an emoji or symbol: .fr names have none',
    (
        "8001311234.fr",
        (("unlike", PERSONAL),),
    ): '"8001311234" is shaped like a personal identity number, which .fr names may not be',
    ("ᏣᎳᎩ.fr", ()): 'U+13E3 CHEROKEE LETTER TSA at position 1 of "ᏣᎳᎩ" is of a script no name has',
    ("日本日本日.fr", (("idn_max", 4),)): '"日本日本日" is too long: .fr names beyond a to z have at most 4 characters',
}


@pytest.mark.parametrize(("typed", "policy"), SAID)
def test_a_demand_names_the_character_and_what_would_do(typed: str, policy: tuple[tuple[str, object], ...]) -> None:
    problem = label_problem(good(typed), selling(**dict(policy)))
    assert problem is not None
    assert problem.message == SAID[typed, policy]


@pytest.mark.parametrize(
    ("typed", "ascii_form"),
    [
        ("i❤", "xn--i-7iq"),
        ("I❤\ufe0f", "xn--i-7iq"),
        ("👍🏽", "xn--on8h5e"),
        ("🇫🇷", "xn--j77hya"),
        ("xn--i-7iq", "xn--i-7iq"),
    ],
)
def test_emoji_are_encoded_without_what_only_colours_them(typed: str, ascii_form: str) -> None:
    label = labelled(typed)
    assert isinstance(label, Label)
    assert label.ascii == ascii_form
    assert labelled(label.unicode) == labelled(label.ascii) == label


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("👨\u200d👩\u200d👧", "context"),
        ("1\u20e3", "character"),
        ("❤\u0301", "context"),
        ("❤-", "hyphen"),
        ("א❤a", "direction"),
        ("xn--zzzzzz", "idn"),
        ("a.b", "dots"),
        ("", "empty"),
    ],
)
def test_what_is_no_label(typed: str, reason: str) -> None:
    problem = labelled(typed)
    assert isinstance(problem, NameProblem)
    assert problem.reason == reason


def test_a_label_is_read_once_and_put_under_every_extension() -> None:
    label = labelled("MÜNCHEN")
    assert label == Label("xn--mnchen-3ya", "münchen")
    assert isinstance(label, Label)
    assert under(label, selling()) == good("münchen.fr")


def test_directions_are_those_of_the_whole_name() -> None:
    sold = frozenset({"xn--mgbaam7a8h", "com"})
    assert isinstance(parse("5g.com", sold), Name)
    assert isinstance(parse("א.com", sold), Name)
    problem = parse("5g.امارات", sold)
    assert isinstance(problem, NameProblem)
    assert problem.reason == "direction"
    arabic = cast("Extension", SimpleNamespace(name="xn--mgbaam7a8h", label=Policy(idn=True)))
    assert isinstance(under(Label("shop", "shop"), arabic), Name)
    beside = under(Label("5g", "5g"), arabic)
    assert isinstance(beside, NameProblem)
    assert beside.reason == "direction"


@pytest.mark.parametrize(
    ("typed", "reason", "message"),
    [
        ("shop.gov.uk", "extension-not-sold", f".gov.uk names are not sold here: {GOV}"),
        ("www.shop.gov.uk", "extension-not-sold", f".gov.uk names are not sold here: {GOV}"),
        ("gov.uk", "public-suffix", f"{GOV}: nobody can hold it"),
        ("shop.com.au", "extension-not-sold", ".com.au names are not sold here"),
        ("com.au", "extension-not-sold", ".au names are not sold here"),
        ("shop.zz", "extension-not-sold", ".zz names are not sold here"),
        ("www.shop.uk", "subdomain", 'Order "shop.uk": "www.shop.uk" lies below it'),
        ("www.shop.np", "subdomain", 'Order "shop.np": "www.shop.np" lies below it'),
    ],
)  # fmt: skip
def test_a_public_suffix_that_is_not_sold_is_told_as_one(typed: str, reason: str, message: str) -> None:
    problem = parse(typed, SOLD | {"np"}, public_suffix)
    assert isinstance(problem, NameProblem)
    assert (problem.reason, problem.message) == (reason, message)


def test_who_sells_names_below_an_extension_knows_better_than_the_list() -> None:
    assert isinstance(parse("shop.np", SOLD | {"np"}, public_suffix), Name)
    assert isinstance(parse("shop.co.uk", SOLD, public_suffix), Name)


@given(st.text(max_size=300))
def test_a_name_in_a_path_is_found_in_any_form(text: str) -> None:
    assert stored(stored(text)) == stored(text)
    label = labelled(text)
    if isinstance(label, Label):
        assert stored(text) == stored(label.ascii) == stored(label.unicode) == label.ascii
        assert labelled(label.ascii) == labelled(label.unicode) == label


ODD = st.text(
    st.sampled_from(
        "abc-xn0é\u0301ßςσЖаו\u05d01٠۱日ひカー한क\u094d\u200c\u200d·・❤👍\U0001f3fd🇫\ufe0f\u00ad。．ẞİ\u202e\0\ud800Ꭳ"
    ),
    max_size=12,
)


POLICIES: tuple[dict[str, Any], ...] = (
    {},
    {"idn": False},
    {"emoji": True, "repertoire": LETTERS},
    {"emoji": True, "scripts": ("Japanese", "Greek"), "idn_max": 3},
    {"scripts": ("French",), "min": 3, "max": 12, "unlike": PERSONAL},
)


@given(ODD, st.sampled_from(["fr", "co.uk", "ws"]), st.sampled_from(POLICIES))
def test_no_extension_stumbles_over_a_name_nor_treats_its_forms_unlike(
    typed: str, below: str, policy: dict[str, object]
) -> None:
    found = parse(f"{typed}.{below}", SOLD, public_suffix)
    problem = found
    if isinstance(found, Name):
        assert parse(found.ascii, SOLD, public_suffix) == parse(found.unicode, SOLD, public_suffix) == found
        problem = under(Label(found.label, found.label_unicode), selling(**policy))
    assert isinstance(problem, Name) or problem.message.encode()
