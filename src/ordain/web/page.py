"""A plain page: a title and blocks of text, escaped, with the headers every page has."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    Answer = tuple[int, list[tuple[bytes, bytes]], bytes]

STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;margin:0 auto;max-width:46rem;padding:2rem 1rem;color-scheme:light dark}"
    "table{border-collapse:collapse;width:100%;margin:1rem 0}th,td{padding:.4rem .6rem;text-align:left;"
    "border-bottom:1px solid color-mix(in srgb,currentColor 20%,transparent);overflow-wrap:anywhere}"
    "caption{text-align:left;font-weight:bold;padding:.4rem 0}th{font-weight:normal;opacity:.7}"
    ".sums td:last-child,.sums th:last-child{text-align:right;white-space:nowrap}.sums tr:last-child{font-weight:bold}"
    "pre{white-space:pre-wrap;font:inherit}@media print{body{padding:0}}"
)

HEADERS = [
    (b"content-type", b"text/html; charset=utf-8"),
    (b"content-security-policy", b"default-src 'none'; style-src 'self' 'unsafe-inline'; frame-ancestors 'none'"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
    (b"cache-control", b"no-store"),
]


def html(title: str, blocks: Sequence[tuple[str, str]], language: str) -> Answer:
    """A page of (element, text) blocks; an element "html" is markup made with `table`, put in as it is."""
    body = "".join(text if name == "html" else f"<{name}>{escape(text)}</{name}>" for name, text in blocks)
    text = (
        f'<!doctype html><html lang="{escape(language)}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width,initial-scale=1"><meta name="robots" content="noindex">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head><body><main>{body}</main></body></html>"
    )
    return 200, HEADERS, text.encode()


def table(caption: str, head: Sequence[str], rows: Sequence[Sequence[str]], *, sums: bool = False) -> tuple[str, str]:
    """A table as a block for `html`, every cell escaped. `sums`: amounts at the right, the total in the last row."""
    kind = ' class="sums"' if sums else ""
    top = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in head)
    lines = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return (
        "html",
        f"<table{kind}><caption>{escape(caption)}</caption><thead><tr>{top}</tr></thead><tbody>{lines}</tbody></table>",
    )
