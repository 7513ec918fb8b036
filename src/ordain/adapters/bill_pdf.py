"""Bills as PDF/A-3b with their Factur-X inside, set by typst from `bill.typ`: the same content is the same bytes."""

from __future__ import annotations

import json
import re
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import typst
from lxml import etree

from ordain.adapters import bill_words, factur_x_bill

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ordain.core.bill_content import Content
    from ordain.core.language import Language, Languages

_TEMPLATE = files("ordain.adapters").joinpath("bill.typ").read_bytes()
_UNSHOWN = re.compile(r"the text `\"(.*?)\"` could not be displayed")
_ESCAPED = re.compile(r"\\u\{([0-9a-f]+)\}")
LATIN = 0x24F
"""The last of the Latin letters that every font here has."""
KEPT = "\u200b"
"""Where a long word may be broken."""
MISSING = "▯"
"""What stands for a character that no font has; a note says so."""
_CATALOG = re.compile(rb"/Metadata (\d+) 0 R")
_END = re.compile(rb"trailer\s*<<(.*?)>>\s*startxref\s*(\d+)\s*%%EOF", re.DOTALL)
_XPACKET = '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n{}\n<?xpacket end="w"?>'


class Printer:
    """Prints bills with typst's own fonts, and those of a folder for the scripts they lack (CJK)."""

    def __init__(self, languages: Languages, fonts: Path | None = None) -> None:
        self._languages = languages
        self._fonts = typst.Fonts(include_system_fonts=False, font_paths=[fonts] if fonts else [])

    def xml(self, content: Content) -> bytes | None:
        """The document for programs alone; None where EN 16931 has no place for the figures."""
        return factur_x_bill.xml(content, bill_words.paid_by(content, self._language(content)))

    def _language(self, content: Content) -> Language:
        return self._languages.of(content.language)

    def printed(self, content: Content) -> bytes:
        """The document for people, with the one for programs inside where there can be one."""
        language, xml = self._language(content), self.xml(content)
        sheet = bill_words.sheet(content, language)
        printed = self._typeset(content, sheet, xml, language)
        return printed if xml is None else _with_xmp(printed, content, sheet["heading"])

    def _typeset(self, content: Content, sheet: dict[str, Any], xml: bytes | None, language: Language) -> bytes:
        """Characters that no font has are named all at once, and replaced: PDF/A forbids a glyph for nothing."""
        inputs = {"xml": xml.decode() if xml else ""}
        for _ in range(3):
            try:
                return self._compiled(content, {**inputs, "bill": json.dumps(sheet)})
            except typst.TypstError as error:
                unshown = "".join(map(_plain, _UNSHOWN.findall(str(error.diagnostic))))
                if not unshown:
                    raise
                sheet = _replaced(sheet, unshown.__contains__)
                sheet["unshown"] = language.say(bill_words.UNSHOWN, mark=MISSING)
        return self._compiled(content, {**inputs, "bill": json.dumps(_replaced(sheet, lambda c: ord(c) > LATIN))})

    def _compiled(self, content: Content, inputs: dict[str, str]) -> bytes:
        # A compiler that failed once is of no use any more.
        compiler = typst.Compiler(_TEMPLATE, font_paths=self._fonts, ignore_system_fonts=True)
        made = compiler.compile(
            sys_inputs=inputs,
            format="pdf",
            pdf_standards=["a-3b"],
            timestamp=content.issued.replace(microsecond=0),
        )
        if not isinstance(made, bytes):
            message = "typst made no PDF"
            raise TypeError(message)
        return made


def _plain(text: str) -> str:
    """A text as the compiler names it in a message."""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)


def _replaced(sheet: Any, is_missing: Callable[[str], bool]) -> Any:  # noqa: ANN401 - JSON is anything
    """The sheet with what no font has replaced in all its texts."""
    if isinstance(sheet, str):
        return "".join(MISSING if c not in KEPT and is_missing(c) else c for c in sheet)
    if isinstance(sheet, dict):
        return {key: _replaced(value, is_missing) for key, value in sheet.items()}
    return [_replaced(value, is_missing) for value in sheet] if isinstance(sheet, list) else sheet


def _with_xmp(printed: bytes, content: Content, heading: str) -> bytes:
    """The document with the metadata that say what is inside: Factur-X's extension of XMP, which typst cannot write."""
    from facturx.facturx import generate_xmp_object  # noqa: PLC0415 - as in factur_x_bill

    said = generate_xmp_object(
        {
            "pdfa3_flavor": "B",
            "title": heading,
            "author": content.seller.name,
            "subject": heading,
            "producer": "typst",
            "creator_tool": "Ordain",
            "timestamp": content.issued.isoformat(timespec="seconds"),
            "version": "1.0",
            "documenttype": "INVOICE",
            "xml_filename": "factur-x.xml",
            "xmp_level": "EN 16931",
            "urn": "urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#",
        }
    )
    return with_metadata(printed, _XPACKET.format(etree.tostring(said, encoding="unicode")).encode())


def with_metadata(printed: bytes, xmp: bytes) -> bytes:
    """The document with other metadata: an object of the same number, appended (ISO 32000-1 §7.5.6).

    Libraries read and write every object for this, which took longer than making the document.
    """
    catalog, end = _last(_CATALOG, printed), _last(_END, printed)
    number, at = int(catalog[1]), len(printed) + 1
    written = b"\n%d 0 obj\n<</Type/Metadata/Subtype/XML/Length %d>>\nstream\n%b\nendstream\nendobj\n"
    written %= (number, len(xmp), xmp)
    table = b"xref\n0 1\n0000000000 65535 f\r\n%d 1\n%010d 00000 n\r\ntrailer\n<<%b/Prev %b>>\nstartxref\n%d\n%%%%EOF\n"
    return printed + written + table % (number, at, end[1], end[2], len(printed) + len(written))


def _last(pattern: re.Pattern[bytes], printed: bytes) -> re.Match[bytes]:
    """What begins last: no text of a bill stands behind the catalogue of its document."""
    for found in reversed(list(pattern.finditer(printed))):
        return found
    message = f"typst's PDF has no {pattern.pattern!r}"
    raise ValueError(message)
