"""One universe for tests: the shipped catalogue, three people with keys, a clock that stands still until moved.

Requests go through the real ASGI application, signed as clients sign; delivery through the real flows and the sandbox.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import time
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from msgspec import Struct, structs

from ordain import app, settings
from ordain.core import ledger
from ordain.core.account import Account
from ordain.core.credential import Grant
from ordain.core.money import UNIT
from ordain.flows import accounts, applications, autorenewal, billing, registry_messages
from ordain.flows.shelf import Shelf
from ordain.store import ledger as books
from ordain.worker import WORK
from tests import marks
from tests.steps import carried_out

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from ordain.api.server import Api
    from ordain.core.delivery import Task
    from ordain.core.offer import Market
    from ordain.core.promotions import Promotion
    from ordain.flows.applications import Keys
    from ordain.flows.ports import Engine
    from ordain.store.database import Database

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
HOST = "127.0.0.1:8080"

_CAMILLE = Account(
    nichandle="",
    email="camille@world.example",
    language="fr_FR",
    ovhSubsidiary="FR",
    country="FR",
    legalform="individual",
    firstname="Camille",
    name="Martin",
    address="2 rue Kellermann",
    city="Roubaix",
    zip="59100",
    phone="+33.320000000",
    birthDay="1990-05-17",
    birthCity="Roubaix",
    birthCountry="FR",
    birthZip="59100",
)
PEOPLE = {
    "camille": _CAMILLE,
    # A body: its age is never asked for.
    "dieter": structs.replace(
        _CAMILLE,
        email="dieter@world.example",
        language="de_DE",
        ovhSubsidiary="DE",
        country="DE",
        legalform="corporation",
        firstname="Dieter",
        name="Weber",
        organisation="Weber GmbH",
        address="Unter den Linden 1",
        city="Berlin",
        zip="10117",
        phone="+49.300000000",
        birthDay=None,
        birthCity=None,
        birthCountry=None,
        birthZip=None,
    ),
    # Outside the EU, and no date of birth on record.
    "ursula": structs.replace(
        _CAMILLE,
        email="ursula@world.example",
        language="en_US",
        ovhSubsidiary="WE",
        country="US",
        firstname="Ursula",
        name="Smith",
        address="1 Main Street",
        city="Portland",
        zip="97201",
        phone="+1.5030000000",
        birthDay=None,
        birthCity=None,
        birthCountry=None,
        birthZip=None,
    ),
}


class Answer(Struct, frozen=True):
    """An answer as a client sees it. `body` is the decoded JSON."""

    status: int
    headers: dict[str, str]
    raw: bytes

    @property
    def body(self) -> Any:
        """The decoded JSON; AssertionError with the text if it is none."""
        try:
            return json.loads(self.raw)
        except ValueError:
            message = f"not JSON: {self.raw[:500]!r}"
            raise AssertionError(message) from None

    def ok(self) -> Any:
        """The body of a success."""
        assert self.status == 200, self.raw.decode()
        return self.body


class Line:
    """One request's connection as the application sees it; the client hangs up after so many pieces of the answer."""

    def __init__(self, sent: bytes, most: int | None = None) -> None:
        self._sent = [sent]
        self._most = most
        self._gone = asyncio.Event()
        self.start: dict[str, Any] = {}
        self.pieces: list[bytes] = []

    async def receive(self) -> Any:
        """The request, then nothing until the client hangs up."""
        if self._sent:
            return {"type": "http.request", "body": self._sent.pop(), "more_body": False}
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Any) -> None:
        """The answer's beginning, or a piece of it."""
        if message["type"] == "http.response.start":
            self.start = message
        else:
            self.pieces.append(message["body"])
            if self._most is not None and len(self.pieces) >= self._most:
                self._gone.set()


def address(path: str) -> str:
    """A route's path from the root of the host."""
    return path if path.startswith(("/v2/", "/ordain/")) else f"/1.0{path}"


@lru_cache(maxsize=1)
def market(catalogue: Path) -> Market:
    """What is sold, read once a process."""
    return app.market(settings.read({"ORDAIN_CATALOGUE": str(catalogue), "ORDAIN_SECRET": "any"}))


class WorldClock:
    """The world's clock, as people of a rehearsal move it."""

    def __init__(self, world: World) -> None:
        self._world = world

    def __call__(self) -> datetime:
        return self._world.now

    def machine(self) -> datetime:
        """The same: nothing moves it here but tests."""
        return self._world.now

    def move(self, to: datetime) -> None:
        """Forward."""
        self._world.now = max(self._world.now, to)


class World:
    """An engine over a fresh database, and people who call its API."""

    def __init__(self, database: Database, runner: asyncio.Runner, state: Path) -> None:
        self.database = database
        self.runner = runner
        self.now = NOON
        self.address = "192.0.2.7"
        """Where calls come from."""
        given = {"STATE": state, "SECRET": "the secret of a made-up world", "MARK_ROOT": marks.root_file(state)}
        self.settings = settings.read({f"ORDAIN_{name}": str(value) for name, value in given.items()})
        self.engine: Engine = app.engine(
            self.settings, market(self.settings.catalogue), database, lambda: None, WorldClock(self)
        )
        self.api: Api = app.api(self.engine)
        self.nics: dict[str, str] = {}
        self.keys: dict[str, Keys] = {}
        for name, account in PEOPLE.items():
            made = runner.run(accounts.create(self.engine, account, self.now))
            self.nics[name] = made.nichandle
            named = applications.Named(f"{name}'s")
            self.keys[name] = runner.run(applications.create(self.engine, made.nichandle, named, self.now))
        self.credit("camille")

    def sell(self, *promotions: Promotion) -> None:
        """Have these promotions beside those of the catalogue."""
        goods = structs.replace(self.engine.market, promotions=(*self.engine.market.promotions, *promotions))
        self.use(structs.replace(self.engine, shelf=Shelf(goods)))

    def use(self, engine: Engine) -> None:
        """Have the API of another engine from now on."""
        self.engine, self.api = engine, app.api(engine)

    def credit(self, who: str, units: int = 1000) -> None:
        """Put money on both balances of a person."""
        for balance in ledger.PREPAID:
            self.runner.run(accounts.credit(self.engine, self.nics[who], balance, units * UNIT, self.now))

    def limit_keys(self, who: str, rules: tuple[tuple[str, str], ...]) -> None:
        """From now on the person calls with keys that only grant this."""
        named = applications.Named(f"{who}'s few")
        made = applications.create(self.engine, self.nics[who], named, self.now, Grant(rules))
        self.keys[who] = self.runner.run(made)

    def pass_time(self, **ago: float) -> None:
        """Move the world's clock forward: `pass_time(days=2)`."""
        self.now += timedelta(**ago)

    # Calling the API

    def get(self, path: str, who: str | None = "camille", **query: object) -> Answer:
        """A signed GET; unsigned for who=None."""
        return self.call("GET", path, who, query=query)

    def post(self, path: str, body: object = None, who: str | None = "camille") -> Answer:
        """A signed POST of a JSON body, or of none."""
        return self.call("POST", path, who, body=body)

    def put(self, path: str, body: object, who: str | None = "camille") -> Answer:
        """A signed PUT."""
        return self.call("PUT", path, who, body=body)

    def delete(self, path: str, who: str | None = "camille") -> Answer:
        """A signed DELETE."""
        return self.call("DELETE", path, who)

    def call(
        self, method: str, path: str, who: str | None, *, query: Mapping[str, object] | None = None, body: object = None
    ) -> Answer:
        """One call, signed with the person's keys as python-ovh signs."""
        target = address(path) + (f"?{urlencode(query)}" if query else "")
        raw = b"" if body is None else json.dumps(body, separators=(",", ":")).encode()
        headers = self.signed(method, target, raw, who) if who else {}
        return self.send(method, target, raw, headers)

    def call_with(
        self, headers: Mapping[str, str], method: str, path: str, body: object = None, who: str | None = "camille"
    ) -> Answer:
        """A call with headers of its own beside the signature."""
        return self.runner.run(self.request_with(headers, method, path, body, who))

    async def request_with(
        self, headers: Mapping[str, str], method: str, path: str, body: object = None, who: str | None = "camille"
    ) -> Answer:
        """The same, to be awaited: several at once."""
        raw = b"" if body is None else json.dumps(body, separators=(",", ":")).encode()
        signed = self.signed(method, address(path), raw, who) if who else {}
        return await self.request(method, address(path), raw, {**signed, **headers})

    def signed(
        self, method: str, target: str, raw: bytes, who: str, *, at: int | None = None, secret: str | None = None
    ) -> dict[str, str]:
        """The headers of a signed call; another `secret` or instant `at` makes it wrong."""
        keys, stamp = self.keys[who], str(int(time.time()) if at is None else at)
        url = f"http://{HOST}{target}"
        start = "+".join([secret or keys.application_secret, keys.consumer_key, method, url, ""])
        digest = hashlib.sha1(start.encode() + raw + f"+{stamp}".encode(), usedforsecurity=False).hexdigest()
        return {
            "X-Ovh-Application": keys.application_key,
            "X-Ovh-Consumer": keys.consumer_key,
            "X-Ovh-Timestamp": stamp,
            "X-Ovh-Signature": f"$1${digest}",
        }

    def send(self, method: str, target: str, raw: bytes = b"", headers: Mapping[str, str] | None = None) -> Answer:
        """A request as it stands, through the ASGI application."""
        return self.runner.run(self.request(method, target, raw, headers or {}))

    def send_json(self, method: str, target: str, body: object, headers: Mapping[str, str] | None = None) -> Answer:
        """A request of a JSON body, unsigned."""
        return self.send(method, target, json.dumps(body).encode(), headers)

    async def request(self, method: str, target: str, raw: bytes, headers: Mapping[str, str]) -> Answer:
        """The same, to be awaited: several at once."""
        line = Line(raw)
        await self.api(self.scope(method, target, raw, headers), line.receive, line.send)
        got = {name.decode(): value.decode() for name, value in line.start["headers"]}
        return Answer(line.start["status"], got, b"".join(line.pieces))

    def scope(self, method: str, target: str, raw: bytes, headers: Mapping[str, str]) -> dict[str, Any]:
        """A request as uvicorn hands it to the application."""
        path, _, query = target.partition("?")
        sent = {"host": HOST, "content-length": str(len(raw)), **headers}
        return {
            "type": "http",
            "method": method,
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "headers": [(name.lower().encode(), value.encode()) for name, value in sent.items()],
            "client": (self.address, 40000),
        }

    # The main path, for tests that begin further on

    def cart(self, who: str | None = "camille", subsidiary: str = "FR") -> str:
        """A cart, assigned to the person."""
        cart_id: str = self.post("/order/cart", {"ovhSubsidiary": subsidiary}, who=None).ok()["cartId"]
        if who:
            self.post(f"/order/cart/{cart_id}/assign", who=who).ok()
        return cart_id

    def add(self, cart_id: str, domain: str, who: str = "camille", **wanted: object) -> int:
        """A name in the cart; its item's id."""
        item_id: int = self.post(f"/order/cart/{cart_id}/domain", {"domain": domain, **wanted}, who).ok()["itemId"]
        return item_id

    def configure(self, cart_id: str, item_id: int, label: str, value: object) -> int:
        """A configuration of an item; its id."""
        path = f"/order/cart/{cart_id}/item/{item_id}/configuration"
        made: int = self.post(path, {"label": label, "value": value}).ok()["id"]
        return made

    def notice(self, domain: str) -> str:
        """The id of a name's claims notice, which is shown by this."""
        shown: str = self.get("/domain/data/claimNotice", None, domain=domain).ok()["id"]
        return shown

    def order(self, *domains: str, who: str = "camille", subsidiary: str = "FR") -> int:
        """An order for these names, not paid."""
        cart_id = self.cart(who, subsidiary)
        for domain in domains:
            self.add(cart_id, domain, who)
        order_id: int = self.post(f"/order/cart/{cart_id}/checkout", who=who).ok()["orderId"]
        return order_id

    def pay(self, order_id: int, mean: str = "ovhAccount", who: str = "camille") -> Answer:
        """Pay an order."""
        return self.post(f"/me/order/{order_id}/payWithRegisteredPaymentMean", {"paymentMean": mean}, who)

    def carry_out(self, task: Task) -> None:
        """A claimed task of delivery, and what follows from it at once."""
        self.runner.run(carried_out(self.engine, task))

    def deliver(self, *, steps: int = 100) -> int:
        """Carry out due tasks until none is left; how many steps that took. Time stands still."""
        done = 0
        while done < steps:
            claimed = [(work, task) for work in WORK for task in self.runner.run(work.claim(self.engine, 16))]
            if not claimed:
                return done
            for work, task in claimed:
                done += self.runner.run(carried_out(self.engine, task, work))
        message = f"still not delivered after {steps} steps"
        raise AssertionError(message)

    def look_after(self) -> None:
        """Do what the ends of names' terms ask for, as the worker does, and deliver what that leads to."""
        for _ in range(1000):
            looked = self.runner.run(autorenewal.look_after(self.engine))
            if not self.deliver() and not looked:
                return
        message = "names are looked after again and again"
        raise AssertionError(message)

    def hear(self) -> int:
        """Hear what registries have to say, as the worker does; how many messages that was."""
        return self.runner.run(registry_messages.drain(self.engine))

    def bill(self) -> int:
        """Bill what was paid and credit what was given back, as the worker does; how many numbers that took."""
        return self.runner.run(billing.issue(self.engine))

    def status(self, order_id: int, who: str = "camille") -> str:
        """Where an order stands."""
        status: str = self.get(f"/me/order/{order_id}/status", who).ok()
        return status

    def balance(self, who: str = "camille", name: str = "ovhAccount") -> int:
        """A person's balance in micro-cents."""
        held = self.runner.run(self.database.read(lambda tx: books.balances(tx, self.nics[who])))
        return next(b.amount.ucents for b in held if b.name == name)

    def imbalance(self) -> list[str]:
        """What is wrong with the books: nothing, one hopes."""
        return self.runner.run(self.database.read(books.imbalance))
