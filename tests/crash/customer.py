"""A careful customer: orders names over HTTP while the server comes and goes, and remembers what was acknowledged.

After a lost answer it looks before it repeats, except where repeating is harmless by the contract.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import random

    from ordain.flows.applications import Keys

ANSWER_SECONDS = 60
DOWN_SECONDS = 120
BALANCES = ("ovhAccount", "fidelityAccount")
ENDS = ("delivered", "cancelled")
UNSETTLED = ("todo", "doing", "error")
STATUSES = ("notPaid", "checking", "delivering", "delivered", "cancelled")


Door = Callable[[], socket.socket]
"""Makes sockets that are on another host, where that one's server listens."""


class Lost(Exception):
    """The connection ended before the answer came: nobody knows whether the request was carried out."""


class Answer(NamedTuple):
    """An answer's status and decoded body."""

    status: int
    body: Any
    retry_after: str | None = None


class Line:
    """One connection to the server, kept alive, opened again when it was lost."""

    def __init__(self, port: int, door: Door | None = None) -> None:
        self._port = port
        self._door = door
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def exchange(self, request: bytes) -> Answer:
        """Send a request and read its answer; raises Lost."""
        reader, writer = self._streams = self._streams or await self._connected()
        try:
            writer.write(request)
            return await asyncio.wait_for(_answer(reader), ANSWER_SECONDS)
        except (OSError, EOFError, TimeoutError) as error:
            self.close()
            raise Lost(type(error).__name__) from error

    async def _connected(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Nothing is sent before there is a connection, so that trying again is always right."""
        until = time.monotonic() + DOWN_SECONDS
        while True:
            try:
                return await self._open()
            except OSError:
                if time.monotonic() > until:
                    raise
                await asyncio.sleep(0.05)

    async def _open(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self._door is None:
            return await asyncio.open_connection("127.0.0.1", self._port)
        there = self._door()
        try:
            await asyncio.get_running_loop().sock_connect(there, ("127.0.0.1", self._port))
        except BaseException:
            there.close()
            raise
        return await asyncio.open_connection(sock=there)

    def close(self) -> None:
        """Hang up."""
        if self._streams:
            self._streams[1].close()
        self._streams = None


async def _answer(reader: asyncio.StreamReader) -> Answer:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    length = re.search(r"^content-length: *(\d+)", head, re.MULTILINE | re.IGNORECASE)
    assert length, head
    again = re.search(r"^retry-after: *(\d+)", head, re.MULTILINE | re.IGNORECASE)
    body = json.loads(await reader.readexactly(int(length[1])))
    return Answer(int(head.split(" ", 2)[1]), body, again[1] if again else None)


@dataclass
class Acknowledged:
    """What a customer was told is done: the server may never forget any of it."""

    cart: str = ""
    contact: int = 0
    items: dict[int, str] = field(default_factory=dict)
    configurations: dict[tuple[int, int], tuple[str, str]] = field(default_factory=dict)
    order: int = 0
    price: float = 0
    paid: bool = False
    changed: list[str] = field(default_factory=list)


@dataclass
class Plan:
    """What a customer is going to do, drawn before it begins."""

    names: list[str]
    owner: bool
    preferred: bool
    """Pays at checkout, with what the account prefers."""
    twice: bool
    """Pays twice at the same moment."""
    changes: bool
    """Locks what was delivered, and has it served elsewhere."""
    means: list[str]
    chance: random.Random
    over: float = 4
    """Seconds within which it begins."""
    after: asyncio.Event | None = None
    """What has to come before those seconds."""


class Unexpected(Exception):
    """An answer that a customer should not have had."""


class Customer:
    """One order flow."""

    def __init__(self, keys: Keys, port: int, plan: Plan, door: Door | None = None) -> None:
        self.plan = plan
        self.known = Acknowledged()
        self.story: list[str] = []
        self.refused: list[str] = []
        self.seen: list[str] = []
        self.mended = {"relaunch": 0, "accelerate": 0}
        self._keys = keys
        self.troubles: list[Answer] = []
        """Answers that told of the server's own trouble."""
        self._port = port
        self._door = door
        self._line = Line(port, door)
        self._start = time.monotonic()

    async def order(self) -> None:
        """The whole flow. Raises Unexpected."""
        if self.plan.after:
            await self.plan.after.wait()
        await asyncio.sleep(self.plan.chance.uniform(0, self.plan.over))
        try:
            await self._fill_cart()
            if self.known.items:
                await self._check_out()
            if self.known.order:
                await self._pay()
                await self._wait()
            if self.plan.changes:
                await self._change()
            await self._settle()
        finally:
            self._line.close()

    # One request

    async def once(self, method: str, path: str, body: object = None, line: Line | None = None) -> Answer:
        """One signed request, sent once; raises Lost, also where the server cannot tell whether it carried it out."""
        raw = b"" if body is None else json.dumps(body, separators=(",", ":")).encode()
        try:
            answer = await (line or self._line).exchange(self._signed(method, f"/1.0{path}", raw))
        except Lost as lost:
            self._tell(f"{method} {path} {raw.decode()} -> lost ({lost})")
            raise
        self._tell(f"{method} {path} {raw.decode()} -> {answer.status} {json.dumps(answer.body)[:200]}")
        if answer.status >= 500:
            self.troubles.append(answer)
        if answer.status == 504:
            message = "nobody knows"
            raise Lost(message)
        return answer

    def _tell(self, line: str) -> None:
        self.story.append(f"{time.monotonic() - self._start:7.3f} {line}")

    def _signed(self, method: str, target: str, raw: bytes) -> bytes:
        keys, stamp = self._keys, str(int(time.time()))
        host = f"127.0.0.1:{self._port}"
        parts = (keys.application_secret, keys.consumer_key, method, f"http://{host}{target}", raw.decode(), stamp)
        digest = hashlib.sha1("+".join(parts).encode(), usedforsecurity=False).hexdigest()
        lines = (
            f"{method} {target} HTTP/1.1",
            f"Host: {host}",
            f"X-Ovh-Application: {keys.application_key}",
            f"X-Ovh-Consumer: {keys.consumer_key}",
            f"X-Ovh-Timestamp: {stamp}",
            f"X-Ovh-Signature: $1${digest}",
            f"Content-Length: {len(raw)}",
        )
        return "\r\n".join((*lines, "", "")).encode() + raw

    async def again(self, method: str, path: str, body: object = None) -> Answer:
        """A request that may be repeated until it is answered: carried out twice, it does what it does once.

        A registry that does not answer (503) was asked for nothing, and is asked again a moment later.
        """
        while True:
            try:
                answer = await self.once(method, path, body)
            except Lost:
                continue
            if answer.status != 503:
                return answer
            await asyncio.sleep(self.plan.chance.uniform(0.1, 0.4))

    async def get(self, path: str) -> Any:
        """What is at a path; raises Unexpected if nothing is."""
        return _ok(await self.again("GET", path))

    async def _think(self) -> None:
        await asyncio.sleep(self.plan.chance.uniform(0, 0.6))

    # The flow

    async def _fill_cart(self) -> None:
        # A repeated POST leaves an empty cart behind that nobody knows of.
        cart = _ok(await self.again("POST", "/order/cart", {"ovhSubsidiary": "FR"}))["cartId"]
        await self._think()
        _ok(await self.again("POST", f"/order/cart/{cart}/assign"))
        self.known.cart = cart
        if self.plan.owner:
            self.known.contact = _ok(await self.again("POST", "/me/contact", OWNER))["id"]
        for name in self.plan.names:
            await self._think()
            item = await self._add(name)
            if item:
                self.known.items[item] = name
                await self._think()
                await self._configure(item, "OWNER_LEGAL_AGE", "true")
                if self.plan.owner:
                    await self._configure(item, "OWNER_CONTACT", f"/me/contact/{self.known.contact}")

    async def _add(self, name: str) -> int | None:
        path = f"/order/cart/{self.known.cart}"
        mode = "transfer-aftermarket1" if name.startswith("aftermarket") else "create-default"
        while True:
            try:
                answer = await self.once("POST", f"{path}/domain", {"domain": name, "pricingMode": mode})
            except Lost:
                for item in await self.get(f"{path}/item"):
                    if (await self.get(f"{path}/item/{item}"))["settings"]["domain"] == name:
                        return int(item)
                continue
            if answer.status == 503:
                await asyncio.sleep(self.plan.chance.uniform(0.1, 0.4))
                continue
            other = answer.status == 400 and "is not on offer for this name" in answer.body["message"]
            if answer.status == 409 or other:  # somebody else has it by now
                self.refused.append(name)
                return None
            return int(_ok(answer)["itemId"])

    async def _configure(self, item: int, label: str, value: str) -> None:
        path = f"/order/cart/{self.known.cart}/item/{item}/configuration"
        while True:
            try:
                answer = await self.once("POST", path, {"label": label, "value": value})
                if answer.status == 503:
                    await asyncio.sleep(self.plan.chance.uniform(0.1, 0.4))
                    continue
                made = _ok(answer)["id"]
            except Lost:
                found = await self.get(f"{path}?label={label}")
                if not found:
                    continue
                made = found[0]
            self.known.configurations[item, made] = (label, value)
            return

    async def _check_out(self) -> None:
        path = f"/order/cart/{self.known.cart}/checkout"
        preferred = self.plan.preferred
        while self.known.items:
            seen = await self.again("GET", path)
            await self._think()
            wish = {"autoPayWithPreferredPaymentMethod": preferred, "waiveRetractationPeriod": True}
            # A second order is not made of the same cart.
            answer = await self.again("POST", path, wish) if seen.status == 200 else seen
            placed = re.search(r"checked out as order (\d+)", answer.body.get("message", ""))
            if answer.status == 200 or placed:
                self.known.price = seen.body["prices"]["withTax"]["value"]
                self.known.order = int(placed[1]) if placed else answer.body["orderId"]
                self.known.paid = preferred
                return
            if answer.status == 403 and preferred:  # the balances do not cover it
                preferred = False
            else:
                await self._leave_out(answer)

    async def _leave_out(self, answer: Answer) -> None:
        """Take out of the cart what somebody else got meanwhile."""
        gone = [int(key.removesuffix(".domain")) for key in answer.body.get("details", ()) if key.endswith(".domain")]
        if answer.status != 409 or not gone:
            _ok(answer)
        for item in gone:
            left_out = await self.again("DELETE", f"/order/cart/{self.known.cart}/item/{item}")
            if left_out.status != 404:  # taken out by a request whose answer was lost
                _ok(left_out)
            self.refused.append(self.known.items.pop(item))
            self.known.configurations = {k: v for k, v in self.known.configurations.items() if k[0] != item}

    async def _pay(self) -> None:
        await self._think()
        for mean in self.plan.means:
            if not self.known.paid:
                other = Line(self._port, self._door)
                ways = (self._pay_once(mean, self._line), *((self._pay_once(mean, other),) if self.plan.twice else ()))
                heard = await asyncio.gather(*ways)
                other.close()
                if heard.count(200) > 1:
                    message = f"order {self.known.order} was paid twice"
                    raise Unexpected(message)
                self.known.paid = 200 in heard or 409 in heard

    async def _pay_once(self, mean: str, line: Line) -> int:
        path = f"/me/order/{self.known.order}/payWithRegisteredPaymentMean"
        while True:
            try:
                answer = await self.once("POST", path, {"paymentMean": mean}, line)
            except Lost:  # an order is not paid twice
                continue
            if answer.status == 503:
                await asyncio.sleep(self.plan.chance.uniform(0.1, 0.4))
                continue
            if answer.status not in (403, 409):
                _ok(answer)
            return answer.status

    async def _wait(self) -> None:
        """Look until the order is settled; its status only ever moves on."""
        while True:
            status = await self.get(f"/me/order/{self.known.order}/status")
            if not self.seen or status != self.seen[-1]:
                self.seen.append(status)
            if status in ENDS or (status == "notPaid" and not self.known.paid):
                break
            await self._mend()
            await asyncio.sleep(self.plan.chance.uniform(0.5, 1.5))
        moves = [STATUSES.index(status) for status in self.seen]
        if moves != sorted(moves) or (self.known.paid and "notPaid" in self.seen):
            message = f"order {self.known.order} went {' -> '.join(self.seen)}"
            raise Unexpected(message)

    async def _mend(self) -> None:
        """The contract's remedies: take up again what the registry was silent about for too long, hurry what waits.

        The tasks are the account's: another of its orders may have done so a moment ago (409).
        """
        for status, remedy in (("error", "relaunch"), ("todo", "accelerate")):
            tasks = await self.get(f"/me/task/domain?status={status}")
            for task in self.plan.chance.sample(tasks, min(len(tasks), 3)):
                answer = await self.again("POST", f"/me/task/domain/{task}/{remedy}")
                self.mended[remedy] += answer.status == 200
                if answer.status not in (404, 409):
                    _ok(answer)

    async def _change(self) -> None:
        """Lock each name and have it served elsewhere; repeated after a lost answer, it may be under way already."""
        for name in self.known.items.values():
            path = f"/domain/{name}"
            locked = await self.again("PUT", path, {"transferLockStatus": "locked"})
            if locked.status == 404:  # it was refunded
                continue
            _ok(locked)
            await self._think()
            served = await self.again("POST", f"{path}/nameServers/update", {"nameServers": ELSEWHERE})
            if served.status != 409:
                _ok(served)
            while await self._changed(name) != CHANGED:
                await self._mend()
                await asyncio.sleep(self.plan.chance.uniform(0.2, 0.6))
            self.known.changed.append(name)

    async def _settle(self) -> None:
        """Look until nothing more is under way for any of the names: a delivered one may still get its owner."""
        for name in self.known.items.values():
            while await self._under_way(name):
                await self._mend()
                await asyncio.sleep(self.plan.chance.uniform(0.2, 0.6))

    async def _under_way(self, name: str) -> list[int]:
        if not self.known.paid:
            return []
        open_ones = [await self.get(f"/me/task/domain?domain={name}&status={each}") for each in UNSETTLED]
        return [task for tasks in open_ones for task in tasks]

    async def _changed(self, name: str) -> tuple[str, set[str]]:
        found = await self.get(f"/domain/{name}")
        return found["transferLockStatus"], {server["nameServer"] for server in found["nameServers"]}

    async def look_back(self) -> None:
        """Find everything that was acknowledged, by the API. Raises Unexpected."""
        known, cart = self.known, f"/order/cart/{self.known.cart}"
        if known.contact:
            self._same("contact", (await self.get(f"/me/contact/{known.contact}"))["email"], OWNER["email"])
        if known.cart:
            found = await self.get(cart)
            self._same("items", sorted(found["items"]), sorted(known.items))
            self._same("readOnly", found["readOnly"], bool(known.order))
        for item, name in known.items.items():
            self._same("item", (await self.get(f"{cart}/item/{item}"))["settings"]["domain"], name)
        for (item, number), (label, value) in known.configurations.items():
            one = await self.get(f"{cart}/item/{item}/configuration/{number}")
            self._same("configuration", one, {"id": number, "label": label, "value": value})
        for name in known.changed:
            self._same(f"change of {name}", await self._changed(name), CHANGED)
        if known.order:
            self._same("price", (await self.get(f"/me/order/{known.order}"))["priceWithTax"]["value"], known.price)
            self._same("status", await self.get(f"/me/order/{known.order}/status"), self.seen[-1])
        self._line.close()

    def _same(self, what: str, found: object, told: object) -> None:
        if found != told:
            message = f"{what} of cart {self.known.cart}: {told!r} was acknowledged, {found!r} is there"
            raise Unexpected(message)


def _ok(answer: Answer) -> Any:
    if answer.status != 200:
        message = f"{answer.status} {answer.body}"
        raise Unexpected(message)
    return answer.body


ELSEWHERE = [{"host": "ns1.elsewhere.example"}, {"host": "ns2.elsewhere.example"}]
CHANGED = ("locked", {server["host"] for server in ELSEWHERE})

OWNER = {
    "address": {"country": "FR", "line1": "2 rue Kellermann", "city": "Roubaix", "zip": "59100"},
    "birthCity": "Roubaix",
    "birthCountry": "FR",
    "birthDay": "1990-05-17",
    "birthZip": "59100",
    "email": "owner@crash.example",
    "firstName": "Owner",
    "language": "fr_FR",
    "lastName": "Of Many",
    "legalForm": "individual",
    "phone": "+33.320000000",
}
