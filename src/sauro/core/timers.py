"""Firing what is due: any number of workers may run this at once, and a crash repeats nothing.

The order is that of the moments, so that missed ticks are caught up as they would have happened; each firing is an
act under the timer's own id as its key, so a second worker's attempt is answered, not done.
"""

from django.db import connection

from sauro.core.doorway import Ask, act
from sauro.core.doorway.genesis import PLATFORM
from sauro.core.moment import now
from sauro.core.refusal import Refusal

_DUE = """
SELECT id, commitment, kind, due_at FROM core_timer
WHERE fired_at IS NULL AND cancelled_at IS NULL AND due_at <= %s ORDER BY due_at, id LIMIT %s
"""
SETTLED = {"already_fired", "too_early", "key_reused"}


def fire_due(limit: int = 200) -> int:
    """Fire what is due now, in order; returns how many acts were done.

    A timer that was moved keeps its row, so its next firing has another key: the moment is part of it.
    """
    moment = now()
    with connection.cursor() as cursor:
        cursor.execute(_DUE, [moment, limit])
        due = cursor.fetchall()
    done = 0
    for timer, commitment, kind, due_at in due:
        action = "core.expire_grant" if kind == "expiry" else "core.fire_timer"
        ask = Ask(
            action, PLATFORM, f"{timer}@{due_at.timestamp():.6f}", {"timer": timer}, subject=commitment,
            occurred=due_at,
        )  # fmt: skip
        try:
            done += not act(ask).repeated
        except Refusal as refusal:
            if refusal.code not in SETTLED:
                raise
    return done
