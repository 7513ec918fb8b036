"""The notice the sandbox gives for names under a made-up trademark claim. It says of itself that it is made up."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from ordain.core.claims import Address, Claim, Classification, Notice, Party, notice_id

if TYPE_CHECKING:
    from datetime import datetime

MADE_UP = "made up by the sandbox"
VALID = timedelta(hours=48)
NUMBER = 4242


def made_up(label: str, now: datetime) -> Notice:
    """A notice about a mark of the same name as the label: the same all day, and valid for two."""
    begins = now.replace(hour=0, minute=0, second=0, microsecond=0)
    holder = Party(
        name=f"Example Holder ({MADE_UP})",
        organisation="Example Holder Ltd",
        entitlement="owner",
        address=Address(streets=("1 Example Street",), city="Exampleville", postal_code="00000", country_code="FR"),
    )
    claim = Claim(
        mark_name=label.upper(),
        goods_and_services=f"Nothing: this mark was {MADE_UP}, so that claims can be rehearsed.",
        jurisdiction=f"Nowhere ({MADE_UP})",
        jurisdiction_country_code="FR",
        classifications=(Classification("42", "Scientific and technological services"),),
        trademark_holders=(holder,),
    )
    ends = begins + VALID
    return Notice(id=notice_id(label, ends, NUMBER), label=label, begins=begins, ends=ends, claims=(claim,))
