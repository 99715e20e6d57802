"""What a calendar was announced to be: plain data, read once and checked whole.

Everything here is law or administration, so it comes from a pack with its own source; this file only refuses data
that would let the arithmetic guess.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, time
from itertools import pairwise
from typing import Any

Name = str | Mapping[str, str]
"""A text as the pack gives it: one string, or one per language."""

Period = tuple[int, int]
"""Open from/to, in minutes of the day; the end is not part of it."""

# Kept beside a fact for people; they change no computation.
_REMARKS = frozenset({"source", "verified", "note", "version", "valid_from", "basis"})


class CalendarDataError(ValueError):
    """The data describes no usable calendar; the message says which entry and why."""


@dataclass(frozen=True, slots=True)
class OfficeHours:
    """The periods worked on some weekdays (ISO: 1 Monday … 7 Sunday) while in force; ``valid_to`` is the last day."""

    valid_from: date
    valid_to: date | None
    weekdays: frozenset[int]
    periods: tuple[Period, ...]


@dataclass(frozen=True, slots=True)
class CutOff:
    """What is received after ``at`` (minute of the day) starts on the next working day, while in force."""

    valid_from: date
    valid_to: date | None
    at: int
    basis: Any = None


@dataclass(frozen=True, slots=True)
class Holiday:
    """One day off, and what it is called."""

    day: date
    name: Name


@dataclass(frozen=True, slots=True)
class Swap:
    """A working day given free and a day off worked in its place, with the hours of the day given free."""

    off: date
    worked: date
    name: Name


@dataclass(frozen=True, slots=True)
class Announced:
    """A calendar's data: the first and last day it speaks about, and all that was announced for them."""

    code: str
    timezone: str
    first: date
    last: date
    office_hours: tuple[OfficeHours, ...]
    holidays: tuple[Holiday, ...]
    swaps: tuple[Swap, ...]
    cut_off: tuple[CutOff, ...]

    def hours_on(self, day: date) -> tuple[Period, ...]:
        """The weekly pattern's periods on that day, before holidays and swaps; () on a weekly day off."""
        return next(
            (h.periods for h in self.office_hours if in_force(h, day) and day.isoweekday() in h.weekdays), ()
        )

    def cut_off_on(self, day: date) -> CutOff | None:
        """The cut-off rule in force on that day, if any."""
        return next((rule for rule in self.cut_off if in_force(rule, day)), None)


def in_force(rule: OfficeHours | CutOff, day: date) -> bool:
    """Whether the rule holds on that day (``valid_to`` included)."""
    return rule.valid_from <= day and (rule.valid_to is None or day <= rule.valid_to)


def read(data: Mapping[str, Any]) -> Announced:
    """Read a calendar from plain data; dates and times may be Python's or ISO strings.

    Shape: ``{code, timezone, covers: {from, to}, office_hours: [{valid_from, valid_to?, weekdays: [1…7], periods:
    [["07:30", "11:30"], …]}], cut_off: [{valid_from, valid_to?, at: "15:00"}], holidays: [{day, name}], swaps:
    [{off, worked, name}]}``; every entry may carry ``source``, ``verified``, ``note`` and ``basis``.
    Raises CalendarDataError.
    """
    _keys(data, "calendar", {"code", "timezone", "covers", "office_hours"}, {"cut_off", "holidays", "swaps"})
    covers = _mapping(data["covers"], "covers")
    _keys(covers, "covers", {"from", "to"})
    announced = Announced(
        code=str(data["code"]),
        timezone=str(data["timezone"]),
        first=_date(covers["from"], "covers.from"),
        last=_date(covers["to"], "covers.to"),
        office_hours=tuple(_office_hours(entry, at) for entry, at in _entries(data, "office_hours")),
        holidays=tuple(
            sorted((_holiday(e, at) for e, at in _entries(data, "holidays")), key=lambda h: h.day)
        ),
        swaps=tuple(sorted((_swap(e, at) for e, at in _entries(data, "swaps")), key=lambda s: s.off)),
        cut_off=tuple(_cut_off(entry, at) for entry, at in _entries(data, "cut_off")),
    )
    _check(announced)
    return announced


def plain(announced: Announced) -> dict[str, Any]:
    """The same as plain JSON data: what ``read`` takes, in one normal form (the calendar's digest is made of it)."""
    return {
        "code": announced.code,
        "timezone": announced.timezone,
        "covers": {"from": announced.first.isoformat(), "to": announced.last.isoformat()},
        "office_hours": [
            {
                **_validity(hours),
                "weekdays": sorted(hours.weekdays),
                "periods": [[_clock(opens), _clock(closes)] for opens, closes in hours.periods],
            }
            for hours in announced.office_hours
        ],
        "cut_off": [
            {**_validity(rule), "at": _clock(rule.at), "basis": rule.basis} for rule in announced.cut_off
        ],
        "holidays": [{"day": h.day.isoformat(), "name": h.name} for h in announced.holidays],
        "swaps": [
            {"off": s.off.isoformat(), "worked": s.worked.isoformat(), "name": s.name}
            for s in announced.swaps
        ],
    }


def _check(announced: Announced) -> None:
    if announced.first > announced.last:
        raise CalendarDataError("covers: ends before it begins")
    _no_overlap("cut_off", [(rule, frozenset({0})) for rule in announced.cut_off])
    _no_overlap("office_hours", [(hours, hours.weekdays) for hours in announced.office_hours])
    _no_gap(announced)
    holidays = {holiday.day for holiday in announced.holidays}
    if len(holidays) != len(announced.holidays):
        raise CalendarDataError("holidays: one day is named twice")
    for holiday in announced.holidays:
        _covered(announced, holiday.day, "holidays")
    swapped = [day for swap in announced.swaps for day in (swap.off, swap.worked)]
    if len(set(swapped)) != len(swapped):
        raise CalendarDataError("swaps: one day is swapped twice")
    for swap in announced.swaps:
        _covered(announced, swap.off, "swaps")
        _covered(announced, swap.worked, "swaps")
        if not announced.hours_on(swap.off) or swap.off in holidays:
            raise CalendarDataError(f"swaps: {swap.off} is given free but is no working day")
        if announced.hours_on(swap.worked) and swap.worked not in holidays:
            raise CalendarDataError(f"swaps: {swap.worked} is to be worked but is a working day already")


def _no_overlap(where: str, rules: list[tuple[Any, frozenset[int]]]) -> None:
    for index, (rule, days) in enumerate(rules):
        for other, other_days in rules[:index]:
            apart = (rule.valid_to is not None and rule.valid_to < other.valid_from) or (
                other.valid_to is not None and other.valid_to < rule.valid_from
            )
            if days & other_days and not apart:
                raise CalendarDataError(f"{where}: two entries hold for the same day ({rule.valid_from})")


def _no_gap(announced: Announced) -> None:
    """Office hours must speak about every covered day; otherwise a missing year would look like a long holiday."""
    for day in range(announced.first.toordinal(), announced.last.toordinal() + 1):
        when = date.fromordinal(day)
        if not any(in_force(hours, when) for hours in announced.office_hours):
            raise CalendarDataError(f"office_hours: none in force on {when}")


def _covered(announced: Announced, day: date, where: str) -> None:
    if not announced.first <= day <= announced.last:
        raise CalendarDataError(f"{where}: {day} lies outside {announced.first} … {announced.last}")


def _office_hours(entry: Mapping[str, Any], at: str) -> OfficeHours:
    _keys(entry, at, {"valid_from", "weekdays", "periods"}, {"valid_to"})
    weekdays = frozenset(entry["weekdays"])
    if not weekdays or not weekdays <= set(range(1, 8)):
        raise CalendarDataError(f"{at}.weekdays: numbers 1 (Monday) to 7 (Sunday)")
    periods = tuple((_minute(opens, at), _minute(closes, at)) for opens, closes in entry["periods"])
    flat = [minute for period in periods for minute in period]
    if not periods or any(a >= b for a, b in pairwise(flat)):
        raise CalendarDataError(f"{at}.periods: must follow one another within the day, none empty")
    return OfficeHours(*_span(entry, at), weekdays, periods)


def _cut_off(entry: Mapping[str, Any], at: str) -> CutOff:
    _keys(entry, at, {"valid_from", "at"}, {"valid_to"})
    return CutOff(*_span(entry, at), _minute(entry["at"], f"{at}.at"), entry.get("basis"))


def _holiday(entry: Mapping[str, Any], at: str) -> Holiday:
    _keys(entry, at, {"day", "name"})
    return Holiday(_date(entry["day"], f"{at}.day"), entry["name"])


def _swap(entry: Mapping[str, Any], at: str) -> Swap:
    _keys(entry, at, {"off", "worked", "name"})
    return Swap(_date(entry["off"], f"{at}.off"), _date(entry["worked"], f"{at}.worked"), entry["name"])


def _entries(data: Mapping[str, Any], key: str) -> Iterable[tuple[Mapping[str, Any], str]]:
    for index, entry in enumerate(data.get(key) or ()):
        yield _mapping(entry, f"{key}[{index}]"), f"{key}[{index}]"


def _mapping(value: Any, at: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise CalendarDataError(f"{at}: a mapping is needed")
    return value


def _keys(entry: Mapping[str, Any], at: str, needed: set[str], allowed: Iterable[str] = ()) -> None:
    if missing := needed - set(entry):
        raise CalendarDataError(f"{at}: {', '.join(sorted(missing))} missing")
    if unknown := set(entry) - needed - set(allowed) - _REMARKS:
        raise CalendarDataError(f"{at}: {', '.join(sorted(unknown))} unknown")


def _span(entry: Mapping[str, Any], at: str) -> tuple[date, date | None]:
    valid_from = _date(entry["valid_from"], f"{at}.valid_from")
    valid_to = entry.get("valid_to")
    until = None if valid_to is None else _date(valid_to, f"{at}.valid_to")
    if until is not None and until < valid_from:
        raise CalendarDataError(f"{at}: ends before it begins")
    return valid_from, until


def _date(value: Any, at: str) -> date:
    if type(value) is date:
        return value
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise CalendarDataError(f"{at}: {value!r} is no date (YYYY-MM-DD)") from None


def _minute(value: Any, at: str) -> int:
    try:
        clock = value if isinstance(value, time) else time.fromisoformat(value)
    except (TypeError, ValueError):
        # YAML 1.1 reads an unquoted 15:00 as the number 900.
        raise CalendarDataError(f'{at}: {value!r} is no time of day (write it in quotes: "15:00")') from None
    if clock.second or clock.microsecond or clock.tzinfo:
        raise CalendarDataError(f"{at}: {value!r}: whole minutes of local time only")
    return clock.hour * 60 + clock.minute


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


def _validity(rule: OfficeHours | CutOff) -> dict[str, str | None]:
    return {
        "valid_from": rule.valid_from.isoformat(),
        "valid_to": None if rule.valid_to is None else rule.valid_to.isoformat(),
    }
