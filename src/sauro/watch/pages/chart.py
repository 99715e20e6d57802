"""A chart drawn on the server: points, the way to the target, labels beside them. Shapes tell the kinds, not colours."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from sauro.web.shapes import Text
from sauro.web.wording import number

WIDTH, HEIGHT = 420, 260
LEFT, RIGHT, TOP, BOTTOM = 60, 28, 48, 40
"""Small, so that its words can be read on a telephone too."""
SHAPES: Final = {"measured": "dot", "computed": "square", "claimed": "diamond", "target": "ring"}


@dataclass(frozen=True)
class Point:
    """A value at a period: its kind is its shape, ``words`` the label beside it."""

    period: str
    value: Decimal
    kind: str
    words: Text = ""


@dataclass(frozen=True)
class Mark:
    """A point where it is drawn."""

    x: int
    y: int
    shape: str
    kind: str
    words: Text
    said: str
    before: bool


@dataclass(frozen=True)
class Tick:
    """A label of an axis."""

    at: int
    words: str


@dataclass(frozen=True)
class Chart:
    """What the drawing needs; the finding is its title, and ``table`` on the page its twin."""

    finding: Text
    source: Text
    marks: list[Mark]
    line: str
    path: str
    years: list[Tick]
    levels: list[Tick]
    base: int = HEIGHT - BOTTOM
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT


def moment_of(period: str) -> Decimal:
    """Where a period lies on the time axis: its middle, in years."""
    year = Decimal(period[:4])
    rest = period[4:]
    if rest.startswith("Q"):
        return year + (Decimal(rest[1:]) - Decimal("0.5")) / 4
    parts = [Decimal(part) for part in rest.split("-") if part]
    if not parts:
        return year + Decimal("0.5")
    within = parts[0] - 1 + ((parts[1] - 1) / 31 if len(parts) > 1 else Decimal("0.5"))
    return year + within / 12


def draw(
    finding: Text, source: Text, points: Sequence[Point], path: Sequence[tuple[str, Decimal]]
) -> Chart | None:
    """Put everything in its place; None where there are not two things to compare."""
    if len(points) + len(path) < 2:
        return None
    times = [moment_of(p.period) for p in points] + [moment_of(period) for period, _ in path]
    values = [p.value for p in points] + [value for _, value in path]
    first, last = min(times), max(times)
    low, high = _range(values)

    def x(time: Decimal) -> int:
        return LEFT + 16 + round((time - first) / ((last - first) or 1) * (WIDTH - LEFT - RIGHT - 16))

    def y(value: Decimal) -> int:
        return HEIGHT - BOTTOM - round((value - low) / (high - low) * (HEIGHT - TOP - BOTTOM))

    ordered = sorted(points, key=lambda p: moment_of(p.period))
    marks = [
        Mark(x(moment_of(p.period)), y(p.value), SHAPES.get(p.kind, "dot"), p.kind, p.words, number(p.value), x(moment_of(p.period)) > WIDTH // 2)
        for p in ordered
    ]  # fmt: skip
    measured = [p for p in ordered if p.kind in ("measured", "computed")]
    return Chart(
        finding, source, marks, _line([(x(moment_of(p.period)), y(p.value)) for p in measured]),
        _line([(x(moment_of(period)), y(value)) for period, value in path]), _years(first, last, x),
        [Tick(y(value), number(value)) for value in (low, (low + high) / 2, high)],
    )  # fmt: skip


def _range(values: Sequence[Decimal]) -> tuple[Decimal, Decimal]:
    """From 0, so that a column twice as high is twice as much; where all lie far from it, from below the least."""
    low, high = min(values), max(values)
    if low > 0 and low * 2 < high * 3 / 2:
        low = Decimal(0)
    if low == high:
        return low - 1, high + 1
    room = (high - low) / 10
    step = Decimal(1).scaleb((high - low).adjusted() - 1)
    bottom = Decimal(0) if low == 0 else ((low - room) / step).to_integral_value() * step
    return bottom, ((high + room) / step).to_integral_value() * step


def _line(places: Sequence[tuple[int, int]]) -> str:
    return " ".join(f"{x},{y}" for x, y in places) if len(places) > 1 else ""


def _years(first: Decimal, last: Decimal, x: Callable[[Decimal], int]) -> list[Tick]:
    """The years under the axis, as many as can be read."""
    years = range(int(first), int(last) + 1)
    every = max(1, len(years) // 4)
    middle = {year: min(max(Decimal(year) + Decimal("0.5"), first), last) for year in years}
    return [Tick(x(middle[year]), str(year)) for year in years if (year - int(first)) % every == 0]
