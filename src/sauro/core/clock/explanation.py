"""The computation of a due, shown: what Form 01, the dossier's page and a complaint need to see."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import Any

from sauro.core.clock.calendar import MINUTE, NO_TIME, Calendar
from sauro.core.clock.promise import Course
from sauro.core.clock.reckoning import due, extended_due, is_working_unit, spans
from sauro.core.clock.working import months_later

Step = dict[str, Any]
"""One line, JSON-able. ``what`` is one of:

``shift``      the clock starts later than received: ``reason`` ``after_cut_off`` (with ``basis``) or ``closed``
``start_day``  the first day, which is not counted (Civil Code 2015, Art. 147)
``count``      time that counts: ``days`` whole days, ``minutes`` (office minutes, for working days and hours)
``rest``       days off: ``reason`` ``weekend``, ``holiday`` or ``swapped``, ``name``, ``days``
``pause``      the clock stood still: ``reason`` and ``basis`` of the stop, ``days`` or ``minutes``
``carried``    days after a last day that was off (Civil Code 2015, Art. 148.5)
``extension``  ``by`` units, ``reason``, ``basis``, ``decided_at``; its time is among what counts
``due``        the end: ``at``, ``original_due``

``from`` and ``to`` are ISO moments in the calendar's zone (``to`` of a whole day is its last microsecond).
"""


Stop = tuple[timedelta, timedelta, Step]


def explain(course: Course, calendar: Calendar, now: datetime | None = None) -> list[Step]:
    """The steps from what was received to the due in force, in order (Step). Runs of like days are one step.

    The ``minutes`` of ``start_day`` and ``count`` add up to the office time promised, extensions included; for a
    limit in days the ``days`` of ``count`` add up to it.
    """
    in_force = due(course, calendar, now)
    lines = _working_lines if is_working_unit(course.limit) else _day_lines
    return [
        *_shift(course, calendar),
        *_merged(lines(course, calendar, in_force, now)),
        *_extensions(course, calendar),
        {
            "what": "due",
            "at": _text(calendar, in_force),
            "original_due": _text(calendar, course.original_due),
        },
    ]


def _shift(course: Course, calendar: Calendar) -> Iterator[Step]:
    if course.started_at == course.received_at:
        return
    received = calendar.local(course.received_at)
    rule = calendar.cut_off_on(calendar.date_of(received))
    late = calendar.after_cut_off(received) and bool(calendar.day(calendar.date_of(received)).periods)
    yield {
        "what": "shift",
        "reason": "after_cut_off" if late else "closed",
        "basis": rule.basis if late and rule is not None else None,
        "from": _text(calendar, course.received_at),
        "to": _text(calendar, course.started_at),
    }


def _working_lines(
    course: Course, calendar: Calendar, in_force: datetime, now: datetime | None
) -> Iterator[Step]:
    """Period by period: what counted of it, and what a pause took."""
    start, end = calendar.local(course.started_at), calendar.local(in_force)
    stops = _stops(course, calendar, now)
    by_day = course.limit.unit == "working_day"
    for day in _dates(calendar.date_of(start), calendar.date_of(end)):
        kind = calendar.day(day)
        midnight = calendar.midnight(day)
        if not kind.periods:
            yield _rest(calendar, day)
            continue
        whole = sum(closes - opens for opens, closes in kind.periods)
        what = "start_day" if by_day and midnight <= start else "count"
        for opens, closes in kind.periods:
            first, last = max(midnight + opens * MINUTE, start), min(midnight + closes * MINUTE, end)
            for since, until, stop in _cut(first, last, stops):
                told = {"what": what} if stop is None else {"what": "pause", **stop}
                yield {
                    **told,
                    **_span(calendar, since, until),
                    "minutes": until - since,
                    "of": (day, whole * MINUTE),
                }


def _day_lines(
    course: Course, calendar: Calendar, in_force: datetime, now: datetime | None
) -> Iterator[Step]:
    """Day by day: the days of the limit, those a pause took, and those a due was carried over."""
    start = calendar.local(course.started_at)
    first, last = calendar.date_of(start), calendar.date_of(calendar.local(in_force))
    left = _promised_days(course, calendar)
    stops = [
        (calendar.date_of(since), calendar.date_of(until), stop)
        for since, until, stop in _stops(course, calendar, now)
    ]
    yield {"what": "start_day", **_span(calendar, start, calendar.end_of(first)), "days": 0}
    for day in _dates(first + timedelta(days=1), last):
        stop = next((stop for since, until, stop in stops if since < day <= until), None)
        if stop is not None:
            yield {"what": "pause", **stop, **_whole(calendar, day), "days": 1}
        elif left:
            left -= 1
            yield {"what": "count", **_whole(calendar, day), "days": 1}
        else:
            yield {"what": "carried", **_whole(calendar, day), "days": 1}


def _promised_days(course: Course, calendar: Calendar) -> int:
    """How many calendar days the limit and its extensions are."""
    first = calendar.date_of(calendar.local(course.started_at))
    amount = course.limit.amount
    days = amount if course.limit.unit == "day" else (months_later(first, amount) - first).days
    longer = sum(extension.by for extension in course.extensions)
    if not longer or course.limit.unit == "day":
        return days + longer
    original = calendar.date_of(calendar.local(course.original_due))
    return days + (months_later(original, longer) - original).days


def _extensions(course: Course, calendar: Calendar) -> Iterator[Step]:
    made = 0
    for extension in course.extensions:
        old = extended_due(course, calendar, made)
        made += extension.by
        yield {
            "what": "extension",
            "by": extension.by,
            "unit": course.limit.unit,
            "reason": extension.reason,
            "basis": extension.basis,
            "decided_at": _text(calendar, extension.decided_at),
            "from": _text(calendar, old),
            "to": _text(calendar, extended_due(course, calendar, made)),
        }


def _merged(lines: Iterable[Step]) -> Iterator[Step]:
    """Neighbours that say the same become one line; office time ends up as minutes and whole days."""
    current: Step | None = None
    for line in lines:
        if current is not None and _same(current, line):
            current["to"] = line["to"]
            for measure in ("minutes", "days"):
                if measure in line:
                    current[measure] += line[measure]
            current["worked"] += _worked(line)
        else:
            if current is not None:
                yield _finished(current)
            current = {**line, "worked": _worked(line)}
    if current is not None:
        yield _finished(current)


def _same(one: Step, other: Step) -> bool:
    return all(one.get(key) == other.get(key) for key in ("what", "reason", "basis", "name"))


def _worked(line: Step) -> list[tuple[tuple[date, timedelta], timedelta]]:
    return [(line["of"], line["minutes"])] if "of" in line else []


def _finished(line: Step) -> Step:
    """A day counts as whole when all its office time is in this line."""
    worked: dict[tuple[date, timedelta], timedelta] = {}
    for of, spent in line.pop("worked"):
        worked[of] = worked.get(of, NO_TIME) + spent
    if line.pop("of", None) is not None:
        line["days"] = sum(spent == whole for (_, whole), spent in worked.items())
        if line["what"] == "start_day":
            line["days"] = 0
        line["minutes"] //= MINUTE
    return line


def _cut(
    first: timedelta, last: timedelta, stops: list[Stop]
) -> Iterator[tuple[timedelta, timedelta, Step | None]]:
    """A stretch of office time, cut where the clock stood still."""
    for since, until, stop in stops:
        if until <= first or since >= last:
            continue
        if since > first:
            yield first, since, None
        yield max(first, since), min(last, until), stop
        first = min(last, until)
    if first < last:
        yield first, last, None


def _stops(course: Course, calendar: Calendar, now: datetime | None) -> list[Stop]:
    reasons = {max(p.since, course.started_at): {"reason": p.reason, "basis": p.basis} for p in course.pauses}
    return [
        (calendar.local(since), calendar.local(until), reasons[since]) for since, until in spans(course, now)
    ]


def _rest(calendar: Calendar, day: date) -> Step:
    kind = calendar.day(day)
    return {"what": "rest", "reason": kind.rest, "name": kind.name, **_whole(calendar, day), "days": 1}


def _whole(calendar: Calendar, day: date) -> Step:
    return _span(calendar, calendar.midnight(day), calendar.end_of(day))


def _span(calendar: Calendar, since: timedelta, until: timedelta) -> Step:
    return {"from": calendar.moment(since).isoformat(), "to": calendar.moment(until).isoformat()}


def _text(calendar: Calendar, moment: datetime) -> str:
    return moment.astimezone(calendar.zone).isoformat()


def _dates(first: date, last: date) -> Iterator[date]:
    for ordinal in range(first.toordinal(), last.toordinal() + 1):
        yield date.fromordinal(ordinal)
