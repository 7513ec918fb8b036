"""/office/brand: the shop's name, logo, colour and texts; and /brand, where every page has the last three from."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING

from starlette.responses import Response

from ordain.core import brand as core
from ordain.core.brand import Brand, Logo
from ordain.core.edit import BrandChange
from ordain.core.refusal import not_found
from ordain.web import office_reading as reading
from ordain.web.office_edits import history, made
from ordain.web.page import HEADERS, Page

if TYPE_CHECKING:
    from ordain.web.page import Visit

PATH = "/office/brand"
LATEST = 50
TEXTS = {"headline": "Over the search", "lead": "Beneath it", "footer": "At the end of every page"}
LANGUAGES = {"de": "Deutsch", "en": "English", "es": "Español", "fr": "Français", "it": "Italiano"}
BAD_LOGO = "Paste an SVG (its text) or a PNG in base64"
SENTENCES = (*TEXTS.values(), BAD_LOGO)
FIELDS = ("name", "accent", "logo", "remove_logo", "begins", "ends", "reason",
          *(f"texts.{code}.{what}" for code in core.LANGUAGES for what in core.TEXTS))  # fmt: skip
STYLE = """:root {{
  --accent: light-dark({light}, {dark});
  --on-accent: light-dark({on_light}, {on_dark});
  --accent-ground: light-dark({tint}, {dark_tint});
}}
"""
KEPT = {**HEADERS, "cache-control": "public, max-age=31536000, immutable"}


async def _show(visit: Visit) -> Response:
    brand = visit.engine.market.brand.at(visit.now)
    texts = {f"texts.{code}.{what}": text for code, said in brand.texts.items() for what, text in said.items()}
    return _shown(visit, {"name": brand.name, "accent": brand.accent, **texts}, {})


def _shown(visit: Visit, given: dict[str, str], problems: dict[str, str]) -> Response:
    mine = [edit for edit in visit.engine.shelf.edits if edit.about == "brand" or edit.about.startswith("withdrawal ")]
    return visit.show(
        "office_brand.html",
        status=400 if problems else 200,
        given=given,
        problems=problems,
        languages=LANGUAGES,
        texts=[(what, visit.language.say(label)) for what, label in TEXTS.items()],
        history=history(visit, mine, LATEST),
        seen=visit.engine.shelf.version,
    )


async def _edit(visit: Visit) -> Response:
    terms, problems = reading.terms(visit)
    held, form = visit.engine.market.brand.at(visit.now), visit.form
    logo = None if form.get("remove_logo") == "yes" else held.logo
    if text := form.get("logo", "").strip():
        logo = _logo(text)
    texts = {
        code: said
        for code in core.LANGUAGES
        if (said := {what: text for what in core.TEXTS if (text := form.get(f"texts.{code}.{what}", "").strip())})
    }
    accent = form.get("accent", "").strip().lower()
    brand = Brand(name=form.get("name", "").strip(), accent=accent, logo=logo, texts=texts)
    problems = problems or await made(visit, terms.wish(visit, BrandChange(brand)), FIELDS)
    if problems:
        return _shown(visit, reading.kept(form, FIELDS), problems)
    return visit.go(PATH)


def _logo(text: str) -> Logo:
    """A logo as it was pasted: an SVG as it is, anything else as a PNG's base64."""
    if text.startswith("<"):
        return Logo("image/svg+xml", base64.b64encode(text.encode()).decode())
    return Logo("image/png", "".join(text.removeprefix("data:image/png;base64,").split()))


def version(brand: Brand) -> str:
    """What its files are called after: another name when anything of them is another."""
    logo = brand.logo.content if brand.logo else ""
    return hashlib.sha256(f"{brand.accent} {logo}".encode()).hexdigest()[:12]


async def _style(visit: Visit) -> Response:
    """The colours, over those of the stylesheet."""
    brand = _of_version(visit)
    light = brand.accent or "#0b57d0"
    dark = core.on_dark(light)
    text = STYLE.format(
        light=light,
        dark=dark,
        on_light=core.LIGHT[0],
        on_dark=core.DARK[0],
        tint=core.tinted(light, core.LIGHT[0]),
        dark_tint=core.tinted(dark, core.DARK[0]),
    )
    return Response(text, headers=KEPT, media_type="text/css")


async def _logo_file(visit: Visit) -> Response:
    brand = _of_version(visit)
    if brand.logo is None:
        msg = "There is no logo"
        raise not_found(msg)
    # Looked at by itself an SVG is a document: it may do nothing there, either.
    headers = {**KEPT, "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox"}
    return Response(brand.logo.octets, headers=headers, media_type=brand.logo.kind)


def _of_version(visit: Visit) -> Brand:
    """The brand that has these files: the one that holds, or held, or is to come."""
    known = (brand for _, brand in visit.engine.market.brand.entries)
    found = next((brand for brand in known if version(brand) == visit.path["version"]), None)
    if found is None:
        msg = "There is no such brand"
        raise not_found(msg)
    return found


PAGES = (
    Page(method="GET", path=PATH, do=_show, right="brand"),
    Page(method="POST", path=PATH, do=_edit, right="brand"),
    Page(method="GET", path="/brand/{version}/style.css", do=_style),
    Page(method="GET", path="/brand/{version}/logo", do=_logo_file),
)
