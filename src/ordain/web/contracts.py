"""/contracts/{id}/{version}: a contract's text, as the API's `url` of a contract leads to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ordain.core.refusal import not_found
from ordain.flows import agreements
from ordain.web.page import Page

if TYPE_CHECKING:
    from starlette.responses import Response

    from ordain.web.page import Visit


async def _contract(visit: Visit) -> Response:
    """The contract in the language of `?language=`, else in English. Versions are shown that somebody agreed to."""
    language = visit.engine.languages.of(visit.query.get("language")).code
    found = await agreements.version(visit.engine, visit.path["id"], visit.path["version"], language)
    if found is None:
        message = "This contract, or this version of it, is not in force"
        raise not_found(message)
    # The text is Markdown that begins with its name, which the page says already.
    text = found.body.removeprefix(f"# {found.name}").lstrip()
    shown = visit.in_language(found.language)
    return shown.show("contract.html", name=found.name, version=found.version, text=text)


PAGES = (Page(method="GET", path="/contracts/{id}/{version}", do=_contract),)
