"""What a person does to a page, with a mouse or with the keyboard alone: a story told once is lived through by both."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from tests.browser.browsing import tab_to

if TYPE_CHECKING:
    from collections.abc import Mapping


class Hands(Protocol):
    """Each act takes the selector of what it is done to."""

    def write(self, selector: str, text: str) -> None:
        """Replace what a field says."""

    def choose(self, selector: str, label: str) -> None:
        """Take the choice with this label, or a beginning of it that no other one has."""

    def tick(self, selector: str) -> None:
        """Tick a box, or one of several choices."""

    def press(self, selector: str) -> None:
        """Press a button, or follow a link."""


class Mouse:
    """Somebody who clicks."""

    def __init__(self, page: Any) -> None:
        self.page = page

    def write(self, selector: str, text: str) -> None:
        """By clicking into the field."""
        self.page.fill(selector, text)
        assert self.page.input_value(selector) == text

    def choose(self, selector: str, label: str) -> None:
        """From the list."""
        self.page.select_option(selector, label=label)

    def tick(self, selector: str) -> None:
        """By a click."""
        self.page.check(selector)

    def press(self, selector: str) -> None:
        """By a click on the first of these."""
        self.page.locator(selector).first.click()


class Keyboard:
    """Somebody who has none but the keys: what is not reached with Tab, or not seen when it is, fails."""

    def __init__(self, page: Any) -> None:
        self.page = page

    def write(self, selector: str, text: str) -> None:
        """Over what stands there; a day in the order of the browser, which speaks American English itself."""
        self._reach(selector)
        if self.page.get_attribute(selector, "type") == "date":
            year, month, day = text.split("-")
            self.page.keyboard.type(f"{month}{day}{year}")
        else:
            self.page.keyboard.press("Control+A")
            self.page.keyboard.type(text)
        assert self.page.input_value(selector) == text

    def choose(self, selector: str, label: str) -> None:
        """By typing it."""
        self._reach(selector)
        self.page.keyboard.type(label)
        assert self.page.locator(f"{selector} >> option:checked").inner_text() == label

    def tick(self, selector: str) -> None:
        """With the space bar."""
        self._reach(selector)
        self.page.keyboard.press("Space")
        assert self.page.is_checked(selector)

    def press(self, selector: str) -> None:
        """With Enter."""
        self._reach(selector)
        self.page.keyboard.press("Enter")

    def _reach(self, selector: str) -> None:
        if not self.page.evaluate("s => document.activeElement.matches(s)", selector):
            tab_to(self.page, selector)


def fill_in(hands: Hands, fields: Mapping[str, str]) -> None:
    """Write into the fields of these ids."""
    for name, text in fields.items():
        hands.write(f"[id='{name}']", text)
