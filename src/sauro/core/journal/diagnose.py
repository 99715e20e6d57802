"""What was done to leaves that no longer have the root they were sealed under.

A wrong root says that something changed, not what. Two changes leave all the hashes in place, so they can be undone
on trial: an exchange of two leaves, and an insertion that pushed the others back.
"""

from collections.abc import Sequence
from itertools import combinations

from sauro.core.merkle import CompactRange

MOST_LEAVES = 256
"""Trying every pair among so many takes a few seconds; more leaves are not tried."""


def exchanged(before: CompactRange, leaves: Sequence[bytes], root: bytes) -> tuple[int, int] | None:
    """Which two of ``leaves`` (offsets) must change places for the tree to have ``root``."""
    if len(leaves) > MOST_LEAVES:
        return None
    for first, second in combinations(range(len(leaves)), 2):
        tried = list(leaves)
        tried[first], tried[second] = tried[second], tried[first]
        if _root(before, tried) == root:
            return first, second
    return None


def inserted(before: CompactRange, leaves: Sequence[bytes], root: bytes) -> int | None:
    """Which one of ``leaves`` (offset) must be left out for the tree to have ``root``.

    ``leaves`` holds one leaf more than the tree with that root.
    """
    if len(leaves) > MOST_LEAVES + 1:
        return None
    for at in range(len(leaves)):
        if _root(before, [*leaves[:at], *leaves[at + 1 :]]) == root:
            return at
    return None


def _root(before: CompactRange, leaves: Sequence[bytes]) -> bytes:
    tree = CompactRange(before.size, list(before.peaks))
    tree.extend(leaves)
    return tree.root()
