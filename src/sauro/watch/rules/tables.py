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
    """The dossiers received in one period (YYYY-MM): what is told of each cell, and what earlier editions told of it."""

    period: str
    shown: Mapping[Cell, int | None]
    told: Mapping[Cell, tuple[int, ...]]

    def cell(self, area: str, channel: str, outcome: str) -> int | None:
        """What is told of a cell; None where it is held back. A cell that nothing ever fell into is 0."""
        return self.shown.get((area, channel, outcome), 0)

    def total(
        self,
        areas: Collection[str] | None = None,
        channels: Collection[str] | None = None,
        outcomes: Collection[str] | None = None,
    ) -> int:
        """The sum of the cells that are told; each is less than five from the truth."""
        return sum(self.shown[cell] or 0 for cell in self._cells(areas, channels, outcomes))

    def hidden(
        self,
        areas: Collection[str] | None = None,
        channels: Collection[str] | None = None,
        outcomes: Collection[str] | None = None,
    ) -> int:
        """How many cells of such a sum are held back."""
        return sum(self.shown[cell] is None for cell in self._cells(areas, channels, outcomes))

    def _cells(
        self,
        areas: Collection[str] | None,
        channels: Collection[str] | None,
        outcomes: Collection[str] | None,
    ) -> Iterable[Cell]:
        wanted = (areas, channels, outcomes)
        return (
            cell
            for cell in self.shown
            if all(among is None or part in among for part, among in zip(cell, wanted, strict=True))
        )

    @property
    def areas(self) -> list[str]:
        """The provinces that a cell names, by code."""
        return sorted({area for area, _channel, _outcome in self.shown})

    def to_data(self) -> list[list[Any]]:
        return [[*cell, self.shown[cell], list(self.told[cell])] for cell in sorted(self.shown)]

    @classmethod
    def from_data(cls, period: str, rows: Iterable[list[Any]]) -> "Table":
        cells = {
            (area, channel, outcome): (shown, tuple(told)) for area, channel, outcome, shown, told in rows
        }
        return cls(period, {c: v[0] for c, v in cells.items()}, {c: v[1] for c, v in cells.items()})


def next_table(period: str, counts: Mapping[Cell, int], before: Table | None) -> Table:
    """What to tell of a period now, given everything that earlier editions told of it."""
    cells = {*counts, *(before.shown if before else ())}
    shown: dict[Cell, int | None] = {}
    told: dict[Cell, tuple[int, ...]] = {}
    for cell in cells:
        earlier = before.told.get(cell, ()) if before else ()
        said = shown[cell] = publish(counts.get(cell, 0), earlier)
        told[cell] = earlier if said is None or said in earlier else tuple(sorted((*earlier, said)))
    return Table(period, shown, told)


def rate(part: int, whole: int) -> Decimal | None:
    """Per cent, to two decimals as Decision 766 has them; None where there is nothing to divide by."""
    return None if not whole else (Decimal(part) * 100 / whole).quantize(Decimal("0.01"))
