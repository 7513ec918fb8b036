"""/zone-file/{token}: the zone file of a restore point, for whoever was given its link."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ordain.flows import zone_files

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ordain.flows.ports import Engine
    from ordain.web.page import Answer

PATH = re.compile(r"/zone-file/[A-Za-z0-9_=-]{1,1000}")
HEADERS = [
    (b"content-type", b"text/plain; charset=utf-8"),
    (b"content-disposition", b'attachment; filename="zone.txt"'),
    (b"x-content-type-options", b"nosniff"),
    (b"cache-control", b"no-store"),
]


async def page(engine: Engine, path: Sequence[str], _query: Mapping[str, str]) -> Answer:
    """The file as it was published then."""
    return 200, HEADERS, (await zone_files.linked_file(engine, path[0])).encode()
