"""/contracts/{id}/{version}: a contract's text, as the API's `url` of a contract leads to."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ordain.core.refusal import not_found
from ordain.web.page import html

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ordain.flows.ports import Engine
    from ordain.web.page import Answer


PATH = re.compile(r"/contracts/[^/]+/[^/]+")


async def page(engine: Engine, path: Sequence[str], query: Mapping[str, str]) -> Answer:
    """The contract in the language of `?language=`, else in English. An older version is no longer shown."""
    contract = engine.market.catalogue.contracts.get(path[0])
    if contract is None or contract.version != path[1]:
        message = "This contract, or this version of it, is not in force"
        raise not_found(message)
    code = engine.languages.of(query.get("language")).code
    name = contract.name.get(code, contract.name["en"])
    # The text is Markdown that begins with its name, which the page says already.
    text = contract.text.get(code, contract.text["en"]).removeprefix(f"# {name}").lstrip()
    return html(
        name,
        [("h1", name), ("p", f"Version {contract.version}"), ("pre", text)],
        code,
    )
