"""On time or overdue, as the index of Decision 766/QĐ-TTg computes it (item 2.1)."""

from sauro.core.clock import Calendar, Limit, Supplement, Terms, course, judge
from sauro.core.tests.clock.worlds import VIETNAM, at

VN = Calendar.from_data(VIETNAM)
TERMS = Terms(frozenset({"supplement"}))
PERIOD_END = at("2026-03-31T23:59")


def begun():
    """Due on Monday 16 March, 17:30."""
    return course.start(Limit(10, "working_day"), at("2026-03-02T09:00"), VN)


def judged(supplements=(), finished=None, period_end=PERIOD_END, it=None):
    verdict = judge(it or begun(), VN, supplements, finished and at(finished), period_end)
    return verdict.on_time, verdict.ground


def supplement(requested, completed=None):
    return Supplement(at(requested), completed and at(completed))


def test_finished_by_the_appointment_or_not():
    assert judged(finished="2026-03-16T17:30") == (True, "finished")
    assert judged(finished="2026-03-16T17:31") == (False, "finished")


def test_not_finished_is_judged_at_the_end_of_the_period():
    assert judged() == (False, "still_open")
    assert judged(period_end=at("2026-03-10T23:59")) == (True, "still_open")


def test_the_time_of_one_supplement_is_given_back():
    one = [supplement("2026-03-05T10:00", "2026-03-09T10:00")]
    assert judged(one, "2026-03-18T17:30") == (True, "finished")
    assert judged(one, "2026-03-18T17:31") == (False, "finished")


def test_more_than_one_supplement_is_overdue_whenever_it_was_finished():
    two = [
        supplement("2026-03-03T10:00", "2026-03-03T11:00"),
        supplement("2026-03-04T10:00", "2026-03-04T11:00"),
    ]
    assert judged(two, "2026-03-05T10:00") == (False, "more_than_one_supplement")
    assert judged([two[0], supplement("2026-03-04T10:00")]) == (False, "more_than_one_supplement")


def test_waiting_on_the_one_request_counts_as_finished_when_it_was_made():
    assert judged([supplement("2026-03-16T17:30")]) == (True, "waiting_for_supplement")
    assert judged([supplement("2026-03-17T08:00")]) == (False, "waiting_for_supplement")


def test_an_extension_never_improves_it():
    longer = course.extend(begun(), VN, 5, "why", "law", at("2026-03-05T09:00"), TERMS)
    assert judged(finished="2026-03-18T09:00", it=longer) == (False, "finished")


def test_other_pauses_of_the_clock_are_no_supplements():
    stopped = course.pause(begun(), at("2026-03-03T10:00"), "supplement", "law", TERMS)
    assert judged(finished="2026-03-17T09:00", it=course.resume(stopped, at("2026-03-10T10:00"))) == (
        False,
        "finished",
    )
