"""Messages of a registry's queue, read into what they are about (RFC 5730 §2.9.2.3, RFC 5731 §3.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ordain.adapters import epp_answers
from ordain.adapters.epp_verdicts import same
from ordain.adapters.epp_xml import Unreadable, find, text, when
from ordain.core.names import stored
from ordain.core.registry_message import Decided, Message, Touched, Transfer

if TYPE_CHECKING:
    from datetime import datetime

    from ordain.adapters.epp_answers import Reply
    from ordain.adapters.epp_xml import Element
    from ordain.core.registry_message import About

MESSAGE = 1301
"""The code of a poll that has a message."""
OF_A_NAME = ("infData", "creData", "renData")
"""Results that only say which name something happened to."""


def message(answer: Reply, login: str) -> Message | None:
    """The message a poll gave to this registrar, None for an empty queue. Raises Unreadable if it has no number."""
    queue = find(answer.root, "response", "msgQ")
    if answer.code != MESSAGE or queue is None:
        return None
    number, words = queue.get("id"), find(queue, "msg")
    if not number:
        told = "a message without a number"
        raise Unreadable(told)
    return Message(
        message_id=number,
        at=_at(queue),
        words="" if words is None else " ".join(" ".join(words.itertext()).split()),
        about=_about(answer, login),
    )


def _at(queue: Element) -> datetime | None:
    """When it was put there. One that says so in a way nobody can read would hold up all that are behind it."""
    try:
        return when(text(queue, "qDate"))
    except Unreadable:
        return None


def _about(answer: Reply, login: str) -> About | None:
    """What it is about. One that says so in a way nobody can read is still a message, to be acknowledged."""
    try:
        return _decided(answer) or _transfer(answer, login) or _touched(answer)
    except Unreadable:
        return None


def _decided(answer: Reply) -> Decided | None:
    told = answer.result("domain:panData")
    name = None if told is None else find(told, "domain:name")
    if told is None or name is None:
        return None
    granted = name.get("paResult") in ("1", "true")
    return Decided(stored((name.text or "").strip()), granted, text(told, "domain:paTRID", "clTRID"))


def _transfer(answer: Reply, login: str) -> Transfer | None:
    told = epp_answers.transfer(answer)
    if told is None:
        return None
    here, until = same(told.asked_by, login), told.until if told.status == "pending" else None
    return Transfer(told.name, told.status, here=here, by=told.asked_by, until=until)


def _touched(answer: Reply) -> Touched | None:
    results = (answer.result(f"domain:{result}") for result in OF_A_NAME)
    name = next((text(told, "domain:name") for told in results if told is not None), None)
    return Touched(stored(name)) if name else None
