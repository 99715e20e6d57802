"""What a stated number says as an interval: 8.6 is 8.55 to 8.65, over 20 is anything above, about 4,000 is 5 % around it.

Pure. A printed number that was rounded holds the interval that rounds to it; one that was counted holds itself alone.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

BOUNDS = ["is", "about", "over", "at_least", "under", "at_most"]
ABOUT = Decimal("0.05")
"""How far *about* reaches to each side, as a part of the number."""
INFINITY = Decimal("Infinity")


@dataclass(frozen=True, slots=True)
class Interval:
    """From ``low`` to ``high``; an open end is not itself inside."""

    low: Decimal
    high: Decimal
    low_open: bool = False
    high_open: bool = False

    def meets(self, other: "Interval") -> bool:
        """Whether some number lies in both."""
        low, high = max(self.low, other.low), min(self.high, other.high)
        if low != high:
            return low < high
        return not any(
            (each.low_open and each.low == low) or (each.high_open and each.high == high)
            for each in (self, other)
        )

    def closed(self) -> "Interval":
        """With both ends inside: for numbers computed from it, whose last digit may have been rounded either way."""
        return Interval(self.low, self.high)


def stated(value: Decimal, bound: str = "is", decimals: int | None = None) -> Interval:
    """The numbers of which a statement may be true. ``decimals`` are those printed, none for a whole count.

    Raises ValueError for a bound that is none.
    """
    half = Decimal(0) if decimals is None else Decimal(1).scaleb(-decimals) / 2
    match bound:
        case "is":
            return Interval(value - half, value + half, high_open=half > 0)
        case "about":
            reach = max(abs(value) * ABOUT, half)
            return Interval(value - reach, value + reach)
        case "over":
            return Interval(value, INFINITY, low_open=True, high_open=True)
        case "at_least":
            return Interval(value, INFINITY, high_open=True)
        case "under":
            return Interval(-INFINITY, value, low_open=True, high_open=True)
        case "at_most":
            return Interval(-INFINITY, value, low_open=True)
    raise ValueError(f"{bound} is no bound")


def printed(value: Decimal, bound: str, decimals: int | None, source: str, period: str) -> dict[str, str]:
    """A claim as findings tell of it: as it was printed, and nothing in words."""
    whole = value == value.to_integral_value()
    places = decimals if decimals is not None else 0 if whole else -int(value.normalize().as_tuple().exponent)
    return {"value": f"{value:.{max(places, 0)}f}", "bound": bound, "source": source, "period": period}


def total(parts: Iterable[Interval]) -> Interval:
    """The interval of a sum."""
    parts = list(parts)
    return Interval(
        sum((each.low for each in parts), Decimal(0)), sum((each.high for each in parts), Decimal(0))
    )


def less(whole: Interval, parts: Interval) -> Interval:
    """The interval of a difference."""
    return Interval(whole.low - parts.high, whole.high - parts.low)


def over(part: Interval, whole: Interval) -> Interval | None:
    """The interval of a quotient; None where the divisor may be zero or less."""
    if whole.low <= 0:
        return None
    low = part.low / (whole.high if part.low >= 0 else whole.low)
    high = part.high / (whole.low if part.high >= 0 else whole.high)
    return Interval(low, high)
