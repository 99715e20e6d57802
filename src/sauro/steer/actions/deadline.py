"""Extending a task's deadline: by a decision, counted and authored; the original stays for ever (invariant I2)."""

from datetime import date
from typing import Any
from uuid import UUID

import msgspec
from django.utils.translation import gettext as _

from sauro.core.clock import OutsideCalendar
from sauro.core.clock import course as clock
from sauro.core.clock.course import CourseRefused
from sauro.core.clock.reckoning import due as due_of
from sauro.core.doorway import Ask, Work, action
from sauro.core.doorway.decide import local_day
from sauro.core.doorway.registry import Query, Row
from sauro.core.models import Commitment
from sauro.core.moment import now
from sauro.core.queries import courses
from sauro.steer.actions import subject
from sauro.steer.actions.subject import TASK, TERMS, offices
from sauro.steer.models import Task


class ExtendTask(msgspec.Struct, forbid_unknown_fields=True):
    """Until when, why (sealed), and by which decision: a registered instrument in force."""

    until: date
    reason: str
    decision: UUID


def _facts(ask: Ask, payload: ExtendTask, envelope: Row | None) -> Query | None:
    asked = offices(ask, payload, envelope)
    if asked is None or envelope is None:
        return None
    sql, values = asked
    more = """
UNION ALL SELECT r.id, NULL, r.code, NULL, 'decision', NULL, NULL, NULL, NULL, NULL FROM core_record r
WHERE r.id = %s AND r.register = 'instruments' AND r.valid_from <= %s AND (r.valid_to IS NULL OR r.valid_to >= %s)
UNION ALL SELECT t.id, NULL, t.code, NULL, 'above', NULL, t.due, NULL, NULL, NULL FROM steer_task t WHERE t.id = %s::uuid"""
    today = local_day(now())
    return sql + more, [*values, payload.decision, today, today, envelope["parent"]]


@action("steer.extend_task", subject=TASK, payload=ExtendTask, purpose="steer", facts=_facts)
def extend_task(work: Work) -> None:
    """Move the deadline in force. Who did the work does not move their own deadline."""
    p: ExtendTask = work.payload
    subject.require_stage(work, {"assigned", "working"}, _("Only a task under way has a deadline to move."))
    subject.require_assigner(work)
    reason = subject.require_words(work, "reason", _("Say the reason in a few words."))
    decision = next((row for row in work.facts if row["kind"] == "decision"), None)
    if decision is None:
        work.refuse("unknown_basis", "register: instruments", _("Choose the decision in force on which this rests."), field="decision")  # fmt: skip
        raise AssertionError
    kept = work.row(Commitment)["course"]
    course, calendar = courses.read(kept)
    # From the original deadline, so that a day off to which one was carried over is not counted twice.
    first = calendar.date_of(calendar.local(course.original_due))
    by = (p.until - first).days - sum(extension.by for extension in course.extensions)
    if by <= 0 or p.until <= calendar.date_of(calendar.local(due_of(course, calendar))):
        work.refuse("not_later", "I2", _("Choose a day after the deadline in force."), field="until")
    try:
        longer = clock.extend(course, calendar, by, "sealed", decision["name_vi"], work.now, TERMS)
    except OutsideCalendar:
        work.refuse("calendar_ends", "I1: a clear time", _("The working calendar does not reach to this day yet. Choose an earlier one."), field="until")  # fmt: skip
        raise AssertionError from None
    except CourseRefused as refused:
        work.refuse(refused.code, refused.rule, _("The deadline has passed: it can be missed or met, not moved any more."), status=409)  # fmt: skip
        raise AssertionError from None
    due: Any = due_of(longer, calendar)
    above = next((row for row in work.facts if row["kind"] == "above"), None)
    if above is not None and above["due_at"] is not None and due > above["due_at"]:
        work.refuse("after_parent", "I1: a clear time", _("A part cannot be due after the whole. Choose an earlier day."), field="until")  # fmt: skip
    number = work.row(Commitment)["extensions"] + 1
    work.put(
        Commitment,
        course={**longer.to_data(), "calendar_id": kept["calendar_id"]},
        due=due,
        extensions=number,
    )
    work.put(Task, due=due, due_on=p.until)
    work.personal(work.subject, f"extension-{number}", {"reason": reason})
    work.data.update(number=number, decision=decision["name_vi"])
    subject.cancel_timers(work)
    subject.plan_timers(work, work.subject, longer, calendar)
