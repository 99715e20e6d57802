"""Copies of seeds, written by COPY: events, leaves, tiles, state and personal text of each batch in one transaction."""

import itertools
import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import sql

from bench.loading.codes import Codes, References
from bench.loading.seed import EVENT_COLUMNS, Citizen, Copier, Seed, leaf_hash

BATCH = 2_000
TILE = 256
Lines = dict[str, list[bytes]]

COLUMNS = {
    "core_event": f"{EVENT_COLUMNS}, body",
    "core_leaf": "leaf_index, event_id, hash",
    "core_tile": "level, index, hash",
    "core_unit_key": "unit, wrapped, created",
    "core_personal": "unit, part, version, ciphertext, digest",
}


class Tree:
    """The journal's tree as it grows: the next leaf, and the tiles that each batch completes (RFC 6962 §2.1)."""

    def __init__(self, link: psycopg.Connection[Any]) -> None:
        from sauro.core.merkle import perfect_root

        self._root = perfect_root
        self.size = _number(link, "SELECT coalesce(max(leaf_index) + 1, 0) FROM core_leaf")
        self._open: dict[int, list[bytes]] = {0: _hashes(link, "core_leaf", "leaf_index", 0, self.size)}
        self._done: dict[int, int] = {0: self.size - len(self._open[0])}
        for level in (8, 16, 24):
            complete = self.size >> level
            self._open[level] = _hashes(link, f"core_tile WHERE level = {level}", "index", level, complete)
            self._done[level] = complete - len(self._open[level])

    def add(self, hash_: bytes, lines: Lines) -> int:
        """Append a leaf; returns its index. Tiles that it completes are added to the lines."""
        index = self.size
        self.size += 1
        self._push(0, hash_, lines)
        return index

    def _push(self, level: int, hash_: bytes, lines: Lines) -> None:
        waiting = self._open.setdefault(level, [])
        waiting.append(hash_)
        if len(waiting) < TILE:
            return
        above, root = level + 8, self._root(waiting)
        index = self._done.get(level, 0) // TILE
        self._done[level] = self._done.get(level, 0) + TILE
        waiting.clear()
        lines["core_tile"].append(b"%d\t%d\t\\\\x%b\n" % (above, index, root.hex().encode()))
        self._push(above, root, lines)


def _number(link: psycopg.Connection[Any], query: str) -> int:
    row = link.execute(query).fetchone()
    assert row is not None
    return int(row[0])


def _hashes(link: psycopg.Connection[Any], table: str, order: str, level: int, count: int) -> list[bytes]:
    """The last hashes of a level that do not fill a tile yet."""
    last = count % TILE
    rows = link.execute(f"SELECT hash FROM {table} ORDER BY {order} DESC LIMIT {last}").fetchall()
    return [bytes(row[0]) for row in reversed(rows)]


def copy_all(
    link: psycopg.Connection[Any],
    seeds: Sequence[tuple[Seed, int]],
    total: int,
    keyring: Any,
    pool: Sequence[Citizen],
) -> Iterator[tuple[int, int]]:
    """Copy each seed in its weight until there are `total` more cases; yields (cases, events) as it goes.

    The copies of all seeds are mixed, as filings arrive: the dossiers of one agency do not lie side by side on disk.
    """
    tree, codes, references = Tree(link), Codes(link), References()
    copiers = [(seed, Copier(seed, keyring, codes, references)) for seed, _weight in seeds]
    names = dict(COLUMNS)
    for seed, _weight in seeds:
        names |= seed.columns
    done = events = 0
    citizens, order = itertools.cycle(pool), _mixed(_shares([weight for _, weight in seeds], total))
    while order:
        lines: Lines = defaultdict(list)
        for place in order[-BATCH:]:
            seed, copier = copiers[place]
            _one(seed, copier, tree, lines, next(citizens))
            events += len(seed.events)
        done += len(order[-BATCH:])
        del order[-BATCH:]
        with link.transaction():
            write(link, names, lines)
            codes.save(link)
        yield done, events


def _mixed(shares: Sequence[int]) -> list[int]:
    """The places of the shares, each so often, in an order that is always the same and has no pattern."""
    order = list(itertools.chain.from_iterable(itertools.repeat(place, n) for place, n in enumerate(shares)))
    random.Random(20251122).shuffle(order)
    return order


def _shares(weights: Sequence[int], total: int) -> list[int]:
    """Whole numbers in these proportions that add up to the total."""
    marks = [total * sum(weights[:n]) // sum(weights) for n in range(len(weights) + 1)]
    return [after - before for before, after in itertools.pairwise(marks)]


def _one(seed: Seed, copier: Copier, tree: Tree, lines: Lines, citizen: Citizen) -> None:
    values, units, personal = copier.values(citizen)
    lines["core_unit_key"] += units
    lines["core_personal"] += personal
    for place, head, stencil in seed.events:
        body = stencil.fill(values)
        hash_ = leaf_hash(body)
        line = head.fill(values)
        lines["core_event"].append(b"%b\t\\\\x%b\n" % (line[:-1], body.hex().encode()))
        index = tree.add(hash_, lines)
        lines["core_leaf"].append(b"%d\t%b\t\\\\x%b\n" % (index, values[place], hash_.hex().encode()))
    for table, stencils in seed.rows.items():
        lines[table] += [stencil.fill(values) for stencil in stencils]


def write(link: psycopg.Connection[Any], names: dict[str, str], lines: Lines) -> None:
    """COPY the lines of each table, in one transaction."""
    with link.transaction(), link.cursor() as cursor:
        for table, rows in lines.items():
            with cursor.copy(f"COPY {table} ({names[table]}) FROM STDIN") as copy:
                copy.write(b"".join(rows))


@contextmanager
def without_indexes(link: psycopg.Connection[Any], tables: Sequence[str]) -> Iterator[None]:
    """Drop the indexes that enforce nothing for the length of a `with` block, and make them again at its end."""
    rows = link.execute(
        "SELECT c.relname, pg_get_indexdef(i.indexrelid) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid"
        " WHERE i.indrelid = ANY(%s::regclass[]) AND NOT i.indisunique",
        [list(tables)],
    ).fetchall()
    for name, _definition in rows:
        link.execute(sql.SQL("DROP INDEX {}").format(sql.Identifier(name)))
    try:
        yield
    finally:
        for _name, definition in rows:
            link.execute(definition)


def finish(link: psycopg.Connection[Any]) -> None:
    """Readers of the journal have read the copies' events as they read the originals'; statistics are fresh."""
    link.execute("UPDATE core_consumer SET position = (SELECT max(leaf_index) + 1 FROM core_leaf)")
    link.execute("VACUUM (ANALYZE)")
    link.execute("CHECKPOINT")
