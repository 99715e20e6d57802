"""A slow clock that looks at every minute, or every day, in turn. It shares no code and no method with the real one.

It works on naive local minutes from the raw data alone: no index, no sums, no time zone.
"""

from datetime import date, datetime, timedelta
from functools import cache
from itertools import takewhile

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


class Beyond(Exception):
    """The walk left the years of the data."""


class SlowCalendar:
    def __init__(self, data):
        self.data = data
        self.first = date.fromisoformat(data["covers"]["from"])
        self.last = date.fromisoformat(data["covers"]["to"])
        self.minutes = cache(self._minutes)
        self.worked = cache(lambda day: set(self._minutes(day)))

    def _minutes(self, day):
        """The minutes of the day that are worked, as a sorted list."""
        if not self.first <= day <= self.last:
            raise Beyond(day)
        for swap in self.data["swaps"]:
            if swap["worked"] == day.isoformat():
                return self._pattern(date.fromisoformat(swap["off"]))
        if any(free["day"] == day.isoformat() for free in self.data["holidays"]):
            return []
        if any(swap["off"] == day.isoformat() for swap in self.data["swaps"]):
            return []
        return self._pattern(day)

    def _pattern(self, day):
        open_minutes: list[int] = []
        for hours in self.data["office_hours"]:
            if holds(hours, day) and day.weekday() + 1 in hours["weekdays"]:
                for opens, closes in hours["periods"]:
                    open_minutes += range(minute_of(opens), minute_of(closes))
        return sorted(open_minutes)

    def is_open(self, moment):
        return moment.hour * 60 + moment.minute in self.worked(moment.date())

    def next_open(self, moment):
        while not self.is_open(moment):
            if not self.minutes(moment.date()):  # nothing to find today
                moment = datetime.combine(moment.date(), datetime.min.time()) + DAY
            else:
                moment += MINUTE
        return moment

    def start(self, received, cut_off=True):
        self.minutes(received.date())
        for rule in self.data["cut_off"] if cut_off else []:
            if holds(rule, received.date()) and received.strftime("%H:%M") > rule["at"]:
                received = datetime.combine(received.date() + DAY, datetime.min.time())
                break
        return self.next_open(received)

    def closing(self, day):
        return datetime.combine(day, datetime.min.time()) + (self.minutes(day)[-1] + 1) * MINUTE

    def working_days(self, start, days):
        day = start.date()
        while days:
            day += DAY
            if self.minutes(day):
                days -= 1
        return self.closing(day)

    def ticks(self, start):
        """Every worked minute from then on, as a number."""
        day, earliest = start.date(), number(start)
        while True:
            midnight = day.toordinal() * 1440
            for minute in self.minutes(day):
                if midnight + minute >= earliest:
                    yield midnight + minute
            day += DAY

    def working_minutes(self, start, minutes):
        """The end of the ``minutes``-th worked minute."""
        if minutes == 0:
            return start
        for tick in self.ticks(start):
            minutes -= 1
            if minutes == 0:
                return moment(tick + 1)
        raise AssertionError

    def between(self, start, end):
        """Worked minutes from one moment to another."""
        stop = number(end)
        return sum(1 for _ in takewhile(lambda tick: tick < stop, self.ticks(start)))

    def end_of(self, day):
        while not self.minutes(day):
            day += DAY
        return datetime.combine(day, datetime.max.time())

    def original(self, start, amount, unit):
        if unit == "working_day":
            return self.working_days(start, amount)
        if unit == "working_hour":
            return self.working_minutes(start, amount * 60)
        if unit == "day":
            return self.end_of(start.date() + amount * DAY)
        return self.end_of(corresponding_day(start.date(), amount))

    def run_minutes(self, start, granted, pauses):
        """Let a clock of ``granted`` worked minutes run, minute by minute, standing still in pauses."""
        left = granted
        stops = [(number(since), number(until)) for since, until in pauses]
        for tick in self.ticks(start):
            for since, until in stops:
                if since <= tick < until:
                    break
            else:
                left -= 1
                if left == 0:
                    return moment(tick + 1)
        raise AssertionError

    def run_days(self, start, granted, pauses):
        """Let a clock of ``granted`` days run, day by day; a pause carries it to the day it ended."""
        day, left, waiting = start.date(), granted, list(pauses)
        while True:
            if waiting and waiting[0][0].date() == day:
                day = waiting.pop(0)[1].date()
            elif left:
                day += DAY
                left -= 1
            elif not self.minutes(day):
                day += DAY
            else:
                return datetime.combine(day, datetime.max.time())


def holds(rule, day):
    return rule["valid_from"] <= day.isoformat() <= (rule.get("valid_to") or "9999-12-31")


def minute_of(text):
    return int(text[:2]) * 60 + int(text[3:])


def number(when):
    """A moment as a count of minutes; a part of a minute counts as the next one."""
    started = when.toordinal() * 1440 + when.hour * 60 + when.minute
    return started + bool(when.second or when.microsecond)


def moment(tick):
    return datetime.combine(date.fromordinal(tick // 1440), datetime.min.time()) + tick % 1440 * MINUTE


def corresponding_day(day, months):
    """The same day of a later month, or the latest one it has: found by trying."""
    year, month = day.year, day.month
    for _ in range(months):
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    for number in range(day.day, 0, -1):
        try:
            return date(year, month, number)
        except ValueError:
            continue
    raise AssertionError
