"""/contracts/{id}/{version}: a contract's text, as the API's `url` of a contract leads to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ordain.core.refusal import not_found
from ordain.web.page import Page

if TYPE_CHECKING:
    from starlette.responses import Response

    from ordain.web.page import Visit


async def _contract(visit: Visit) -> Response:
    """The contract in the language of `?language=`, else in English. An older version is no longer shown."""
    contract = visit.engine.market.catalogue.contracts.get(visit.path["id"])
    if contract is None or contract.version != visit.path["version"]:
        message = "This contract, or this version of it, is not in force"
        raise not_found(message)
    code = visit.engine.languages.of(visit.query.get("language")).code
    name = contract.name.get(code, contract.name["en"])
    # The text is Markdown that begins with its name, which the page says already.
    text = contract.text.get(code, contract.text["en"]).removeprefix(f"# {name}").lstrip()
    return visit.in_language(code).show("contract.html", name=name, version=contract.version, text=text)


PAGES = (Page(method="GET", path="/contracts/{id}/{version}", do=_contract),)
