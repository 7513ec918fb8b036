"""The bench of pages: when a Chromium that kept nothing first shows something of them, and what they weigh.

`make bench-pages`, or `python bench/pages.py --help`. On 127.0.0.1 only.
"""

from __future__ import annotations

import gzip
import statistics
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import click
from playwright.sync_api import sync_playwright

sys.path[0] = str(Path(__file__).parents[1])  # run as a script, and yet a package

from bench import servers  # noqa: E402 - known from the line above on
from tests.needs import chromium  # noqa: E402 - found by the line above

if TYPE_CHECKING:
    from collections.abc import Sequence

    from playwright.sync_api import Browser

PATHS = ("/", "/search?q=corner-shop", "/cart", "/checkout", "/sign-in", "/sign-up?country=FR&legalform=individual")
PAINTED = """() => new Promise(told => new PerformanceObserver(list => {
    const found = list.getEntriesByName("first-contentful-paint")
    if (found.length) told(found[0].startTime)
}).observe({type: "paint", buffered: true}))"""
LOADED = "() => performance.getEntriesByType('resource').map(one => one.name).filter(one => /[.](css|js)$/.test(one))"


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--visits", default=9, help="Of each page, each by a fresh browser.", show_default=True)
@click.argument("paths", nargs=-1)
def main(visits: int, paths: Sequence[str]) -> None:
    """Print, for each page, milliseconds from the click to the first thing seen, and its compressed kilobytes."""
    with (
        tempfile.TemporaryDirectory() as folder,
        servers.ordain("pages", Path(folder)) as server,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox", "--disable-gpu"])
        click.echo(f"{'page':50} {'first paint p50':>15} {'at most':>8} {'HTML':>8} {'all':>8}")
        for path in paths or PATHS:
            seen = [_visit(browser, f"http://127.0.0.1:{server.port}{path}") for _ in range(visits)]
            painted, (html, everything) = sorted(each[0] for each in seen), seen[-1][1:]
            middle = statistics.median(painted)
            click.echo(f"{path:50} {middle:12.0f} ms {painted[-1]:5.0f} ms {html:5.1f} kB {everything:5.1f} kB")
        browser.close()


def _visit(browser: Browser, url: str) -> tuple[float, float, float]:
    """Milliseconds to the first paint; kilobytes of the page, and with all it loads."""
    context = browser.new_context(locale="en-FR")
    page = context.new_page()
    answer = page.goto(url)
    if answer is None:
        message = f"{url} did not answer"
        raise click.ClickException(message)
    painted = float(page.evaluate(PAINTED))
    html = _packed(answer.body())
    rest = sum(_packed(page.request.get(each).body()) for each in set(page.evaluate(LOADED)))
    context.close()
    return painted, html, html + rest


def _packed(content: bytes) -> float:
    return len(gzip.compress(content)) / 1000


if __name__ == "__main__":
    main()
