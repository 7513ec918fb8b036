"""The log: a line says what request or task it is about, and no secret is in one."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import re
import time
from configparser import RawConfigParser
from typing import TYPE_CHECKING, Any

import ovh
import pytest

from ordain.flows import log_lines
from ordain.logs import Json, Text
from ordain.setting_texts import shown
from tests.processes import STOP_SECONDS, installed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.world import World


@pytest.fixture
def lines() -> Iterator[tuple[io.StringIO, io.StringIO]]:
    """What the root's log says as text, and as JSON."""
    written = io.StringIO(), io.StringIO()
    outs = [logging.StreamHandler(each) for each in written]
    for out, form in zip(outs, (Text(), Json()), strict=True):
        out.setFormatter(form)
        logging.getLogger().addHandler(out)
    yield written
    for out in outs:
        logging.getLogger().removeHandler(out)


def test_a_line_tells_the_request_it_was_written_during(
    world: World, lines: tuple[io.StringIO, io.StringIO], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> Any:
        message = "a clock that stopped"
        raise ValueError(message)

    monkeypatch.setattr("ordain.api.running.State", lambda _: broken())
    answer = world.get("/ordain/v1/health", None)
    query = answer.headers["x-ovh-queryid"]
    assert (answer.status, query in answer.body["message"]) == (500, True)
    text, [entry] = lines[0].getvalue(), [json.loads(line) for line in lines[1].getvalue().splitlines()]
    assert re.match(rf"\d{{4}}-\d\d-\d\d \S+ ERROR ordain.api.server \[query {re.escape(query)}\]: unexpected", text)
    assert (entry["query"], entry["level"], entry["logger"]) == (query, "error", "ordain.api.server")
    assert "a clock that stopped" in entry["trace"]
    assert "task" not in entry


def test_lines_of_tasks_that_run_at_once_are_told_apart(lines: tuple[io.StringIO, io.StringIO]) -> None:
    async def step(number: int) -> None:
        log_lines.task.set(f"task {number}")
        await asyncio.sleep(0)
        logging.getLogger("ordain").warning("step %s", number)

    async def both() -> None:
        await asyncio.gather(step(1), step(2))

    asyncio.run(both())
    told = [json.loads(line) for line in lines[1].getvalue().splitlines()]
    assert [(each["task"], each["message"]) for each in told] == [("task 1", "step 1"), ("task 2", "step 2")]
    assert "[task 2]: step 2" in lines[0].getvalue()


def bought(client: ovh.Client) -> list[str]:
    """A name is ordered, paid and delivered; the secrets that were told on the way."""
    cart = client.post("/order/cart", ovhSubsidiary="FR")["cartId"]
    client.post(f"/order/cart/{cart}/assign")
    client.post(f"/order/cart/{cart}/domain", domain="quiet.fr")
    order = client.post(f"/order/cart/{cart}/checkout", autoPayWithPreferredPaymentMethod=False)["orderId"]
    client.post(f"/me/order/{order}/payWithRegisteredPaymentMean", paymentMean="ovhAccount")
    end = time.monotonic() + STOP_SECONDS
    while client.get(f"/me/order/{order}/status") != "delivered":
        assert time.monotonic() < end
        time.sleep(0.05)
    made = client.post("/me/api/oauth2/client", flow="CLIENT_CREDENTIALS", name="quiet", description="quiet",
                       callbackUrls=[])  # fmt: skip
    return [client.get("/domain/quiet.fr/authInfo"), made["clientSecret"]]


def test_no_secret_is_in_a_log_that_says_all_it_can(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with installed(tmp_path, "", log="debug", log_format="json", metrics_token="a-token-of-prometheus") as shop:
        shop.serve()
        conf = RawConfigParser()
        conf.read(tmp_path / "state" / "ovh.conf")
        monkeypatch.setitem(ovh.client.ENDPOINTS, "ovh-eu", f"{shop.url}/1.0")
        keys = dict(conf["ovh-eu"])
        secrets = bought(ovh.Client("ovh-eu", **keys))
        secrets += [keys["application_secret"], keys["consumer_key"], "a-token-of-prometheus"]
        secrets += [(tmp_path / "state" / "secret").read_text().strip()]
        secrets += re.findall(r"password (\S+) \(shown", shop.heard("out"))
        assert shop.down() == [0]
        log = shop.heard("err")
    entries = [json.loads(line) for line in log.splitlines() if line.startswith("{")]
    assert entries
    assert len(secrets) == 7
    assert [secret for secret in secrets if secret in log] == []


def test_the_database_s_password_is_shown_nowhere(tmp_path: Path, postgresql_url: str) -> None:
    url = postgresql_url.replace("//postgres:@", "//postgres:pass-of-the-shop@")
    assert url != postgresql_url
    with installed(tmp_path, url, log="debug") as shop:
        assert "postgres:…@" in shop.told("migrate")
        shop.up()
        end = time.monotonic() + STOP_SECONDS
        while "worker started" not in shop.heard("err"):
            assert time.monotonic() < end
            time.sleep(0.05)
        assert shop.down() == [0, 0]
        assert "pass-of-the-shop" not in shop.heard()
        ended = shop.run("migrate", database="postgres+driver://shop:pass-of-the-shop@db.example/ordain")
        assert (ended.returncode, "shop:…@db.example" in ended.stderr) == (1, True)
        assert "pass-of-the-shop" not in ended.stderr


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("sqlite:/var/lib/ordain.db", "sqlite:/var/lib/ordain.db"),
        ("postgresql://ordain@db.example:5432,[::1]:5433/ordain", "postgresql://ordain@db.example:5432,[::1]:5433/ordain"),
        ("postgresql://db.example:5432/ordain", "postgresql://db.example:5432/ordain"),
        ("postgres://ordain:a:b/c@d@db.example/ordain", "postgres://ordain:…@db.example/ordain"),
        ("postgresql:///ordain?host=/run&password=abc&sslmode=require", "postgresql:///ordain?host=/run&password=…&sslmode=require"),
    ],
)  # fmt: skip
def test_a_url_is_shown_without_its_password(url: str, told: str) -> None:
    assert shown(url) == told
