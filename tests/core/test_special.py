"""Special names: what is on the lists that are shipped, how a list is read, and that other names are on none."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ordain.adapters import catalogue_files, special_name_files
from ordain.adapters.catalogue_files import CatalogueError
from ordain.core.names import Name, parse
from ordain.core.special import NONE_SPECIAL, SpecialNames, fold
from ordain.core.special_build import build

FOLDER = Path(__file__).parents[2] / "catalogue"
SHIPPED = special_name_files.load(FOLDER)
AFNIC = ("fr", "pm", "re", "tf", "wf", "yt")


def named(domain: str) -> Name:
    name = parse(domain, {*SHIPPED.lists, "com", "paris"})
    assert isinstance(name, Name)
    return name


def effects(domain: str, special: SpecialNames = SHIPPED) -> list[str]:
    return [each.effect for each in special.reserved(named(domain))]


@pytest.mark.parametrize(
    "label",
    ["nanterre", "ville-nanterre", "villenanterre", "mairie-nanterre", "mairie-de-quelque-part", "agglo-nowhere",
     "cc-anything", "cg-92", "cr-bretagne", "paris", "l-hay-les-roses", "lhaylesroses", "hay-les-roses",
     "haylesroses", "saint-étienne", "saintetienne", "saint-etienne", "le-havre", "lehavre", "havre",
     "le-nanterre", "cote-d-or", "côtedor", "œting", "ile-de-france"],
)  # fmt: skip
def test_french_places_are_reviewed_under_every_extension_of_afnic(label: str) -> None:
    for extension in AFNIC:
        assert effects(f"{label}.{extension}") == ["prior-review"]


@pytest.mark.parametrize("label", ["foo", "ordain", "mairie", "villemode", "cctv", "crumble", "cgt"])
def test_ordinary_names_are_not(label: str) -> None:
    assert effects(f"{label}.fr") == []


@pytest.mark.parametrize("label", ["roma", "ro-ma", "lazio", "emilia-romagna", "emiliaromagna", "la-spezia", "spezia",
                                   "l-aquila", "laquila", "valle-d-aosta", "forlì-cesena"])  # fmt: skip
def test_italian_places_are_kept_for_their_administration(label: str) -> None:
    assert effects(f"{label}.it") == ["reserved-to-administration"]
    [found] = SHIPPED.reserved(named(f"{label}.it"))
    assert (found.context, found.obstacle) == (None, found.reason)


def test_estonian_names_need_their_code() -> None:
    [found] = SHIPPED.reserved(named("abja.ee"))
    assert (found.effect, found.context, found.obstacle) == ("reservation-code", "protected_code", None)
    assert effects("alajõe.ee") == ["reservation-code"]
    assert effects("foo.ee") == []


@pytest.mark.parametrize("label", ["example", "www", "nic", "whois", "rdds", "olympic", "олимпийский", "redcross",
                                   "unitednations", "france", "côte-d-ivoire", "costarica", "costa-rica"])  # fmt: skip
def test_icanns_names_are_reserved_under_gtlds_of_the_2012_round_alone(label: str) -> None:
    for extension in ("app", "shop", "berlin", "paris", "xn--80asehdb"):
        assert effects(f"{label}.{extension}") == ["reserved"], (label, extension)
    for older in ("com", "net", "org", "info", "biz", "cat", "de", "co.uk"):
        assert older not in SHIPPED.lists


def test_two_characters_are_left_to_the_registry() -> None:
    [found] = SHIPPED.reserved(named("ab.app"))
    assert (found.effect, found.context, found.obstacle) == ("registry-decides", None, None)
    assert effects("abc.app") == []


def test_names_are_folded() -> None:
    assert fold("l-haÿ-les-roses") == "lhaylesroses"
    assert fold("Œuvre-straße-łódź".lower()) == "oeuvrestrasselodz"
    assert fold("straße") != fold("strase")


LABELS = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?", fullmatch=True).filter(lambda t: t[2:4] != "--")


@settings(deadline=None, max_examples=300)
@given(label=LABELS, extension=st.sampled_from(["fr", "it", "app", "ee", "com"]))
def test_a_label_is_on_a_list_exactly_if_it_is_in_its_file(label: str, extension: str) -> None:
    """A second way to ask: every form of the label against every line of the files."""
    expected = []
    for each in SHIPPED.lists.get(extension, ()):
        lines = each.lines.split()
        bare = {line.partition("-")[2] for line in lines if line.partition("-")[0] in each.articles}
        forms = {label}
        if each.folded:
            article, _, rest = label.partition("-")
            forms |= {rest} if article in each.articles else set()
            known = {line.replace("-", "") for line in lines}
            plain = label.replace("-", "")
            long = {p.replace("-", "") for p in each.prefixes if len(p) > 4}
            inside = plain in {line.replace("-", "") for line in bare} or any(
                f.replace("-", "") in known for f in forms
            )
            after = any(plain.startswith(p) and plain[len(p) :] in known for p in long)
            hit = inside or after or any(label.startswith(p) for p in each.prefixes)
        else:
            hit = label in lines or len(label) in each.lengths
        expected += [each.effect] if hit else []
    assert effects(f"{label}.{extension}") == expected


# --- lists of an operator's own ---

LIST: dict[str, Any] = {
    "name": "Ours", "extensions": ["com"], "effect": "reserved", "reason": "It is ours", "source": "us",
    "names": ["ordain"], "compared": "exact",
}  # fmt: skip


def built(*lists: dict[str, Any], files: dict[str, str] | None = None, **more: Any) -> SpecialNames | list[str]:
    return build({"reserved": list(lists), **more}, lambda name: (files or {})[name])


def test_an_operator_adds_a_list_in_one_place() -> None:
    special = built(LIST)
    assert isinstance(special, SpecialNames)
    assert effects("ordain.com", special) == ["reserved"]
    assert effects("or-dain.com", special) == []
    text = "Accentué  # a comment\n# another\n\nLa-Ville\n"
    files = {"ours.txt": text, "where.txt": "com\nfr\n"}
    table = {**LIST, "names": [], "files": ["ours.txt"], "extensions": [], "extensions_in": ["where.txt"],
             "compared": "folded", "articles": ["la"]}  # fmt: skip
    special = built(table, files=files)
    assert isinstance(special, SpecialNames)
    for domain in ("accentue.com", "a-ccentué.fr", "la-accentue.fr", "ville.com", "laville.fr", "la-ville.fr"):
        assert effects(domain, special) == ["reserved"], domain
    for domain in ("comment.com", "la.fr", "another.com"):
        assert effects(domain, special) == [], domain


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"effect": "forbidden"}, "effect is one of prior-review"),
        ({"compared": "roughly"}, "compared is one of exact, folded"),
        ({"extensions": []}, "extensions names none"),
        ({"names": []}, "names names none"),
        ({"files": ["gone.txt"]}, "files names gone.txt, which cannot be read"),
        ({"reason": None}, "reason is missing"),
        ({"source": 5}, "source is a text"),
        ({"prefixes": ["ville-"]}, "compared is folded"),
        ({"names": "ordain"}, "names is a list of texts"),
        ({"lengths": ["two"]}, "lengths is a list of whole numbers"),
        ({"effects": "reserved"}, "effects is not a key"),
    ],
)
def test_what_is_wrong_with_a_list_is_said(changes: dict[str, Any], problem: str) -> None:
    found = built({key: value for key, value in {**LIST, **changes}.items() if value is not None})
    assert isinstance(found, list)
    assert any(problem in sentence and sentence.startswith("special-names.toml: reserved.1.") for sentence in found)


@pytest.mark.parametrize(
    "margin", [{"default": "-1"}, {"default": "1001"}, {"default": 5}, {"extension": {"fr": "a lot"}}, {"fr": "5"}]
)
def test_what_is_wrong_with_a_margin_is_said(margin: dict[str, Any]) -> None:
    found = built(margin=margin)
    assert isinstance(found, list)
    assert found[0].startswith("special-names.toml: margin.")


def test_the_margin_is_the_extensions_then_its_registrys_then_everybodys() -> None:
    extensions = catalogue_files.load(FOLDER).extensions
    margin = {"default": "1", "registry": {extensions["fr"].registry: "2.5"}, "extension": {"re": "0"}}
    special = built(margin=margin)
    assert isinstance(special, SpecialNames)
    percents = [special.margins.percent(extensions[name]) for name in ("com", "fr", "re")]
    assert percents == [1, Fraction(5, 2), 0]


def test_a_catalogue_without_the_file_has_no_special_names(tmp_path: Path) -> None:
    assert special_name_files.load(tmp_path) == NONE_SPECIAL
    (tmp_path / "special-names.toml").write_text("[[reserved]\n")
    with pytest.raises(CatalogueError, match="is not TOML"):
        special_name_files.load(tmp_path)
    (tmp_path / "special-names.toml").write_text('[[reserved]]\nfiles = ["gone.txt"]\n')
    with pytest.raises(CatalogueError, match="No such file"):
        special_name_files.load(tmp_path)
