"""Names as people type them: one form for each, or a sentence that says what is wrong."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ordain.core.catalogue import Extension, Label
from ordain.core.names import Name, NameProblem, label_problem, parse

SOLD = frozenset({"com", "de", "fr", "ovh", "ws", "uk", "co.uk"})
VECTORS = Path(__file__).parents[2].parent / "shared" / "vectors"


def good(text: str) -> Name:
    name = parse(text, SOLD)
    assert isinstance(name, Name), name
    return name


def bad(text: str) -> NameProblem:
    problem = parse(text, SOLD)
    assert isinstance(problem, NameProblem), problem
    return problem


def vectors(name: str) -> list[str]:
    path = VECTORS / name
    if not path.is_file():
        pytest.fail(f"{name}: this test reads the shared test vectors, which are to lie beside the project")
    return path.read_text(encoding="utf-8").splitlines()


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
        ("shop!.fr", "character", "'!'"),
        ("sh/op.fr", "character", "'/'"),
        ("i❤shop.fr", "emoji", "emoji"),
        ("😀.fr", "emoji", "emoji"),
        ("xn--i-7iq.ws", "emoji", "emoji"),
        ("shop.fr.", "final-dot", "without the final dot"),
        ("shop..fr", "empty-label", "nothing in front"),
        (".fr", "empty-label", "nothing in front"),
        ("-bad.fr", "hyphen", "begins or ends with a hyphen"),
        ("bad-.fr", "hyphen", "begins or ends with a hyphen"),
        ("-bad-.fr", "hyphen", "begins or ends with a hyphen"),
        ("ab--cd.fr", "double-hyphen", "third and fourth"),
        ("ab--é.fr", "double-hyphen", "third and fourth"),
        ("a" * 64 + ".fr", "label-too-long", "63"),
        ("ü" * 60 + ".fr", "label-too-long", "once encoded"),
        ("a." * 126 + "fr", "name-too-long", "253"),
        (("ü" * 48 + ".") * 5 + "fr", "name-too-long", "253"),
        ("é" * 100_000 + ".fr", "name-too-long", "253"),
        ("xn--zzzzzz.fr", "idn", "not the encoded form"),
        ("xn--a-ecp.fr", "idn", "not the encoded form"),
        ("a\u200db.fr", "idn", "not a permitted"),
        ("\u0301a.fr", "idn", "not a permitted"),
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
        "😀.fr",
        "a.fr.",
        "a..fr",
        "-a.fr",
        "ab--cd.fr",
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
    hyphens = label.startswith("-") or label.endswith("-") or label[2:4] == "--"
    assert isinstance(name, NameProblem) is hyphens
    if isinstance(name, Name):
        assert (name.label_unicode, parse(name.ascii, SOLD)) == (label, name)


def rules_of(**changes: object) -> Extension:
    """As much of an extension as names are judged by."""
    usual: dict[str, Any] = {"min": 3, "max": 10, "idn": True, "double_hyphen": False}
    return cast("Extension", SimpleNamespace(name="fr", label=Label(**(usual | changes))))


@pytest.mark.parametrize(
    ("typed", "changes", "reason"),
    [
        ("abc.fr", {}, None),
        ("ab.fr", {}, "label-too-short"),
        ("éa.fr", {}, "label-too-short"),
        ("éab.fr", {}, None),
        ("éab.fr", {"idn": False}, "no-idn"),
        ("abcdefghijk.fr", {}, "label-too-long"),
        ("abcdefghij.fr", {}, None),
    ],
)
def test_an_extension_has_its_own_demands(typed: str, changes: dict[str, object], reason: str | None) -> None:
    problem = label_problem(good(typed), rules_of(**changes))
    assert (problem.reason if problem else None) == reason


def test_double_hyphens_pass_only_where_the_extension_sells_them() -> None:
    lenient = {"fr": rules_of(double_hyphen=True)}
    name = parse("ab--cd.fr", lenient)
    assert isinstance(name, Name)
    assert label_problem(name, lenient["fr"]) is None
    problem = label_problem(name, rules_of())
    assert problem is not None
    assert problem.reason == "double-hyphen"


def test_unicode_vectors_lead_to_the_same_ascii_form() -> None:
    """Of IdnaTestV2, the lines that are two plain labels and succeed: we agree, or are stricter and say why."""
    agreed = refused = 0
    for line in vectors("idna/IdnaTestV2.txt"):
        cells = [cell.strip() for cell in line.partition("#")[0].split(";")]
        if len(cells) < 7 or cells[2] or (cells[4] and cells[4] != "[]") or "\\" in cells[0]:
            continue
        source, expected = cells[0], cells[3] or cells[1] or cells[0]
        if expected.count(".") != 1 or not expected.isascii() or expected.endswith(".") or not source:
            continue
        answer = parse(source, frozenset({expected.partition(".")[2]}))
        if isinstance(answer, Name):
            assert answer.ascii == expected, line
            agreed += 1
        else:
            refused += 1
    assert agreed > 100
    assert refused < agreed


def test_registrable_names_of_the_public_suffix_vectors() -> None:
    suffixes = frozenset({"com", "biz", "uk.com", "ac", "jp", "ac.jp", "kyoto.jp", "us", "ak.us", "k12.ak.us"})
    checked = 0
    for line in vectors("psl/test_psl.txt"):
        if not line.startswith("checkPublicSuffix('"):
            continue
        asked, _, expected = (part.strip(" '();") for part in line.removeprefix("checkPublicSuffix").partition(","))
        if asked.startswith(".") or asked.lower().rpartition(".")[2] not in {"com", "biz", "ac", "us"}:
            continue
        answer = parse(asked, suffixes)
        checked += 1
        if expected == "null":
            assert isinstance(answer, NameProblem), line
        elif expected == asked.lower():
            assert isinstance(answer, Name), line
        else:
            assert isinstance(answer, NameProblem), line
            assert f'Order "{expected}"' in answer.message, line
    assert checked > 10
