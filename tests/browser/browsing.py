"""A person in front of Chromium: with the keyboard alone, on a phone and wide, light and dark, checked for hindrances.

CHROMIUM names one of the machine's; pictures of every page that is looked at are kept in the folder PICTURES names.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.sync_playwright import Axe

if TYPE_CHECKING:
    from tests.processes import Installation

SIZES = {"phone": {"width": 390, "height": 844}, "wide": {"width": 1280, "height": 900}}


def password(ordain: Installation) -> tuple[str, str]:
    """The demo account and its password, as the server's greeting tells them."""
    found = re.search(r"account (\S+), password (\S+)", ordain.heard("out"))
    assert found
    return found[1], found[2]


def type_in(page: Any, *texts: str) -> None:
    """Fill in the fields from the focused one on, with Tab between them."""
    for text in texts:
        page.keyboard.type(text)
        page.keyboard.press("Tab")


def tab_to(page: Any, selector: str) -> None:
    """Press Tab until something has the focus, which has to be seen there."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("s => document.activeElement.matches(s)", selector):
            outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
            assert outline != "none", f"the focus on {selector} is not seen"
            return
    pytest.fail(f"{selector} is not reached with the keyboard")


def sign_in(page: Any, ordain: Installation) -> None:
    """Sign in to the demo account with the keyboard alone."""
    page.goto("/sign-in")
    tab_to(page, "#name")
    type_in(page, *password(ordain))
    page.keyboard.press("Enter")
    page.wait_for_url("**/account")


def check_looks(page: Any, name: str, impacts: tuple[str, ...] = ()) -> None:
    """On every screen and in both lights: nothing that hinders (of these impacts), nothing to scroll sideways for."""
    for size, viewport in SIZES.items():
        for light in ("light", "dark"):
            page.set_viewport_size(viewport)
            page.emulate_media(color_scheme=light)
            found = Axe().run(page)
            hindering = [v for v in found.response["violations"] if not impacts or v["impact"] in impacts]
            assert hindering == [], f"{name}, {size}, {light}:\n{found.generate_report()}"
            wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert wider <= 0, f"{name} is {wider} px wider than a {size}"
            if folder := os.environ.get("PICTURES"):
                page.screenshot(path=Path(folder) / f"{name}-{size}-{light}.png", full_page=True)
