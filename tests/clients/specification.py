"""The steps of the page "Order a Domain Name", which each client's suite takes in the client's own language."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

TITLES = [
    ("Cart Creation", True),
    ("Fetch Available Offers", True),
    ("Add a Domain Name to the Cart", True),
    ("Cart Summary", True),
    ("Assigning the Cart", False),
    ("Fetch Required Configurations", True),
    ("Add Configuration", True),
    ("Fetch Product Configurations", False),
    ("Fetch Configuration Value", False),
    ("Configuration Removal", False),
    ("Fetch Items", False),
    ("Fetch Item Details", False),
    ("Item Removal", False),
    ("Cart Validation", False),
    ("Create Purchase Order", False),
    ("Fetch Available Payment Methods", True),
    ("Pay Purchase Order", True),
    ("Purchase Order Follow-up", True),
]
"""The calls of the page in its order: the titles they stand under, and whether it has a snippet for them.

Where it has none, the suites write "(ours)" behind the title.
"""


def titles_in(program: Path) -> list[tuple[str, bool]]:
    """The steps a program takes, by its comments `// ## Title`."""
    found = re.findall(r"^\s*// ## (.+?)( \(ours\))?$", program.read_text(), re.MULTILINE)
    return [(title, not ours) for title, ours in found]
