"""The status matrix of an organisation, an instrument or a task with all below it, as of a moment."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import connection

from sauro.steer.counting import PRESENT
from sauro.steer.rules.matrix import Matrix

_MATRIX = f"""
SELECT %s::uuid AS scope,
  coalesce(sum(count) FILTER (WHERE stage = 'done' AND late < 2), 0), coalesce(sum(count) FILTER (WHERE stage = 'done' AND late = 2), 0),
  coalesce(sum(count) FILTER (WHERE stage IN ('assigned', 'working', 'reported') AND due >= %s), 0),
  coalesce(sum(count) FILTER (WHERE stage IN ('assigned', 'working', 'reported') AND due < %s), 0),
  coalesce(sum(count) FILTER (WHERE stage = 'assigned'), 0), coalesce(sum(count) FILTER (WHERE stage = 'reported'), 0),
  coalesce(sum(count) FILTER (WHERE stage = 'declined'), 0), coalesce(sum(count) FILTER (WHERE stage = 'cancelled'), 0),
  coalesce(sum(count) FILTER (WHERE stage = 'reported' AND NOT shown), 0),
  coalesce(sum(count) FILTER (WHERE stage = 'done' AND late = 0), 0),
  coalesce(sum(whole), 0), coalesce(sum(done), 0)
FROM ({PRESENT}) counts
"""  # noqa: S608 — constants of ours


@dataclass(frozen=True, slots=True)
class Standing:
    """How the tasks of a scope stand; ``whole`` and ``done`` are parts of their roots."""

    matrix: Matrix
    whole: Decimal
    done: Decimal

    def progress(self, of: Decimal) -> Decimal:
        """Per cent done of a part of the root; what was not handed on counts as not done."""
        return (self.done * 100 / of).quantize(Decimal("0.1")) if of else Decimal(0)


def standing(scopes: Sequence[UUID], now: datetime) -> Standing:
    """How the tasks counted under any of these scopes stand now. A task under two of them counts twice: pass heirs of one."""
    each = list(scopes)
    with connection.cursor() as cursor:
        cursor.execute(_MATRIX, [each[0], now, now, each, each, each])
        _scope, *row = cursor.fetchone()
    (
        on_time,
        late,
        in_time,
        overdue,
        not_started,
        pending,
        declined,
        cancelled,
        green_red,
        original,
        whole,
        done,
    ) = row
    matrix = Matrix(
        done_on_time=on_time, done_late=late, open_in_time=in_time, open_overdue=overdue, not_started=not_started,
        pending=pending, declined=declined, cancelled=cancelled, green_red=green_red, done_on_time_original=original,
    )  # fmt: skip
    return Standing(matrix, whole, done)
