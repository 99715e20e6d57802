"""The tree's stored hashes: leaves, and subtrees of 256, 65,536 … leaves. All others are made from these."""

from collections.abc import Iterable, Sequence
from typing import Any

from psycopg import Cursor

from sauro.core.journal.sealer import TILE_LEVELS
from sauro.core.merkle import Node, Range, perfect_root, subtrees

_LEAVES = """
SELECT l.leaf_index, l.hash FROM unnest(%s::bigint[], %s::bigint[]) AS r(first, last)
JOIN core_leaf l ON l.leaf_index BETWEEN r.first AND r.last
"""
_TILES = """
SELECT t.level, t.index, t.hash FROM unnest(%s::integer[], %s::bigint[], %s::bigint[]) AS r(level, first, last)
JOIN core_tile t ON t.level = r.level AND t.index BETWEEN r.first AND r.last
"""
_HIGHEST = TILE_LEVELS[-1]


class TreeBroken(RuntimeError):
    """A hash that must be stored is not. ``sauro verify`` says what happened."""


class StoredHashes:
    """The port ``Hashes`` of ``sauro.core.merkle`` over the database.

    ``fetch`` brings everything that a set of leaf ranges needs in two statements: at most 255 hashes for each of the
    few levels that are stored.
    """

    def __init__(self, cursor: Cursor[Any]) -> None:
        self._cursor = cursor
        self._known: dict[Node, bytes] = {}

    def fetch(self, ranges: Iterable[Range]) -> "StoredHashes":
        leaves: set[Range] = set()
        tiles: set[tuple[int, int, int]] = set()
        for start, end in ranges:
            for node in subtrees(start, end):
                level, first, last = _stored(node)
                if level:
                    tiles.add((level, first, last))
                else:
                    leaves.add((first, last))
        if leaves:
            firsts, lasts = zip(*leaves, strict=True)
            for index, hash_ in self._rows(_LEAVES, [list(firsts), list(lasts)]):
                self._known[0, index] = hash_
        if tiles:
            for level, index, hash_ in self._rows(
                _TILES, [list(column) for column in zip(*tiles, strict=True)]
            ):
                self._known[level, index] = hash_
        return self

    def __call__(self, level: int, index: int) -> bytes:
        """The hash of a perfect subtree within what was fetched. Raises TreeBroken."""
        stored, first, last = _stored((level, index))
        try:
            return perfect_root([self._known[stored, at] for at in range(first, last + 1)])
        except KeyError as error:
            missing_level, missing = error.args[0]
            raise TreeBroken(f"The hash of subtree {missing} at level {missing_level} is missing") from None

    def _rows(self, statement: str, values: Sequence[Any]) -> Iterable[Any]:
        return self._cursor.execute(statement, values, binary=True)


def _stored(node: Node) -> tuple[int, int, int]:
    """The stored level under a node, and the first and last index there that the node covers."""
    level, index = node
    base = min(level - level % 8, _HIGHEST)
    height = level - base
    return base, index << height, ((index + 1) << height) - 1
