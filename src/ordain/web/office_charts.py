"""/office/charts: figures that people look at, each as a picture with the table beneath it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import Response

from ordain.core.office_charts import PERIODS
from ordain.core.refusal import not_found
from ordain.flows import office_charts
from ordain.web.office import number
from ordain.web.office_drawings import DRAWN, drawn
from ordain.web.page import HEADERS, Page

if TYPE_CHECKING:
    from ordain.web.page import Visit

USUAL = 30
SVG_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
"""Of a picture that is opened by itself: it is styled within, and runs nothing."""


def _days(visit: Visit) -> int:
    days = number(visit.query.get("days", ""))
    return days if days in PERIODS else USUAL


async def _charts(visit: Visit) -> Response:
    days = _days(visit)
    found = await office_charts.figures(visit.engine, days)
    steps = found.steps
    funnel = list(
        zip(STEPS, (steps.carts, steps.filled, steps.assigned, steps.ordered, steps.paid, steps.delivered), strict=True)
    )
    return visit.show(
        "office_charts.html",
        days=days,
        periods=PERIODS,
        found=found,
        funnel=[(told, count, 100 * count // steps.carts if steps.carts else 0) for told, count in funnel],
        durations=list(zip(DURATIONS, found.durations, strict=True)),
        ordered=[one for one in reversed(found.days) if one.orders],
    )


async def _picture(visit: Visit) -> Response:
    """One chart, drawn for a light or a dark page."""
    name = visit.path["name"]
    if name not in DRAWN:
        message = f"There is no chart {name[:40]}"
        raise not_found(message)
    found = await office_charts.figures(visit.engine, _days(visit))
    svg = drawn(name, found, visit.language, dark="dark" in visit.query)
    headers = {**HEADERS, "content-security-policy": SVG_POLICY}
    return Response(svg, headers=headers, media_type="image/svg+xml")


STEPS = ("Carts", "With a name", "With an account", "Ordered", "Paid", "Delivered")
DURATIONS = (
    "Up to 10 seconds",
    "Up to a minute",
    "Up to 10 minutes",
    "Up to an hour",
    "Up to a day",
    "Longer",
)
SENTENCES = (*STEPS, *DURATIONS)

PAGES = (
    Page(method="GET", path="/office/charts", do=_charts, right="orders"),
    Page(method="GET", path="/office/charts/{name}.svg", do=_picture, right="orders"),
)
