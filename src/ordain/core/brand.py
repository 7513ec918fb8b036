"""What the shop is called and looks like, as staff set it: bounded, and readable whatever colour they like."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from ordain.core import plain_xml
from ordain.core.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from xml.etree.ElementTree import Element

LIGHT, DARK = ("#ffffff", "#f5f7fa"), ("#12161b", "#1a2027")
"""The grounds of pages, and of what is raised from them (web/static/style.css)."""
TINT = 10
"""Percent of the accent in the ground of badges and of what is chosen."""
LEAST_CONTRAST = Decimal("4.5")
"""Of texts on their ground (WCAG 2.2, 1.4.3)."""
LONGEST_NAME, LONGEST_TEXT = 60, 500
MOST_BYTES = 24 * 1024
"""Of a logo: it is on every page."""
MOST_PIXELS = 2048
TEXTS = ("headline", "lead", "footer")
"""What can be said in each language: over the search, beneath it, and at the end of every page."""
LANGUAGES = ("de", "en", "es", "fr", "it")

Kind = Literal["image/svg+xml", "image/png"]

_COLOUR = re.compile(r"#[0-9a-f]{6}", re.ASCII)
_SVG = "{http://www.w3.org/2000/svg}"
_DRAWN = frozenset(
    ["svg", "g", "defs", "title", "desc", "path", "rect", "circle", "ellipse", "line", "polyline", "polygon", "text",
     "tspan", "linearGradient", "radialGradient", "stop", "clipPath", "mask", "use", "symbol"]
)  # fmt: skip
"""Elements of a logo: what draws, and nothing that loads, moves or runs."""

_LOADS = re.compile(r"url\(\s*+[\"']?+(?!#)|@import|image\(|image-set\(|src\(|\\|//", re.ASCII | re.IGNORECASE)
"""What in an attribute may load something: CSS says it in many ways, and with a backslash in any letters."""


class Logo(Struct, frozen=True):
    """A picture, its bytes in base64."""

    kind: Kind
    content: str

    @property
    def octets(self) -> bytes:
        """Its bytes. ValueError if that is no base64."""
        try:
            return base64.b64decode(self.content, validate=True)
        except binascii.Error as error:
            message = "is not base64"
            raise ValueError(message) from error


class Brand(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is left open is as Ordain has it."""

    name: str = "Ordain"
    """Above every page."""
    accent: str = ""
    """Of links and buttons on a light ground: "#0b57d0"; on a dark one it is lightened as far as it has to be."""
    logo: Logo | None = None
    texts: Mapping[str, Mapping[str, str]] = {}
    """By language and by what it is."""

    def text(self, what: str, language: str) -> str:
        """A text in a language; in English where it is not said in that; "" where it is not said at all."""
        return self.texts.get(language, {}).get(what) or self.texts.get("en", {}).get(what, "")


PLAIN = Brand()


def refusals(brand: Brand) -> Iterator[Refusal]:
    """All that is wrong with a brand."""
    if not brand.name.strip() or len(brand.name) > LONGEST_NAME or not brand.name.isprintable():
        yield Refusal("invalid", f"name is a line of 1 to {LONGEST_NAME} characters", "name")
    yield from _of_accent(brand.accent)
    if brand.logo and (why := _wrong_logo(brand.logo)):
        yield Refusal("invalid", f"logo {why}", "logo")
    for language, said in brand.texts.items():
        if language not in LANGUAGES:
            yield Refusal("invalid", f"texts: {language} is none of {', '.join(LANGUAGES)}", f"texts.{language}")
        for what, text in said.items():
            where = f"texts.{language}.{what}"
            if what not in TEXTS:
                yield Refusal("invalid", f"texts: {what} is none of {', '.join(TEXTS)}", where)
            if len(text) > LONGEST_TEXT or "\0" in text:
                yield Refusal("invalid", f"{what} has at most {LONGEST_TEXT} characters", where)


def _of_accent(accent: str) -> Iterator[Refusal]:
    if not accent:
        return
    if not _COLOUR.fullmatch(accent):
        yield Refusal("invalid", "accent is a colour such as #0b57d0", "accent")
    elif (found := _least(accent, LIGHT)) < LEAST_CONTRAST:
        told = (
            f"accent {accent} has a contrast of {found:.2f} : 1 on light grounds, and texts need {LEAST_CONTRAST} : 1"
        )
        yield Refusal("invalid", f"{told}: make it darker", "accent")


def on_dark(accent: str) -> str:
    """The colour as it is used on a dark ground: mixed with white until texts in it can be read."""
    shades = (mixed(LIGHT[0], accent, white) for white in range(0, 101, 5))
    return next((shade for shade in shades if _least(shade, DARK) >= LEAST_CONTRAST), LIGHT[0])


def tinted(accent: str, ground: str) -> str:
    """The ground of what is chosen: a little of the accent in it."""
    return mixed(accent, ground, TINT)


def mixed(one: str, other: str, percent: int) -> str:
    """So many percent of one colour in another."""
    pairs = zip(_parts(one), _parts(other), strict=True)
    return "#" + "".join(f"{(mine * percent + theirs * (100 - percent)) // 100:02x}" for mine, theirs in pairs)


def _least(accent: str, grounds: tuple[str, str]) -> Decimal:
    """The least contrast it has on these grounds, and on that of what is chosen."""
    return min(contrast(accent, ground) for ground in (*grounds, tinted(accent, grounds[0])))


def contrast(one: str, other: str) -> Decimal:
    """How two colours stand out from each other: 1 for the same, 21 for black on white (WCAG 2.2, "contrast ratio")."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return Decimal(lighter + Decimal("0.05")) / Decimal(darker + Decimal("0.05"))


def _parts(colour: str) -> tuple[int, ...]:
    return tuple(int(colour[at : at + 2], 16) for at in (1, 3, 5))


def _luminance(colour: str) -> Decimal:
    red, green, blue = (_linear(part) for part in _parts(colour))
    return Decimal("0.2126") * red + Decimal("0.7152") * green + Decimal("0.0722") * blue


@cache
def _linear(part: int) -> Decimal:
    share = Decimal(part) / Decimal(255)
    if share <= Decimal("0.04045"):
        return share / Decimal("12.92")
    return Decimal((share + Decimal("0.055")) / Decimal("1.055")) ** Decimal("2.4")


def _wrong_logo(logo: Logo) -> str | None:
    """Why a picture cannot be the logo, as the end of a sentence."""
    try:
        octets = logo.octets
    except ValueError as error:
        return str(error)
    if len(octets) > MOST_BYTES:
        return f"has at most {MOST_BYTES} bytes, not {len(octets)}"
    return _wrong_png(octets) if logo.kind == "image/png" else _wrong_svg(octets)


def _wrong_png(octets: bytes) -> str | None:
    """By its signature and its first chunk (PNG, third edition, §5.2 and §11.2.1)."""
    if octets[:8] != b"\x89PNG\r\n\x1a\n" or octets[12:16] != b"IHDR":
        return "is no PNG"
    width, height = (int.from_bytes(octets[at : at + 4], "big") for at in (16, 20))
    if not (0 < width <= MOST_PIXELS and 0 < height <= MOST_PIXELS):
        return f"is at most {MOST_PIXELS} pixels wide and high"
    return None


def _wrong_svg(octets: bytes) -> str | None:
    try:
        text = octets.decode()
        root = plain_xml.tree(text)
    except UnicodeDecodeError:
        return "is no SVG in UTF-8"
    except plain_xml.Unreadable as error:
        return str(error)
    if root.tag != f"{_SVG}svg":
        return "is no SVG"
    if "<?" in re.sub(r"^<\?xml\s[^>]*\?>", "", text):
        return "contains instructions for programs, such as a style sheet, which it has no use for"
    return next((why for element in root.iter() if (why := _unfit(element))), None)


def _unfit(element: Element) -> str | None:
    """Browsers load nothing for a picture, whatever it says; and where it is opened by itself its policy stops it."""
    name = element.tag.removeprefix(_SVG)
    if name not in _DRAWN:
        return f"has an element {name.rpartition('}')[2]}, which a logo has no use for"
    for key, value in element.attrib.items():
        attribute = key.rpartition("}")[2].lower()
        if attribute.startswith("on") or (attribute in ("href", "src") and not value.startswith("#")):
            return f"has an attribute {attribute} that leads elsewhere or runs something"
        if _LOADS.search(value):
            return f"has an attribute {attribute} that leads elsewhere or runs something"
    return None
