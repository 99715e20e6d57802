"""Consumers of the journal: reactions, live pages, analytics. Each reads every sealed event once, in order.

A consumer follows ``leaf_index`` and nothing else. What its handler writes commits together with the position, so
that a crash at any point repeats both or neither. An event that a handler cannot digest stops its consumer: it is
tried again, later each time, and nothing behind it is read, because a skipped event is a lost promise.
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

import orjson
import structlog
from django.db import connections, transaction

log = structlog.get_logger()

AT_A_TURN = 10
"""Batches that a reader takes before the next one has its turn."""
LONGEST_PAUSE = 300.0
STUCK_AFTER = 8
"""Failures in a row after which a consumer counts as stuck: it is logged as an error and tried every five minutes."""

_EVENTS = """
SELECT place, e.id, e.name, e.person, e.position, e.subject, e.recorded, e.body
FROM generate_series(%s::bigint, %s::bigint - 1) AS place
LEFT JOIN core_leaf l ON l.leaf_index = place
LEFT JOIN core_event e ON e.id = l.event_id
WHERE e.id IS NULL OR %s OR e.name = ANY(%s)
ORDER BY place
"""


@dataclass(frozen=True)
class SealedEvent:
    """One event in its place."""

    leaf_index: int
    id: UUID
    name: str
    person: UUID
    position: UUID | None
    subject: UUID | None
    recorded: datetime
    body: bytes

    @cached_property
    def said(self) -> dict[str, Any]:
        """The body as read: ``data``, ``changes`` and who, why, when."""
        found: dict[str, Any] = orjson.loads(self.body)
        return found


Handler = Callable[[Sequence[SealedEvent]], None]
"""Gets events in order, inside the transaction that advances the position. It uses Django's connection."""


@dataclass(frozen=True)
class Consumer:
    """A named reader. ``names`` are the events it wants (None: all); ``batch`` leaves are read at a time."""

    name: str
    handler: Handler
    names: frozenset[str] | None = None
    batch: int = 500


class JournalTorn(RuntimeError):
    """A leaf has no event, or a place is empty. A consumer must not step over it; run ``sauro verify``."""


def drain(consumer: Consumer, using: str = "default", batches: int | None = None) -> int:
    """Read and handle everything sealed by now, or so many batches of it; returns how many leaves the position advanced.

    Where another process reads for the same consumer, returns at once. Raises what the handler raises, with the
    batches before it committed.
    """
    advanced = 0
    while (batches is None or batches > 0) and (step := _step(consumer, consumer.batch, using)):
        advanced += step
        batches = None if batches is None else batches - 1
    return advanced


def drain_one_by_one(consumer: Consumer, using: str = "default") -> int:
    """Like ``drain`` over one batch, with a transaction for each leaf: everything before a bad event gets through."""
    advanced = 0
    while advanced < consumer.batch and _step(consumer, 1, using):
        advanced += 1
    return advanced


def lag(name: str, using: str = "default") -> int:
    """How many sealed events a consumer has not read."""
    with connections[using].cursor() as cursor:
        cursor.execute(
            "SELECT coalesce((SELECT max(leaf_index) + 1 FROM core_leaf), 0)"
            " - coalesce((SELECT position FROM core_consumer WHERE name = %s), 0)",
            [name],
        )
        return int(cursor.fetchone()[0])


def _step(consumer: Consumer, batch: int, using: str) -> int:
    with transaction.atomic(using=using), connections[using].cursor() as cursor:
        position = _claim(cursor, consumer.name)
        if position is None:
            return 0
        cursor.execute("SELECT coalesce(max(leaf_index) + 1, 0) FROM core_leaf")
        end = min(position + batch, cursor.fetchone()[0])
        if end <= position:
            return 0
        events = _read(cursor, consumer, position, end)
        if events:
            consumer.handler(events)
        cursor.execute("UPDATE core_consumer SET position = %s WHERE name = %s", [end, consumer.name])
        return int(end - position)


def _claim(cursor: Any, name: str) -> int | None:
    """Lock the consumer's row; None where somebody else holds it."""
    ask = "SELECT position FROM core_consumer WHERE name = %s FOR UPDATE SKIP LOCKED"
    cursor.execute(ask, [name])
    row = cursor.fetchone()
    if row is None:
        cursor.execute(
            "INSERT INTO core_consumer (name, position) VALUES (%s, 0) ON CONFLICT DO NOTHING", [name]
        )
        cursor.execute(ask, [name])
        row = cursor.fetchone()
    return row[0] if row else None


def _read(cursor: Any, consumer: Consumer, start: int, end: int) -> list[SealedEvent]:
    names = consumer.names
    cursor.execute(_EVENTS, [start, end, names is None, sorted(names or ())])
    rows = cursor.fetchall()
    for row in rows:
        if row[1] is None:
            raise JournalTorn(f"There is no event in place {row[0]}")
    return [_event(row) for row in rows]


def _event(row: tuple[Any, ...]) -> SealedEvent:
    leaf_index, id_, name, person, position, subject, recorded, body = row
    return SealedEvent(leaf_index, id_, name, person, position, subject, recorded, bytes(body))


@dataclass
class Follower:
    """A consumer as a process runs it: with patience for failures.

    ``step`` is called again and again. After a failure it goes leaf by leaf up to the bad event, then waits: twice
    as long each time, five minutes at most. Nothing is ever skipped.
    """

    consumer: Consumer
    clock: Callable[[], float]
    using: str = "default"
    failures: int = 0
    _not_before: float = field(default=0.0)

    @property
    def stuck(self) -> bool:
        return self.failures >= STUCK_AFTER

    def step(self) -> int:
        """Handle what there is, unless still waiting after a failure; returns how far the position advanced."""
        if self.clock() < self._not_before:
            return 0
        try:
            # In turn: nobody waits until somebody else has read all that ninety days left behind.
            advanced = (
                drain_one_by_one(self.consumer, self.using)
                if self.failures
                else drain(self.consumer, self.using, AT_A_TURN)
            )
        except Exception:
            self._failed()
            return 0
        if advanced:
            self.failures = 0
        return advanced

    def _failed(self) -> None:
        connections[self.using].close_if_unusable_or_obsolete()
        self.failures += 1
        self._not_before = self.clock() + min(LONGEST_PAUSE, 0.5 * 2**self.failures)
        say = log.error if self.stuck else log.warning
        event = "journal.consumer_stuck" if self.stuck else "journal.consumer_failed"
        say(event, consumer=self.consumer.name, attempt=self.failures, exc_info=True)


def follow(followers: Sequence[Follower], stop: threading.Event, interval: float = 0.2) -> None:
    """Run followers in turn until ``stop``; sleep only when none of them had anything to do."""
    while not stop.is_set():
        if not sum(follower.step() for follower in followers):
            stop.wait(interval)
