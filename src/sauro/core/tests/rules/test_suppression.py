"""Invariant I6: what a patient reader works out of a row of cells, whose sum stays the same, from edition to edition."""

from collections.abc import Iterator, Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from sauro.core.rules.suppression import MINIMUM, publish

SMALL = range(1, MINIMUM)
OUTCOMES = 4
"""As many as a row of an edition has; with some other numbers, a reader who knows that the sum stays could be sure."""


def possible(said: int | None) -> range:
    """The counts that a telling leaves open."""
    return range(MINIMUM) if said is None else range(said, said + MINIMUM)


def sums(row: Sequence[int | None]) -> range:
    """What the row may add up to."""
    return range(sum(min(possible(cell)) for cell in row), sum(max(possible(cell)) for cell in row) + 1)


def rows(total: int, cells: int) -> Iterator[tuple[int, ...]]:
    """Every row of cells that adds up to a total."""
    if cells == 1:
        yield (total,)
        return
    for first in range(total + 1):
        yield from ((first, *rest) for rest in rows(total - first, cells - 1))


def certain(row: Sequence[int | None], whole: range, at: int) -> set[int]:
    """The values that a cell may have, given what is told of its row and what the row may add up to."""
    others = [possible(cell) for place, cell in enumerate(row) if place != at]
    least, most = sum(map(min, others)), sum(map(max, others))
    return {value for value in possible(row[at]) if any(least <= total - value <= most for total in whole)}


def test_no_small_cell_follows_from_editions_of_a_row_that_loses_nothing() -> None:
    """Every total up to 21: all that any edition may ever say of the row, taken together, leaves every small cell open."""
    for total in range(1, 22):
        told = {row: tuple(publish(count) for count in row) for row in rows(total, OUTCOMES)}
        wholes = [sums(said) for said in set(told.values())]
        whole = range(max(w.start for w in wholes), min(w.stop for w in wholes))
        for row, said in told.items():
            for at, count in enumerate(row):
                if count in SMALL:
                    assert len(certain(said, whole, at)) > 1, (row, at)


@settings(max_examples=300, deadline=None, database=None)
@given(
    st.lists(st.lists(st.integers(0, 40), min_size=OUTCOMES, max_size=OUTCOMES), min_size=1, max_size=6),
    st.data(),
)
def test_no_small_difference_of_two_editions_is_shown(history: list[list[int]], data: st.DataObject) -> None:
    at = data.draw(st.integers(0, OUTCOMES - 1))
    said = [publish(row[at]) for row in history]
    for before in said:
        for after in said:
            assert ((after or 0) - (before or 0)) % MINIMUM == 0


@given(st.integers(0, 10_000))
def test_what_is_told_is_at_least_so(count: int) -> None:
    said = publish(count)
    assert (said is None) == (count < MINIMUM)
    assert count in possible(said)
    assert len(set(map(publish, possible(said)))) == 1, "all counts of a step are told alike"
