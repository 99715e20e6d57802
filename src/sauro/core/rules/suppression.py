"""Invariant I6: what the public is told of a count, so that no small one follows by subtraction, nor between editions.

Every published number of a population is a cell told by ``publish``, or a sum of cells *as they are told*. So what is
added or subtracted comes from numbers that are told anyway. What a reader may still know is that dossiers move between
the cells of a row and none is lost: a told cell therefore leaves five values open, a cell that is not told too, and no
two editions of a row pin one of them (docs/decisions/0018).
"""

from typing import Final

MINIMUM: Final = 5


def publish(count: int) -> int | None:
    """What to tell of a cell: the count rounded down to fives; None under five, zero too."""
    return None if count < MINIMUM else count - count % MINIMUM
