"""How many acts were done, by name, and how many refused, by name and code: folded behind the acts, never in them."""

import time
from typing import Any
from uuid import UUID

from django.db import connection, transaction

BATCH = 20_000
SETTLED_MS = 30_000
"""Refusals are counted when they are so old: by then whoever was writing an earlier one has committed it."""
STEP_MS = 24 * 60 * 60 * 1000
_LOCK = 0x5361_7552_6F03

_ADD = """
INSERT INTO core_tally AS t (name, key, value) SELECT %(name)s, key, count FROM ({counted}) c
ON CONFLICT (name, key) DO UPDATE SET value = t.value + excluded.value
"""
_MOVE = """
INSERT INTO core_tally (name, key, value) VALUES (%s, '', %s)
ON CONFLICT (name, key) DO UPDATE SET value = excluded.value
"""
_ACTS = _ADD.format(
    counted="SELECT e.name AS key, count(*) AS count FROM core_leaf l JOIN core_event e ON e.id = l.event_id"
    " WHERE l.leaf_index >= %(first)s AND l.leaf_index < %(end)s GROUP BY 1"
)
# An identifier begins with the milliseconds at which it was made, so that its index finds a span of time.
_REFUSALS = _ADD.format(
    counted="SELECT action || ' ' || code AS key, count(*) AS count FROM core_refusal"
    " WHERE id >= %(first_id)s::uuid AND id < %(end_id)s::uuid GROUP BY 1"
)


def _first_id(milliseconds: int) -> UUID:
    return UUID(int=milliseconds << 80)


def fold() -> int:
    """Count what is new; returns 1 where there is more to count at once. One process folds at a time."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        if not cursor.fetchone()[0]:
            return 0
        cursor.execute("SELECT coalesce(max(leaf_index) + 1, 0) FROM core_leaf")
        sealed = cursor.fetchone()[0]
        acts = _advance(cursor, "acts", _ACTS, _position(cursor, "acts") or 0, sealed, BATCH)
        until = time.time_ns() // 1_000_000 - SETTLED_MS
        first = _position(cursor, "refusals")
        if first is None:
            cursor.execute("SELECT id FROM core_refusal ORDER BY id LIMIT 1")
            row = cursor.fetchone()
            first = row[0].int >> 80 if row else until
        return int(_advance(cursor, "refusals", _REFUSALS, first, until, STEP_MS) or acts)


def _position(cursor: Any, name: str) -> int | None:
    cursor.execute("SELECT value FROM core_tally WHERE name = %s AND key = ''", [name])
    row = cursor.fetchone()
    return row[0] if row else None


def _advance(cursor: Any, name: str, question: str, first: int, end: int, step: int) -> bool:
    """Count a span and note where it ended; says whether there is more."""
    if first >= end:
        return False
    last = min(first + step, end)
    span = {
        "name": name,
        "first": first,
        "end": last,
        "first_id": _first_id(first),
        "end_id": _first_id(last),
    }
    cursor.execute(question, span)
    cursor.execute(_MOVE, [name, last])
    return last < end


def counted() -> tuple[dict[str, int], dict[tuple[str, str], int]]:
    """Acts by name, and refusals by (action, code)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name, key, value FROM core_tally WHERE name IN ('acts', 'refusals') AND key <> ''"
        )
        rows = cursor.fetchall()
    acts = {key: value for name, key, value in rows if name == "acts"}
    refusals: dict[tuple[str, str], int] = {}
    for name, key, value in rows:
        if name == "refusals":
            action, _space, code = key.rpartition(" ")
            refusals[action, code] = value
    return acts, refusals
