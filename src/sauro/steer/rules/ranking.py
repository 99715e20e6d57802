"""Ranking by what has fallen due: equal results share a rank, and who has nothing due has none."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from uuid import UUID

from sauro.steer.rules.matrix import Matrix, Rate


@dataclass(frozen=True, slots=True)
class Ranked:
    """A lead or an instrument with how its tasks stand; ``rank`` is 0 where there is nothing to rank."""

    id: UUID
    name: str
    matrix: Matrix
    overdue_days: int
    rank: int = 0

    @property
    def due(self) -> int:
        """Tasks that were completed or should have been."""
        return self.matrix.done + self.matrix.open_overdue


def _rate(rate: Rate) -> Fraction:
    # Who is past a deadline and has completed nothing kept none of them: 0 %, not out of the ranking.
    return -(rate.exact or Fraction(0))


KEYS: Mapping[str, Callable[[Ranked], Fraction | int]] = {
    "on_time": lambda row: _rate(row.matrix.on_time),
    "on_time_original": lambda row: _rate(row.matrix.on_time_original),
    "completion": lambda row: _rate(row.matrix.completion),
    "overdue": lambda row: row.matrix.open_overdue,
    "days": lambda row: row.overdue_days,
}
"""What may be ranked by, the least first; compared exactly, never as rounded."""


def ranked(rows: Sequence[Ranked], by: str) -> tuple[list[Ranked], list[Ranked]]:
    """The ranked, the best first, and those with nothing to rank, both in the order given where they are equal.

    Of three that share the second rank the next has the fifth.
    """
    key = KEYS[by]
    made: list[Ranked] = []
    for place, row in enumerate(sorted((row for row in rows if row.due), key=key), 1):
        same = bool(made) and key(made[-1]) == key(row)
        rank = made[-1].rank if same else place
        made.append(Ranked(row.id, row.name, row.matrix, row.overdue_days, rank))
    return made, [row for row in rows if not row.due]
