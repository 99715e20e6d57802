"""Rates with both their numbers, and how a rate is told apart at a glance."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal

Grade = Literal["on_time", "near", "late", "neutral"]
GOOD: Final = Decimal(95)
FAIR: Final = Decimal(80)
"""Per cent from which a rate is shown as good, and as fair. Ours, said on the page; no rule of law."""


@dataclass(frozen=True, slots=True)
class Rate:
    """How many of how many; without any there is no rate."""

    numerator: int
    denominator: int

    @property
    def percent(self) -> Decimal | None:
        """In hundredths, exactly as far as two decimals show."""
        return Decimal(100 * self.numerator) / self.denominator if self.denominator else None

    @property
    def grade(self) -> Grade:
        """How it stands, as a mark and a word say it."""
        if self.percent is None:
            return "neutral"
        if self.percent >= GOOD:
            return "on_time"
        return "near" if self.percent >= FAIR else "late"


def grade_of_late(count: int | None) -> Grade:
    """How a count of late cases stands: one is one too many."""
    if count is None:
        return "neutral"
    return "late" if count else "on_time"
