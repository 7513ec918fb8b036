"""Mails handed to a real mail server: what it is told, and what each of its answers means."""

from __future__ import annotations

import asyncio
import socket
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest
from msgspec import structs

from ordain.adapters.smtp_mails import MailServer, SmtpPost
from ordain.core.mail import Mail, NotTaken
from tests import mail_server
from tests.mail_server import HOST, PASSWORD, USER, Letterbox
from tests.world import NOON

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterator
    from pathlib import Path

MAIL = Mail(nic="mc1-ordain", mail_id=7, order_id=None, at=NOON, recipient="camille@world.example",
            subject="café.fr est à vous", body="Déjà livré.\nhttp://127.0.0.1/a?id=1&token=" + "x" * 900)  # fmt: skip


@pytest.fixture
def letterbox() -> Letterbox:
    return Letterbox()


@pytest.fixture
def port(letterbox: Letterbox) -> Iterator[int]:
    with mail_server.served(letterbox) as port:
        yield port


def post(port: int, trusted: ssl.SSLContext | None = None, **changes: Any) -> SmtpPost:
    plain = MailServer(host=HOST, port=port, tls="none", user="", password="", sender="Ordain <no-reply@shop.example>")
    return SmtpPost(structs.replace(plain, **changes), trusted)


def refusal(sender: SmtpPost, mail: Mail = MAIL) -> NotTaken:
    with pytest.raises(NotTaken) as caught:
        asyncio.run(sender.send(mail))
    return caught.value


def test_a_mail_arrives_as_it_was_written(letterbox: Letterbox, port: int) -> None:
    asyncio.run(post(port).send(MAIL))
    [(sender, recipients, message)] = letterbox.taken
    assert (sender, recipients) == ("no-reply@shop.example", ["camille@world.example"])
    assert message["From"] == "Ordain <no-reply@shop.example>"
    assert message["To"] == "camille@world.example"
    assert message["Subject"] == "café.fr est à vous"
    assert datetime.strptime(message["Date"], "%a, %d %b %Y %H:%M:%S %z") == NOON
    assert message["Auto-Submitted"] == "auto-generated"
    assert message.get_content_type() == "text/plain"
    assert message.get_content().splitlines() == MAIL.body.splitlines()


def test_a_sender_s_domain_is_written_as_the_dns_has_it(letterbox: Letterbox, port: int) -> None:
    asyncio.run(post(port, sender="Bücher & Mehr <no-reply@bücher.example>").send(MAIL))
    [(sender, _, message)] = letterbox.taken
    assert sender == "no-reply@xn--bcher-kva.example"
    assert message["From"] == "Bücher & Mehr <no-reply@xn--bcher-kva.example>"
    assert message["Message-ID"] == "<mc1-ordain.7@xn--bcher-kva.example>"


def test_the_same_mail_twice_has_the_same_message_id(letterbox: Letterbox, port: int) -> None:
    other = structs.replace(MAIL, mail_id=8)
    for mail in (MAIL, MAIL, other):
        asyncio.run(post(port).send(mail))
    ids = [message["Message-ID"] for _, _, message in letterbox.taken]
    assert ids == ["<mc1-ordain.7@shop.example>", "<mc1-ordain.7@shop.example>", "<mc1-ordain.8@shop.example>"]


@pytest.mark.parametrize(
    ("at", "answer", "final"),
    [
        ("camille@world.example", "550 no such user", True),
        ("camille@world.example", "450 try again later", False),
        ("DATA", "554 this is spam", True),
        ("DATA", "451 not now", False),
    ],
)
def test_a_5xx_is_final_and_a_4xx_is_not(letterbox: Letterbox, port: int, at: str, answer: str, final: bool) -> None:  # noqa: FBT001 - a column of the table
    letterbox.answers[at] = answer
    refused = refusal(post(port))
    assert (refused.final, str(refused)) == (final, answer)
    assert letterbox.taken == []


def test_a_server_that_is_away_is_asked_again() -> None:
    with socket.create_server((HOST, 0)) as taken:
        port = taken.getsockname()[1]
    assert not refusal(post(port)).final


def test_over_starttls_with_a_login(letterbox: Letterbox, tmp_path: Path) -> None:
    server, client = mail_server.certificate(tmp_path)
    with mail_server.served(letterbox, with_login=server) as port:
        asyncio.run(post(port, client, tls="starttls", user=USER, password=PASSWORD).send(MAIL))
        assert len(letterbox.taken) == 1
        wrong = refusal(post(port, client, tls="starttls", user=USER, password="guessed"))
        stranger = refusal(post(port, tls="starttls", user=USER, password=PASSWORD))
    assert (wrong.final, stranger.final, len(letterbox.taken)) == (False, False, 1)
    assert "certificate" in str(stranger).lower()


def test_a_server_without_starttls_is_not_spoken_to_in_clear(letterbox: Letterbox, port: int) -> None:
    assert not refusal(post(port, tls="starttls")).final
    assert letterbox.taken == []


def test_an_internationalised_domain_is_reached_by_its_ascii_form(letterbox: Letterbox, port: int) -> None:
    asyncio.run(post(port).send(structs.replace(MAIL, recipient="camille@café.example")))
    assert letterbox.taken[0][1] == ["camille@xn--caf-dma.example"]


@pytest.mark.parametrize(
    "recipient",
    [
        "",
        "@",
        "a",
        "a@b@c",
        "a@b, c@d.example",
        "<a@b.example>",
        "a@b.example\r\nBcc: c@d.example",
        "a@☃.x",
        "a@[b.example",
    ],
)
def test_what_is_no_address_is_given_up(letterbox: Letterbox, port: int, recipient: str) -> None:
    assert refusal(post(port), structs.replace(MAIL, recipient=recipient)).final
    assert letterbox.taken == []


def test_a_subject_of_several_lines_is_given_up(letterbox: Letterbox, port: int) -> None:
    assert refusal(post(port), structs.replace(MAIL, subject="a\r\nBcc: c@d.example")).final
    assert letterbox.taken == []
