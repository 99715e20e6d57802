"""What every act on a task shares: its subject, who it is the turn of, its deadline, its doers."""

from collections.abc import Collection
from datetime import date
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from sauro.core.clock import course as clock
from sauro.core.clock.course import Course, Limit, Terms
from sauro.core.clock.working import start_of_count
from sauro.core.doorway import Ask, Subject, Work
from sauro.core.doorway.decide import local_day
from sauro.core.doorway.registry import Query, Row
from sauro.core.models import Commitment, Timer
from sauro.core.queries import courses
from sauro.core.rules.closing import all_may_close
from sauro.steer.models import Task

TASK = Subject("task", (Commitment, Task), organisations="involved", unit="unit", versioned=True)
TERMS = Terms(max_extensions=99, notice_days=0, due_soon_hours=40, cut_off=False)
"""An extension of a task needs a decision each time, and is counted; how many there may be, no rule says (DOMAIN 1)."""

courses.say_terms("task", lambda _promise: TERMS)

_OFFICES = """
SELECT p.id, p.current, c.name_vi, c.name_en, 'office' AS kind, NULL::uuid AS commitment, NULL::timestamptz AS due_at,
  NULL::timestamptz AS fired_at, NULL::timestamptz AS cancelled_at, NULL::uuid AS event
FROM core_actor p JOIN core_actor c ON c.id = p.current WHERE p.id = ANY(%s::uuid[])
UNION ALL
SELECT id, NULL, NULL, NULL, kind, commitment, due_at, fired_at, cancelled_at, event FROM core_timer
WHERE commitment = %s AND fired_at IS NULL AND cancelled_at IS NULL AND kind <> 'retention'
"""


def offices(ask: Ask, _payload: Any, envelope: Row | None) -> Query | None:
    """Who stands today for the offices that a task names, and its live timers."""
    if envelope is None:
        return None
    named = [envelope[name] for name in ("position", "assigner", "verifier") if envelope[name] is not None]
    return _OFFICES, [named, ask.subject]


def timers(work: Work) -> list[Row]:
    return [row for row in work.facts if row.get("commitment") == work.subject]


def require_office(work: Work, named: UUID | None, message: Any, heir: UUID | None = None) -> None:
    """Refuse who does not act in the office that the task names for this, or in the one that took its place (I7)."""
    heirs = {row["id"]: row["current"] for row in work.facts if row.get("kind") == "office"}
    if named is not None and work.ask.position in (named, heir or heirs.get(named)):
        return
    work.refuse("not_your_office", "I1: a clear person", message, status=403)


def require_lead(work: Work) -> None:
    require_office(
        work, work.row(Commitment)["position"], _("Only the office responsible for this task does this.")
    )


def require_assigner(work: Work, heir: UUID | None = None) -> None:
    message = _("Only the office that assigned this task does this.")
    require_office(work, work.row(Task)["assigner"], message, heir)


def require_verifier(work: Work, heir: UUID | None = None) -> None:
    """Refuse anybody but the verifier's office; and in it, everybody who did the work (invariant I3)."""
    if not all_may_close(work.persons, work.row(Commitment)["doers"]):
        work.refuse(
            "doer_closes", "I3",
            _("You worked on this task, so somebody else must judge it, whatever office you hold."), status=403,
        )  # fmt: skip
    require_office(
        work, work.row(Task)["verifier"], _("Only the verifier named for this task does this."), heir
    )


def require_stage(work: Work, stages: Collection[str], message: Any) -> None:
    before = work.row(Task)["stage"]
    if before not in stages:
        work.refuse(
            "illegal_transition", f"task: {work.action.name} in {before}", message, status=409, before=before
        )


def require_words(work: Work, field: str, message: Any) -> str:
    """The words of a payload's field, if there are at least three; else a refusal beside the field."""
    said: str = " ".join(getattr(work.payload, field).split())
    if len(said.split(" ")) < 3:
        work.refuse("no_reason", "I2", message, field=field)
    return said


def did(work: Work) -> None:
    """Remember who did the work: the natural person, and who they deputise for (invariant I3)."""
    doers = work.row(Commitment)["doers"]
    new = [person for person in work.persons if person not in doers]
    if new:
        work.put(Commitment, doers=[*doers, *new])


def begin_clock(work: Work, due_on: date) -> tuple[Course, Any, UUID]:
    """The course to the end of a day, computed on the working calendar (invariant I1: a clear time).

    A day off carries over to the next working day (Civil Code 2015, Art. 148.5).
    """
    calendar_id, calendar = courses.calendar(local_day(work.now))
    first = calendar.date_of(calendar.local(start_of_count(calendar, work.now, cut_off=False)))
    days = (due_on - first).days
    if days < 1:
        # A limit of no days is none (Civil Code 2015, Art. 147: the first day does not count).
        work.refuse(
            "due_too_early", "I1: a clear time",
            _("The deadline must come after the first working day of the task. Choose a later day."), field="due_on",
        )  # fmt: skip
    course = clock.start(Limit(days, "day"), work.now, calendar, TERMS)
    return course, calendar, calendar_id


def plan_timers(work: Work, task: UUID, course: Course, calendar: Any) -> None:
    for kind, at in courses.planned(course, calendar, TERMS, work.now):
        work.insert(Timer, commitment=task, kind=kind, due_at=at)


def cancel_timers(work: Work) -> None:
    for row in timers(work):
        timer = {
            name: row[name]
            for name in ("id", "commitment", "kind", "due_at", "fired_at", "cancelled_at", "event")
        }
        work.put_row(Timer, timer, cancelled_at=work.now)
