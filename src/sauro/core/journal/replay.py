"""Replay: what the events say every row must be, compared with what the rows are (invariant I10).

Replay applies after-images in leaf order. It asks no rule, clock, grant or definition, and writes nothing to the
database. It keeps, for each row, the digest of its last image, in a scratch file, range by range, so that an
interrupted replay continues where it was.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

from psycopg import Cursor

from sauro.core.journal.ahead import ahead
from sauro.core.journal.compare import compare
from sauro.core.journal.database import Connection
from sauro.core.journal.findings import Finding, Kind, Progress, Report
from sauro.core.journal.images import CannotReplay, written
from sauro.core.journal.scratch import Key, Scratch, Written
from sauro.core.journal.sealer import tree_size

RANGE = 10_000

_READ = """
SELECT l.leaf_index, l.event_id, e.body, l.hash FROM core_leaf l LEFT JOIN core_event e ON e.id = l.event_id
WHERE l.leaf_index >= %s AND l.leaf_index < %s ORDER BY l.leaf_index
"""
_UNSEALED = """
SELECT -1, e.id, e.body, NULL FROM core_event e
WHERE NOT EXISTS (SELECT FROM core_leaf l WHERE l.event_id = e.id) ORDER BY e.seq
"""

EventRow = tuple[int, UUID, bytes | None, bytes | None]
"""(leaf_index, event, body, leaf hash); no body where the event is gone."""


def replay_check(
    connection: Connection,
    work_dir: Path,
    *,
    upto: int | None = None,
    fresh: bool = False,
    progress: Progress | None = None,
) -> Report:
    """Replay the journal and compare every table in its scope, both ways.

    Continues an interrupted replay found in ``work_dir``, unless ``fresh``. With ``upto``, only replays the leaves
    below it and compares nothing (the tables say what is now). The last part and the comparison see one snapshot, so
    acts may go on meanwhile. Raises ScratchBusy.
    """
    say = progress or (lambda *_: None)
    report = Report()
    with Scratch(work_dir) as scratch:
        _begin(connection, scratch, fresh)
        with Cursor(connection) as cursor:
            size = tree_size(cursor)
        report.events = _advance(connection, scratch, size if upto is None else min(upto, size), say)
        if upto is None:
            with snapshot(connection) as cursor:
                report.events = _advance(connection, scratch, tree_size(cursor), say)
                overlay, faults, report.waiting = _unsealed(cursor)
                for fault in [*scratch.faults(), *faults]:
                    report.findings.put(fault)
                compare(connection, scratch, overlay, report, say)
            scratch.remove()
        else:
            for fault in scratch.faults():
                report.findings.put(fault)
    return report


@contextmanager
def snapshot(connection: Connection) -> Iterator[Cursor[Any]]:
    """One transaction in which every statement sees the same moment."""
    with connection.transaction(), Cursor(connection) as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        yield cursor


def ranges(connection: Connection, statement: Any, start: int, end: int) -> Iterator[tuple[int, list[Any]]]:
    """Rows of leaf ranges of ``RANGE`` places, as (end of the range, rows)."""
    starts = iter(range(start, end, RANGE))

    def fetch() -> list[Any]:
        first = next(starts, None)
        if first is None:
            return []
        last = min(first + RANGE, end)
        with Cursor(connection) as cursor:
            return [(last, cursor.execute(statement, [first, last], binary=True).fetchall())]

    for (found,) in ahead(fetch):
        yield found


def _begin(connection: Connection, scratch: Scratch, fresh: bool) -> None:
    """Start over unless the scratch file belongs to this journal, as it stood."""
    position, last, same_scope = scratch.state()
    if position == 0 and same_scope:
        return
    with Cursor(connection) as cursor:
        row = cursor.execute("SELECT hash FROM core_leaf WHERE leaf_index = %s", [position - 1]).fetchone()
    if fresh or not same_scope or row is None or bytes(row[0]) != last:
        scratch.restart()


def _advance(connection: Connection, scratch: Scratch, end: int, say: Progress) -> int:
    """Replay up to, not with, leaf ``end``; returns where the scratch file stands."""
    position, _, _ = scratch.state()
    for start, rows in ranges(connection, _READ, position, end):
        latest, faults = apply(rows)
        faults += _gaps(rows, position, start)
        scratch.store(latest, faults, start, rows[-1][3] if rows else b"")
        position = start
        say("replay", position, end)
    return position


def apply(rows: Sequence[EventRow]) -> tuple[dict[Key, Written | None], list[Finding]]:
    """The last image of every row that these events wrote (None: deleted), and what could not be read."""
    latest: dict[Key, Written | None] = {}
    faults: list[Finding] = []
    for leaf, event, body, _ in rows:
        if body is None:
            faults.append(Finding.of(Kind.EVENT_DELETED, event=str(event), leaf=leaf))
            continue
        try:
            for spec, key, digest in written(body):
                latest[spec.name, key] = (digest, leaf) if digest else None
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            reason = str(error) if isinstance(error, CannotReplay) else type(error).__name__
            faults.append(Finding.of(Kind.EVENT_UNREADABLE, event=str(event), leaf=leaf, reason=reason))
    return latest, faults


def _gaps(rows: Sequence[EventRow], start: int, end: int) -> list[Finding]:
    """Places between ``start`` and ``end`` that hold no leaf."""
    found: list[Finding] = []
    expected = start
    for leaf in [*(row[0] for row in rows), end]:
        if leaf > expected:
            found.append(Finding.of(Kind.LEAVES_MISSING, first=expected, last=leaf - 1))
        expected = leaf + 1
    return found


def _unsealed(cursor: Cursor[Any]) -> tuple[dict[Key, Written | None], list[Finding], int]:
    """What committed events say that have no place yet: the tables show them already."""
    rows = cursor.execute(_UNSEALED, binary=True).fetchall()
    latest, faults = apply(rows)
    return latest, faults, len(rows)
