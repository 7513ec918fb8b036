"""The browser, the server it looks at, and a fresh page.

Each file has its own: Playwright has a loop running for as long as it is there, beside which no other test's would; and
one file's second factor is nothing that the next expects.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ovh
import pytest
from playwright.sync_api import sync_playwright

from tests.browser.browsing import SIZES
from tests.needs import chromium as found
from tests.processes import Installation, installed

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def ordain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """A server on an empty database, with its demo account, where consumers' orders wait."""
    with installed(tmp_path_factory.mktemp("installation"), "", withdrawal="wait") as installation:
        installation.up()
        yield installation


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """The browser."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found(), args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Any, ordain: Installation) -> Iterator[Any]:
    """A page of a fresh browser, on a phone in daylight."""
    context = chromium.new_context(base_url=ordain.url, viewport=SIZES["phone"], locale="en-GB")
    yield context.new_page()
    context.close()


@pytest.fixture
def client(ordain: Installation, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The program of the demo account."""
    return program(ordain, monkeypatch, "/1.0")


@pytest.fixture
def office(ordain: Installation, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The same, at the routes of ours: the demo account works here."""
    return program(ordain, monkeypatch, "/ordain/v1")


def program(ordain: Installation, monkeypatch: pytest.MonkeyPatch, base: str) -> Any:
    """A client of the demo account's at the routes below `base`."""
    monkeypatch.setitem(ovh.client.ENDPOINTS, "ovh-eu", f"{ordain.url}{base}")
    return ovh.Client(config_file=str(ordain.folder / "state" / "ovh.conf"))
