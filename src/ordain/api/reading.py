"""What a client sent, read into declared types; what does not fit is refused by field and reason."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar, get_origin
from urllib.parse import parse_qsl

import msgspec
from msgspec import UNSET, Struct, structs

from ordain.api import words
from ordain.api.naming import without_none
from ordain.api.routing import Empty
from ordain.core.refusal import Refusal, Refused, invalid

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

T = TypeVar("T", bound=Struct)

LARGEST_NUMBER = 2**53
LONGEST_QUERY = 8192

_WHERE = re.compile(r" - at `\$\.?(.*?)`$")
_decoders: dict[type[Struct], msgspec.json.Decoder[Any]] = {}


def read_path(values: Mapping[str, str], numbers: Collection[str]) -> dict[str, Any]:
    """A path's values, those of these names as numbers."""
    return {name: _number(name, value) if name in numbers else _text(name, value) for name, value in values.items()}


def _number(name: str, value: str) -> int:
    if not (value.isascii() and value.isdigit() and int(value[:17]) < LARGEST_NUMBER and len(value) <= 16):
        message = f"{name} is a number below 2**53: got {value[:100]!r}"
        raise invalid(message, name)
    return int(value)


def _text(name: str, value: str) -> str:
    if "\0" in value:
        message = f"{name} cannot contain the character NUL"
        raise invalid(message, name)
    if len(value) > 255:
        message = f"{name} is a text of at most 255 characters"
        raise invalid(message, name)
    return value


def read_query(kind: type[T], target: str) -> T:
    """The query string. Parameters that are not declared are ignored; python-ovh's `null` is none at all."""
    if kind is Empty:
        return kind()
    text = target.partition("?")[2]
    if len(text) > LONGEST_QUERY:
        message = f"A query string can be at most {LONGEST_QUERY} characters long"
        raise invalid(message)
    pairs = [pair for pair in parse_qsl(text, keep_blank_values=True) if pair[1] != "null"]
    sent: dict[str, Any] = {name: _text(name, value) for name, value in pairs}
    for name in _lists(kind).intersection(sent):
        sent[name] = [part for each, value in pairs if each == name for part in _LISTED.findall(value)]
    for name in _instants(kind).intersection(sent):
        # A day is its beginning: date.from=2026-11-23.
        sent[name] = f"{sent[name]}T00:00:00Z" if _DAY.fullmatch(sent[name]) else sent[name]
    return _converted(sent, kind)


@cache
def _lists(kind: type[Struct]) -> frozenset[str]:
    """Parameters that can be given more than once."""
    fields = msgspec.structs.fields(kind)
    return frozenset(f.encode_name for f in fields if get_origin(without_none(f.type)[0]) is list)


@cache
def _instants(kind: type[Struct]) -> frozenset[str]:
    """Parameters that are instants."""
    return frozenset(f.encode_name for f in msgspec.structs.fields(kind) if without_none(f.type)[0] is datetime)


_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


_LISTED = re.compile(r"[^\[\]'\", ]+")
"""A list in one parameter: with commas, or as python-ovh has it ("['a', 'b']"); others repeat the parameter."""


def _converted(sent: Mapping[str, Any], kind: type[T]) -> T:
    try:
        return msgspec.convert(sent, kind, strict=False)
    except msgspec.ValidationError as error:
        raise _misfit(error) from error


def read_body(kind: type[T], body: bytes) -> T:
    """A JSON body, whatever its Content-Type; an empty one is an empty object (wire-contract §8.3)."""
    if kind is Empty:
        return kind()
    if _NUL.search(body):
        message = "A text cannot contain the character NUL"
        raise invalid(message)
    try:
        return _decoded(kind, body or b"{}")
    except msgspec.ValidationError as error:
        raise _misfit(error) from error
    except (msgspec.DecodeError, UnicodeError) as error:
        message = f"The body is not JSON: {error}"
        raise invalid(message) from error
    except RecursionError as error:
        message = "The body is nested too deeply"
        raise invalid(message) from error


def _decoded(kind: type[T], body: bytes) -> T:
    """The body as this type. Null is as if it was not sent where a member can be left out (wire-contract §8.4)."""
    decoder = _decoders.get(kind)
    if decoder is None:
        decoder = _decoders[kind] = msgspec.json.Decoder(kind)
    try:
        value: T = decoder.decode(body)
    except msgspec.ValidationError as misfit:
        try:
            sent = msgspec.json.decode(body)
        except (msgspec.DecodeError, UnicodeError, RecursionError):
            raise misfit from None
        left = _without_nulls(kind, sent)
        if left == sent:
            raise
        value = msgspec.convert(left, kind)
    return value


def _without_nulls(kind: type[Struct], sent: Any) -> Any:  # noqa: ANN401 - any JSON
    """The same without the nulls of members that can be left out, and are never null themselves."""
    if not isinstance(sent, dict):
        return sent
    can_go, within = _members(kind)
    return {
        name: _without_nulls(within[name], value) if name in within else value
        for name, value in sent.items()
        if value is not None or name not in can_go
    }


@cache
def _members(kind: type[Struct]) -> tuple[frozenset[str], dict[str, type[Struct]]]:
    """The members that can be left out but are never null; and the types of those that are objects.

    In a change, where what is not sent stays as it is, null would take a member away: that is refused.
    """
    inner = {field.encode_name: without_none(field.type) for field in structs.fields(kind)}
    optional = [field for field in structs.fields(kind) if not field.required and field.default is not UNSET]
    left_out = {field.encode_name for field in optional}
    within = {name: of for name, (of, _) in inner.items() if isinstance(of, type) and issubclass(of, Struct)}
    return frozenset(name for name in left_out if not inner[name][1]), within


FORM = "application/x-www-form-urlencoded"


def read_form(kind: type[T], content_type: str, body: bytes) -> T:
    """What an OAuth2 client sends: a form (RFC 6749 §4.4.2), or the same members as JSON."""
    try:
        if content_type.partition(";")[0].strip().lower() != FORM:
            return read_body(kind, body)
        pairs = [(name, _text(name, value)) for name, value in parse_qsl(body.decode(), keep_blank_values=True)]
        if len(dict(pairs)) < len(pairs):
            message = "A parameter can be sent only once"
            raise invalid(message)
        return _converted(dict(pairs), kind)
    except UnicodeDecodeError as error:
        raise Refused(Refusal("invalid", "The form is not UTF-8", code="invalid_request")) from error
    except Refused as refused:
        raise Refused(*(structs.replace(one, code="invalid_request") for one in refused.refusals)) from refused


def _in_words(text: str) -> str:
    """The sentence of msgspec without its quotes and patterns."""
    if "matching regex" in text:
        plain = text.replace("\\", "")
        return next(meant for pattern, meant in words.MEANT.items() if pattern.replace("\\", "") in plain)
    return _SAID.sub(r"\1", text)


def utc(at: datetime | None) -> datetime | None:
    """An instant as sent; one without an offset is meant in UTC."""
    return at.replace(tzinfo=UTC) if at is not None and at.tzinfo is None else at


_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
"""The escape of the character NUL, not a text that speaks of it: an escaped backslash comes in pairs."""
_SAID = re.compile(r"`([^`]*)`")


def _misfit(error: msgspec.ValidationError) -> Exception:
    """The sentence of msgspec with the field put first: "quantity: Expected int | null, got str"."""
    text = str(error)
    missing = re.fullmatch(r"Object missing required field `([^`]+)`(?: - at `\$\.?(.*)`)?", text)
    if missing:
        field = f"{missing[2]}.{missing[1]}" if missing[2] else missing[1]
        return invalid(f"{field} is required", field)
    found = _WHERE.search(text)
    field = found[1] if found else ""
    said = _in_words(_WHERE.sub("", text))
    return invalid(f"{field}: {said}" if field else said, field or None)
