"""A year in a minute, by the unmodified `ovh` package and by the command line, at a running server."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import ovh

from tests.clients.driven import made
from tests.engines import run

if TYPE_CHECKING:
    import pytest

    from tests.processes import Installation


def test_a_year_passes_and_the_client_stays_connected(empty: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    keys, _ = run(made(empty))
    empty.up()

    def client(prefix: str) -> Any:
        monkeypatch.setitem(ovh.client.ENDPOINTS, "ovh-eu", f"{empty.url}{prefix}")
        return ovh.Client("ovh-eu", keys.application_key, keys.application_secret, keys.consumer_key)

    sandbox, api = client("/ordain/v1"), client("/1.0")
    before = datetime.now(UTC)
    for month in range(1, 13):
        now = datetime.fromisoformat(sandbox.post("/sandbox/clock", to="+31d")["now"])
        assert now >= before.replace(microsecond=0) + timedelta(days=31 * month)
        assert api.get("/me")["nichandle"]
    # Beside the running server: it follows within a second.
    told = empty.told("clock", "+30d")
    assert "402 days" in told
    until = time.monotonic() + 20
    while datetime.fromisoformat(sandbox.get("/sandbox/clock")["now"]) < now + timedelta(days=30):
        assert time.monotonic() < until
        time.sleep(0.1)
    expires = datetime.fromisoformat(api.post("/order/cart", ovhSubsidiary="FR")["expire"])
    assert expires > before + timedelta(days=402)
    assert abs(api.get("/auth/time", _need_auth=False) - time.time()) < 60
    assert "forward only" in empty.run("clock", "2026-01-01").stderr
