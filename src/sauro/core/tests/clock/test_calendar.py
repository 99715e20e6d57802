"""What a calendar is made of, what it refuses, and that it never assumes anything about a year it does not know."""

from copy import deepcopy
from datetime import UTC, date, datetime, time, timedelta

import pytest

from sauro.core.clock import (
    Calendar,
    CalendarDataError,
    OutsideCalendar,
    add_working_days,
    add_working_hours,
    course,
)
from sauro.core.clock.working import (
    add_calendar_days,
    next_working_moment,
    start_of_count,
    working_time_between,
)
from sauro.core.tests.clock.worlds import NINE_TO_FIVE, VIETNAM, WORLDS, at

VN = Calendar.from_data(VIETNAM)


def changed(**changes):
    return {**deepcopy(VIETNAM), **changes}


def hours(**changes):
    return [{"valid_from": "2020-01-01", "weekdays": [1, 2, 3, 4, 5], "periods": NINE_TO_FIVE, **changes}]


def test_kinds_of_days():
    assert VN.day(date(2026, 3, 2)).periods == ((450, 690), (810, 1050))
    assert VN.day(date(2026, 6, 1)).periods == ((420, 660), (780, 1020))
    assert (VN.day(date(2026, 3, 1)).periods, VN.day(date(2026, 3, 1)).rest) == ((), "weekend")
    holiday = VN.day(date(2026, 4, 30))
    assert (holiday.periods, holiday.rest, holiday.name) == ((), "holiday", "Ngày Chiến thắng")
    given_free, worked_instead = VN.day(date(2026, 1, 2)), VN.day(date(2026, 1, 10))
    assert (given_free.periods, given_free.rest) == ((), "swapped")
    assert (worked_instead.periods, worked_instead.rest) == (((450, 690), (810, 1050)), None)
    assert worked_instead.date.isoweekday() == 6


def test_a_swapped_saturday_has_the_hours_of_the_day_it_replaces():
    assert VN.day(date(2026, 8, 22)).periods == VN.day(date(2026, 8, 28)).periods == ((420, 660), (780, 1020))


def test_the_digest_is_that_of_the_data_in_normal_form():
    typed = deepcopy(VIETNAM)
    typed["covers"]["from"] = date(2026, 1, 1)
    typed["office_hours"][0]["periods"] = [[time(7, 30), time(11, 30)], [time(13, 30), time(17, 30)]]
    typed["holidays"] = [{**h, "source": "x", "verified": "V"} for h in reversed(typed["holidays"])]
    again = Calendar.from_data(typed)
    assert again == VN
    assert hash(again) == hash(VN)
    assert len(VN.digest) == 64
    for world in WORLDS:
        calendar = Calendar.from_data(world)
        assert Calendar.from_data(calendar.to_data()).digest == calendar.digest
    other = changed(holidays=VIETNAM["holidays"][:-1])
    assert Calendar.from_data(other) != VN
    renamed = changed(cut_off=[{"valid_from": "2026-08-05", "at": "15:01"}])
    assert Calendar.from_data(renamed).digest != VN.digest


def test_it_never_changes():
    with pytest.raises(AttributeError):
        VN.digest = "x"
    with pytest.raises(AttributeError):
        VN._first = 0


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (changed(office_hours=[]), "none in force on 2026-01-01"),
        (changed(office_hours=hours(valid_from="2026-02-01")), "none in force on 2026-01-01"),
        (changed(office_hours=hours(valid_to="2026-05-31")), "none in force on 2026-06-01"),
        (changed(office_hours=hours() + hours(weekdays=[5])), "two entries hold for the same day"),
        (changed(office_hours=hours(weekdays=[0])), "1 (Monday) to 7"),
        (changed(office_hours=hours(weekdays=[])), "1 (Monday) to 7"),
        (changed(office_hours=hours(periods=[])), "periods"),
        (changed(office_hours=hours(periods=[["13:30", "17:30"], ["07:30", "11:30"]])), "periods"),
        (changed(office_hours=hours(periods=[["07:30", "07:30"]])), "periods"),
        (changed(office_hours=hours(periods=[[450, 690]])), "in quotes"),
        (changed(office_hours=hours(periods=[["07:30:30", "11:30"]])), "whole minutes"),
        (changed(office_hours=hours(valid_to="2019-01-01")), "ends before it begins"),
        (changed(cut_off=[{"valid_from": "2026-08-05", "at": 900}]), "in quotes"),
        (changed(cut_off=[{"valid_from": "2026-08-05", "at": "15:00"}] * 2), "two entries"),
        (changed(cut_off=[{"valid_from": "2026-08-05", "time": "15:00"}]), "at missing"),
        (changed(holidays=[{"day": "2030-01-01", "name": "x"}]), "outside"),
        (changed(holidays=[{"day": "2026-02-30", "name": "x"}]), "no date"),
        (changed(holidays=[{"day": "2026-01-01", "name": "x"}] * 2), "named twice"),
        (changed(holidays=["2026-01-01"]), "mapping"),
        (changed(holidays=[{"day": "2026-01-01", "name": "x", "half": True}]), "half unknown"),
        (changed(swaps=[{"off": "2026-01-03", "worked": "2026-01-10", "name": "x"}]), "no working day"),
        (changed(swaps=[{"off": "2026-01-01", "worked": "2026-01-10", "name": "x"}]), "no working day"),
        (changed(swaps=[{"off": "2026-01-02", "worked": "2026-01-05", "name": "x"}]), "working day already"),
        (changed(swaps=[VIETNAM["swaps"][0]] * 2), "swapped twice"),
        (changed(covers={"from": "2027-01-01", "to": "2026-01-01"}), "ends before"),
        (changed(timezone="Europe/Paris"), "changes its offset"),
        ({key: value for key, value in VIETNAM.items() if key != "covers"}, "covers missing"),
        (changed(office_hour=[]), "office_hour unknown"),
    ],
)
def test_data_that_would_let_it_guess_is_refused(data, says):
    with pytest.raises(CalendarDataError) as refused:
        Calendar.from_data(data)
    assert says in str(refused.value)


@pytest.mark.parametrize(
    "ask",
    [
        lambda: add_working_days(VN, at("2025-12-31T09:00"), 1),
        lambda: add_working_days(VN, at("2028-01-01T00:00"), 1),
        lambda: add_working_days(VN, at("2027-12-01T09:00"), 23),
        lambda: add_working_hours(VN, at("2027-12-30T09:00"), 16),
        lambda: add_calendar_days(VN, at("2027-12-30T09:00"), 2),
        lambda: start_of_count(VN, at("2027-12-31T15:30")),
        lambda: start_of_count(VN, at("2027-12-31T18:00"), cut_off=False),
        lambda: next_working_moment(VN, at("2027-12-31T18:00")),
        lambda: working_time_between(VN, at("2027-12-31T08:00"), at("2028-01-01T08:00")),
        lambda: VN.day(date(2028, 1, 1)),
        lambda: VN.end_of(date(2025, 12, 31)),
        lambda: course.start(course.Limit(40, "day"), at("2027-12-01T09:00"), VN),
    ],
)
def test_a_year_that_was_not_announced_is_an_error(ask):
    with pytest.raises(OutsideCalendar) as outside:
        ask()
    assert "announced for 2026-01-01 to 2027-12-31" in str(outside.value)


def test_the_last_moments_of_the_announced_years_still_count():
    assert add_working_days(VN, at("2027-12-30T09:00"), 1) == at("2027-12-31T17:30")
    assert add_working_hours(VN, at("2027-12-30T13:30"), 12) == at("2027-12-31T17:30")
    assert VN.local(at("2027-12-31T23:59")) == timedelta(days=21183, hours=23, minutes=59)


def test_moments_must_say_their_zone_and_come_back_in_the_calendars():
    with pytest.raises(ValueError, match="time zone"):
        start_of_count(VN, datetime(2026, 3, 2, 9))  # noqa: DTZ001
    result = add_working_hours(VN, datetime(2026, 3, 2, 2, 0, 0, 7, tzinfo=UTC), 1)
    assert result == datetime(2026, 3, 2, 3, 0, 0, 7, tzinfo=UTC)
    assert result.isoformat() == "2026-03-02T10:00:00.000007+07:00"
