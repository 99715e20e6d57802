"""The heartbeat of a worker: which of its duties still come round, told to everybody through the database.

A duty asks again and again whether it is over; each time it asks, it is alive. Nothing else is asked of it.
"""

import threading
import time
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from sauro.core.ids import new_id

EVERY = 5.0
REMEMBERED = 60.0
"""Seconds for which a failure is told."""

_BEAT = """
INSERT INTO core_heartbeat (worker, duty, at, felt, failures)
SELECT %(worker)s::uuid, duty, clock_timestamp(), clock_timestamp() - make_interval(secs => age), failures
FROM unnest(%(duties)s::text[], %(ages)s::float8[], %(failures)s::int[]) AS f(duty, age, failures)
ON CONFLICT (worker, duty) DO UPDATE SET at = excluded.at, felt = excluded.felt, failures = excluded.failures
"""
_FORGOTTEN = "DELETE FROM core_heartbeat WHERE at < clock_timestamp() - interval '1 day'"


class Felt(threading.Event):
    """The event that ends a duty, which notes that the duty looked at it."""

    def __init__(self, over: threading.Event, feel: Callable[[], None]) -> None:
        super().__init__()
        self._over, self._feel = over, feel

    def is_set(self) -> bool:
        self._feel()
        return self._over.is_set()

    def set(self) -> None:
        self._over.set()

    def wait(self, timeout: float | None = None) -> bool:
        self._feel()
        return self._over.wait(timeout)


class Heart:
    """The signs of life of one worker process."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.worker: UUID = new_id()
        self._clock = clock
        self._felt: dict[str, float] = {}
        self._failed: dict[str, tuple[float, int]] = {}
        self._lock = threading.Lock()

    def watched(self, duty: str, over: threading.Event) -> threading.Event:
        """Give the duty an event to look at."""
        self.feel(duty)
        return Felt(over, lambda: self.feel(duty))

    def feel(self, duty: str) -> None:
        """Note that a duty is alive."""
        with self._lock:
            self._felt[duty] = self._clock()

    def failed(self, duty: str, failures: int) -> None:
        """Note that a duty ended by an error, so many times in a row."""
        with self._lock:
            self._failed[duty] = (self._clock(), failures)

    def beat(self) -> int:
        """Tell the database. Gives 0: nothing more is to be done at once."""
        with self._lock:
            now = self._clock()
            ages = {duty: now - felt for duty, felt in self._felt.items()}
            failures = {duty: n for duty, (at, n) in self._failed.items() if now - at < REMEMBERED}
        values: dict[str, Any] = {
            "worker": self.worker, "duties": list(ages), "ages": list(ages.values()),
            "failures": [failures.get(duty, 0) for duty in ages],
        }  # fmt: skip
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_BEAT, values)
            cursor.execute(_FORGOTTEN)
        return 0

    def end(self) -> None:
        """Take leave: a worker that ends in order is not missed."""
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM core_heartbeat WHERE worker = %s", [self.worker])
