"""The clock: working calendars and the course of a commitment's time limit. Pure; the present moment is passed in.

It owns how time is counted and shown; it refuses to know what time it is (``core.moment``), which calendar holds
(a definition) and who may stop a clock (the doorway).
"""

from sauro.core.clock.announced import CalendarDataError
from sauro.core.clock.calendar import Calendar, OutsideCalendar
from sauro.core.clock.course import extend, finish, pause, resume, start
from sauro.core.clock.explanation import Step, explain
from sauro.core.clock.judgement import Judgement, Supplement, judge
from sauro.core.clock.promise import Course, CourseRefused, Extension, Limit, Pause, Terms, Unit
from sauro.core.clock.reckoning import State, Status, TimerKind, due, state, timers_for
from sauro.core.clock.working import (
    HOURS_PER_WORKING_DAY,
    add_calendar_days,
    add_calendar_months,
    add_working_days,
    add_working_hours,
    is_working,
    next_working_moment,
    start_of_count,
    working_time_between,
)

__all__ = [
    "HOURS_PER_WORKING_DAY",
    "Calendar",
    "CalendarDataError",
    "Course",
    "CourseRefused",
    "Extension",
    "Judgement",
    "Limit",
    "OutsideCalendar",
    "Pause",
    "State",
    "Status",
    "Step",
    "Supplement",
    "Terms",
    "TimerKind",
    "Unit",
    "add_calendar_days",
    "add_calendar_months",
    "add_working_days",
    "add_working_hours",
    "due",
    "explain",
    "extend",
    "finish",
    "is_working",
    "judge",
    "next_working_moment",
    "pause",
    "resume",
    "start",
    "start_of_count",
    "state",
    "timers_for",
    "working_time_between",
]
