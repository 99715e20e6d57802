"""Invariant I6: public totals hide small cells, and what would reveal them by subtraction."""

from collections.abc import Collection, Mapping, Sequence

MINIMUM = 5
Cell = tuple[str, str]
Line = tuple[int, str]
"""A row (0, name) or a column (1, name)."""


def suppress(
    table: Mapping[Cell, int], earlier: Sequence[Mapping[Cell, int | None]] = ()
) -> dict[Cell, int | None]:
    """A table of counts (row, column) → count, with every unsafe cell as None.

    Unsafe are cells from 1 to 4, and cells that differ from an earlier edition by 1 to 4: the difference of two
    editions is a small cell. Because totals are published, further cells are hidden beside an unsafe one until no
    unsafe cell follows from the rest; where a line has no further cell, ``publishable_totals`` withholds its total.
    """
    unsafe = {cell for cell, count in table.items() if 0 < count < MINIMUM}
    for edition in earlier:
        before = {cell: value for cell, value in edition.items() if value is not None}
        unsafe |= {c for c, count in table.items() if c in before and 0 < abs(count - before[c]) < MINIMUM}
    least = _least(table, earlier)
    hidden = set(unsafe)
    while more := _companion(table, least, unsafe, hidden):
        hidden.add(more)
    return {cell: None if cell in hidden else count for cell, count in table.items()}


def publishable_totals(
    table: Mapping[Cell, int], published: Mapping[Cell, int | None]
) -> dict[Line, int | None]:
    """The total of every row and column; None for a small one, and for one from which a hidden cell would follow."""
    hidden = {cell for cell, count in published.items() if count is None}
    least = _least(table, ())
    told: dict[Line, int | None] = {}
    for axis in (0, 1):
        for name in sorted({cell[axis] for cell in table}):
            line = [cell for cell in table if cell[axis] == name]
            total = sum(table[cell] for cell in line)
            follows = any(not _open(table, least, hidden, cell) for cell in line if cell in hidden)
            told[axis, name] = None if follows or 0 < total < MINIMUM else total
    return told


def publishable_total(table: Mapping[Cell, int], published: Mapping[Cell, int | None]) -> int | None:
    """The grand total; None for a small one, and where a withheld total of a line would follow from it."""
    total = sum(table.values())
    withheld = None in publishable_totals(table, published).values()
    return None if withheld or 0 < total < MINIMUM else total


def _least(table: Mapping[Cell, int], earlier: Sequence[Mapping[Cell, int | None]]) -> dict[Cell, int]:
    """What anybody knows a hidden cell to be at least: something, and (as counts mostly grow) what it was before."""
    least = {cell: min(count, 1) for cell, count in table.items()}
    for edition in earlier:
        for cell, before in edition.items():
            if cell in least and before is not None and before <= table[cell]:
                least[cell] = max(least[cell], before)
    return least


def _companion(
    table: Mapping[Cell, int], least: Mapping[Cell, int], unsafe: Collection[Cell], hidden: Collection[Cell]
) -> Cell | None:
    """One more cell to hide: the smallest in a line of an unsafe cell that still follows from the rest."""
    for cell in sorted(unsafe):
        if _open(table, least, hidden, cell):
            continue
        beside = [c for c in table if c not in hidden and table[c] > 0]
        near = [c for c in beside if c[0] == cell[0] or c[1] == cell[1]] or beside
        if near:
            return min(near, key=lambda c: (table[c], c))
    return None


def _open(table: Mapping[Cell, int], least: Mapping[Cell, int], hidden: Collection[Cell], cell: Cell) -> bool:
    """Whether the hidden cell could have another value, all totals and shown cells being what they are.

    Another table with the same totals differs by a cycle in which cells go up and down in turn: a step from a row to
    a column puts a cell up, a step back takes one down, and none goes below what is known of it.
    """
    up = {(0, row): {(1, c) for r, c in hidden if r == row and (r, c) != cell} for row, _ in hidden}
    down = {
        (1, column): {
            (0, r) for r, c in hidden if c == column and (r, c) != cell and table[r, c] > least[r, c]
        }
        for _, column in hidden
    }
    ways: dict[Line, set[Line]] = {**up, **down}
    row, column = (0, cell[0]), (1, cell[1])
    return row in _reached(ways, column) or (table[cell] > least[cell] and column in _reached(ways, row))


def _reached(ways: Mapping[Line, Collection[Line]], start: Line) -> set[Line]:
    seen, waiting = {start}, [start]
    while waiting:
        for line in ways.get(waiting.pop(), ()):
            if line not in seen:
                seen.add(line)
                waiting.append(line)
    return seen
