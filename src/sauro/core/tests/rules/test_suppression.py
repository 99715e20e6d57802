"""Invariant I6: what a patient reader can work out of published tables, found by trying every table there could be."""

from collections.abc import Iterator, Mapping

from hypothesis import given, settings
from hypothesis import strategies as st

from sauro.core.rules.suppression import MINIMUM, Cell, publishable_total, publishable_totals, suppress

SMALL = range(1, MINIMUM)
COUNTS = st.integers(0, 9)


@st.composite
def tables(draw: st.DrawFn, most: int = 3) -> dict[Cell, int]:
    rows, columns = draw(st.integers(1, most)), draw(st.integers(1, most))
    return {(f"r{r}", f"c{c}"): draw(COUNTS) for r in range(rows) for c in range(columns)}


def possible(
    published: Mapping[Cell, int | None],
    totals: Mapping[tuple[int, str], int | None],
    grand: int | None,
    most: int,
) -> Iterator[dict[Cell, int]]:
    """Every table of counts up to ``most`` that agrees with what is published; hidden cells are something."""
    unknown = [cell for cell, count in published.items() if count is None]
    left = {line: total for line, total in totals.items() if total is not None}
    for cell, count in published.items():
        for line in ((0, cell[0]), (1, cell[1])):
            if line in left:
                left[line] -= count or 0
    rest = None if grand is None else grand - sum(count or 0 for count in published.values())

    def fill(
        at: int, given_: dict[Cell, int], left_: dict[tuple[int, str], int], rest_: int | None
    ) -> Iterator[dict[Cell, int]]:
        if at == len(unknown):
            if not any(left_.values()) and not rest_:
                yield dict(given_)
            return
        cell = unknown[at]
        lines = [line for line in ((0, cell[0]), (1, cell[1])) if line in left_]
        highest = min([most, *(left_[line] for line in lines), *([] if rest_ is None else [rest_])])
        for value in range(1, highest + 1):
            after = {**left_, **{line: left_[line] - value for line in lines}}
            later = unknown[at + 1 :]
            if all(
                after[line] == 0 or any((0, c[0]) == line or (1, c[1]) == line for c in later)
                for line in lines
            ):
                yield from fill(
                    at + 1, {**given_, cell: value}, after, None if rest_ is None else rest_ - value
                )

    yield from fill(0, {}, left, rest)


def certain(table: dict[Cell, int], published: dict[Cell, int | None], cell: Cell) -> bool:
    """Whether the cell has one value in every table that agrees with what is published."""
    totals, grand = publishable_totals(table, published), publishable_total(table, published)
    most = max(table.values()) + 2
    return all(other[cell] == table[cell] for other in possible(published, totals, grand, most))


@settings(max_examples=80, deadline=None, database=None)
@given(tables())
def test_no_small_cell_follows_from_what_is_published(table: dict[Cell, int]) -> None:
    published = suppress(table)
    for cell, count in table.items():
        if count in SMALL:
            assert published[cell] is None
            assert not certain(table, published, cell), cell
        assert published[cell] in (None, count)


@settings(max_examples=80, deadline=None, database=None)
@given(tables(), st.data())
def test_no_small_difference_of_two_editions_is_shown(table: dict[Cell, int], data: st.DataObject) -> None:
    first = suppress(table)
    grown = {cell: count + data.draw(st.integers(0, 7)) for cell, count in table.items()}
    second = suppress(grown, [first])
    for cell, count in grown.items():
        if first[cell] is not None and count - table[cell] in SMALL:
            assert second[cell] is None
            assert not certain(grown, second, cell)


def test_tables_that_looked_safe_and_were_not() -> None:
    """A cell alone in its line; two ones that add up to two; a cell between two rectangles."""
    alone = {("r", "a"): 3}
    assert publishable_totals(alone, suppress(alone)) == {(0, "r"): None, (1, "a"): None}
    ones = {("r", "a"): 1, ("r", "b"): 1, ("s", "a"): 1, ("s", "b"): 1}
    assert publishable_total(ones, suppress(ones)) is None
    two_blocks = {(f"r{r}", f"c{c}"): 0 for r in range(4) for c in range(4)}
    for r, c in [(0, 0), (0, 1), (1, 0), (1, 1), (2, 2), (2, 3), (3, 2), (3, 3)]:
        two_blocks[f"r{r}", f"c{c}"] = 4
    two_blocks["r1", "c2"] = 2
    published = suppress(two_blocks)
    assert not certain(two_blocks, published, ("r1", "c2"))


@given(
    st.dictionaries(
        st.tuples(st.sampled_from("ab"), st.sampled_from("xy")), st.integers(MINIMUM, 99), min_size=1
    )
)
def test_nothing_is_hidden_without_need(table: dict[Cell, int]) -> None:
    assert suppress(table) == table
    assert publishable_total(table, suppress(table)) == sum(table.values())
