"""The dialogue in docs/delivery.md is what is said over TLS now, and every frame of it keeps to the schemas."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.transcript import PAGE, page, recorded, story

if TYPE_CHECKING:
    from tests.epp_wire import Wire


def test_the_page_has_the_dialogue_as_it_is(wire: Wire) -> None:
    dialogue = recorded(wire, story)
    assert dialogue.frames > 80
    text = PAGE.read_text(encoding="utf-8")
    assert page(text, dialogue) == text, "run `python -m tests.transcript`"
