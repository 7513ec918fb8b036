"""Sentences within sentences, one after another."""

from __future__ import annotations

from ordain.core.language import IN_ENGLISH, Language, Sentence, listed

GERMAN = Language(
    "de", {"%(name)s was delivered": "%(name)s wurde geliefert", "Too late: %(reasons)s": "Zu spät: %(reasons)s"}
)


def test_what_fills_a_sentence_is_told_in_its_language_too() -> None:
    reasons = [Sentence("%(name)s was delivered", {"name": name}) for name in ("100%.fr", "b.fr", "c.fr")]
    told = Sentence("Too late: %(reasons)s", {"reasons": listed(reasons, "; ")})
    assert IN_ENGLISH.tell(told) == "Too late: 100%.fr was delivered; b.fr was delivered; c.fr was delivered"
    assert GERMAN.tell(told) == "Zu spät: 100%.fr wurde geliefert; b.fr wurde geliefert; c.fr wurde geliefert"
    assert IN_ENGLISH.tell(listed(reasons[:1], "; ")) == "100%.fr was delivered"
