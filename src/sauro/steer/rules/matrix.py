"""The status matrix of tasks and its rates (report 1270/BC-TCTTTg's way of counting).

Two axes: completed or not, and within the deadline or past it. The completion rate is completed ÷ (completed + open
past the deadline), its complement the overdue rate; the on-time rate is completed on time ÷ completed.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

OPEN = ("assigned", "working", "reported")
COUNTED = (*OPEN, "done")


@dataclass(frozen=True, slots=True)
class Rate:
    """A numerator over a denominator; both are always shown with it."""

    numerator: int
    denominator: int

    @property
    def exact(self) -> Fraction | None:
        return Fraction(self.numerator, self.denominator) if self.denominator else None

    def percent(self, places: int = 2) -> Decimal | None:
        """In per cent, rounded half up as reports are; None of nothing."""
        if not self.denominator:
            return None
        return (Decimal(self.numerator) * 100 / Decimal(self.denominator)).quantize(
            Decimal(1).scaleb(-places), ROUND_HALF_UP
        )


@dataclass(frozen=True, slots=True)
class Matrix:
    """How many tasks stand where. ``*_original`` judges the same completions against the first promise."""

    done_on_time: int = 0
    done_late: int = 0
    open_in_time: int = 0
    open_overdue: int = 0
    not_started: int = 0
    pending: int = 0
    declined: int = 0
    cancelled: int = 0
    green_red: int = 0
    done_on_time_original: int = 0

    @property
    def done(self) -> int:
        return self.done_on_time + self.done_late

    @property
    def open(self) -> int:
        return self.open_in_time + self.open_overdue

    @property
    def all(self) -> int:
        return self.done + self.open

    @property
    def completion(self) -> Rate:
        return Rate(self.done, self.done + self.open_overdue)

    @property
    def overdue(self) -> Rate:
        return Rate(self.open_overdue, self.done + self.open_overdue)

    @property
    def on_time(self) -> Rate:
        return Rate(self.done_on_time, self.done)

    @property
    def on_time_original(self) -> Rate:
        return Rate(self.done_on_time_original, self.done)


def lateness(finished: datetime, due: datetime, original: datetime) -> int:
    """0: kept; 1: kept the deadline in force but not the original one; 2: kept neither. Moments, compared."""
    if finished > due:
        return 2
    return 1 if finished > original else 0
