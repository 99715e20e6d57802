"""The working calendar: which moments are worked, and how much work lies between any two of them.

Arithmetic is on wall time, a timedelta since 1970 in the calendar's zone: exact, without rounding. That is sound because
a calendar refuses a time zone whose offset changes inside its years (Asia/Ho_Chi_Minh has had none since 1975), and
fast because the working time before every period is added up once: each question is a bisection or less.
"""

import json
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from itertools import accumulate
from typing import Any, Final, Literal, Self
from zoneinfo import ZoneInfo

from sauro.core.clock.announced import (
    Announced,
    CalendarDataError,
    CutOff,
    Name,
    Period,
    plain,
    read,
)

MINUTE: Final = timedelta(minutes=1)
DAY: Final = timedelta(days=1)
NO_TIME: Final = timedelta()
_MICROSECOND: Final = timedelta(microseconds=1)
_UTC_ORIGIN: Final = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_DAY: Final = date(1970, 1, 1).toordinal()

Rest = Literal["weekend", "holiday", "swapped"]


class OutsideCalendar(ValueError):
    """A moment or a result lies outside the years the calendar was announced for; nothing is assumed beyond them."""

    def __init__(self, calendar: "Calendar", what: str) -> None:
        super().__init__(
            f"{what} lies outside calendar {calendar.code}, announced for {calendar.first} to {calendar.last}. "
            f"Publish a version of the calendar that covers it."
        )


@dataclass(frozen=True, slots=True)
class Day:
    """One day: its worked periods (minutes of the day), or why it is not worked and what that is called."""

    date: date
    periods: tuple[Period, ...]
    rest: Rest | None = None
    name: Name = ""


class Calendar:
    """An immutable working calendar; equal and hashed by ``digest`` (SHA-256 of its data in normal form)."""

    __slots__ = (
        "_announced",
        "_before",
        "_closings",
        "_cut_offs",
        "_days",
        "_ends",
        "_first",
        "_midnights",
        "_offset",
        "_origin",
        "_ranks",
        "_starts",
        "_totals",
        "digest",
        "zone",
    )

    digest: str
    zone: ZoneInfo
    _announced: Announced
    _offset: timedelta
    _origin: datetime
    _first: int  # days since 1970
    _days: tuple[Day, ...]  # by day, as are:
    _midnights: tuple[timedelta, ...]
    _cut_offs: tuple[timedelta | None, ...]
    _ranks: tuple[int, ...]  # working days up to and with it
    _before: tuple[int, ...]  # periods before it
    _closings: tuple[timedelta, ...]  # by working day
    _starts: tuple[timedelta, ...]  # by period, as are:
    _ends: tuple[timedelta, ...]
    _totals: tuple[timedelta, ...]  # working time before it

    def __init__(self, announced: Announced) -> None:
        fill = object.__setattr__  # everything is set here and never again
        fill(self, "_announced", announced)
        form = json.dumps(plain(announced), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        fill(self, "digest", sha256(form.encode()).hexdigest())
        zone = ZoneInfo(announced.timezone)
        fill(self, "zone", zone)
        fill(self, "_offset", _constant_offset(announced, zone))
        fill(self, "_origin", datetime(1970, 1, 1, tzinfo=zone))
        self._index(tuple(_days(announced)))

    def _index(self, days: tuple[Day, ...]) -> None:
        fill = object.__setattr__
        first = self.first.toordinal() - _EPOCH_DAY
        midnights = tuple(timedelta(days=first + index) for index in range(len(days)))
        fill(self, "_first", first)
        fill(self, "_days", days)
        fill(self, "_midnights", midnights)
        fill(self, "_cut_offs", tuple(_cut_off_at(self._announced, day) for day in days))
        fill(self, "_ranks", tuple(accumulate(int(bool(day.periods)) for day in days)))
        fill(self, "_before", (0, *accumulate(len(day.periods) for day in days)))
        periods = [
            (midnight + opens * MINUTE, midnight + closes * MINUTE)
            for midnight, day in zip(midnights, days, strict=True)
            for opens, closes in day.periods
        ]
        if not periods:
            raise CalendarDataError("office_hours: no day is ever worked")
        worked = [index for index, day in enumerate(days) if day.periods]
        fill(self, "_closings", tuple(midnights[i] + days[i].periods[-1][1] * MINUTE for i in worked))
        fill(self, "_starts", tuple(starts for starts, _ in periods))
        fill(self, "_ends", tuple(ends for _, ends in periods))
        fill(self, "_totals", tuple(accumulate((ends - starts for starts, ends in periods), initial=NO_TIME)))

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Self:
        """A calendar from plain data (shape: ``announced.read``). Raises CalendarDataError."""
        return cls(read(data))

    def to_data(self) -> dict[str, Any]:
        """The data in normal form, JSON-able."""
        return plain(self._announced)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError("a calendar never changes: publish another version")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Calendar) and self.digest == other.digest

    def __hash__(self) -> int:
        return hash(self.digest)

    def __repr__(self) -> str:
        return f"<Calendar {self.code} {self.first}…{self.last} {self.digest[:12]}>"

    @property
    def code(self) -> str:
        return self._announced.code

    @property
    def first(self) -> date:
        """The first day it speaks about."""
        return self._announced.first

    @property
    def last(self) -> date:
        """The last day it speaks about."""
        return self._announced.last

    # ---- days -------------------------------------------------------------------------------------------------

    def day(self, day: date) -> Day:
        """What kind of day it is. Raises OutsideCalendar."""
        index = day.toordinal() - _EPOCH_DAY - self._first
        if not 0 <= index < len(self._days):
            raise OutsideCalendar(self, str(day))
        return self._days[index]

    def cut_off_on(self, day: date) -> CutOff | None:
        """The cut-off rule in force that day."""
        return self._announced.cut_off_on(day)

    # ---- moments ----------------------------------------------------------------------------------------------

    def local(self, moment: datetime) -> timedelta:
        """Wall time of an aware moment. Raises OutsideCalendar, ValueError."""
        if moment.tzinfo is self.zone:
            wall = moment - self._origin
        elif moment.tzinfo is None:
            raise ValueError("a moment must say its time zone")
        else:
            wall = moment - _UTC_ORIGIN + self._offset
        if not 0 <= wall.days - self._first < len(self._days):
            raise OutsideCalendar(self, moment.isoformat())
        return wall

    def moment(self, local: timedelta) -> datetime:
        """The aware moment (in the calendar's zone) of a wall time."""
        return self._origin + local

    def date_of(self, local: timedelta) -> date:
        """The day a wall time falls on."""
        return date.fromordinal(_EPOCH_DAY + local.days)

    def midnight(self, day: date) -> timedelta:
        """When a day begins. Raises OutsideCalendar."""
        self.day(day)
        return self._midnights[day.toordinal() - _EPOCH_DAY - self._first]

    def end_of(self, day: date) -> timedelta:
        """The last microsecond of a day: where a limit in days ends (Civil Code 2015, Art. 148.6: at 24:00)."""
        return self.midnight(day) + DAY - _MICROSECOND

    # ---- working time -----------------------------------------------------------------------------------------

    def worked(self, local: timedelta) -> timedelta:
        """Working time from the calendar's first day up to then."""
        index = self._period(local)
        if index < 0:
            return NO_TIME
        ends = self._ends[index]
        return self._totals[index] + (ends if ends < local else local) - self._starts[index]

    def when_worked(self, worked: timedelta) -> timedelta:
        """The earliest wall time at which that much has been worked: a full day ends at its closing time."""
        index = bisect_left(self._totals, worked) - 1
        if index >= len(self._starts) or worked < NO_TIME:
            raise OutsideCalendar(self, "The end of this time limit")
        if index < 0:
            return self._starts[0]
        return self._starts[index] + worked - self._totals[index]

    def opening(self, local: timedelta) -> timedelta:
        """``local`` itself if it is worked, else when work begins next."""
        index = self._period(local)
        if index >= 0 and local < self._ends[index]:
            return local
        if index + 1 == len(self._starts):
            raise OutsideCalendar(self, "The next working moment")
        return self._starts[index + 1]

    def is_open(self, local: timedelta) -> bool:
        """Whether that moment is worked; a period's end is not."""
        index = self._period(local)
        return index >= 0 and local < self._ends[index]

    def closing(self, local: timedelta, days: int) -> timedelta:
        """Close of office ``days`` working days after the day of ``local`` (0: that day, or the last one before it)."""
        rank = self._ranks[local.days - self._first] - 1 + days
        if not 0 <= rank < len(self._closings):
            raise OutsideCalendar(self, "The end of this time limit")
        return self._closings[rank]

    def next_day_opening(self, local: timedelta) -> timedelta:
        """When work begins on the first working day after the day of ``local``."""
        following = self._before[local.days - self._first + 1]
        if following == len(self._starts):
            raise OutsideCalendar(self, "The next working moment")
        return self._starts[following]

    def after_cut_off(self, local: timedelta) -> bool:
        """Whether the cut-off in force that day has passed; at the minute itself it has not."""
        index = local.days - self._first
        at = self._cut_offs[index]
        return at is not None and local - self._midnights[index] > at

    def _period(self, local: timedelta) -> int:
        """The last period that begins no later than then; -1 before the first."""
        index = local.days - self._first
        return bisect_right(self._starts, local, self._before[index], self._before[index + 1]) - 1


def _constant_offset(announced: Announced, zone: ZoneInfo) -> timedelta:
    """The zone's one offset over the covered years; a zone with two would make wall-time arithmetic wrong."""
    span = range(announced.first.toordinal(), announced.last.toordinal() + 2)
    offsets = {datetime.fromordinal(day).replace(tzinfo=zone).utcoffset() for day in span}
    if len(offsets) != 1:
        raise CalendarDataError(
            f"timezone: {zone.key} changes its offset between {announced.first} and {announced.last}"
        )
    offset = offsets.pop()
    assert offset is not None
    return offset


def _days(announced: Announced) -> Iterable[Day]:
    holidays = {holiday.day: holiday.name for holiday in announced.holidays}
    given_free = {swap.off: swap for swap in announced.swaps}
    worked_instead = {swap.worked: swap for swap in announced.swaps}
    for ordinal in range(announced.first.toordinal(), announced.last.toordinal() + 1):
        day = date.fromordinal(ordinal)
        if swap := worked_instead.get(day):
            yield Day(day, announced.hours_on(swap.off), name=swap.name)
        elif day in holidays:
            yield Day(day, (), "holiday", holidays[day])
        elif swap := given_free.get(day):
            yield Day(day, (), "swapped", swap.name)
        else:
            periods = announced.hours_on(day)
            yield Day(day, periods, None if periods else "weekend")


def _cut_off_at(announced: Announced, day: Day) -> timedelta | None:
    rule = announced.cut_off_on(day.date)
    return None if rule is None else rule.at * MINUTE
