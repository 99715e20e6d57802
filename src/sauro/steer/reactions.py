"""What the steering room does when a moment of a task's clock has come: warn those whom it concerns."""

from collections.abc import Sequence
from uuid import UUID

from django.db import connection

from sauro.core.doorway.decide import local_day
from sauro.core.ids import new_id
from sauro.core.journal.consumers import Consumer, SealedEvent
from sauro.core.moment import now
from sauro.core.queries.seats import SEATS
from sauro.steer.models import Notice, Task
from sauro.steer.rules.telling import KINDS, concerned

# Offices and agencies as they stand today: after a merger the heirs are told (invariant I7).
_HOLDERS = f"""
WITH RECURSIVE up AS (
  SELECT c.id, c.parent, 0 AS depth FROM core_actor o JOIN core_actor c ON c.id = o.current WHERE o.id = %(lead)s
  UNION ALL
  SELECT c.id, c.parent, up.depth + 1 FROM up JOIN core_actor o ON o.id = up.parent JOIN core_actor c ON c.id = o.current
  WHERE up.depth < 12),
heads AS (
  SELECT up.depth, up.id AS organisation, h.person FROM up
  JOIN core_actor p ON p.organisation = up.id AND p.head AND p.kind = 'position' AND p.current = p.id
  JOIN core_holding h ON h.position = p.id AND h.valid_from <= %(today)s AND (h.valid_to IS NULL OR h.valid_to >= %(today)s))
SELECT CASE p.id WHEN %(position)s THEN 'responsible' ELSE 'assigner' END, s.person
FROM core_actor p JOIN ({SEATS}) s ON s.position = p.current WHERE p.id IN (%(position)s, %(assigner)s)
UNION ALL SELECT 'head', person FROM heads WHERE depth = 0
UNION ALL SELECT 'superior', person FROM heads WHERE depth = (
  SELECT min(depth) FROM heads WHERE organisation <> (SELECT id FROM up WHERE depth = 0))
"""  # noqa: S608 — constants of ours


def warn(events: Sequence[SealedEvent]) -> None:
    """A warning for each person concerned, once for each event: it commits with the position of the reader."""
    fired = [event for event in events if _kind(event)]
    tasks = {
        row["id"]: row
        for row in Task.objects.filter(pk__in={event.subject for event in fired}).values(
            "id", "lead", "assigner", "stage"
        )
    }
    for event in fired:
        row = tasks.get(event.subject) if event.subject else None
        if row is None:
            continue
        told = concerned(_kind(event), row["stage"], _holders(row["id"], row["lead"], row["assigner"]))
        notices = [
            Notice(id=new_id(), person=person, task=row["id"], kind=_kind(event), event=event.id, at=event.recorded)
            for person in sorted(told)
        ]  # fmt: skip
        Notice.objects.bulk_create(notices, ignore_conflicts=True)


def _kind(event: SealedEvent) -> str:
    """Which moment of a clock an event is; nothing where the timer had no effect, or warns nobody."""
    data = event.said["data"]
    fired = event.subject is not None and data.get("answer", {}).get("effect") == "fired"
    return data["kind"] if fired and data["kind"] in KINDS else ""


def _holders(task: UUID, lead: UUID, assigner: UUID | None) -> list[tuple[str, UUID]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT position FROM core_commitment WHERE id = %s", [task])
        (position,) = cursor.fetchone()
        moment = now()
        given = {
            "lead": lead,
            "position": position,
            "assigner": assigner,
            "today": local_day(moment),
            "now": moment,
        }
        cursor.execute(_HOLDERS, given)
        return list(cursor.fetchall())


CONSUMERS = [Consumer("steer.warn", warn, frozenset({"core.fire_timer"}))]
