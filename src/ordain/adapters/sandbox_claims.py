"""The sandbox's claims database: notices for names under a made-up trademark claim, that say of themselves they are."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from ordain.core import notice_xml
from ordain.core.claims import Notice, notice_id

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

MADE_UP = "made up by the sandbox"
VALID = timedelta(hours=48)
NUMBER = 4242
KEY = "sandbox/"
"""Before the label: the keys of this database."""
_XML = """<?xml version="1.0" encoding="UTF-8"?>
<tmNotice:notice xmlns:tmNotice="urn:ietf:params:xml:ns:tmNotice-1.0">
  <tmNotice:id>{id}</tmNotice:id>
  <tmNotice:notBefore>{begins}</tmNotice:notBefore>
  <tmNotice:notAfter>{ends}</tmNotice:notAfter>
  <tmNotice:label>{label}</tmNotice:label>
  <tmNotice:claim>
    <tmNotice:markName>{mark}</tmNotice:markName>
    <tmNotice:holder entitlement="owner">
      <tmNotice:name>Example Holder ({made_up})</tmNotice:name>
      <tmNotice:org>Example Holder Ltd</tmNotice:org>
      <tmNotice:addr>
        <tmNotice:street>1 Example Street</tmNotice:street>
        <tmNotice:city>Exampleville</tmNotice:city>
        <tmNotice:pc>00000</tmNotice:pc>
        <tmNotice:cc>FR</tmNotice:cc>
      </tmNotice:addr>
    </tmNotice:holder>
    <tmNotice:jurDesc jurCC="FR">Nowhere ({made_up})</tmNotice:jurDesc>
    <tmNotice:classDesc classNum="42">Scientific and technological services</tmNotice:classDesc>
    <tmNotice:goodsAndServices>
      Nothing: this mark was {made_up}, so that claims can be rehearsed.
    </tmNotice:goodsAndServices>
  </tmNotice:claim>
</tmNotice:notice>
"""


class SandboxClaims:
    """A ClaimsDatabase (flows/ports.py): it writes a notice as the real one does, and it is read as one of its."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock

    async def notice(self, key: str) -> Notice | None:
        """A made-up notice, for the keys of this database."""
        return made_up(key.removeprefix(KEY), self._clock()) if key.startswith(KEY) else None


def made_up(label: str, now: datetime) -> Notice:
    """A notice about a mark of the same name as the label: the same all day, and valid for two."""
    begins = now.replace(hour=0, minute=0, second=0, microsecond=0)
    ends = begins + VALID
    xml = _XML.format(
        id=notice_id(label, ends, NUMBER),
        begins=begins.isoformat(),
        ends=ends.isoformat(),
        label=label,
        mark=label.upper(),
        made_up=MADE_UP,
    )
    return notice_xml.read(xml)
