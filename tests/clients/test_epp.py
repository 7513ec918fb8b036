"""Two processes: a sandbox registry that loses answers, and an Ordain whose names are delivered there over EPP."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

from tests.clients.python.program import run_program
from tests.processes import STOP_SECONDS, free_port, installed

if TYPE_CHECKING:
    from pathlib import Path

ORDER = """
import ovh, time

client = ovh.Client()
cart = client.post("/order/cart", ovhSubsidiary="FR")["cartId"]
client.post(f"/order/cart/{cart}/assign")
client.post(f"/order/cart/{cart}/domain", domain="over-epp.com")
order = client.post(f"/order/cart/{cart}/checkout")["orderId"]
client.post(f"/me/order/{order}/payWithRegisteredPaymentMean", paymentMean="ovhAccount")
until = time.monotonic() + 40
while (status := client.get(f"/me/order/{order}/status")) != "delivered" and time.monotonic() < until:
    time.sleep(0.2)
servers = len(client.get("/domain/over-epp.com/nameServer"))
"""


def test_a_name_is_bought_at_a_registry_that_loses_answers(tmp_path: Path) -> None:
    with installed(tmp_path, "", registry="epp", sandbox_listen=f"127.0.0.1:{free_port()}") as of:
        registry = of.start("sandbox-registry", "--fault", "cut-after:domain:create", "--latency", "0.01")
        of.up()
        held = run_program([("Order", ORDER)], of)["Order"]
        assert (held["status"], held["servers"]) == ("delivered", 2)
        assert "speaks EPP at" in of.heard("out")
        registry.send_signal(signal.SIGTERM)
        assert registry.wait(STOP_SECONDS) == 0
        assert of.down() == [0]


def test_a_fault_that_is_none_is_refused_in_words(tmp_path: Path) -> None:
    with installed(tmp_path, "", sandbox_listen=f"127.0.0.1:{free_port()}") as of:
        ended = of.run("sandbox-registry", "--fault", "gremlins=20")
        assert ended.returncode != 0
        assert "--fault gremlins=20: is KIND[:COMMAND][=PERCENT], where KIND is one of cut-before" in ended.stderr
