"""The tables of an edition: counts by province, channel and outcome as the public is told them, and sums of what is told.

Every public number of dossiers is a sum of published cells (invariant I6, docs/decisions/0018): no total is ever read
from the true counts, so none gives a held-back cell away.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from sauro.core.rules.suppression import publish

CHANNELS: Final = ("online", "counter", "post", "assisted")
OUTCOMES: Final = ("in_time", "late", "open", "open_late")
Cell = tuple[str, str, str]
"""A province's two-digit code (empty: a central agency), one of ``CHANNELS``, one of ``OUTCOMES``."""


@dataclass(frozen=True)
class Table:
    """The dossiers received in one period (YYYY-MM): the cells that are told, in steps of five."""

    period: str
    shown: Mapping[Cell, int]

    def cell(self, area: str, channel: str, outcome: str) -> int | None:
        """What is told of a cell; None where it is under five, be there none or some."""
        return self.shown.get((area, channel, outcome))

    def total(
        self,
        areas: Collection[str] | None = None,
        channels: Collection[str] | None = None,
        outcomes: Collection[str] | None = None,
    ) -> int:
        """The sum of the cells that are told: there are at least so many."""
        wanted = (areas, channels, outcomes)
        return sum(
            count
            for cell, count in self.shown.items()
            if all(among is None or part in among for part, among in zip(cell, wanted, strict=True))
        )

    @property
    def areas(self) -> list[str]:
        """The provinces of which something is told, by code."""
        return sorted({area for area, _channel, _outcome in self.shown})

    def to_data(self) -> list[list[Any]]:
        return [[*cell, self.shown[cell]] for cell in sorted(self.shown)]

    @classmethod
    def from_data(cls, period: str, rows: Iterable[list[Any]]) -> "Table":
        return cls(period, {(area, channel, outcome): count for area, channel, outcome, count in rows})


def told(period: str, counts: Mapping[Cell, int]) -> Table:
    """What to tell of a period."""
    said = {cell: publish(count) for cell, count in counts.items()}
    return Table(period, {cell: count for cell, count in said.items() if count is not None})


def rate(part: int, whole: int) -> Decimal | None:
    """Per cent, to two decimals as Decision 766 has them; None where there is nothing to divide by."""
    return None if not whole else (Decimal(part) * 100 / whole).quantize(Decimal("0.01"))
