"""/zone-file/{token}: the zone file of a restore point, for whoever was given its link."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import PlainTextResponse

from ordain.flows import zone_files
from ordain.web.page import HEADERS, Page

if TYPE_CHECKING:
    from starlette.responses import Response

    from ordain.web.page import Visit


async def _file(visit: Visit) -> Response:
    """The file as it was published then."""
    text = await zone_files.linked_file(visit.engine, visit.path["token"])
    return PlainTextResponse(text, headers={**HEADERS, "content-disposition": 'attachment; filename="zone.txt"'})


PAGES = (Page(method="GET", path="/zone-file/{token}", do=_file),)
