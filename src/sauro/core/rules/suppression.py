"""Invariant I6: what the public is told of a count, so that no small one follows by subtraction, nor between editions.

The published numbers of a population are its cells, each told by ``publish``, and sums of cells *as they are told*.
Whatever is then added or subtracted, in one edition or between two, comes from numbers that are told anyway; so it is
enough that no cell, and no difference of two tellings of a cell, is small.
"""

from collections.abc import Collection
from typing import Final

MINIMUM: Final = 5


def publish(count: int, told: Collection[int] = ()) -> int | None:
    """What to tell of a cell: the count, or None where it is 1 to 4, or the earlier telling that it is too near to.

    ``told`` is every number that earlier editions told of this cell. Two tellings are equal or at least ``MINIMUM``
    apart, and what is told is less than ``MINIMUM`` from the truth.
    """
    if count == 0:
        return 0
    near = [earlier for earlier in told if earlier and abs(earlier - count) < MINIMUM]
    if near:
        return min(near, key=lambda earlier: (abs(earlier - count), earlier))
    return None if count < MINIMUM else count
