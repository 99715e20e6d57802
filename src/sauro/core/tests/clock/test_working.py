"""Time limits computed by hand, article by article."""

from datetime import datetime

import pytest

from sauro.core.clock import (
    HOURS_PER_WORKING_DAY,
    Calendar,
    add_calendar_days,
    add_calendar_months,
    add_working_days,
    add_working_hours,
    is_working,
    next_working_moment,
    start_of_count,
    working_time_between,
)
from sauro.core.tests.clock.worlds import LEAP, VIETNAM, at

VN = Calendar.from_data(VIETNAM)
END = "23:59:59.999999"


@pytest.mark.parametrize(
    ("received", "days", "due"),
    [
        # The first day is not counted (Civil Code 2015, Art. 147): Monday + 1 is Tuesday.
        ("2026-03-02T09:00", 1, "2026-03-03T17:30"),
        ("2026-03-02T09:00", 3, "2026-03-05T17:30"),
        ("2026-03-02T09:00", 5, "2026-03-09T17:30"),
        ("2026-03-02T09:00", 0, "2026-03-02T17:30"),
        # Over Tết (16 to 20 February) and its weekends.
        ("2026-02-13T09:00", 1, "2026-02-23T17:30"),
        # 2 January is swapped for Saturday the 10th.
        ("2025-12-31T23:00+00:00", 1, "2026-01-06T17:30"),
        ("2026-01-09T09:00", 1, "2026-01-10T17:30"),
        ("2026-01-09T09:00", 2, "2026-01-12T17:30"),
        # Office hours change on 1 June: the end follows the hours of its own day.
        ("2026-05-29T09:00", 1, "2026-06-01T17:00"),
        # Received on a day off: it starts when the office opens again.
        ("2026-03-01T10:00", 1, "2026-03-03T17:30"),
        # Before 05/08/2026 no cut-off: 16:00 still counts as that day.
        ("2026-08-03T16:00", 1, "2026-08-04T17:00"),
        ("2026-08-04T16:00", 1, "2026-08-05T17:00"),
        # From 05/08/2026, after 15:00 is the next working day; 15:00 sharp is not after.
        ("2026-08-05T15:00", 1, "2026-08-06T17:00"),
        ("2026-08-05T15:01", 1, "2026-08-07T17:00"),
        ("2026-08-07T15:01", 1, "2026-08-11T17:00"),
        ("2026-08-28T15:01", 1, "2026-09-04T17:00"),
    ],
)
def test_working_days(received, days, due):
    moment = datetime.fromisoformat(received) if "+" in received else at(received)
    assert add_working_days(VN, moment, days) == at(due)


@pytest.mark.parametrize(
    ("received", "hours", "due"),
    [
        ("2026-03-02T09:00", 1, "2026-03-02T10:00"),
        ("2026-03-02T11:00", 1, "2026-03-02T14:00"),
        ("2026-03-02T09:00", 8, "2026-03-03T09:00"),
        ("2026-03-02T07:30", 8, "2026-03-02T17:30"),
        ("2026-03-02T12:00", 4, "2026-03-02T17:30"),
        ("2026-03-06T17:00", 1, "2026-03-09T08:00"),
        ("2026-08-05T15:30", 1, "2026-08-06T08:00"),
        ("2026-08-05T15:30", 0, "2026-08-06T07:00"),
    ],
)
def test_working_hours(received, hours, due):
    assert add_working_hours(VN, at(received), hours) == at(due)


def test_seconds_are_kept():
    assert add_working_hours(VN, at("2026-03-02T17:29:59.999999"), 1) == at("2026-03-03T08:29:59.999999")
    assert start_of_count(VN, at("2026-08-05T15:00:00.000001")) == at("2026-08-06T07:00")


@pytest.mark.parametrize(
    ("received", "days", "due"),
    [
        ("2026-03-02T09:00", 1, "2026-03-03"),
        ("2026-03-02T09:00", 10, "2026-03-12"),
        # The last day is a Saturday: the end of the next working day (Civil Code 2015, Art. 148.5).
        ("2026-03-02T09:00", 5, "2026-03-09"),
        # 30 April and 1 May, then a weekend.
        ("2026-04-20T09:00", 10, "2026-05-04"),
        # A Saturday that is worked instead of a Friday is a working day.
        ("2026-01-05T09:00", 5, "2026-01-10"),
        ("2026-08-05T16:00", 1, "2026-08-07"),
    ],
)
def test_calendar_days(received, days, due):
    assert add_calendar_days(VN, at(received), days) == at(f"{due}T{END}")


@pytest.mark.parametrize(
    ("received", "months", "due"),
    [
        ("2026-03-02T09:00", 1, "2026-04-02"),
        # No 31 April: the last day of the month (Art. 148.3), which is a holiday here (Art. 148.5).
        ("2026-03-31T09:00", 1, "2026-05-04"),
        ("2026-05-29T09:00", 1, "2026-06-29"),
        ("2026-12-31T09:00", 2, "2027-03-01"),
        ("2026-11-30T09:00", 3, "2027-03-01"),
        ("2026-10-30T09:00", 14, "2027-12-30"),
    ],
)
def test_calendar_months(received, months, due):
    assert add_calendar_months(VN, at(received), months) == at(f"{due}T{END}")


def test_leap_day():
    leap = Calendar.from_data({**LEAP, "holidays": [], "swaps": []})
    assert add_calendar_months(leap, at("2028-01-31T08:00"), 1) == at(f"2028-02-29T{END}")
    assert add_calendar_days(leap, at("2028-02-28T08:00"), 1) == at(f"2028-02-29T{END}")
    assert add_working_days(leap, at("2028-02-28T08:00"), 2) == at("2028-03-01T17:30")


def test_eight_hours_are_a_working_day():
    assert HOURS_PER_WORKING_DAY == 8
    for received in ("2026-03-02T09:00", "2026-06-01T08:15", "2026-04-29T16:00"):
        start, end = at(received), add_working_hours(VN, at(received), 24)
        assert working_time_between(VN, start, end).total_seconds() == 24 * 3600
        assert add_working_days(VN, start, 3).date() == end.date()


def test_openness():
    for text, worked in [
        ("2026-03-02T07:29", False), ("2026-03-02T07:30", True), ("2026-03-02T11:29", True),
        ("2026-03-02T11:30", False), ("2026-03-02T17:29", True), ("2026-03-02T17:30", False),
        ("2026-03-01T09:00", False), ("2026-01-10T09:00", True), ("2026-01-02T09:00", False),
    ]:  # fmt: skip
        assert is_working(VN, at(text)) is worked, text
    assert next_working_moment(VN, at("2026-03-02T11:30")) == at("2026-03-02T13:30")
    assert next_working_moment(VN, at("2026-03-02T08:00")) == at("2026-03-02T08:00")
    assert next_working_moment(VN, at("2026-02-13T17:30")) == at("2026-02-23T07:30")


def test_time_never_runs_backwards():
    with pytest.raises(ValueError, match="before the start"):
        working_time_between(VN, at("2026-03-03T09:00"), at("2026-03-02T09:00"))
    for add in (add_working_days, add_working_hours, add_calendar_days, add_calendar_months):
        with pytest.raises(ValueError, match="negative"):
            add(VN, at("2026-03-02T09:00"), -1)
