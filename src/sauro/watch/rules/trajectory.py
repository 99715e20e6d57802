"""From where a number stood to where it is to be: a straight line, and whether the latest observation is ahead of it. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from sauro.watch.rules.periods import last_day, years_between

Standing = Literal["ahead", "on_line", "behind"]
Point = tuple[int, Decimal]


@dataclass(frozen=True, slots=True)
class Trajectory:
    """The line by year, baseline and target included; and the latest observation against what the line says at its time.

    ``standing`` is none where nothing was observed after the baseline, or where neither more nor less is better.
    """

    line: tuple[Point, ...]
    latest: tuple[str, Decimal] | None = None
    expected: Decimal | None = None
    standing: Standing | None = None


def trajectory(
    baseline: tuple[str, Decimal], target: tuple[str, Decimal], observed: Sequence[tuple[str, Decimal]], direction: str
) -> Trajectory | None:  # fmt: skip
    """The straight line from (period, value) to (period, value); None where the target does not lie after the baseline."""
    whole = years_between(baseline[0], target[0])
    if whole <= 0:
        return None
    first, last = last_day(baseline[0]).year, last_day(target[0]).year
    line = [(first, baseline[1])]
    line += [(year, _at(baseline, target, str(year))) for year in range(first + 1, last)]
    line += [(last, target[1])] if last > first else []
    later = [each for each in observed if baseline[0] != each[0] and years_between(baseline[0], each[0]) > 0]
    if not later:
        return Trajectory(tuple(line))
    latest = max(later, key=lambda each: last_day(each[0]))
    expected = _at(baseline, target, latest[0])
    return Trajectory(tuple(line), latest, expected, _standing(latest[1], expected, direction))


def _at(baseline: tuple[str, Decimal], target: tuple[str, Decimal], period: str) -> Decimal:
    """What the line says at the end of a period; after the target's it stays there."""
    part = min(Decimal(1), years_between(baseline[0], period) / years_between(baseline[0], target[0]))
    return (baseline[1] + (target[1] - baseline[1]) * part).quantize(Decimal("0.0001"))


def _standing(value: Decimal, expected: Decimal, direction: str) -> Standing | None:
    if direction not in ("up", "down"):
        return None
    if value == expected:
        return "on_line"
    return "ahead" if (value > expected) == (direction == "up") else "behind"
