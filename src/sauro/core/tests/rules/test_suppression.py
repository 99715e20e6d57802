"""Invariant I6: what a patient reader works out from published cells and their sums, in one edition and between editions."""

from collections.abc import Mapping, Sequence
from itertools import combinations, pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from sauro.core.rules.suppression import MINIMUM, publish

SMALL = range(1, MINIMUM)
Table = Mapping[tuple[str, str], int | None]
ROWS, COLUMNS = "abc", "xyz"
HISTORIES = st.lists(
    st.fixed_dictionaries({(r, c): st.integers(0, 14) for r in ROWS for c in COLUMNS}), min_size=1, max_size=5
)


def editions(history: Sequence[Mapping[tuple[str, str], int]]) -> list[Table]:
    told: dict[tuple[str, str], set[int]] = {}
    made: list[Table] = []
    for counts in history:
        made.append({cell: publish(count, told.get(cell, ())) for cell, count in counts.items()})
        for cell, said in made[-1].items():
            told.setdefault(cell, set()).update(() if said is None else (said,))
    return made


def total(table: Table, cells: Sequence[tuple[str, str]]) -> int:
    """A published total: of what is told."""
    return sum(table[cell] or 0 for cell in cells)


def lines() -> list[list[tuple[str, str]]]:
    """Every set of rows with every set of columns: whatever total might be published."""
    sets = [[*chosen] for size in (1, 2, 3) for chosen in combinations(ROWS, size)]
    columns = [[*chosen] for size in (1, 2, 3) for chosen in combinations(COLUMNS, size)]
    return [[(r, c) for r in rows for c in some] for rows in sets for some in columns]


@settings(max_examples=150, deadline=None, database=None)
@given(HISTORIES)
def test_no_small_cell_follows_from_what_is_published(history: list[dict[tuple[str, str], int]]) -> None:
    for counts, table in zip(history, editions(history), strict=True):
        for cell, count in counts.items():
            for line in (line for line in lines() if cell in line):
                rest = [other for other in line if other != cell]
                guess = total(table, line) - total(table, rest)
                assert guess == (table[cell] or 0)
                assert guess not in SMALL and (count not in SMALL or guess != count)


@settings(max_examples=150, deadline=None, database=None)
@given(HISTORIES)
def test_no_small_difference_of_two_editions_is_shown(history: list[dict[tuple[str, str], int]]) -> None:
    made = editions(history)
    for first, second in combinations(made, 2):
        for cell, said in first.items():
            after = second[cell]
            if said is not None and after is not None:
                assert abs(after - said) not in SMALL


@settings(max_examples=150, deadline=None, database=None)
@given(HISTORIES)
def test_what_is_told_is_near_the_truth(history: list[dict[tuple[str, str], int]]) -> None:
    for counts, table in zip(history, editions(history), strict=True):
        for cell, count in counts.items():
            said = table[cell]
            assert (said is None and count in SMALL) or (said is not None and abs(said - count) < MINIMUM)


def test_a_growing_count_is_told_in_steps() -> None:
    told: list[int] = []
    for count in range(30):
        said = publish(count, told)
        if said is not None and said not in told:
            told.append(said)
    assert told == [0, 5, 10, 15, 20, 25]
    assert all(b - a >= MINIMUM for a, b in pairwise(told))


@given(st.one_of(st.just(0), st.integers(MINIMUM, 10_000)))
def test_nothing_is_hidden_without_need(count: int) -> None:
    assert publish(count) == count
