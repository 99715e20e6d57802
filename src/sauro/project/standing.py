"""How the installation stands right now, measured in the database in a few milliseconds.

Health, metrics, the doctor and the administrator's page all tell these numbers; none of them is about a person.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from sauro.core.moment import now

LOOKED_AT = 2000
"""So many of the newest events are looked at: the cost does not grow with the journal."""
FRESH = 20.0
"""Seconds after which a worker that has not written is missed."""
PATIENCE_MS = 3000

_SEALED = """
SELECT (SELECT coalesce(max(leaf_index) + 1, 0) FROM core_leaf), (SELECT coalesce(max(size), 0) FROM core_checkpoint)
"""
_WAITING = """
SELECT count(*), min(e.id::text) FROM (SELECT id FROM core_event ORDER BY xid DESC LIMIT %s) e
WHERE NOT EXISTS (SELECT FROM core_leaf l WHERE l.event_id = e.id)
"""
_DUTIES = """
SELECT worker::text, duty, extract(epoch FROM clock_timestamp() - at)::float8,
  extract(epoch FROM clock_timestamp() - felt)::float8, failures FROM core_heartbeat
"""
_JOBS = "SELECT queue_name, status::text, count(*) FROM procrastinate_jobs GROUP BY 1, 2"
_OLDEST_JOB = """
SELECT coalesce(extract(epoch FROM clock_timestamp() - max(e.at)), 0)::float8 FROM procrastinate_events e WHERE e.job_id = (
  SELECT min(id) FROM procrastinate_jobs WHERE status = 'todo' AND (scheduled_at IS NULL OR scheduled_at <= now()))
"""
_READ = "SELECT name, position FROM core_consumer"
_TIMERS = """
SELECT count(*), coalesce(extract(epoch FROM %s - min(due_at)), 0)::float8 FROM core_timer
WHERE fired_at IS NULL AND cancelled_at IS NULL AND due_at <= %s
"""


@dataclass(frozen=True, slots=True)
class Duty:
    """Seconds since a duty last came round in any worker, and its failures in a row."""

    seconds: float
    failures: int


@dataclass(frozen=True, slots=True)
class Standing:
    """`waiting` events have no place yet, for `waiting_seconds` the oldest; `signed` leaves are under a checkpoint.

    `workers` write, the last one `heartbeat` seconds ago; `lost` have stopped without taking leave. `jobs` are counted by (queue, status); `jobs_seconds` is for
    how long the oldest has been due. `reactions` are the events that each consumer has yet to read; `timers` are due.
    """

    sealed: int = 0
    signed: int = 0
    waiting: int = 0
    waiting_seconds: float = 0.0
    workers: int = 0
    lost: int = 0
    heartbeat: float | None = None
    duties: Mapping[str, Duty] = field(default_factory=dict)
    jobs: Mapping[tuple[str, str], int] = field(default_factory=dict)
    jobs_seconds: float = 0.0
    reactions: Mapping[str, int] = field(default_factory=dict)
    timers: int = 0
    timers_seconds: float = 0.0


def measure() -> Standing:
    """Ask the database. Raises DatabaseError where it does not answer in time."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('statement_timeout', %s, true)", [str(PATIENCE_MS)])
        (sealed, signed), (waiting, oldest) = _row(cursor, _SEALED), _row(cursor, _WAITING, LOOKED_AT)
        signs = _rows(cursor, _DUTIES)
        workers, lost, duties = _workers(signs)
        jobs, (job_late,) = _rows(cursor, _JOBS), _row(cursor, _OLDEST_JOB)
        reactions = {name: max(0, sealed - position) for name, position in _rows(cursor, _READ)}
        moment = now()
        timers, late = _row(cursor, _TIMERS, moment, moment)
    return Standing(
        sealed=sealed, signed=signed, waiting=waiting, waiting_seconds=_age(oldest) if oldest else 0.0,
        workers=workers, lost=lost, duties=duties, heartbeat=min((row[2] for row in signs), default=None), jobs={(queue, status): n for queue, status, n in jobs},
        jobs_seconds=job_late, reactions=reactions, timers=timers,
        timers_seconds=late,
    )  # fmt: skip


def _workers(rows: list[Any]) -> tuple[int, int, dict[str, Duty]]:
    """Workers that write, workers that are missed, and the duties of those that write: the newest sign of each."""
    fresh = {worker for worker, _duty, at, _felt, _failures in rows if at <= FRESH}
    duties: dict[str, Duty] = {}
    for worker, duty, _at, felt, failures in rows:
        if worker in fresh:
            other = duties.get(duty)
            duties[duty] = min(filter(None, (other, Duty(felt, failures))), key=lambda each: (each.failures, each.seconds))  # fmt: skip
    return len(fresh), len({row[0] for row in rows} - fresh), duties


def _age(oldest: str) -> float:
    """Seconds since an event was made: its id begins with the system's time, whatever clock the event itself keeps."""
    return max(0.0, time.time() - (UUID(oldest).int >> 80) / 1000)


def _rows(cursor: Any, question: str, *values: Any) -> list[Any]:
    cursor.execute(question, values)
    return list(cursor.fetchall())


def _row(cursor: Any, question: str, *values: Any) -> Any:
    return _rows(cursor, question, *values)[0]
