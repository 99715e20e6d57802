"""What a course comes to at a given moment: the due in force, the state, what is left, and the timers it needs.

A pause moves the due by exactly the time that passed in it, in the limit's own measure: office time for working
days and hours, whole days (from the day it began to the day it ended) for limits in days and months, which end at
the end of a day. A pause that begins after the due has passed heals nothing. Extensions move the due before pauses
do; neither touches the original due (invariant I2).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sauro.core.clock.calendar import NO_TIME, Calendar
from sauro.core.clock.promise import DEFAULT_TERMS, Course, Limit, Terms
from sauro.core.clock.working import HOUR, end_on_working_day, months_later

Status = Literal["not_started", "running", "paused", "breached", "finished"]
TimerKind = Literal["half_time", "due_soon", "breach"]
_BEYOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class State:
    """A course at one moment.

    ``due`` is in force, ``promised`` is the original due moved by pauses alone: the schedule is judged against it.
    ``remaining`` and ``late_by`` are in the limit's measure (office time, or time). ``on_time`` and ``as_promised``
    are known once it is finished or breached. While the clock stands still, ``due`` is what it would be if the clock
    ran on now.
    """

    status: Status
    due: datetime
    promised: datetime
    original_due: datetime
    remaining: timedelta
    late_by: timedelta
    half_time: datetime
    due_soon: datetime
    on_time: bool | None
    as_promised: bool | None
    extensions: int


def is_working_unit(limit: Limit) -> bool:
    """Whether the limit is measured in office time."""
    return limit.unit in ("working_day", "working_hour")


def due(
    course: Course, calendar: Calendar, now: datetime | None = None, *, extended: bool = True
) -> datetime:
    """The due in force, or without extensions the promised one.

    A clock that stands still counts as standing until ``now``; without ``now`` only the time up to its stop counts,
    which gives the earliest due there can be.
    """
    longer = sum(extension.by for extension in course.extensions) if extended else 0
    base = extended_due(course, calendar, longer)
    if not course.pauses:
        return base
    if is_working_unit(course.limit):
        return _push_by_work(course, calendar, base, now)
    return _push_by_days(course, calendar, base, now)


def extended_due(course: Course, calendar: Calendar, by: int) -> datetime:
    """The original due, ``by`` units of the limit later; nothing of pauses."""
    if not by:
        return course.original_due
    unit, original = course.limit.unit, calendar.local(course.original_due)
    if unit == "working_day":
        return calendar.moment(calendar.closing(original, by))
    if unit == "working_hour":
        return calendar.moment(calendar.when_worked(calendar.worked(original) + by * HOUR))
    day = calendar.date_of(original)
    return end_on_working_day(calendar, day + timedelta(days=by) if unit == "day" else months_later(day, by))


def spans(course: Course, now: datetime | None = None) -> list[tuple[datetime, datetime]]:
    """When the clock stood still, up to ``now``; what came before it had started stopped nothing."""
    found = []
    for each in course.pauses:
        since = max(each.since, course.started_at)
        until = each.until if each.until is not None else now or since
        if now is not None:
            until = min(until, now)
        if until > since:
            found.append((since, until))
    return found


def state(course: Course, calendar: Calendar, now: datetime, terms: Terms = DEFAULT_TERMS) -> State:
    """How the course stands at ``now``; once finished, how it stood then."""
    at = course.finished_at or now
    in_force = due(course, calendar, at)
    promised = due(course, calendar, at, extended=False) if course.extensions else in_force
    status = _status(course, at, in_force)
    judged = status in ("finished", "breached")
    late = at > in_force
    half_time, due_soon = _reminders(course, calendar, in_force, at, terms)
    begun = max(at, course.started_at)
    return State(
        status=status,
        due=in_force,
        promised=promised,
        original_due=course.original_due,
        remaining=NO_TIME if late or status == "finished" else _between(course, calendar, begun, in_force),
        late_by=_between(course, calendar, in_force, at) if late else NO_TIME,
        half_time=half_time,
        due_soon=due_soon,
        on_time=not late if judged else None,
        as_promised=at <= promised if judged or at > promised else None,
        extensions=len(course.extensions),
    )


def timers_for(
    course: Course, calendar: Calendar, terms: Terms = DEFAULT_TERMS
) -> list[tuple[TimerKind, datetime]]:
    """The timers this course needs as it stands, in order of time.

    The breach comes one microsecond after the due, since at the due itself it is still kept. A finished course needs
    none; one that stands still keeps only those that were due before it stopped: resuming plans the others anew.
    """
    if course.finished_at is not None:
        return []
    in_force = due(course, calendar)
    half_time, due_soon = _reminders(course, calendar, in_force, None, terms)
    timers: list[tuple[TimerKind, datetime]] = [
        ("half_time", half_time),
        ("due_soon", due_soon),
        ("breach", in_force + _BEYOND),
    ]
    stopped = course.open_pause
    return sorted(
        ((kind, at) for kind, at in timers if stopped is None or at <= stopped.since),
        key=lambda timer: timer[1],
    )


def _status(course: Course, at: datetime, in_force: datetime) -> Status:
    if course.finished_at is not None:
        return "finished"
    if at < course.started_at:
        return "not_started"
    if at > in_force:
        return "breached"
    stopped = course.open_pause
    return "paused" if stopped is not None and at >= stopped.since else "running"


def _push_by_work(course: Course, calendar: Calendar, base: datetime, now: datetime | None) -> datetime:
    limit = calendar.local(base)
    worked = calendar.worked(limit)
    for since, until in spans(course, now):
        stopped = calendar.local(since)
        if stopped > limit:
            break
        stood = calendar.worked(calendar.local(until)) - calendar.worked(stopped)
        if stood:
            worked += stood
            limit = calendar.when_worked(worked)
    return calendar.moment(limit)


def _push_by_days(course: Course, calendar: Calendar, base: datetime, now: datetime | None) -> datetime:
    limit = base
    day = calendar.date_of(calendar.local(base))
    for since, until in spans(course, now):
        if since > limit:
            break
        stopped, went_on = calendar.date_of(calendar.local(since)), calendar.date_of(calendar.local(until))
        if went_on == stopped:
            continue
        # A stop within the days off to which a due was carried over counts from the day it began.
        day = max(day, stopped) + (went_on - stopped)
        limit = end_on_working_day(calendar, day)
    return limit


def _reminders(
    course: Course, calendar: Calendar, in_force: datetime, now: datetime | None, terms: Terms
) -> tuple[datetime, datetime]:
    """Half of the time granted used up, and ``due_soon_hours`` of office time left; neither before the start."""
    half_time = _half_time(course, calendar, in_force, now)
    left = calendar.worked(calendar.local(in_force)) - terms.due_soon_hours * HOUR
    started = calendar.worked(calendar.local(course.started_at))
    due_soon = calendar.moment(calendar.when_worked(left)) if left > started else course.started_at
    return half_time, due_soon


def _half_time(course: Course, calendar: Calendar, in_force: datetime, now: datetime | None) -> datetime:
    reading, moment_at = _measure(course, calendar)
    started, end = reading(course.started_at), reading(in_force)
    stood = [(reading(since), reading(until)) for since, until in spans(course, now) if since <= in_force]
    half = started + (end - started - sum((until - since for since, until in stood), NO_TIME)) // 2
    for since, until in stood:
        if since >= half:
            break
        half += until - since
    return max(moment_at(half), course.started_at) if half > started else course.started_at


def _measure(
    course: Course, calendar: Calendar
) -> tuple[Callable[[datetime], timedelta], Callable[[timedelta], datetime]]:
    """How the limit reads time and back: office time, or wall time."""
    if is_working_unit(course.limit):
        return (
            lambda moment: calendar.worked(calendar.local(moment)),
            lambda reading: calendar.moment(calendar.when_worked(reading)),
        )
    return calendar.local, calendar.moment


def _between(course: Course, calendar: Calendar, start: datetime, end: datetime) -> timedelta:
    reading, _ = _measure(course, calendar)
    return max(NO_TIME, reading(end) - reading(start))
