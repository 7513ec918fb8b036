"""Files generated from collected facts: as they were, once only, and good to be loaded."""

import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ordain.adapters.catalogue_files import CatalogueError, load
from ordain.adapters.catalogue_import import bring_in

FOLDER = Path(__file__).parents[2] / "catalogue"
GOLDEN = Path(__file__).parents[1] / "golden" / "catalogue"
COLLECTED = GOLDEN / "collected"
MADE = ["5g.in", "ac", "bank", "de.com", "gov", "vegas", "xn--p1ai"]


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    """The shipped catalogue with .fr alone."""
    copy = tmp_path / "catalogue"
    shutil.copytree(FOLDER, copy, ignore=lambda folder, names: [n for n in names if folder.endswith("extensions")])
    shutil.copy(FOLDER / "extensions" / "fr.toml", copy / "extensions")
    (copy / "categories.toml").write_text("")
    return copy


def test_what_is_written_is_what_it_was(empty: Path) -> None:
    assert sorted(bring_in(COLLECTED, empty)) == MADE
    for name in MADE:
        golden = (GOLDEN / "extensions" / f"{name}.toml").read_text("utf-8")
        assert (empty / "extensions" / f"{name}.toml").read_text("utf-8") == golden, name


def test_what_is_written_can_be_sold_and_tells_what_is_not_known(empty: Path) -> None:
    bring_in(COLLECTED, empty)
    found = load(empty).extensions
    assert set(found) == {*MADE, "fr"}
    assert (found["xn--p1ai"].transfer.offered, found["xn--p1ai"].periods) == (False, (1,))
    assert "periods" in found["5g.in"].unknown
    assert (found["vegas"].periods, found["vegas"].lifecycle.deleted_days) == (tuple(range(1, 11)), 75)
    assert found["gov"].withheld == (
        ".gov names are not sold here. Who may have one: US federal/state bodies (gov), US military, US accredited "
        "schools, treaty organisations"
    )
    assert found["bank"].policy.hsts
    assert not found["de.com"].policy.claims


@pytest.mark.parametrize(
    ("file", "change", "told"),
    [
        ("extensions.csv", ("alabel", "a_label"), "extensions.csv: there is no column 'alabel'"),
        ("prices/illustrative_eur.csv", ("extension", "name"), "illustrative_eur.csv: there is no column 'extension'"),
        ("prices/illustrative_eur.csv", ("renew_cents", "renew"), "extensions.csv, .5g.in: there is no 'renew_cents'"),
        ("extensions.csv", ("label_min", "least"), "extensions.csv, .5g.in: there is no 'label_min'"),
        ("prices/illustrative_eur.csv", ("2349", "cheap"), "extensions.csv, .ac: invalid literal"),
    ],
)
def test_what_is_no_such_collection_is_said_and_nothing_is_written(
    file: str, change: tuple[str, str], told: str, empty: Path, tmp_path: Path
) -> None:
    wrong = tmp_path / "wrong"
    shutil.copytree(COLLECTED, wrong)
    (wrong / file).write_text((wrong / file).read_text("utf-8").replace(*change, 1), "utf-8")
    with pytest.raises(CatalogueError) as error:
        bring_in(wrong, empty)
    assert told in str(error.value)
    assert [each.name for each in (empty / "extensions").iterdir()] == ["fr.toml"]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20, deadline=None)
@given(there=st.sets(st.sampled_from(MADE)))
def test_a_second_import_writes_nothing_and_no_file_of_ours_is_touched(empty: Path, there: set[str]) -> None:
    for name in MADE:
        file = empty / "extensions" / f"{name}.toml"
        file.write_text("# ours\n") if name in there else file.unlink(missing_ok=True)
    assert set(bring_in(COLLECTED, empty)) == set(MADE) - there
    assert bring_in(COLLECTED, empty) == []
    assert all((empty / "extensions" / f"{name}.toml").read_text() == "# ours\n" for name in there)


@pytest.mark.parametrize("row", [b"\xff,x,\n", b"x" * 200_000], ids=["latin", "long"])
def test_facts_that_are_no_csv_in_utf_8_are_refused(tmp_path: Path, empty: Path, row: bytes) -> None:
    (tmp_path / "extensions.csv").write_bytes(b"extension,alabel,parent\n" + row)
    with pytest.raises(CatalogueError, match=r"extensions\.csv: is no CSV in UTF-8"):
        bring_in(tmp_path, empty)
