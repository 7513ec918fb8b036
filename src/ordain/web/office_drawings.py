"""Charts as SVG, drawn by pygal in the colours of the pages, without script; loaded with the first chart."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from ordain.core.money import UNIT

if TYPE_CHECKING:
    from collections.abc import Callable

    from ordain.core.language import Language
    from ordain.core.office_charts import Figures

WIDTH, HEIGHT = 900, 320
MOST_LABELS = 12
LIGHT = {"text": "#16202c", "faint": "#526070", "hair": "#dfe4ea", "colors": ("#0b57d0", "#146c2e", "#7a4f01")}
DARK = {"text": "#e8ecf1", "faint": "#a9b4c0", "hair": "#2f3740", "colors": ("#8ab4f8", "#8ed6a1", "#f3cd86")}
"""As static/style.css names them: --text, --faint, --hair, and --accent, --good, --care."""


def drawn(name: str, figures: Figures, language: Language, *, dark: bool) -> bytes:
    """One of the charts of DRAWN as an SVG document."""
    from lxml import etree  # noqa: PLC0415 - 3 MB, for who looks at charts

    chart = DRAWN[name](figures, language, DARK if dark else LIGHT)
    tree = etree.fromstring(chart.render())
    for script in tree.findall(".//{*}script"):
        script.getparent().remove(script)  # it would not be run: pictures have none
    drawing: bytes = etree.tostring(tree)
    return drawing


def _pygal() -> Any:  # noqa: ANN401 - pygal has no types
    """The library, without what it leaves on Python's import path for its plug-ins: an importer of Python 2's kind."""
    before = list(sys.meta_path)
    import pygal  # noqa: PLC0415 - 60 ms, for who looks at charts

    sys.meta_path[:] = [finder for finder in sys.meta_path if finder in before]
    return pygal


def _style(theme: dict[str, Any]) -> Any:  # noqa: ANN401 - pygal has no types
    return _pygal().style.Style(
        background="transparent",
        plot_background="transparent",
        foreground=theme["faint"],
        foreground_strong=theme["text"],
        foreground_subtle=theme["hair"],
        guide_stroke_color=theme["hair"],
        major_guide_stroke_color=theme["hair"],
        colors=theme["colors"],
        font_family="system-ui, sans-serif",
        label_font_size=12,
        major_label_font_size=12,
        legend_font_size=13,
        opacity=".85",
        transition="none",
    )


def _made(kind: str, theme: dict[str, Any], **more: object) -> Any:  # noqa: ANN401 - pygal has no types
    return getattr(_pygal(), kind)(
        style=_style(theme),
        js=[],
        width=WIDTH,
        height=HEIGHT,
        explicit_size=False,
        disable_xml_declaration=True,
        show_legend=more.pop("show_legend", False),
        legend_at_bottom=True,
        margin=10,
        no_data_text="-",
        print_values=False,
        **more,
    )


def _orders(figures: Figures, language: Language, theme: dict[str, Any]) -> Any:  # noqa: ANN401 - pygal has no types
    chart = _made("Bar", theme, show_legend=True, x_label_rotation=0, show_minor_x_labels=False, truncate_label=-1)
    days = [one.day.isoformat() for one in figures.days]
    chart.x_labels = days
    chart.x_labels_major = days[:: max(1, -(-len(days) // MOST_LABELS))]
    chart.add(language.say("Placed"), [one.orders for one in figures.days])
    chart.add(language.say("Paid"), [one.paid for one in figures.days])
    return chart


def _steps(figures: Figures, language: Language, theme: dict[str, Any]) -> Any:  # noqa: ANN401 - pygal has no types
    of = figures.steps
    told = ("Carts", "With a name", "With an account", "Ordered", "Paid", "Delivered")
    chart = _made("HorizontalBar", theme)
    # A horizontal chart begins at the bottom.
    chart.x_labels = [language.say(each) for each in reversed(told)]
    chart.add("", [of.delivered, of.paid, of.ordered, of.assigned, of.filled, of.carts])
    return chart


def _extensions(figures: Figures, language: Language, theme: dict[str, Any]) -> Any:  # noqa: ANN401 - pygal has no types
    chart = _made("Bar", theme, show_legend=True)
    chart.x_labels = [f".{one.plan} {one.revenue.currency}" for one in figures.extensions]
    chart.add(language.say("Revenue, net"), [one.revenue.ucents / UNIT for one in figures.extensions])
    chart.add(language.say("Margin"), [one.margin.ucents / UNIT for one in figures.extensions])
    return chart


def _durations(figures: Figures, language: Language, theme: dict[str, Any]) -> Any:  # noqa: ANN401 - pygal has no types
    told = (
        "Up to 10 seconds", "Up to a minute", "Up to 10 minutes", "Up to an hour", "Up to a day", "Longer",
    )  # fmt: skip
    chart = _made("Bar", theme, truncate_label=-1)
    chart.x_labels = [language.say(each) for each in told]
    chart.add("", figures.durations)
    return chart


def _failures(figures: Figures, language: Language, theme: dict[str, Any]) -> Any:  # noqa: ANN401 - pygal has no types
    chart = _made("HorizontalBar", theme, truncate_label=40)
    chart.x_labels = [language.say(why) if why else "-" for why, _ in reversed(figures.failures)]
    chart.add("", [count for _, count in reversed(figures.failures)])
    return chart


DRAWN: dict[str, Callable[[Figures, Language, dict[str, Any]], Any]] = {
    "orders": _orders,
    "steps": _steps,
    "extensions": _extensions,
    "durations": _durations,
    "failures": _failures,
}
