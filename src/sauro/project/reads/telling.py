"""Who is told what about a contest: the person, the reader, the officer in turn; and when the clock says it is late."""

from collections.abc import Sequence
from uuid import UUID

from django.db import connection

from sauro.core.actions.gaps import HEADS_ABOVE
from sauro.core.doorway.decide import local_day
from sauro.core.doorway.genesis import PLATFORM
from sauro.core.ids import new_id
from sauro.core.journal.consumers import Consumer, SealedEvent
from sauro.core.models import Commitment, Contest, ContestNotice
from sauro.core.moment import now
from sauro.core.queries.seats import SEATS

ACTS = {
    "core.contest_read": "contested", "core.ask_explanation": "asked", "core.explain_read": "explained",
    "core.answer_contest": "answered", "core.withdraw_contest": "withdrawn",
}  # fmt: skip
FIRED = ("due_soon", "breach", "explain")
"""The moments of a contest's clock of which somebody is told."""

# Who sits in the office in turn, today; for a late one also in every data-protection office above it.
_OFFICERS = f"""
SELECT s.person FROM core_actor p JOIN ({SEATS}) s ON s.position = p.current WHERE p.id = %(position)s
UNION
SELECT s.person FROM core_actor o JOIN core_actor c ON c.id = o.current
  JOIN core_actor a ON a.kind = 'organisation' AND a.current = a.id AND a.path <> '' AND starts_with(c.path, a.path)
  JOIN core_actor p ON p.organisation = a.id AND p.kind = 'position' AND p.current = p.id
  JOIN core_grant g ON g.holder = p.id AND g.revoked_at IS NULL AND g.valid_from <= %(now)s AND (g.valid_to IS NULL OR g.valid_to > %(now)s)
  JOIN core_definition r ON r.id = g.role AND r.body->'actions' @> '["core.answer_contest"]'::jsonb
  JOIN ({SEATS}) s ON s.position = p.id
WHERE o.id = %(agency)s AND (%(above)s OR %(position)s::uuid IS NULL)
"""  # noqa: S608 — constants of ours


def tell(events: Sequence[SealedEvent]) -> None:
    """A line for each person concerned, once for each event: it commits with the position of the reader."""
    contests = {row.pk: row for row in Contest.objects.filter(pk__in={event.subject for event in events})}
    for event in events:
        row = contests.get(event.subject) if event.subject else None
        kind = _kind(event)
        if row is None or not kind:
            continue
        persons = _concerned(kind, row) - {event.person, PLATFORM}
        notices = [
            ContestNotice(id=new_id(), contest=row.pk, person=person, kind=kind, event=event.id, at=event.recorded)
            for person in sorted(persons)
        ]  # fmt: skip
        ContestNotice.objects.bulk_create(notices, ignore_conflicts=True)


def _kind(event: SealedEvent) -> str:
    if event.name in ACTS:
        return ACTS[event.name]
    data = event.said["data"]
    fired = data.get("answer", {}).get("effect") == "fired"
    return str(data["kind"]) if fired and data.get("kind") in FIRED else ""


def _concerned(kind: str, row: Contest) -> set[UUID]:
    readers = {row.reader, *([row.behalf] if row.behalf else [])}
    if kind in ("contested", "explained", "due_soon"):
        return _officers(row)
    if kind == "asked":
        return {*readers, *_head(row.agency)}
    if kind == "answered":
        return {row.person, *readers}
    if kind == "withdrawn":
        return {*_officers(row), *(readers if row.asked else set())}
    if kind == "explain":
        return {*_officers(row), *readers, *_head(row.agency)} if row.stage == "asked" else set()
    # Late: the officer, those above, and the head of the officer's own agency.
    return {*_officers(row, above=True), *_head(_agency_of_officer(row))}


def _officers(row: Contest, *, above: bool = False) -> set[UUID]:
    moment = now()
    position = Commitment.objects.values_list("position", flat=True).get(pk=row.pk)
    asked = {
        "position": position,
        "agency": row.agency,
        "above": above,
        "now": moment,
        "today": local_day(moment),
    }
    with connection.cursor() as cursor:
        cursor.execute(_OFFICERS, asked)
        found = {person for (person,) in cursor.fetchall()}
    return found - {row.person, row.reader, row.behalf}


def _agency_of_officer(row: Contest) -> UUID:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT p.organisation FROM core_commitment c JOIN core_actor p ON p.id = c.position WHERE c.id = %s",
            [row.pk],
        )
        found = cursor.fetchone()
    return found[0] if found else row.agency


def _head(agency: UUID) -> set[UUID]:
    today = local_day(now())
    with connection.cursor() as cursor:
        cursor.execute(HEADS_ABOVE, [agency, today, today])
        return {person for _organisation, _depth, _position, person in cursor.fetchall()}


CONSUMER = Consumer("reads.tell", tell, frozenset({*ACTS, "core.fire_timer"}))
