"""The status matrix of an organisation, an instrument or a task with all below it, as of a moment."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection

from sauro.steer.counting import PRESENT
from sauro.steer.rules.matrix import Matrix

_SUMS = """
  coalesce(sum(count) FILTER (WHERE stage = 'done' AND late < 2), 0), coalesce(sum(count) FILTER (WHERE stage = 'done' AND late = 2), 0),
  coalesce(sum(count) FILTER (WHERE stage IN ('assigned', 'working', 'reported') AND due >= %s), 0),
  coalesce(sum(count) FILTER (WHERE stage IN ('assigned', 'working', 'reported') AND due < %s), 0),
  coalesce(sum(count) FILTER (WHERE stage = 'assigned'), 0), coalesce(sum(count) FILTER (WHERE stage = 'reported'), 0),
  coalesce(sum(count) FILTER (WHERE stage = 'declined'), 0), coalesce(sum(count) FILTER (WHERE stage = 'cancelled'), 0),
  coalesce(sum(count) FILTER (WHERE stage = 'reported' AND NOT shown), 0),
  coalesce(sum(count) FILTER (WHERE stage = 'done' AND late = 0), 0),
  coalesce(sum(whole), 0), coalesce(sum(done), 0),
  coalesce(sum(count * greatest(1, floor(extract(epoch FROM %s - due) / 86400)))
    FILTER (WHERE stage IN ('assigned', 'working', 'reported') AND due < %s), 0)::bigint
"""
_MATRIX = f"SELECT {_SUMS} FROM ({PRESENT}) counts"  # noqa: S608 — constants of ours
_MATRICES = f"""
SELECT owner.id, {_SUMS} FROM ({PRESENT}) counts
JOIN unnest(%s::uuid[], %s::uuid[]) AS owner (scope, id) ON owner.scope = counts.scope GROUP BY owner.id
"""  # noqa: S608 — constants of ours


@dataclass(frozen=True, slots=True)
class Standing:
    """How the tasks of a scope stand; ``whole`` and ``done`` are parts of their roots.

    ``overdue_days`` are the days that its open tasks are past their deadlines, together; a day begun counts at first.
    """

    matrix: Matrix
    whole: Decimal
    done: Decimal
    overdue_days: int

    def progress(self, of: Decimal) -> Decimal:
        """Per cent done of a part of the root; what was not handed on counts as not done."""
        return (self.done * 100 / of).quantize(Decimal("0.1")) if of else Decimal(0)


def standing(scopes: Sequence[UUID], now: datetime) -> Standing:
    """How the tasks counted under any of these scopes stand now. A task under two of them counts twice: pass heirs of one."""
    each = list(scopes)
    with connection.cursor() as cursor:
        cursor.execute(_MATRIX, [now, now, now, now, each, each, each])
        return _standing(cursor.fetchone())


def standings(owners: Mapping[UUID, UUID], now: datetime) -> dict[UUID, Standing]:
    """How all of them stand, in one statement: ``owners`` says under whom a scope counts. Who has no task is left out."""
    scopes, ids = list(owners), list(owners.values())
    with connection.cursor() as cursor:
        cursor.execute(_MATRICES, [now, now, now, now, scopes, scopes, scopes, scopes, ids])
        return {id_: _standing(row) for id_, *row in cursor.fetchall()}


def _standing(row: Sequence[Any]) -> Standing:
    *counts, whole, done, days = row
    # A sum of counts is a numeric in PostgreSQL; how many tasks there are is a whole number.
    on_time, late, in_time, overdue, not_started, pending, declined, cancelled, green_red, original = map(
        int, counts
    )
    matrix = Matrix(
        done_on_time=on_time, done_late=late, open_in_time=in_time, open_overdue=overdue, not_started=not_started,
        pending=pending, declined=declined, cancelled=cancelled, green_red=green_red, done_on_time_original=original,
    )  # fmt: skip
    return Standing(matrix, whole, done, days)
