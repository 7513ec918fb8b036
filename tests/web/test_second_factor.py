"""The second factor: set up with an app, asked for at sign-in, its codes good once; recovery codes."""

from __future__ import annotations

import asyncio
import re
import time
from html import unescape
from typing import TYPE_CHECKING

import pyotp
import pytest

from ordain.flows import second_factor, sessions
from tests.web.visitor import Visitor

if TYPE_CHECKING:
    import httpx

    from tests.world import World

PASSWORD = "correct horse battery"
PATH = "/account/second-factor"


class Ursula(Visitor):
    """Somebody with a phone."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.nic = world.nics["ursula"]
        world.runner.run(sessions.set_password(world.engine, self.nic, PASSWORD, world.now))
        self.sign_in(self.nic, PASSWORD)
        self.steps = 0

    def set_up(self) -> list[str]:
        """Turn the second factor on; the recovery codes."""
        return self.set_up_by(1)[0]

    def set_up_by(self, times: int) -> tuple[list[str], list[httpx.Response]]:
        """The same by a button that is pressed so many times; the recovery codes, and each answer."""
        page = self.submit(self.open(PATH), PATH)
        found = re.search(r"otpauth://totp/[^\"]+", page.text)
        assert found
        self.totp = pyotp.parse_uri(unescape(found[0]))
        assert self.totp.secret in page.text.replace(" ", "")
        assert "<svg" in page.text
        answers = [self.submit(page, f"{PATH}/confirm", code=self.code(-1)) for _ in range(times)]
        return re.findall(r"<li>([a-z0-9]{5}-[a-z0-9]{5})</li>", answers[0].text), answers

    def code(self, steps: int) -> str:
        """The code of so many steps ahead."""
        assert isinstance(self.totp, pyotp.TOTP)
        return self.totp.at(int(time.time()) + 30 * steps)

    def anew(self, code: str) -> httpx.Response:
        """Sign out, and in with this code."""
        self.client.cookies.clear()
        page = self.sign_in(self.nic, PASSWORD)
        assert page.url.path == "/sign-in/code"
        assert self.open("/account").url.path == "/sign-in"  # the password alone is no sign-in
        return self.submit(page, "/sign-in/code", code=code)


@pytest.fixture
def ursula(world: World, monkeypatch: pytest.MonkeyPatch) -> Ursula:
    """Ursula, signed in. The machine's clock stands still, too: codes are judged by it."""
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now)
    return Ursula(world)


def test_turning_it_on_twice_shows_the_same_recovery_codes(ursula: Ursula) -> None:
    codes, answers = ursula.set_up_by(2)
    assert len(codes) == 10
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].text == answers[1].text
    assert all(code in answers[1].text for code in codes)
    names = ("content-type", "content-security-policy", "cache-control")
    assert [answers[0].headers[name] for name in names] == [answers[1].headers[name] for name in names]


def test_signing_in_takes_a_code_each_good_once(ursula: Ursula) -> None:
    assert len(ursula.set_up()) == 10
    landed = ursula.anew(f" {ursula.code(0)[:3]} {ursula.code(0)[3:]} ")
    assert landed.url.path == "/account"
    used = ursula.anew(ursula.code(0))
    assert (used.status_code, "This code is not right" in used.text) == (403, True)
    assert ursula.anew(ursula.code(-1)).status_code == 403  # older than the one used
    assert ursula.anew(ursula.code(1)).url.path == "/account"


def test_a_recovery_code_is_good_once(ursula: Ursula) -> None:
    first, *others = ursula.set_up()
    assert ursula.anew(first.upper()).url.path == "/account"
    assert "9 recovery codes" in ursula.open(PATH).text
    assert ursula.anew(first).status_code == 403
    assert ursula.anew(others[-1]).url.path == "/account"


def test_a_sign_in_that_awaits_a_code_becomes_one_session(ursula: Ursula, world: World) -> None:
    first, second, *_ = ursula.set_up()
    token = world.runner.run(sessions.sign_in(world.engine, ursula.nic, PASSWORD, "192.0.2.9", world.now))

    async def at_once() -> list[object]:
        codes = [second_factor.sign_in(world.engine, token, code, "192.0.2.9", 0) for code in (first, second)]
        return await asyncio.gather(*codes, return_exceptions=True)

    assert sorted(isinstance(one, str) for one in world.runner.run(at_once())) == [False, True]


def test_codes_are_not_guessed(ursula: Ursula, world: World) -> None:
    ursula.set_up()
    wrong = ["", "0", "000000", "é", "0" * 1000, ursula.code(3)]
    assert [ursula.anew(code).status_code for code in wrong] == [403] * 5 + [429]
    assert ursula.anew(ursula.code(0)).status_code == 429
    world.pass_time(minutes=3)
    assert ursula.anew(ursula.code(0)).url.path == "/account"


def test_the_code_is_waited_for_ten_minutes(ursula: Ursula, world: World) -> None:
    ursula.set_up()
    ursula.client.cookies.clear()
    page = ursula.sign_in(ursula.nic, PASSWORD)
    world.pass_time(minutes=10)
    assert ursula.submit(page, "/sign-in/code", code=ursula.code(0)).url.path == "/sign-in"
    stranger = Visitor(world)
    assert stranger.submit(stranger.open("/sign-in/code"), "/sign-in/code", code="1").url.path == "/sign-in"


def test_it_is_on_only_after_a_first_right_code(ursula: Ursula, world: World) -> None:
    page = ursula.submit(ursula.open(PATH), PATH)
    refused = ursula.submit(page, f"{PATH}/confirm", code="000000")
    assert refused.status_code == 403
    assert 'aria-invalid="true"' in refused.text
    ursula.client.cookies.clear()
    assert ursula.sign_in(ursula.nic, PASSWORD).url.path == "/account"
    ursula.set_up()  # with another secret
    form = ursula.filled(ursula.open("/account"), "/sign-out")
    assert ursula.send(PATH, form).status_code == 409  # it is on: a new secret would lock the app out
    assert ursula.send(f"{PATH}/confirm", {**form, "code": ursula.code(1)}).status_code == 409
    assert Visitor(world).open(PATH).url.path == "/sign-in"


def test_it_is_turned_off_with_a_code_or_by_the_operator(ursula: Ursula, world: World) -> None:
    ursula.set_up()
    assert ursula.submit(ursula.open(PATH), f"{PATH}/off", code="000000").status_code == 403
    assert "Set up a second factor" in ursula.submit(ursula.open(PATH), f"{PATH}/off", code=ursula.code(0)).text
    ursula.client.cookies.clear()
    assert ursula.sign_in(ursula.nic, PASSWORD).url.path == "/account"
    ursula.set_up()
    world.runner.run(second_factor.drop(world.engine, ursula.nic))
    ursula.client.cookies.clear()
    assert ursula.sign_in(ursula.nic, PASSWORD).url.path == "/account"
