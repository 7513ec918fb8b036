"""Accounts, applications and credentials as they lie in the database: what no flow shows."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from msgspec import structs

from ordain.core.credential import Application, Credential
from ordain.store import accounts, credentials
from ordain.store.database import Conflict
from tests.world import NOON, PEOPLE

if TYPE_CHECKING:
    import asyncio

    from ordain.store.database import Database, Tx

CAMILLE = structs.replace(PEOPLE["camille"], nichandle="mc1-ordain")


def application(key: str, number: int, **changes: Any) -> Application:
    made = Application(application_key=key, application_id=number, nic="mc1-ordain", name=key, description="",
                       sealed_secret=b"\x00\xff", created=NOON)  # fmt: skip
    return structs.replace(made, **changes)


async def written(tx: Tx) -> None:
    await accounts.add(tx, CAMILLE, NOON)
    for one in (application("b", 2), application("a", 1, status="blocked")):
        await credentials.add_application(tx, one)


def test_what_is_written_is_read_again(database: Database, runner: asyncio.Runner) -> None:
    runner.run(database.write(written))
    credential = Credential(consumer_hash="h", credential_id=3, nic="mc1-ordain", application_key="b", created=NOON,
                            rules=(("GET", "/*"),), expires=NOON + timedelta(days=1))  # fmt: skip
    runner.run(database.write(lambda tx: credentials.add_credential(tx, credential)))
    found = runner.run(database.read(lambda tx: credentials.signed_by(tx, "h")))
    assert found == credentials.SignedBy(application("b", 2), credential, CAMILLE)
    assert runner.run(database.read(lambda tx: credentials.signed_by(tx, "other"))) is None


def test_an_accounts_name_is_given_once(database: Database, runner: asyncio.Runner) -> None:
    runner.run(database.write(written))
    with pytest.raises(Conflict):
        runner.run(database.write(lambda tx: accounts.add(tx, CAMILLE, NOON)))
    assert runner.run(database.read(accounts.all_names)) == ["mc1-ordain"]
