"""What is measured, as values: families of whole numbers with labels, as Prometheus thinks of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

Kind = Literal["counter", "gauge", "histogram", "summary"]
Labels = tuple[tuple[str, str], ...]


class Sample(Struct, frozen=True):
    """One number. `ending` is what its name has beyond the family's: "_sum"."""

    value: int
    labels: Labels = ()
    ending: str = ""
    micros: bool = False
    """The value is in microseconds, and told in seconds."""


class Family(Struct, frozen=True):
    """Numbers that are one thing. `name` is the whole name, its unit and "_total" included."""

    name: str
    kind: Kind
    told: str
    samples: tuple[Sample, ...]


class Durations(Struct, frozen=True):
    """How long something took: `counts` has one number for each of the bounds, and one for what took longer."""

    labels: Labels
    counts: Sequence[int]
    micros: int
    """All of it added up."""


def one(name: str, kind: Kind, told: str, value: int) -> Family:
    """A family of one number."""
    return Family(name, kind, told, (Sample(value),))


def histogram(name: str, told: str, bounds: Sequence[int], of: Iterable[Durations]) -> Family:
    """Durations as a histogram; `bounds` are in microseconds, each the longest that is counted there."""
    samples: list[Sample] = []
    for each in of:
        for bound, count in zip((*map(_seconds, bounds), "+Inf"), accumulate(each.counts), strict=True):
            samples.append(Sample(count, (*each.labels, ("le", bound)), "_bucket"))
        samples.append(Sample(each.micros, each.labels, "_sum", micros=True))
        samples.append(Sample(sum(each.counts), each.labels, "_count"))
    return Family(name, "histogram", told, tuple(samples))


def merged(told: Mapping[str, Iterable[Family]]) -> list[Family]:
    """The families of several processes as one, each number labelled with its `process`."""
    found: dict[str, Family] = {}
    for number, families in sorted(told.items()):
        for family in families:
            own = [replace(sample, labels=(("process", number), *sample.labels)) for sample in family.samples]
            before = found[family.name].samples if family.name in found else ()
            found[family.name] = replace(family, samples=(*before, *own))
    return list(found.values())


def text(families: Iterable[Family]) -> str:
    """The families in Prometheus' text format, version 0.0.4."""
    lines: list[str] = []
    for family in families:
        lines += [f"# HELP {family.name} {_escaped(family.told)}", f"# TYPE {family.name} {family.kind}"]
        lines += [f"{family.name}{sample.ending}{_braced(sample.labels)} {_value(sample)}" for sample in family.samples]
    return "".join(f"{line}\n" for line in lines)


def _value(sample: Sample) -> str:
    return _seconds(sample.value) if sample.micros else str(sample.value)


def _seconds(micros: int) -> str:
    sign, whole = "-" if micros < 0 else "", abs(micros)
    return f"{sign}{whole // 1_000_000}.{whole % 1_000_000:06d}".rstrip("0").removesuffix(".")


def _braced(labels: Labels) -> str:
    told = ",".join(f'{name}="{_escaped(value, quoted=True)}"' for name, value in labels)
    return f"{{{told}}}" if told else ""


def _escaped(said: str, *, quoted: bool = False) -> str:
    said = said.replace("\\", r"\\").replace("\n", r"\n")
    return said.replace('"', r"\"") if quoted else said
