"""Calendars and courses: the clock of a commitment as it is stored, with the calendar it counts on."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sauro.core.clock.calendar import Calendar
from sauro.core.clock.course import Course, Terms
from sauro.core.clock.promise import DEFAULT_TERMS
from sauro.core.clock.reckoning import timers_for
from sauro.core.doorway.decide import local_day
from sauro.core.moment import now
from sauro.core.queries import definitions
from sauro.core.queries.definitions import Published


def _make(published: Published) -> Calendar:
    return Calendar.from_data(published.body)


def calendar(day: date) -> tuple[UUID, Calendar]:
    """The working calendar in force on a day, and the id of its definition. Raises LookupError."""
    found = next(iter(definitions.all_in_force("calendar", day)), None)
    if found is None:
        raise LookupError(
            f"No working calendar is in force on {day}. Publish one (see packs/vn/calendar.yaml)."
        )
    return found.id, found.compiled(_make)


def calendar_of(course: dict[str, Any]) -> Calendar:
    """The calendar on which a stored course counts: the newest version of the one under which it was started.

    Holidays and swap days are announced year by year, so a course that runs into a later year needs the later
    version. What was promised first is stored in the course and never computed again (invariant I2).
    """
    started_on = definitions.get(UUID(course["calendar_id"]))
    newest = definitions.in_force(started_on.kind, started_on.code, local_day(now()))
    return (newest or started_on).compiled(_make)


def stored(course: Course, calendar_id: UUID) -> dict[str, Any]:
    """A course as it is kept in ``Commitment.course``."""
    return {**course.to_data(), "calendar_id": str(calendar_id)}


def read(course: dict[str, Any]) -> tuple[Course, Calendar]:
    """A stored course, with its calendar."""
    return Course.from_data(course), calendar_of(course)


_TERMS: dict[str, Callable[[Mapping[str, Any]], Terms]] = {}


def say_terms(kind: str, terms: Callable[[Mapping[str, Any]], Terms]) -> None:
    """Say what promises of a kind let their clock do, from the promise's row: whoever plans their timers says it."""
    _TERMS[kind] = terms


def terms_of(promise: Mapping[str, Any]) -> Terms:
    """The terms under which the timers of a promise were planned."""
    said = _TERMS.get(promise["kind"])
    return said(promise) if said else DEFAULT_TERMS


def planned(
    course: Course, counted_on: Calendar, terms: Terms, after: datetime | None
) -> list[tuple[str, datetime]]:
    """The timers a course needs; with ``after``, only those still to come (those before it have had their moment)."""
    return [(kind, at) for kind, at in timers_for(course, counted_on, terms) if after is None or at > after]
