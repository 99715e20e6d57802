"""The sealer gives committed events their place in the journal: a ``leaf_index``, in the insert-only ``core_leaf``.

Numbers drawn before a commit (identifiers, sequences, clocks) are no positions: a reader of ``id > last`` never sees
what commits late. Here a place is given only to what is committed, and nothing is left behind: every transaction
below the oldest one that was still running at the last look had finished by then, so its events were seen; all
others are looked at again.
"""

import threading
from typing import Any

import psycopg
import structlog
from psycopg import Cursor

from sauro.core.journal.database import Connect, Connection
from sauro.core.merkle import perfect_root

log = structlog.get_logger()

CHANNEL = "sauro_sealed"
BATCH = 10_000
TILE = 256
TILE_LEVELS = (8, 16, 24, 32)

_LOCK = 0x5361_7552_6F01
# So many are gathered at a time after a long pause; the rest is gathered again, so memory stays small.
_GATHER = 200_000

_GATHER_SQL = """
SELECT e.id::text FROM core_event e
WHERE {} NOT EXISTS (SELECT FROM core_leaf l WHERE l.event_id = e.id)
ORDER BY e.seq LIMIT %s
"""
_SINCE = "e.xid >= %s::text::xid8 AND e.xid < pg_snapshot_xmax(pg_current_snapshot()) AND"

_SEAL_SQL = """
INSERT INTO core_leaf (leaf_index, event_id, hash)
SELECT %s + row_number() OVER (ORDER BY b.place) - 1, e.id, sha256('\\x00'::bytea || e.body)
FROM unnest(%s::uuid[]) WITH ORDINALITY AS b(id, place) JOIN core_event e ON e.id = b.id
ORDER BY b.place
RETURNING leaf_index, hash
"""


class Sealer:
    """Seals what has committed. It remembers how far it has looked, so keep one for the life of the process.

    Any number may run: each round takes a lock that belongs to its transaction, and one that finds it taken does
    nothing. A crash at any point leaves the tree as it was after the last commit.
    """

    def __init__(self) -> None:
        # Transactions below this have finished, and their events are sealed. None: nothing is known yet.
        self._watermark: str | None = None
        # What the last look found, yet to be sealed; the oldest transaction running at that look; the tree then.
        self._pending: list[str] = []
        self._horizon = ""
        self._complete = False
        self._size = -1

    def seal_once(self, connection: Connection) -> int:
        """Seal at most ``BATCH`` events in one transaction; returns how many."""
        try:
            with connection.transaction(), Cursor(connection) as cursor:
                if not _one(cursor, "SELECT pg_try_advisory_xact_lock(%s)", _LOCK):
                    return 0
                size = tree_size(cursor)
                if not self._pending or size != self._size:
                    self._look(cursor)
                batch = self._pending[:BATCH]
                leaves = _seal(cursor, size, batch) if batch else []
                if leaves:
                    _write_tiles(cursor, size, leaves)
                    cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, str(size + len(leaves))])
        except BaseException:
            self._pending = []
            raise
        # Only what is committed is remembered.
        self._pending = self._pending[len(batch) :]
        self._size = size + len(leaves)
        if not self._pending and self._complete:
            self._watermark = self._horizon
        return len(leaves)

    def _look(self, cursor: Cursor[Any]) -> None:
        """Find what is committed and not sealed, in the order of conflicting writes."""
        # Asked before the events are: a transaction that ends in between is merely looked at twice.
        self._horizon = _one(cursor, "SELECT pg_snapshot_xmin(pg_current_snapshot())::text")
        if self._watermark is None:
            found = cursor.execute(_GATHER_SQL.format(""), [_GATHER])
        else:
            found = cursor.execute(_GATHER_SQL.format(_SINCE), [self._watermark, _GATHER])
        self._pending = [row[0] for row in found]
        self._complete = len(self._pending) < _GATHER


def seal_once(connection: Connection) -> int:
    """Seal one batch, looking through the whole table: for tools and tests. A process keeps a ``Sealer``."""
    return Sealer().seal_once(connection)


def run(connect: Connect, stop: threading.Event, interval: float = 0.2) -> None:
    """Seal every ``interval`` seconds until ``stop``, at once while there is more; reconnect when the server left."""
    sealer = Sealer()
    while not stop.is_set():
        try:
            with connect() as connection:
                while not stop.is_set():
                    if sealer.seal_once(connection) < BATCH:
                        stop.wait(interval)
        except psycopg.OperationalError:
            log.warning("journal.sealer_disconnected", exc_info=True)
            stop.wait(1.0)


def tree_size(cursor: Cursor[Any]) -> int:
    """How many leaves there are."""
    return int(_one(cursor, "SELECT coalesce(max(leaf_index) + 1, 0) FROM core_leaf"))


def _one(cursor: Cursor[Any], statement: Any, *values: Any) -> Any:
    row = cursor.execute(statement, values).fetchone()
    assert row is not None
    return row[0]


def _seal(cursor: Cursor[Any], size: int, ids: list[str]) -> list[bytes]:
    """Insert the leaves from ``size`` on; returns their hashes in order."""
    rows = cursor.execute(_SEAL_SQL, [size, "{" + ",".join(ids) + "}"], binary=True).fetchall()
    return [hash_ for _, hash_ in sorted(rows)]


def _write_tiles(cursor: Cursor[Any], size: int, new: list[bytes]) -> None:
    """Store the subtrees of 256, 65,536 … leaves that the new leaves complete."""
    start, hashes = size, new
    for level in TILE_LEVELS:
        first, end = start // TILE, (start + len(hashes)) // TILE
        if first == end:
            return
        hashes = [*_before(cursor, level - 8, first * TILE, start), *hashes]
        roots = [perfect_root(hashes[i * TILE : (i + 1) * TILE]) for i in range(end - first)]
        cursor.execute(
            "INSERT INTO core_tile (level, index, hash)"
            " SELECT %s, %s + place - 1, hash FROM unnest(%s::bytea[]) WITH ORDINALITY AS t(hash, place)",
            [level, first, roots],
        )
        start, hashes = first, roots


def _before(cursor: Cursor[Any], level: int, start: int, end: int) -> list[bytes]:
    """The stored hashes of a level from ``start`` up to, not with, ``end``."""
    if level:
        statement = (
            "SELECT hash FROM core_tile WHERE level = %s AND index >= %s AND index < %s ORDER BY index"
        )
        found = cursor.execute(statement, [level, start, end], binary=True)
    else:
        statement = (
            "SELECT hash FROM core_leaf WHERE leaf_index >= %s AND leaf_index < %s ORDER BY leaf_index"
        )
        found = cursor.execute(statement, [start, end], binary=True)
    return [row[0] for row in found]
