"""A clock's life: what each act allows, what it leaves untouched, and how it is judged."""

import json
from dataclasses import FrozenInstanceError, replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sauro.core.clock import (
    Calendar,
    Course,
    CourseRefused,
    Limit,
    OutsideCalendar,
    Terms,
    course,
    due,
    explain,
    state,
    timers_for,
)
from sauro.core.tests.clock.worlds import VIETNAM, at

VN = Calendar.from_data(VIETNAM)
LONG = Calendar.from_data({**VIETNAM, "covers": {"from": "2026-01-01", "to": "2030-12-31"}})
TERMS = Terms(frozenset({"supplement", "fee"}), max_extensions=1, notice_days=1, due_soon_hours=8)
BASIS = "Decree 118/2025"


def begun(amount=10, unit="working_day", received="2026-03-02T09:00"):
    """Ten working days from Monday 2 March: due on Monday 16 March, 17:30."""
    return course.start(Limit(amount, unit), at(received), VN, TERMS)


def paused(it, since, until=None, reason="supplement"):
    it = course.pause(it, at(since), reason, BASIS, TERMS)
    return course.resume(it, at(until)) if until else it


def extended(it, by=5, decided="2026-03-05T09:00", terms=TERMS):
    return course.extend(it, VN, by, "expert opinion awaited", BASIS, at(decided), terms)


def refused(act):
    with pytest.raises(CourseRefused) as refusal:
        act()
    assert refusal.value.rule
    return refusal.value.code


# ---- start ------------------------------------------------------------------------------------------------------


def test_start():
    it = begun()
    assert (it.started_at, it.original_due) == (at("2026-03-02T09:00"), at("2026-03-16T17:30"))
    assert due(it, VN) == it.original_due
    assert it.calendar == VN.digest
    late = begun(received="2026-08-05T15:01")
    assert (late.received_at, late.started_at) == (at("2026-08-05T15:01"), at("2026-08-06T07:00"))
    task = course.start(Limit(1, "working_day"), at("2026-08-05T15:01"), VN, Terms(cut_off=False))
    assert task.original_due == at("2026-08-06T17:00")


@pytest.mark.parametrize(("amount", "unit"), [(-1, "day"), (0, "day"), (0, "working_hour"), (3, "weeks")])
def test_no_limit(amount, unit):
    with pytest.raises(ValueError, match="time limit"):
        Limit(amount, unit)


# ---- pauses -----------------------------------------------------------------------------------------------------


def test_a_pause_moves_the_due_by_exactly_the_office_time_in_it():
    assert due(paused(begun(), "2026-03-03T10:00", "2026-03-04T10:00"), VN) == at("2026-03-17T17:30")
    assert due(paused(begun(), "2026-03-03T10:00", "2026-03-03T11:00"), VN) == at("2026-03-17T08:30")
    assert due(paused(begun(), "2026-03-06T17:30", "2026-03-09T07:30"), VN) == at("2026-03-16T17:30")
    assert due(paused(begun(), "2026-03-06T16:30", "2026-03-09T08:30"), VN) == at("2026-03-17T09:30")
    twice = paused(
        paused(begun(), "2026-03-03T10:00", "2026-03-03T11:00"), "2026-03-04T07:30", "2026-03-04T14:30", "fee"
    )
    assert due(twice, VN) == at("2026-03-17T15:30")


def test_a_pause_of_a_limit_in_days_moves_it_by_whole_days():
    it = begun(10, "day")
    assert it.original_due == at("2026-03-12T23:59:59.999999")
    assert due(paused(it, "2026-03-03T10:00", "2026-03-04T08:00"), VN).date().isoformat() == "2026-03-13"
    assert due(paused(it, "2026-03-03T10:00", "2026-03-03T23:00"), VN) == it.original_due
    # Two days further is Saturday the 14th: carried to Monday.
    assert due(paused(it, "2026-03-03T10:00", "2026-03-05T10:00"), VN).date().isoformat() == "2026-03-16"


def test_an_open_pause_keeps_the_due_ahead():
    it = paused(begun(), "2026-03-03T10:00")
    assert due(it, VN) == at("2026-03-16T17:30")
    for now, expected in [("2026-03-04T10:00", "2026-03-17T17:30"), ("2026-04-29T10:00", "2026-05-14T17:30")]:
        seen = state(it, VN, at(now), TERMS)
        assert (seen.status, seen.due) == ("paused", at(expected))
        assert seen.remaining == state(it, VN, at("2026-03-03T10:00"), TERMS).remaining


def test_a_pause_needs_a_reason_the_definition_allows_and_a_law():
    it = begun()
    assert (
        refused(lambda: course.pause(it, at("2026-03-03T10:00"), "busy", BASIS, TERMS))
        == "pause_reason_not_allowed"
    )
    assert (
        refused(lambda: course.pause(it, at("2026-03-03T10:00"), "fee", " ", TERMS))
        == "pause_without_legal_basis"
    )
    assert (
        refused(lambda: course.pause(it, at("2026-03-03T10:00"), "fee", BASIS, Terms()))
        == "pause_reason_not_allowed"
    )


def test_acts_follow_one_another():
    it = paused(begun(), "2026-03-03T10:00")
    assert refused(lambda: paused(it, "2026-03-03T11:00")) == "already_paused"
    assert refused(lambda: course.resume(it, at("2026-03-03T09:59"))) == "before_what_already_happened"
    assert refused(lambda: course.resume(begun(), at("2026-03-03T10:00"))) == "not_paused"
    assert refused(lambda: paused(begun(), "2026-03-02T08:59")) == "before_what_already_happened"
    done = course.finish(begun(), at("2026-03-05T10:00"))
    for act in (
        lambda: paused(done, "2026-03-06T10:00"),
        lambda: course.resume(done, at("2026-03-06T10:00")),
        lambda: extended(done),
        lambda: course.finish(done, at("2026-03-06T10:00")),
    ):
        assert refused(act) == "already_finished"


def test_a_pause_after_the_due_heals_nothing():
    it = paused(begun(), "2026-03-17T08:00", "2026-03-20T08:00")
    assert due(it, VN) == at("2026-03-16T17:30")
    assert state(it, VN, at("2026-03-19T08:00"), TERMS).status == "breached"
    assert (
        due(paused(begun(10, "day"), "2026-03-13T08:00", "2026-03-20T08:00"), VN)
        == begun(10, "day").original_due
    )


def test_a_pause_that_begins_at_the_due_itself_still_counts():
    it = paused(begun(), "2026-03-16T17:30", "2026-03-17T09:30")
    assert due(it, VN) == at("2026-03-17T09:30")


def test_a_pause_before_the_clock_has_started_takes_nothing():
    it = paused(begun(received="2026-08-05T15:30"), "2026-08-05T15:45", "2026-08-06T08:00")
    assert it.original_due == at("2026-08-20T17:00")
    assert due(it, VN) == at("2026-08-21T08:00")


# ---- extensions -------------------------------------------------------------------------------------------------


def test_an_extension_moves_the_due_in_force_and_never_the_original_one():
    it = begun()
    longer = extended(it)
    assert longer.original_due == it.original_due == at("2026-03-16T17:30")
    assert due(longer, VN) == at("2026-03-23T17:30")
    assert due(longer, VN, extended=False) == it.original_due
    seen = state(longer, VN, at("2026-03-17T09:00"), TERMS)
    assert (seen.status, seen.extensions, seen.as_promised) == ("running", 1, False)
    assert (seen.original_due, seen.promised, seen.due) == (it.original_due, it.original_due, due(longer, VN))
    assert due(extended(begun(10, "working_hour"), 8, "2026-03-02T10:00"), VN) == at("2026-03-04T11:00")
    assert due(extended(begun(10, "day"), 2), VN).date().isoformat() == "2026-03-16"
    assert due(extended(begun(1, "month"), 1), VN).date().isoformat() == "2026-05-04"


def test_an_extension_is_counted_and_comes_in_time():
    it = begun()
    assert refused(lambda: extended(extended(it))) == "too_many_extensions"
    assert refused(lambda: extended(it, terms=replace(TERMS, max_extensions=0))) == "too_many_extensions"
    assert extended(extended(it), terms=replace(TERMS, max_extensions=2)).extensions[1].by == 5
    # At least one working day before Monday the 16th: Friday at the latest, and not on the weekend between.
    assert extended(it, decided="2026-03-13T23:00").extensions
    assert refused(lambda: extended(it, decided="2026-03-14T08:00")) == "extension_too_late"
    assert refused(lambda: extended(it, decided="2026-03-16T08:00")) == "extension_too_late"
    loose = replace(TERMS, notice_days=0)
    assert extended(it, decided="2026-03-16T17:30", terms=loose).extensions
    assert refused(lambda: extended(it, decided="2026-03-16T17:31", terms=loose)) == "extension_too_late"
    assert refused(lambda: extended(it, by=0)) == "extension_of_nothing"
    assert (
        refused(lambda: course.extend(it, VN, 5, " ", BASIS, at("2026-03-05T09:00"), TERMS))
        == "extension_without_reason"
    )
    assert (
        refused(lambda: course.extend(it, VN, 5, "why", "", at("2026-03-05T09:00"), TERMS))
        == "extension_without_reason"
    )


def test_an_extension_into_years_nobody_announced_is_refused():
    with pytest.raises(OutsideCalendar):
        extended(begun(), by=600)
    with pytest.raises(OutsideCalendar):
        extended(begun(1, "month"), by=24)


ACTS = st.lists(
    st.tuples(
        st.sampled_from(["pause", "resume", "extend", "finish"]),
        st.integers(-600, 3 * 1440),
        st.sampled_from(["supplement", "fee", "busy", ""]),
        st.integers(-1, 9),
    ),
    max_size=8,
)


@given(st.sampled_from(["working_day", "working_hour", "day", "month"]), st.integers(1, 12), ACTS)
@settings(max_examples=250, deadline=None)
def test_whatever_is_done_the_original_due_stays_and_a_refused_act_leaves_no_trace(unit, amount, acts):
    it = begun(amount, unit)
    promised, clock = it.original_due, it.received_at
    terms = replace(TERMS, max_extensions=3)
    for what, gap, reason, by in acts:
        before, clock = it, clock + timedelta(minutes=gap)
        kept = it.to_data()
        try:
            match what:
                case "pause":
                    it = course.pause(it, clock, reason, reason and BASIS, terms)
                case "resume":
                    it = course.resume(it, clock)
                case "extend":
                    it = course.extend(it, LONG, by, "why", BASIS, clock, terms)
                case "finish":
                    it = course.finish(it, clock)
        except CourseRefused:
            pass
        else:
            assert it is not before
        assert before.to_data() == kept
        assert it.original_due == promised
        assert due(it, LONG) >= due(it, LONG, extended=False) >= promised
        assert len(it.extensions) <= 3
        assert all(p.reason in TERMS.pause_reasons and p.basis for p in it.pauses)
        assert Course.from_data(json.loads(json.dumps(it.to_data()))) == it


@given(
    st.integers(0, 40 * 1440),
    st.integers(0, 40 * 1440),
    st.sampled_from(["working_day", "working_hour", "day", "month"]),
)
@settings(max_examples=300, deadline=None)
def test_a_later_receipt_or_a_longer_pause_never_gives_an_earlier_due(one, other, unit):
    earlier, later = sorted((at("2026-07-20T00:00") + timedelta(minutes=m)) for m in (one, other))
    limit = Limit(3 if unit != "month" else 1, unit)
    assert course.start(limit, earlier, VN).original_due <= course.start(limit, later, VN).original_due
    it = course.pause(
        course.start(limit, at("2026-07-20T00:00"), VN), at("2026-07-20T08:00"), "fee", BASIS, TERMS
    )
    assert due(course.resume(it, max(earlier, at("2026-07-20T08:00"))), VN) <= due(
        course.resume(it, max(later, at("2026-07-20T08:00"))), VN
    )


# ---- state and timers -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "status", "on_time", "remaining", "late"),
    [
        # The rest of the first day runs too, though it is not one of the ten.
        ("2026-03-02T09:00", "running", None, 6.5 + 80, 0),
        ("2026-03-16T16:30", "running", None, 1, 0),
        ("2026-03-16T17:30", "running", None, 0, 0),
        ("2026-03-16T17:31", "breached", False, 0, 0),
        ("2026-03-17T09:30", "breached", False, 0, 2),
    ],
)
def test_state(now, status, on_time, remaining, late):
    seen = state(begun(), VN, at(now), TERMS)
    assert (seen.status, seen.on_time) == (status, on_time)
    assert (seen.remaining, seen.late_by) == (timedelta(hours=remaining), timedelta(hours=late))


def test_not_started_and_finished():
    assert state(begun(received="2026-08-05T15:30"), VN, at("2026-08-05T16:00")).status == "not_started"
    for finished, kept in [("2026-03-16T17:30", True), ("2026-03-16T17:30:00.000001", False)]:
        seen = state(course.finish(begun(), at(finished)), VN, at("2026-06-01T09:00"), TERMS)
        assert (seen.status, seen.on_time, seen.as_promised) == ("finished", kept, kept)
    within_extension = course.finish(extended(begun()), at("2026-03-18T09:00"))
    seen = state(within_extension, VN, at("2026-03-18T09:00"), TERMS)
    assert (seen.on_time, seen.as_promised) == (True, False)
    ended_in_pause = course.finish(paused(begun(), "2026-03-03T10:00"), at("2026-04-29T10:00"))
    assert ended_in_pause.open_pause is None
    assert state(ended_in_pause, VN, at("2026-06-01T09:00"), TERMS).on_time is True


def test_timers_come_in_order_and_the_breach_after_the_due():
    timers = timers_for(begun(), VN, TERMS)
    assert timers == [
        ("half_time", at("2026-03-09T14:15")),
        ("due_soon", at("2026-03-13T17:30")),
        ("breach", at("2026-03-16T17:30:00.000001")),
    ]
    assert state(begun(), VN, timers[2][1], TERMS).status == "breached"
    assert state(begun(), VN, timers[2][1] - timedelta(microseconds=1), TERMS).status == "running"


def test_timers_of_a_clock_that_stands_still_or_has_ended():
    assert timers_for(paused(begun(), "2026-03-03T10:00"), VN, TERMS) == []
    assert [kind for kind, _ in timers_for(paused(begun(), "2026-03-10T10:00"), VN, TERMS)] == ["half_time"]
    resumed = timers_for(paused(begun(), "2026-03-03T10:00", "2026-03-04T10:00"), VN, TERMS)
    assert [moment for _, moment in resumed] == [
        at("2026-03-10T14:15"), at("2026-03-16T17:30"), at("2026-03-17T17:30:00.000001"),
    ]  # fmt: skip
    assert timers_for(course.finish(begun(), at("2026-03-05T10:00")), VN, TERMS) == []
    short = course.start(Limit(4, "working_hour"), at("2026-03-02T07:30"), VN, TERMS)
    assert dict(timers_for(short, VN, TERMS))["due_soon"] == short.started_at


# ---- shown and stored -------------------------------------------------------------------------------------------


def test_the_computation_is_shown():
    it = extended(
        paused(begun(3, received="2026-08-27T15:20"), "2026-08-28T09:00", "2026-09-03T09:00"),
        1,
        "2026-09-03T10:00",
    )
    shown = [
        (s["what"], s.get("reason"), s.get("name"), s.get("days"), s.get("minutes")) for s in explain(it, VN)
    ]
    assert shown == [
        ("shift", "after_cut_off", None, None, None),
        ("start_day", None, None, 0, 120),
        ("pause", "supplement", None, 0, 360),
        ("rest", "weekend", "", 2, None),
        ("rest", "swapped", "hoán đổi ngày làm việc", 1, None),
        ("rest", "holiday", "Quốc khánh", 2, None),
        ("pause", "supplement", None, 0, 120),
        ("count", None, None, 1, 360 + 480),
        ("rest", "weekend", "", 2, None),
        ("count", None, None, 3, 3 * 480),
        ("extension", "expert opinion awaited", None, None, None),
        ("due", None, None, None, None),
    ]
    assert json.loads(json.dumps(explain(it, VN))) == explain(it, VN)
    shift, *_, end = explain(it, VN)
    assert shift["basis"] == "Decree 309/2026, Art. 9"
    assert end == {"what": "due", "at": due(it, VN).isoformat(), "original_due": it.original_due.isoformat()}


def test_a_course_never_changes_and_is_stored_as_plain_data():
    it = extended(paused(begun(), "2026-03-03T10:00", "2026-03-04T10:00"))
    with pytest.raises(FrozenInstanceError):
        it.original_due = at("2026-06-01T09:00")
    data = it.to_data()
    assert data["original_due"] == "2026-03-16T10:30:00+00:00"
    assert data["pauses"][0] == {
        "since": "2026-03-03T03:00:00+00:00", "until": "2026-03-04T03:00:00+00:00", "reason": "supplement", "basis": BASIS,
    }  # fmt: skip
    assert Course.from_data(data) == it
    with pytest.raises(ValueError, match="time zone"):
        Course.from_data({**data, "original_due": "2026-03-16T10:30:00"})
    assert Terms.from_data(TERMS.to_data()) == TERMS
    with pytest.raises(TypeError):
        Terms.from_data({"max_extension": 1})
