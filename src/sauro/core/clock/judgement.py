"""Whether a dossier counts as on time in the index of Decision 766/QĐ-TTg (item 2.1).

Read in the document "Mô tả công thức tính chỉ số 766" (DOMAIN 2.8, quoted in public code), in this order:

- more than one request for a supplement: overdue, whenever it was finished;
- not finished, and waiting on its one request: finished when that was made;
- not finished otherwise: judged at the end of the period;
- the time from a request to its completion is subtracted: here the appointment moves by it, in the limit's measure;
- on time when finished no later than the appointment. The appointment is the first one given (inferred: an extension
  never improves the index, since the original due never changes, invariant I2).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from sauro.core.clock.calendar import Calendar
from sauro.core.clock.promise import Course, Pause
from sauro.core.clock.reckoning import due

Ground = Literal["finished", "still_open", "waiting_for_supplement", "more_than_one_supplement"]


@dataclass(frozen=True, slots=True)
class Supplement:
    """One request to complete the dossier, and when it was completed (None: it is still awaited)."""

    requested_at: datetime
    completed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Judgement:
    """``finish`` is the moment that was compared with ``appointment`` (supplement time already given back)."""

    on_time: bool
    ground: Ground
    finish: datetime
    appointment: datetime


def judge(
    course: Course,
    calendar: Calendar,
    supplements: Sequence[Supplement],
    finished_at: datetime | None,
    period_end: datetime,
) -> Judgement:
    """Judge one dossier at the end of a reporting period. ``supplements`` are all requests, in order of time."""
    finish, ground = _finish(supplements, finished_at, period_end)
    stopped = tuple(
        Pause(s.requested_at, s.completed_at, "supplement", "Decision 766/QĐ-TTg") for s in supplements
    )
    appointment = due(replace(course, pauses=stopped), calendar, finish, extended=False)
    if len(supplements) > 1:
        return Judgement(False, "more_than_one_supplement", finish, appointment)
    return Judgement(finish <= appointment, ground, finish, appointment)


def _finish(
    supplements: Sequence[Supplement], finished_at: datetime | None, period_end: datetime
) -> tuple[datetime, Ground]:
    if finished_at is not None:
        return finished_at, "finished"
    if supplements and supplements[-1].completed_at is None:
        return supplements[-1].requested_at, "waiting_for_supplement"
    return period_end, "still_open"
