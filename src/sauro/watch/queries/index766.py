"""Group 2 of the index of Decision 766/QĐ-TTg, and its rate of online filings, exactly, for officials who may see the cases.

Formulas: "Mô tả công thức tính chỉ số 766" (DOMAIN 2.8, quoted in public code). 2.1 counts the dossiers received or
settled in the period: settled by their appointment, or still in time at its end, of all of them. 2.2 is the mean
working time of what has a result, by procedure. 3.3 is online of received; its rate of synchronisation with the
national portal is not known to one installation, and its demand for an electronic result is not counted here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection

from sauro.core.doorway.decide import end_of_day
from sauro.watch.measuring import NATION, judged
from sauro.watch.models import Case
from sauro.watch.queries.counts import sums
from sauro.watch.rules.tables import rate

_SCOPED = "(%(all)s OR scopes && ARRAY(SELECT id FROM core_actor WHERE current = %(scope)s))"
_IN = "kind = 'dossier' AND accepted_at IS NOT NULL AND accepted_at < %(end)s"
_ON_TIME = f"""
SELECT count(*) FILTER (WHERE in_time), count(*) FROM watch_case
WHERE {_IN} AND {_SCOPED} AND finished_at < %(end)s AND (finished_at >= %(start)s OR accepted_at >= %(start)s)
"""  # noqa: S608 — constants of ours
_OPEN_THEN = f"""
SELECT id FROM watch_case
WHERE {_IN} AND {_SCOPED} AND accepted_at >= %(start)s AND (finished_at IS NULL OR finished_at >= %(end)s)
  AND NOT (asked = '[]'::jsonb AND due_original >= %(end)s)
"""  # noqa: S608
_OPEN_COUNT = f"""
SELECT count(*), count(*) FILTER (WHERE asked = '[]'::jsonb AND due_original >= %(end)s) FROM watch_case
WHERE {_IN} AND {_SCOPED} AND accepted_at >= %(start)s AND (finished_at IS NULL OR finished_at >= %(end)s)
"""  # noqa: S608
_TIMES = f"""
SELECT procedure, count(*), sum(worked)::bigint FROM watch_case
WHERE {_IN} AND {_SCOPED} AND stage IN ('9', '10') AND worked IS NOT NULL
  AND finished_at >= %(start)s AND finished_at < %(end)s
GROUP BY procedure ORDER BY procedure
"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class Share:
    """A rate with what it is made of."""

    part: int
    whole: int

    @property
    def rate(self) -> Decimal | None:
        """Per cent, two decimals; None where there is nothing to divide by."""
        return rate(self.part, self.whole)


@dataclass(frozen=True, slots=True)
class Time:
    """Item 2.2 for one procedure: how many have a result, and their mean working time in hours."""

    procedure: str
    count: int
    hours: Decimal


@dataclass(frozen=True, slots=True)
class Group2:
    """The group for a scope and a period."""

    on_time: Share
    online: Share
    times: tuple[Time, ...]


def group2(scope: UUID, first: date, last: date, now: datetime) -> Group2:
    """The items of a scope for the days from ``first`` to ``last``; a period that still runs is judged at ``now``."""
    end = min(end_of_day(last), now)
    values: dict[str, Any] = {
        "scope": scope,
        "all": scope == NATION,
        "start": end_of_day(first - timedelta(days=1)),
        "end": end,
    }
    with connection.cursor() as cursor:
        settled, settled_all = _one(cursor, _ON_TIME, values)
        still, plain = _one(cursor, _OPEN_COUNT, values)
        cursor.execute(_OPEN_THEN, values)
        unsure = [id_ for (id_,) in cursor.fetchall()]
        cursor.execute(_TIMES, values)
        times = tuple(
            Time(code, count, (Decimal(seconds) / count / 3600).quantize(Decimal("0.1")))
            for code, count, seconds in cursor.fetchall()
        )
    judged_then = sum(
        judged(case, end) is not False for case in Case.objects.filter(pk__in=unsure).iterator(2000)
    )
    counted = sums([scope], ["received", "online"], first, last)
    return Group2(
        Share(settled + plain + judged_then, settled_all + still),
        Share(counted[scope, "online"], counted[scope, "received"]),
        times,
    )


def _one(cursor: Any, sql: str, values: dict[str, Any]) -> Sequence[int]:
    cursor.execute(sql, values)
    found: Sequence[int] = cursor.fetchone()
    return found
