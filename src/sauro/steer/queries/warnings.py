"""What a person was warned of. Each is their own, in whatever office they act; the task's words are for who may list it.

A warning outlives the office in which it was given: who left that office keeps that they were told, and follows no more.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection

from sauro.core.moment import now
from sauro.core.queries.visibility import Reader
from sauro.steer.models import Notice
from sauro.steer.queries.tasks import listing

# OFFSET 0 keeps the condition from being worked out anew wherever it is named; it is asked of the page alone.
_LISTED = """
SELECT n.id, n.kind, n.at, n.read_at, n.task, t.code, m.may, CASE WHEN m.may THEN c.task ELSE '' END,
  CASE WHEN m.may THEN t.due END, CASE WHEN m.may THEN t.stage ELSE '' END
FROM (SELECT id, kind, at, read_at, task FROM steer_notice WHERE person = %s AND (%s OR read_at IS NULL)
  ORDER BY read_at IS NOT NULL, at DESC, id LIMIT %s) n
JOIN steer_task t ON t.id = n.task JOIN core_commitment c ON c.id = n.task
CROSS JOIN LATERAL (SELECT {may} AS may OFFSET 0) m ORDER BY n.read_at IS NOT NULL, n.at DESC, n.id
"""


@dataclass(frozen=True, slots=True)
class Warned:
    """A warning with what it is of, as that stands now; ``open`` is whether the reader may list that.

    Where they may not, only what they were told stays: of what kind, of which task, when.
    """

    id: UUID
    kind: str
    at: datetime
    read_at: datetime | None
    task: UUID
    code: str
    open: bool
    words: str
    due: datetime | None
    stage: str


def listed(reader: Reader, *, most: int, read: bool = False) -> list[Warned]:
    """The reader's warnings, those not read first, each newest first; with ``read`` those that were read too."""
    may, values = listing(reader)
    with connection.cursor() as cursor:
        cursor.execute(_LISTED.format(may=may), [reader.person, read, most, *values])
        return [Warned(*row) for row in cursor.fetchall()]


def unread(person: UUID) -> int:
    return Notice.objects.filter(person=person, read_at=None).count()


def mark_read(person: UUID, ids: Sequence[UUID]) -> int:
    """Mark a person's own warnings as read; gives how many were not yet."""
    return Notice.objects.filter(person=person, pk__in=ids, read_at=None).update(read_at=now())
