"""In which of their offices somebody may see numbers; and who answers for an agency."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.utils.translation import get_language

from sauro.core.doorway import store
from sauro.core.doorway.decide import local_day
from sauro.core.models import Actor
from sauro.core.moment import now

MOST_PROMISES, MOST_EVENTS = 50, 20


def offices_that_may(person: UUID, positions: Sequence[UUID], action: str) -> frozenset[UUID]:
    """In which of a person's offices an action may be done somewhere."""
    if not positions:
        return frozenset()
    moment = now()
    asked = store.granting([(person, position, action) for position in positions], moment, local_day(moment))
    with store.transaction() as doing:
        found = store.granted(doing.finish(asked)[0])
    return frozenset(grant.position for grant in found if grant.position is not None)


def _name(of: str) -> str:
    return f"{of}.name_en" if (get_language() or "vi").startswith("en") else f"{of}.name_vi"


@dataclass(frozen=True, slots=True)
class Agency:
    """An agency, and the one above it."""

    id: UUID
    code: str
    name: str
    level: str
    area: str
    parent: UUID | None


@dataclass(frozen=True, slots=True)
class Head:
    """The office that answers for an agency, and whether anybody holds it today."""

    id: UUID
    name: str
    held: bool


def agency(id_: UUID) -> Agency | None:
    """An agency as it stands today: for one that was merged, its successor."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT c.id, c.code, {_name('c')}, c.level, c.area, c.parent FROM core_actor a JOIN core_actor c ON c.id = a.current"  # noqa: S608 — one of two columns of ours
            " WHERE a.id = %s AND a.kind = 'organisation'",
            [id_],
        )
        row = cursor.fetchone()
    return Agency(*row) if row else None


def names(ids: Sequence[UUID | None]) -> dict[UUID, str]:
    """Names of agencies and offices in the language in use."""
    wanted = [id_ for id_ in set(ids) if id_ is not None]
    column = "name_en" if (get_language() or "vi").startswith("en") else "name_vi"
    return dict(Actor.objects.filter(pk__in=wanted).values_list("id", column)) if wanted else {}


def head_of(organisation: UUID) -> Head | None:
    """The office at the head of an agency; None where it has none."""
    today = local_day(now())
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT p.id, {_name('p')}, EXISTS (SELECT 1 FROM core_holding h WHERE h.position = p.id AND h.valid_from <= %s"  # noqa: S608 — one of two columns of ours
            " AND (h.valid_to IS NULL OR h.valid_to >= %s)) FROM core_actor p"
            " WHERE p.kind = 'position' AND p.organisation = %s AND p.head AND p.current = p.id ORDER BY p.code LIMIT 1",
            [today, today, organisation],
        )
        row = cursor.fetchone()
    return Head(*row) if row else None


@dataclass(frozen=True, slots=True)
class Kept:
    """A promise of an agency that has not ended: its three statuses, and both its deadlines. No personal text.

    ``task`` is empty for a dossier: its words are not open, its code is, and its procedure where it has none yet.
    """

    id: UUID
    kind: str
    code: str
    task: str
    procedure: str
    stage: str
    office: str
    reported: str
    evidenced: str
    due: datetime | None
    due_original: datetime | None
    extensions: int


_PROMISES = """
SELECT c.id, c.kind, coalesce(w.code, ''), CASE WHEN c.kind = 'task' THEN c.task ELSE '' END,
  coalesce(w.procedure, ''), coalesce(w.stage, ''), coalesce({name}, ''), c.reported, c.evidenced, c.due, c.due_original, c.extensions
FROM core_commitment c LEFT JOIN watch_case w ON w.id = c.id LEFT JOIN core_actor p ON p.id = c.position
WHERE c.lead IN (SELECT id FROM core_actor WHERE current = %s) AND c.state IN ('filed', 'assigned')
  AND c.kind = ANY(%s) AND (c.kind = 'task' OR c.due IS NOT NULL)
ORDER BY c.due IS NULL, c.due >= %s, c.kind DESC, c.due, c.opened_at DESC, c.id LIMIT %s
"""


def _kinds(dossiers: bool) -> list[str]:
    return ["task", "dossier"] if dossiers else ["task"]


def promises_of(organisation: UUID, at: datetime, *, dossiers: bool) -> list[Kept]:
    """What an agency (and those it succeeds) has promised and not ended: late first, tasks before dossiers."""
    with connection.cursor() as cursor:
        cursor.execute(
            _PROMISES.format(name=_name("p")), [organisation, _kinds(dossiers), at, MOST_PROMISES + 1]
        )
        return [Kept(*row) for row in cursor.fetchall()]


@dataclass(frozen=True, slots=True)
class Done:
    """Something that was done to a case of an agency: the event's name, when, in which office, to what."""

    name: str
    at: datetime
    office: str
    kind: str
    code: str
    leaf_index: int | None


_LATELY = """
SELECT e.name, e.recorded, coalesce({name}, ''), c.kind, coalesce(w.code, ''), l.leaf_index
FROM (SELECT id, kind FROM core_commitment WHERE id = ANY(%s)
  UNION (SELECT id, kind FROM core_commitment WHERE lead IN (SELECT id FROM core_actor WHERE current = %s)
    AND kind = ANY(%s) ORDER BY opened_at DESC LIMIT 50)) c
JOIN core_event e ON e.subject = c.id LEFT JOIN watch_case w ON w.id = c.id LEFT JOIN core_actor p ON p.id = e.position
LEFT JOIN core_leaf l ON l.event_id = e.id
WHERE e.name <> 'core.fire_timer' ORDER BY e.recorded DESC, e.id DESC LIMIT %s
"""


def lately(organisation: UUID, also: Sequence[UUID], *, dossiers: bool) -> list[Done]:
    """What was done last to the promises of an agency, the newest first; ``also`` are those it is shown with."""
    with connection.cursor() as cursor:
        cursor.execute(
            _LATELY.format(name=_name("p")), [list(also), organisation, _kinds(dossiers), MOST_EVENTS]
        )
        return [Done(*row) for row in cursor.fetchall()]


def heirs(organisation: UUID) -> frozenset[UUID]:
    """An agency with those whose successor it is."""
    return frozenset(Actor.objects.filter(current=organisation).values_list("id", flat=True))
