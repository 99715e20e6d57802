"""The course of a commitment's clock: start, pause, resume, extend, finish. Each act returns another course.

None of them touches ``original_due``: what was promised first stays as it was printed (invariant I2).
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from sauro.core.clock.calendar import Calendar
from sauro.core.clock.promise import DEFAULT_TERMS, Course, CourseRefused, Extension, Limit, Pause, Terms, iso
from sauro.core.clock.reckoning import due
from sauro.core.clock.working import start_of_count

__all__ = [
    "Course",
    "CourseRefused",
    "Extension",
    "Limit",
    "Pause",
    "Terms",
    "extend",
    "finish",
    "pause",
    "resume",
    "start",
]


def start(limit: Limit, received_at: datetime, calendar: Calendar, terms: Terms = DEFAULT_TERMS) -> Course:
    """Start the clock for what was received (accepted, assigned) then, and promise the original due."""
    started_at = start_of_count(calendar, received_at, cut_off=terms.cut_off)
    return Course(
        limit=limit,
        received_at=received_at,
        started_at=started_at,
        original_due=limit.end(calendar, started_at),
        calendar=calendar.digest,
    )


def pause(course: Course, at: datetime, reason: str, basis: str, terms: Terms) -> Course:
    """Stop the clock. The reason must be one the definition allows, and rest on a law: no stop without either."""
    _running(course, at)
    if course.open_pause is not None:
        raise CourseRefused("already_paused", "I2", since=iso(course.open_pause.since))
    if reason not in terms.pause_reasons:
        raise CourseRefused(
            "pause_reason_not_allowed", "definition", reason=reason, allowed=sorted(terms.pause_reasons)
        )
    if not basis.strip():
        raise CourseRefused("pause_without_legal_basis", "definition", reason=reason)
    return replace(course, pauses=(*course.pauses, Pause(at, None, reason, basis)))


def resume(course: Course, at: datetime) -> Course:
    """Let the clock run on."""
    _running(course, at)
    stopped = course.open_pause
    if stopped is None:
        raise CourseRefused("not_paused", "I2")
    return replace(course, pauses=(*course.pauses[:-1], replace(stopped, until=at)))


def extend(
    course: Course,
    calendar: Calendar,
    by: int,
    reason: str,
    basis: str,
    decided_at: datetime,
    terms: Terms,
) -> Course:
    """Move the due in force by ``by`` units of the limit; the original due stays, and the extension is counted.

    Refused when the definition allows no further one, or when it comes less than ``notice_days`` working days
    before the due it moves (so never after a breach). Raises OutsideCalendar when it would end in years that the
    calendar does not cover.
    """
    _running(course, decided_at)
    if by <= 0:
        raise CourseRefused("extension_of_nothing", "definition", by=by)
    if len(course.extensions) >= terms.max_extensions:
        raise CourseRefused(
            "too_many_extensions", "definition", made=len(course.extensions), most=terms.max_extensions
        )
    if not reason.strip() or not basis.strip():
        raise CourseRefused("extension_without_reason", "Circular 03/2025, Form 04")
    in_force = due(course, calendar, decided_at)
    latest = calendar.date_of(calendar.closing(calendar.local(in_force), -terms.notice_days))
    if decided_at > in_force or calendar.date_of(calendar.local(decided_at)) > latest:
        raise CourseRefused(
            "extension_too_late", "definition", due=iso(in_force), notice_days=terms.notice_days
        )
    longer = replace(course, extensions=(*course.extensions, Extension(by, reason, basis, decided_at)))
    due(longer, calendar, decided_at)  # a due outside the announced years is refused now, not met later
    return longer


def finish(course: Course, at: datetime) -> Course:
    """End the course: the output was delivered, or the case ended otherwise. A clock that stands still ends there."""
    _running(course, at)
    open_pause = course.open_pause
    pauses = course.pauses if open_pause is None else (*course.pauses[:-1], replace(open_pause, until=at))
    return replace(course, pauses=pauses, finished_at=at)


def _running(course: Course, at: datetime) -> None:
    """Acts follow one another: none before the clock was started or before the last pause or resumption."""
    if at.tzinfo is None:
        raise ValueError("a moment must say its time zone")
    if course.finished_at is not None:
        raise CourseRefused("already_finished", "I2", finished_at=iso(course.finished_at))
    latest = max([course.received_at, *_moments(course.pauses)])
    if at < latest:
        raise CourseRefused("before_what_already_happened", "I2", at=iso(at), latest=iso(latest))


def _moments(pauses: Iterable[Pause]) -> Iterable[datetime]:
    for each in pauses:
        yield each.since if each.until is None else each.until
