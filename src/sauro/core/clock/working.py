"""Adding and measuring time on a working calendar.

How a time limit is counted, with where each choice comes from (V: read in the text; I: inferred from it):

- The first day is not counted (V: Civil Code 2015, Art. 147.2 and 147.3). So *n* working days end on the *n*-th
  working day after the day on which the clock starts, and 0 working days ("the same day") on that day itself.
- Minutes and hours count from the moment itself (V: Art. 147.1); here only those inside office hours (I).
- A limit in days or months ends at 24:00 of its last day (V: Art. 148.1, 148.3, 148.6), written as the last
  microsecond of that day so that it also reads as that date; if that is a day off, at the end of the next working
  day (V: Art. 148.5); a month without the date ends on its last day (V: Art. 148.3).
- A limit in working days ends at close of office on its last day, since nobody can be served after it (I).
- 8 working hours are one working day (V in the code of the ministries' systems, as ``days = hours / 8``).
- What is received after the cut-off in force (15:00 from 05/08/2026; V: Decree 309/2026, Art. 9, read there of paper
  dossiers) starts with the opening of the next working day; at 15:00 sharp it is not yet late. What is received when
  the office is closed starts when it next opens (I): so a later receipt never gives an earlier end.

All moments are aware datetimes; results are in the calendar's zone. Every function raises OutsideCalendar rather than
assume anything about a year that was not announced.
"""

from calendar import monthrange
from datetime import date, datetime, timedelta
from typing import Final

from sauro.core.clock.calendar import Calendar

HOURS_PER_WORKING_DAY: Final = 8
HOUR: Final = timedelta(hours=1)


def start_of_count(calendar: Calendar, received: datetime, *, cut_off: bool = True) -> datetime:
    """When the clock starts for what was received then: at once, or when the office next opens."""
    return calendar.moment(_start(calendar, received, cut_off))


def add_working_days(calendar: Calendar, start: datetime, days: int, *, cut_off: bool = True) -> datetime:
    """Close of office on the last of ``days`` working days after the day the clock starts; 0 is that same day."""
    _whole(days)
    return calendar.moment(calendar.closing(_start(calendar, start, cut_off), days))


def add_working_hours(calendar: Calendar, start: datetime, hours: int, *, cut_off: bool = True) -> datetime:
    """The moment at which ``hours`` of office time have passed since the clock started."""
    _whole(hours)
    local = _start(calendar, start, cut_off)
    return calendar.moment(calendar.when_worked(calendar.worked(local) + hours * HOUR) if hours else local)


def add_calendar_days(calendar: Calendar, start: datetime, days: int, *, cut_off: bool = True) -> datetime:
    """The end of the ``days``-th day after the day the clock starts, or of the next working day if that one is off."""
    _whole(days)
    first = calendar.date_of(_start(calendar, start, cut_off))
    return end_on_working_day(calendar, first + timedelta(days=days))


def add_calendar_months(
    calendar: Calendar, start: datetime, months: int, *, cut_off: bool = True
) -> datetime:
    """The end of the corresponding day ``months`` later, or of the next working day if that one is off."""
    _whole(months)
    first = calendar.date_of(_start(calendar, start, cut_off))
    return end_on_working_day(calendar, months_later(first, months))


def months_later(day: date, months: int) -> date:
    """The corresponding day, or the last one of a month that lacks it (Civil Code 2015, Art. 148.3)."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def end_on_working_day(calendar: Calendar, day: date) -> datetime:
    """The end of that day, or of the next working day if it is one off (Civil Code 2015, Art. 148.5 and 148.6)."""
    while not calendar.day(day).periods:
        day += timedelta(days=1)
    return calendar.moment(calendar.end_of(day))


def working_time_between(calendar: Calendar, start: datetime, end: datetime) -> timedelta:
    """Office time from one moment to a later one. Raises ValueError if ``end`` comes first."""
    if end < start:
        raise ValueError("the end comes before the start")
    return calendar.worked(calendar.local(end)) - calendar.worked(calendar.local(start))


def next_working_moment(calendar: Calendar, moment: datetime) -> datetime:
    """The moment itself if it is worked, else when work begins next."""
    return calendar.moment(calendar.opening(calendar.local(moment)))


def is_working(calendar: Calendar, moment: datetime) -> bool:
    """Whether the office works at that moment; at closing time it no longer does."""
    return calendar.is_open(calendar.local(moment))


def _start(calendar: Calendar, received: datetime, cut_off: bool) -> timedelta:
    local = calendar.local(received)
    if cut_off and calendar.after_cut_off(local):
        return calendar.next_day_opening(local)
    return calendar.opening(local)


def _whole(amount: int) -> None:
    if amount < 0:
        raise ValueError("a time limit is never negative")
