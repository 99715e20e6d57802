"""Invariant I6: public totals hide small cells, and what would reveal them by subtraction."""

from collections.abc import Mapping, Sequence

MINIMUM = 5
Cell = tuple[str, str]


def suppress(
    table: Mapping[Cell, int], earlier: Sequence[Mapping[Cell, int | None]] = ()
) -> dict[Cell, int | None]:
    """A table of counts (row, column) → count, with every unsafe cell as None.

    Cells from 1 to 4 are hidden; then, because row and column totals are published, a row or column with exactly one
    hidden cell loses its smallest further cell as well, until none is left. A cell whose value differs from an
    earlier edition's by 1 to 4 is hidden too: the difference of two editions is a small cell.
    """
    hidden = {cell for cell, count in table.items() if 0 < count < MINIMUM}
    for edition in earlier:
        for cell, count in table.items():
            before = edition.get(cell)
            if before is not None and 0 < abs(count - before) < MINIMUM:
                hidden.add(cell)
    changed = True
    while changed:
        changed = False
        for axis in (0, 1):
            for name in {cell[axis] for cell in hidden}:
                line = [cell for cell in table if cell[axis] == name]
                concealed = [cell for cell in line if cell in hidden]
                others = sorted(
                    (table[cell], cell) for cell in line if cell not in hidden and table[cell] > 0
                )
                if len(concealed) == 1 and others:
                    hidden.add(others[0][1])
                    changed = True
    return {cell: None if cell in hidden else count for cell, count in table.items()}


def publishable_total(table: Mapping[Cell, int], published: Mapping[Cell, int | None]) -> int | None:
    """The grand total, or None when a single hidden cell would follow from it."""
    hidden = [cell for cell, count in published.items() if count is None]
    if len(hidden) == 1:
        return None
    total = sum(table.values())
    return total if total == 0 or total >= MINIMUM else None
