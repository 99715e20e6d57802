"""Firing what is due: any number of workers may run this at once, and a crash repeats nothing.

The order is that of the moments, so that missed ticks are caught up as they would have happened; each firing is an
act under the timer's own id as its key, so a second worker's attempt is answered, not done.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import connection

from sauro.core.doorway import Ask, Outcome, act_many
from sauro.core.doorway.genesis import PLATFORM
from sauro.core.moment import now

Due = tuple[UUID, UUID, str, datetime]
"""A timer, its commitment, its kind, and its moment."""
_DUE = """
SELECT id, commitment, kind, due_at FROM core_timer
WHERE fired_at IS NULL AND cancelled_at IS NULL AND due_at <= %s ORDER BY due_at, id LIMIT %s
"""
SETTLED = {"already_fired", "too_early", "key_reused"}


_ACTIONS = {
    "expiry": "core.expire_grant",
    "delegation": "core.expire_delegation",
    "reorganise": "core.carry_out_reorganisation",
}
"""What such a timer does; every other kind is of a commitment."""


def fire_due(limit: int = 200) -> int:
    """Fire what is due now, in order; returns how many acts were done.

    A timer that was moved keeps its row, so its next firing has another key: the moment is part of it.
    """
    moment = now()
    with connection.cursor() as cursor:
        cursor.execute(_DUE, [moment, limit])
        due = cursor.fetchall()
    return fire(due)


def fire(due: Sequence[Due]) -> int:
    """Fire these timers, in order and many at a time; returns how many acts were done."""
    done = 0
    for result in act_many([_asking(*timer) for timer in due]):
        if isinstance(result, Outcome):
            done += not result.repeated
        elif result.code not in SETTLED:
            raise result
    return done


def _asking(timer: UUID, commitment: UUID, kind: str, due_at: datetime) -> Ask:
    action = _ACTIONS.get(kind, "core.fire_timer")
    key = f"{timer}@{due_at.timestamp():.6f}"
    return Ask(action, PLATFORM, key, {"timer": timer}, subject=commitment, occurred=due_at)
