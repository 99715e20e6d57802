"""Whose turn tasks are, for a home: how many wait for each office of a person, and how many of those are late or nearly."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection

from sauro.core.queries.visibility import Reader
from sauro.steer.queries.tasks import COUNTED, NEAR, Filter, asked_of

# In whose stage it is theirs, as in the list: who does it, who judges it, who drafted it.
_WAITING = """
SELECT w.office, count(*) FROM (
  SELECT k.position AS office, t.due FROM core_commitment k JOIN steer_task t ON t.id = k.id
    WHERE k.position = ANY(%(offices)s) AND k.state = 'assigned' AND t.stage IN ('assigned', 'working')
  UNION ALL SELECT verifier, due FROM steer_task WHERE stage = 'reported' AND verifier = ANY(%(offices)s)
  UNION ALL SELECT assigner, due FROM steer_task WHERE stage IN ('draft', 'declined') AND assigner = ANY(%(offices)s)
) w GROUP BY w.office ORDER BY min(coalesce(w.due, 'infinity')), w.office
"""


@dataclass(frozen=True, slots=True)
class Standing:
    """How many tasks fit, how many of them are past their deadline and how many nearly; at most ``COUNTED`` and one."""

    count: int
    late: int
    near: int


def waiting(offices: Sequence[UUID]) -> list[tuple[UUID, int]]:
    """Of these offices those for which tasks wait, and how many: the nearest deadline first."""
    if not offices:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_WAITING, {"offices": list(offices)})
        return [(office, count) for office, count in cursor.fetchall()]


def standing(reader: Reader, asked: Filter, now: datetime) -> Standing:
    """The three counts in one question."""
    source, parts, values = asked_of(reader, asked, now)
    sql = (
        "SELECT count(*), count(*) FILTER (WHERE n.due < %s), count(*) FILTER (WHERE n.due >= %s AND n.due < %s)"  # noqa: S608 — constant parts; values are parameters
        f" FROM (SELECT t.due FROM {source} WHERE {' AND '.join(parts)} LIMIT {COUNTED + 1}) n"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [now, now, now + NEAR, *values])
        return Standing(*cursor.fetchone())
