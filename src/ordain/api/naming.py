"""What our types are called in the contract: read off annotations, for the description and the tests against it."""

from __future__ import annotations

import types
from datetime import date, datetime
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import msgspec
from msgspec import NODEFAULT, Meta, Struct, UnsetType

from ordain.api.words import ENUMERATIONS

if TYPE_CHECKING:
    from collections.abc import Iterator

SCALARS: dict[Any, str] = {
    str: "string",
    int: "long",
    float: "double",
    bool: "boolean",
    datetime: "datetime",
    date: "date",
}
"""The contract's names for Python's own types."""


def model_name(struct: type[Struct]) -> str:
    """The contract's name of one of our types: what its docstring begins with."""
    return (struct.__doc__ or struct.__name__).split()[0].rstrip(".,;:")


def without_none(kind: Any) -> tuple[Any, bool]:  # noqa: ANN401 - types are values here
    """A type without None and UNSET, and whether None was among it. Several left are a tuple."""
    if kind is None or kind is types.NoneType:
        return None, True
    if get_origin(kind) in (Union, types.UnionType):
        parts = [part for part in get_args(kind) if part not in (types.NoneType, UnsetType)]
        return (parts[0] if len(parts) == 1 else tuple(parts)), types.NoneType in get_args(kind)
    return kind, False


def contract_type(kind: Any) -> str:  # noqa: ANN401 - types are values here
    """A type as the contract writes it: `order.cart.Item[]`. Nullability is told by `without_none`."""
    inner, _ = without_none(kind)
    if isinstance(inner, tuple):
        return " | ".join(map(contract_type, inner))
    inside = get_args(inner)
    match get_origin(inner):
        case None:
            return _plain(inner)
        case origin if origin is Annotated:
            given = [m.extra["model"] for m in inside[1:] if isinstance(m, Meta) and m.extra and "model" in m.extra]
            name = str(given[-1]) if given else contract_type(inside[0])
        case origin if origin is Literal:
            name = _enumeration(set(inside))
        case origin if origin is dict:
            name = f"map[{contract_type(inside[0])}]{contract_type(inside[1])}"
        case _:
            name = f"{contract_type(inside[0])}[]"
    return name


def _plain(kind: Any) -> str:  # noqa: ANN401 - types are values here
    if kind is None:
        return "void"
    if isinstance(kind, type) and issubclass(kind, Struct):
        return model_name(kind)
    return SCALARS.get(kind, getattr(kind, "__name__", str(kind)))


def _enumeration(values: set[Any]) -> str:
    """The enumeration with exactly these values, for types of the core that do not know the contract's name."""
    return next((name for name, known in ENUMERATIONS.items() if set(known) == values), "string")


class Member(Struct, frozen=True):
    """A member of one of our types as the contract sees it."""

    name: str
    kind: Any
    type: str
    nullable: bool
    required: bool
    """It has no default."""


@cache
def members(struct: type[Struct]) -> tuple[Member, ...]:
    """The members of a type, in their order."""
    hints = get_type_hints(struct, include_extras=True)
    return tuple(
        Member(
            name=each.encode_name,
            kind=hints[each.name],
            type=contract_type(hints[each.name]),
            nullable=without_none(hints[each.name])[1],
            required=each.default is NODEFAULT and each.default_factory is NODEFAULT,
        )
        for each in msgspec.structs.fields(struct)
    )


def is_model(struct: type[Struct]) -> bool:
    """Whether a type has a name in the contract: `order.cart.Item`, not a sentence."""
    return "." in model_name(struct)


def told(struct: type[Struct]) -> str:
    """What the docstring says after the name."""
    text = " ".join((struct.__doc__ or "").split())
    return text.removeprefix(model_name(struct)).lstrip(".,;: ") if is_model(struct) else text


def structs_in(kind: Any) -> Iterator[type[Struct]]:  # noqa: ANN401 - types are values here
    """Our types that a type is made of: not those that their members lead to."""
    if isinstance(kind, type) and issubclass(kind, Struct):
        yield kind
    elif get_origin(kind) is not Literal:
        for inner in get_args(kind):
            yield from structs_in(inner)
