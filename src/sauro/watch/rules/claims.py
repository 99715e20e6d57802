"""Claims and definitions as the rules see them, and what rules find. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any, Literal
from uuid import UUID

from sauro.core.rules.intervals import Interval, stated


@dataclass(frozen=True)
class Defined:
    """A defined number: its unit, how it is computed and from what, of what it is a part, what is plausible.

    ``parts`` and ``whole`` are indicators by their ids. ``growth`` is in per cent a year, ``share`` in per cent.
    """

    id: UUID
    unit: str
    formula: Mapping[str, Any] | None = None
    parts: tuple[UUID, ...] = ()
    whole: tuple[UUID, ...] = ()
    part_of: UUID | None = None
    growth: Decimal | None = None
    share: Decimal | None = None

    @property
    def related(self) -> frozenset[UUID]:
        """The indicators that its claims are held against."""
        return frozenset((*self.parts, *self.whole, *([self.part_of] if self.part_of else [])))


@dataclass(frozen=True)
class Claim:
    """What a source says of an indicator for a place and a period."""

    id: UUID
    indicator: UUID
    place: UUID | None
    period: str
    value: Decimal
    source: str
    bound: str = "is"
    decimals: int | None = None

    @cached_property
    def interval(self) -> Interval:
        return stated(self.value, self.bound, self.decimals)


@dataclass(frozen=True)
class Raised:
    """A finding: ``said`` are the facts of its sentence, as strings; ``claims`` are sorted."""

    kind: Literal["conflict", "doubt"]
    rule: str
    indicator: UUID | None
    claims: tuple[UUID, ...]
    said: dict[str, Any] = field(compare=False)


def sorted_ids(claims: Sequence[Claim]) -> tuple[UUID, ...]:
    """The ids of claims as a finding names them: each once, in order."""
    return tuple(sorted({claim.id for claim in claims}))
