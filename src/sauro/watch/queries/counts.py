"""Counts of a scope, and the cases that a count is made of, for who may see them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import connection
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from sauro.core.doorway.decide import end_of_day
from sauro.core.models import Actor
from sauro.core.queries.paging import Page, mark, marked
from sauro.core.queries.visibility import Reader, grants_of
from sauro.core.refusal import Refusal
from sauro.core.rules.scopes import Place, Scope, covers
from sauro.watch.measuring import CONSUMER, NATION
from sauro.watch.rules.measures import MOST_SUPPLEMENTS, ONLINE, PAYMENT, STOCK, STOCKS, SUPPLEMENT

READ, OPEN_UP = "watch.read_numbers", "watch.list_cases"
PAGE = 50
_SUMS = """
SELECT a.current, c.measure, sum(c.value)::bigint FROM watch_count c
JOIN (SELECT id, current FROM core_actor WHERE current = ANY(%s) UNION ALL SELECT s, s FROM unnest(%s::uuid[]) s WHERE s = %s) a
  ON a.id = c.scope
WHERE c.measure = ANY(%s) AND (c.day = %s OR c.day BETWEEN %s AND %s) GROUP BY 1, 2
"""
_BY_DAY = """
SELECT c.day, c.measure, sum(c.value)::bigint FROM watch_count c
WHERE (c.scope = %s OR c.scope IN (SELECT id FROM core_actor WHERE current = %s))
  AND c.measure = ANY(%s) AND c.day BETWEEN %s AND %s GROUP BY 1, 2
"""
_AGE = """
SELECT coalesce((SELECT position FROM core_consumer WHERE name = %s), 0),
  (SELECT e.recorded FROM core_leaf l JOIN core_event e ON e.id = l.event_id
   WHERE l.leaf_index = (SELECT position - 1 FROM core_consumer WHERE name = %s))
"""


@dataclass(frozen=True, slots=True)
class Age:
    """How far the journal is counted: ``leaf_index`` events, the last of them recorded ``at``."""

    leaf_index: int
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Agency:
    """An agency beside others: its name in the language in use; ``area`` is a province's two-digit code or empty."""

    id: UUID
    code: str
    name: str
    level: str
    area: str


_LIES = """
SELECT o.id, c.path, c.id FROM core_actor o JOIN core_actor c ON c.id = coalesce(o.current, o.id)
WHERE o.id = ANY(%s) AND o.kind = 'organisation'
"""


@dataclass(frozen=True)
class Seen:
    """What a reader may see numbers of: everything, or what lies below some agencies."""

    scopes: tuple[Scope, ...]

    @property
    def root(self) -> UUID:
        """Where the reader begins: the nation, else the first agency that a grant names."""
        if any(scope.kind == "all" for scope in self.scopes):
            return NATION
        return next((s.organisation for s in self.scopes if s.organisation is not None), NATION)

    def may(self, scope: UUID) -> bool:
        """Whether the reader may see the numbers of an agency (or, with ``NATION``, of everything)."""
        return scope in self.among([scope])

    def among(self, scopes: Sequence[UUID]) -> frozenset[UUID]:
        """Those agencies whose numbers the reader may see; ``NATION`` stands for everything."""
        if any(each.kind == "all" for each in self.scopes):
            return frozenset(scopes)
        if not self.scopes:
            return frozenset()
        with connection.cursor() as cursor:
            # An agency that was merged lies where its successor lies.
            cursor.execute(_LIES, [list(scopes)])
            rows = cursor.fetchall()
        return frozenset(
            id_
            for id_, path, current in rows
            for place in [Place(None, organisations=frozenset({current}), paths=(path,))]
            if any(covers(each, place, frozenset()) for each in self.scopes)
        )


def places(reader: Reader, action: str = READ) -> Seen:
    """Of what the reader may see numbers, or with ``OPEN_UP`` the cases behind them; by grants in force, never cached.

    A grant of one agency alone opens none: an agency's numbers hold those of all that lies below it.
    """
    grants = grants_of(reader, action)
    return Seen(tuple(grant.scope for grant in grants if grant.scope.kind in ("all", "subtree")))


def sums(
    scopes: Sequence[UUID], measures: Sequence[str], first: date | None = None, last: date | None = None
) -> dict[tuple[UUID, str], int]:
    """Counts by (scope, measure), of the days from ``first`` to ``last``; stocks are what they are now.

    A scope stands for those whose successor it is (invariant I7). What is not there counts 0.
    """
    wanted = list(scopes)
    values: list[Any] = [
        wanted,
        wanted,
        NATION,
        list(measures),
        STOCK,
        first or date(1, 1, 2),
        last or date.max,
    ]
    with connection.cursor() as cursor:
        cursor.execute(_SUMS, values)
        found = {(scope, measure): value for scope, measure, value in cursor.fetchall()}
    return {(scope, measure): found.get((scope, measure), 0) for scope in wanted for measure in measures}


def by_day(scope: UUID, measures: Sequence[str], first: date, last: date) -> dict[tuple[date, str], int]:
    """Counts of a scope by (day, measure); days on which nothing happened are left out."""
    values: list[Any] = [scope, scope, list(measures), first, last]
    with connection.cursor() as cursor:
        cursor.execute(_BY_DAY, values)
        return {(day, measure): value for day, measure, value in cursor.fetchall()}


def age() -> Age:
    """How far the journal is counted."""
    with connection.cursor() as cursor:
        cursor.execute(_AGE, [CONSUMER.name] * 2)
        return Age(*cursor.fetchone())


def below(scope: UUID) -> list[Agency]:
    """The agencies right below a scope that stand today, by code; below the nation, the provinces."""
    name = "name_en" if (get_language() or "vi").startswith("en") else "name_vi"
    standing = Actor.objects.filter(kind="organisation", valid_to__isnull=True)
    # A province is what stands at their level below no other of it.
    provinces = standing.filter(level="province")
    found = (
        provinces.exclude(parent__in=provinces.values("id"))
        if scope == NATION
        else standing.filter(parent=scope)
    )
    rows = found.order_by("code").values_list("id", "code", name, "level", "area", "current")
    return [
        Agency(id_, code, said, level, area if len(area) == 2 else "")
        for id_, code, said, level, area, current in rows
        if current == id_
    ]


@dataclass(frozen=True, slots=True)
class Line:
    """A case behind a number: nothing personal. ``at`` is when it came to count, ``leaf_index`` the event that made it."""

    id: UUID
    kind: str
    code: str
    agency: UUID
    stage: str
    procedure: str
    at: datetime | None
    due: datetime | None
    leaf_index: int | None


_MOST = f"jsonb_array_length(c.asked) > {MOST_SUPPLEMENTS}"
_LATE = f"(coalesce(c.finished_at > c.due, false) OR {_MOST})"
_OVERDUE = "c.breached_at IS NOT NULL AND (c.due IS NULL OR c.due <= c.breached_at)"
_ACCEPTED = "c.kind = 'dossier' AND c.accepted_at IS NOT NULL"
_OPEN = f"{_ACCEPTED} AND c.finished_at IS NULL"
_TASK = "c.kind = 'task'"
_BEHIND: Final[Mapping[str, tuple[str, str]]] = {
    # what counts, and the moment and event by which it does: the SQL of rules.measures, which a test compares
    "submitted": ("c.kind = 'dossier'", "submitted"),
    "received": (_ACCEPTED, "accepted"),
    "online": (f"{_ACCEPTED} AND c.channel = {ONLINE}", "accepted"),
    "assisted": (f"{_ACCEPTED} AND c.assisted", "accepted"),
    "simulated": (f"{_ACCEPTED} AND c.simulated", "accepted"),
    "breached": (f"{_ACCEPTED} AND c.breached_at IS NOT NULL", "breached"),
    "done_in_time": (f"{_ACCEPTED} AND c.finished_at IS NOT NULL AND NOT {_LATE}", "finished"),
    "done_late": (f"{_ACCEPTED} AND c.finished_at IS NOT NULL AND {_LATE}", "finished"),
    "open": (_OPEN, "accepted"),
    "open_late": (f"{_OPEN} AND {_OVERDUE}", "breached"),
    "waiting": (f"{_OPEN} AND c.stage IN ('{SUPPLEMENT}', '{PAYMENT}')", "accepted"),
    "task_assigned": (f"{_TASK} AND c.stage = 'assigned'", "accepted"),
    "task_working": (f"{_TASK} AND c.stage = 'working'", "accepted"),
    "task_reported": (f"{_TASK} AND c.stage = 'reported'", "accepted"),
    "task_done": (f"{_TASK} AND c.stage = 'done'", "finished"),
    "task_declined": (f"{_TASK} AND c.stage = 'declined'", "accepted"),
    "task_cancelled": (f"{_TASK} AND c.stage = 'cancelled'", "finished"),
    "task_overdue": (
        f"{_TASK} AND c.stage IN ('assigned', 'working', 'reported') AND {_OVERDUE}",
        "breached",
    ),
    "task_done_late": (f"{_TASK} AND c.stage = 'done' AND c.late = 2", "finished"),
    "task_simulated": (f"{_TASK} AND c.stage <> 'draft' AND c.simulated", "accepted"),
    "task_finished": (f"{_TASK} AND c.stage = 'done' AND c.finished_at IS NOT NULL", "finished"),
    "task_breached": (f"{_TASK} AND c.stage <> 'draft' AND c.breached_at IS NOT NULL", "breached"),
}


def cases(
    reader: Reader,
    scope: UUID,
    measure: str,
    first: date | None = None,
    last: date | None = None,
    after: str = "",
) -> Page[Line]:
    """A page of the cases that a count is made of, the newest first.

    Raises Refusal ``not_found`` for a scope that no grant of the reader opens, and for what is no measure.
    """
    if measure not in _BEHIND or not places(reader, OPEN_UP).may(scope):
        raise Refusal("not_found", f"I5: {OPEN_UP}", _("There is no such number for you."), status=404)
    counts, named = _BEHIND[measure]
    at = f"c.{named}_at"
    parts: list[str] = [counts]
    values: list[Any] = []
    if scope != NATION:
        parts.append("c.scopes && ARRAY(SELECT id FROM core_actor WHERE current = %s)")
        values.append(scope)
    if measure not in STOCKS:
        if first is not None:
            parts.append(f"{at} >= %s")
            values.append(end_of_day(first - timedelta(days=1)))
        if last is not None:
            parts.append(f"{at} < %s")
            values.append(end_of_day(last))
    if started := marked(after):
        parts.append(f"(coalesce({at}, c.submitted_at), c.id) < (%s::timestamptz, %s::uuid)")
        values += started
    sql = (
        f"SELECT c.id, c.kind, c.code, c.agency, c.stage, c.procedure, {at}, c.due, c.{named}_leaf,"  # noqa: S608 — constants of ours; values are parameters
        f" coalesce({at}, c.submitted_at)::text FROM watch_case c WHERE {' AND '.join(parts)}"
        f" ORDER BY coalesce({at}, c.submitted_at) DESC, c.id DESC LIMIT {PAGE + 1}"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    lines = [Line(*row[:-1]) for row in rows[:PAGE]]
    return Page(lines, mark(rows[PAGE - 1][-1], lines[-1].id) if len(rows) > PAGE else "")
