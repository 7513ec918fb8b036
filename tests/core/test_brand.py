"""A brand is bounded, draws and does nothing else, and can be read on both grounds."""

from __future__ import annotations

import base64
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ordain.core.brand import DARK, LEAST_CONTRAST, LIGHT, Brand, Logo, contrast, on_dark, refusals, tinted

SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M0 0h9v9z" fill="{}"/>{}</svg>'


def svg(inner: str = "", fill: str = "#123456") -> Logo:
    return Logo("image/svg+xml", base64.b64encode(SVG.format(fill, inner).encode()).decode())


def png(width: int = 64, height: int = 64) -> Logo:
    octets = b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sIIBBBBB", 13, b"IHDR", width, height, 8, 6, 0, 0, 0)
    return Logo("image/png", base64.b64encode(octets).decode())


def test_a_whole_brand_is_fine() -> None:
    texts = {"en": {"headline": "Names", "footer": "Muster GmbH"}, "de": {"headline": "Namen"}}
    brand = Brand(name="Müller & Söhne", accent="#0b57d0", logo=svg(), texts=texts)
    assert list(refusals(brand)) == []
    assert list(refusals(Brand(logo=png()))) == []
    assert (brand.text("headline", "de"), brand.text("footer", "de"), brand.text("lead", "de")) == (
        "Namen",
        "Muster GmbH",
        "",
    )


@pytest.mark.parametrize(
    ("brand", "field", "told"),
    [
        (Brand(name="x" * 61), "name", "1 to 60"),
        (Brand(name="a\nb"), "name", "a line"),
        (Brand(accent="blue"), "accent", "such as #0b57d0"),
        (Brand(accent="#ffcc00"), "accent", "a contrast of 1.4"),
        (Brand(texts={"nl": {"lead": "x"}}), "texts.nl", "none of de, en, es, fr, it"),
        (Brand(texts={"en": {"song": "x"}}), "texts.en.song", "none of headline"),
        (Brand(texts={"en": {"lead": "x" * 501}}), "texts.en.lead", "at most 500"),
        (Brand(logo=Logo("image/png", "!")), "logo", "is not base64"),
        (Brand(logo=Logo("image/png", svg().content)), "logo", "is no PNG"),
        (Brand(logo=png(4000)), "logo", "at most 2048 pixels"),
        (Brand(logo=png(0)), "logo", "at most 2048 pixels"),
        (Brand(logo=Logo("image/svg+xml", png().content)), "logo", "no SVG in UTF-8"),
        (Brand(logo=Logo("image/svg+xml", base64.b64encode(b"<p/>").decode())), "logo", "is no SVG"),
        (Brand(logo=Logo("image/svg+xml", base64.b64encode(b"<svg").decode())), "logo", "not well-formed"),
        (Brand(logo=svg("<script>alert(1)</script>")), "logo", "an element script"),
        (Brand(logo=svg("<foreignObject/>")), "logo", "an element foreignObject"),
        (Brand(logo=svg('<g onload="alert(1)"/>')), "logo", "an attribute onload"),
        (Brand(logo=svg('<use href="https://elsewhere.example/x"/>')), "logo", "leads elsewhere"),
        (Brand(logo=svg(fill="url(https://elsewhere.example/x)")), "logo", "leads elsewhere"),
        (Brand(logo=svg(fill="URL( 'elsewhere.example')")), "logo", "leads elsewhere"),
        (Brand(logo=svg(fill="u\\72l(https:elsewhere.example)")), "logo", "leads elsewhere"),
        (Brand(logo=svg("<g style='background: image-set(&quot;x&quot; 1x)'/>")), "logo", "leads elsewhere"),
        (Brand(logo=svg("<g xml:base='https://elsewhere.example'/>")), "logo", "leads elsewhere"),
        (Brand(logo=svg('<?xml-stylesheet href="x"?>')), "logo", "instructions"),
        (Brand(logo=svg(f"<desc>{'x' * 24576}</desc>")), "logo", "at most 24576 bytes"),
    ],
)
def test_what_it_cannot_be_is_told_with_its_field(brand: Brand, field: str, told: str) -> None:
    [refusal] = refusals(brand)
    assert refusal.field == field
    assert told in refusal.message


def test_contrast_is_that_of_the_guidelines() -> None:
    assert contrast("#000000", "#ffffff") == 21
    assert [f"{contrast(grey, LIGHT[0]):.2f}" for grey in ("#767676", "#777777")] == ["4.54", "4.48"]


@given(st.integers(0, 0xFFFFFF))
def test_any_colour_can_be_read_on_a_dark_ground(number: int) -> None:
    shade = on_dark(f"#{number:06x}")
    assert all(contrast(shade, ground) >= LEAST_CONTRAST for ground in (*DARK, tinted(shade, DARK[0])))


@pytest.mark.parametrize("fill", ["url(#a)", "url( '#a' )", "url(&quot;#a&quot;) red"])
def test_a_logo_draws_with_its_own_colours(fill: str) -> None:
    assert list(refusals(Brand(logo=svg('<linearGradient id="a"/>', fill)))) == []
