"""What a person was warned of. Each is their own, and is shown in whatever office they act."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection

from sauro.core.moment import now
from sauro.steer.models import Notice

_LISTED = """
SELECT n.id, n.kind, n.at, n.read_at, n.task, t.code, c.task, t.due, t.stage
FROM steer_notice n JOIN steer_task t ON t.id = n.task JOIN core_commitment c ON c.id = n.task
WHERE n.person = %s AND (%s OR n.read_at IS NULL) ORDER BY n.read_at IS NOT NULL, n.at DESC, n.id LIMIT %s
"""


@dataclass(frozen=True, slots=True)
class Warned:
    """A warning with what it is of, as that stands now."""

    id: UUID
    kind: str
    at: datetime
    read_at: datetime | None
    task: UUID
    code: str
    words: str
    due: datetime | None
    stage: str


def listed(person: UUID, *, most: int, read: bool = False) -> list[Warned]:
    """A person's warnings, those not read first, each newest first; with ``read`` those that were read too."""
    with connection.cursor() as cursor:
        cursor.execute(_LISTED, [person, read, most])
        return [Warned(*row) for row in cursor.fetchall()]


def unread(person: UUID) -> int:
    return Notice.objects.filter(person=person, read_at=None).count()


def mark_read(person: UUID, ids: Sequence[UUID]) -> int:
    """Mark a person's own warnings as read; gives how many were not yet."""
    return Notice.objects.filter(person=person, pk__in=ids, read_at=None).update(read_at=now())
