"""What the one-stop room does when something has happened: tell people, and have decisions rendered for signing."""

from collections.abc import Collection, Iterable, Sequence
from uuid import UUID

from django.db import connection

from sauro.core.actions.gaps import HEADS_ABOVE
from sauro.core.doorway.decide import local_day
from sauro.core.ids import new_id
from sauro.core.journal.consumers import Consumer, SealedEvent
from sauro.core.models import Commitment
from sauro.core.moment import now
from sauro.core.queries.seats import SEATS
from sauro.serve import jobs
from sauro.serve.models import Dossier, Notice
from sauro.serve.rules.statuses import Status

TOLD = {
    "serve.submit_dossier": "submitted", "serve.assist_filing": "submitted", "serve.accept_dossier": "accepted",
    "serve.request_supplement": "supplement_requested", "serve.resume_dossier": "resumed",
    "serve.extend_deadline": "apologised", "serve.return_result": "returned",
    "serve.withdraw_dossier": "withdrawn", "serve.refuse_dossier": "refused", "serve.stop_dossier": "stopped",
}  # fmt: skip
"""Which act is told to the applicant, as which notice (Decree 224/2026, Art. 15.1.g: every change of status)."""

GOES_ON = frozenset({"serve.answer_supplement", "serve.request_payment", "serve.record_payment"})

_SEATED = f"SELECT DISTINCT p.id, s.person FROM core_actor p JOIN ({SEATS}) s ON s.position = p.current WHERE p.id = ANY(%(positions)s)"  # noqa: S608 — constants of ours

PREPARES = frozenset({"serve.draft_decision", "serve.complete_step", "serve.hand_over"})


def tell(events: Sequence[SealedEvent]) -> None:
    """Put a notice into the inbox of each person concerned, once per event; letters go by jobs."""
    told = {event.id: kind for event in events if event.name != "core.fire_timer" and (kind := _kind(event))}
    subjects = {event.subject for event in events if event.id in told and event.subject is not None}
    applicants = dict(Dossier.objects.filter(pk__in=subjects).values_list("id", "applicant"))
    notices = _to_offices(events)
    letters: list[Notice] = []
    for event in events:
        if event.id in told and event.subject in applicants:
            letters += _notices(event, told[event.id], [applicants[event.subject]])
    known = _known(events)
    new = [each for each in [*notices, *letters] if (each.event, each.person, each.kind) not in known]
    Notice.objects.bulk_create(new, ignore_conflicts=True)
    for notice in letters:
        if (notice.event, notice.person, notice.kind) not in known:
            jobs.queue_letters(notice)


def _known(events: Sequence[SealedEvent]) -> set[tuple[UUID, UUID, str]]:
    """What was told before of these events."""
    rows = Notice.objects.filter(event__in=[event.id for event in events])
    return set(rows.values_list("event", "person", "kind"))


def _kind(event: SealedEvent) -> str | None:
    reached = {(axis, after) for axis, _before, after in event.said["data"].get("moves", [])}
    if ("business", "9") in reached:
        return "finished"
    if ("financial", "requested") in reached:
        return "payment_requested"
    # A part of what was asked for, or money that nothing waited for, lets nothing go on.
    if event.name in GOES_ON:
        return "resumed" if ("business", "4") in reached else None
    return TOLD.get(event.name)


def _to_offices(events: Iterable[SealedEvent]) -> list[Notice]:
    """Half time and due soon go to who holds the responsible office; a breach goes to the head of the agency too."""
    fired = [(event, event.subject) for event in events if event.subject is not None and _is_told(event)]
    asked = Commitment.objects.filter(pk__in={subject for _event, subject in fired}, kind="dossier")
    promises = {row["id"]: row for row in asked.values("id", "position", "lead")}
    seated = _holders({row["position"] for row in promises.values() if row["position"]})
    heads: dict[UUID, list[UUID]] = {}
    notices: list[Notice] = []
    for event, subject in fired:
        promise = promises.get(subject)
        if promise is None:
            continue
        kind, office = event.said["data"]["kind"], promise["position"]
        persons = seated.get(office, set()) if office else set()
        if kind == "breach":
            lead = promise["lead"]
            if lead not in heads:
                heads[lead] = _heads(lead)
            notices += _notices(event, "breached", {*persons, *heads[lead]})
        else:
            notices += _notices(event, kind, persons)
    return notices


def _is_told(event: SealedEvent) -> bool:
    """Whether a moment of a clock has come: a timer that was fired, and not that of retention."""
    if event.name != "core.fire_timer":
        return False
    data = event.said["data"]
    return bool(data["answer"].get("effect") == "fired" and data["kind"] != "retention")


def _holders(positions: Collection[UUID]) -> dict[UUID, set[UUID]]:
    """Who holds offices today and who deputises in them now; for one that was merged away, in its successor."""
    if not positions:
        return {}
    moment = now()
    found: dict[UUID, set[UUID]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_SEATED, {"positions": list(positions), "now": moment, "today": local_day(moment)})
        for position, person in cursor.fetchall():
            found.setdefault(position, set()).add(person)
    return found


def _heads(organisation: UUID) -> list[UUID]:
    today = local_day(now())
    with connection.cursor() as cursor:
        cursor.execute(HEADS_ABOVE, [organisation, today, today])
        return [row[3] for row in cursor.fetchall()]


def _notices(event: SealedEvent, kind: str, persons: Iterable[UUID]) -> list[Notice]:
    assert event.subject is not None
    return [
        Notice(
            id=new_id(), dossier=event.subject, event=event.id, person=person, kind=kind, at=event.recorded
        )
        for person in sorted(persons)
    ]


def prepare(events: Sequence[SealedEvent]) -> None:
    """Have the worker render what was drafted and still waits for it; the job looks again whether it is still wanted."""
    waiting = Dossier.objects.filter(
        pk__in={event.subject for event in events if event.subject is not None},
        prepared_digest=None, result_digest=None, status__in=[Status.ACCEPTED, Status.PROCESSING],
    )  # fmt: skip
    for dossier in waiting.order_by("pk").values_list("pk", flat=True):
        jobs.prepare_decision.defer(dossier=str(dossier))


CONSUMERS = [
    Consumer(
        "serve.tell",
        tell,
        frozenset({*TOLD, *GOES_ON, "core.fire_timer", "serve.sign_decision", "serve.issue_result"}),
    ),
    Consumer("serve.prepare", prepare, PREPARES),
]
