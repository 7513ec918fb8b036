"""The PDF of a bill or credit note, for whoever has its order's link."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
from facturx import get_xml_from_pdf
from pypdf import PdfReader

from ordain.adapters import bill_press
from tests.flows.shop import bought

if TYPE_CHECKING:
    from tests.world import Answer, World


def link(world: World, path: str) -> str:
    url: str = world.get(path).ok()["pdfUrl"]
    assert url.startswith(world.engine.public_url)
    return url.removeprefix(world.engine.public_url)


def text(answer: Answer) -> str:
    pages = PdfReader(io.BytesIO(answer.raw)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def test_an_orders_pdf_is_its_page_until_there_is_a_bill(world: World) -> None:
    order_id = bought(world, "foo.fr")
    before = link(world, f"/me/order/{order_id}")
    assert world.send("GET", before).headers["content-type"] == "text/html; charset=utf-8"
    assert world.send("GET", f"/bill/2026-000001.pdf?{before.partition('?')[2]}").status == 404
    world.bill()
    page = world.send("GET", before)
    after = link(world, f"/me/order/{order_id}")
    assert f'<a href="{after}">Facture 2026-000001 (PDF)</a>' in page.raw.decode()
    assert after == link(world, "/me/bill/2026-000001")
    assert after.startswith("/bill/2026-000001.pdf?orderPassword=")


def test_a_bill_is_a_pdf_with_its_factur_x(world: World) -> None:
    bought(world, "foo.fr")
    world.bill()
    answer = world.send("GET", link(world, "/me/bill/2026-000001"))
    assert (answer.status, answer.headers["content-type"]) == (200, "application/pdf")
    assert answer.headers["content-disposition"] == 'inline; filename="2026-000001.pdf"'
    assert answer.headers["cache-control"] == "private, max-age=3600"
    assert answer.headers["referrer-policy"] == "no-referrer"
    for part in ("2026-000001", "Exemple Domaines SAS", "Camille Martin", "2 rue Kellermann", "5,99 €", "TVA 20 %"):
        assert part in text(answer)
    assert get_xml_from_pdf(answer.raw)[0] == "factur-x.xml"
    assert world.send("GET", link(world, "/me/bill/2026-000001")).raw == answer.raw


def test_where_too_many_are_printed_one_may_come_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    bought(world, "foo.fr")
    world.bill()
    url = link(world, "/me/bill/2026-000001")
    with monkeypatch.context() as busy:
        busy.setattr(bill_press, "WAITING", 0)
        assert world.send("GET", url).status == 503
    assert world.send("GET", url).status == 200


def test_its_head_is_told(world: World) -> None:
    """The server that stands before the application sends no body to it."""
    bought(world, "foo.fr")
    world.bill()
    url = link(world, "/me/bill/2026-000001")
    head, whole = world.send("HEAD", url), world.send("GET", url)
    names = ("content-type", "content-length", "content-disposition", "cache-control")
    assert head.status == 200
    assert [head.headers[name] for name in names] == [whole.headers[name] for name in names]
    assert whole.headers["content-length"] == str(len(whole.raw))


def test_a_credit_note_has_one_too(world: World) -> None:
    bought(world, "stolen.fr")
    world.deliver()
    world.bill()
    url = link(world, "/me/refund/R2026-000001")
    answer = world.send("GET", url)
    assert url.startswith("/bill/R2026-000001.pdf?")
    assert "Avoir n° R2026-000001" in text(answer)
    assert "Rectifie la facture 2026-000001" in text(answer)


@pytest.mark.parametrize("change", [("Password=", "Password=x"), ("000001", "000002"), ("?", "?a="), ("2026", "R2026")])
def test_a_wrong_link_leads_nowhere(world: World, change: tuple[str, str]) -> None:
    bought(world, "foo.fr")
    world.bill()
    wrong = world.send("GET", link(world, "/me/bill/2026-000001").replace(*change, 1))
    assert wrong.status == 404
    assert b"Camille" not in wrong.raw


def test_an_address_with_nul_in_it_leads_nowhere(world: World, caplog: pytest.LogCaptureFixture) -> None:
    assert world.send("GET", "/bill/\0.pdf").status == 404
    assert caplog.text == ""
