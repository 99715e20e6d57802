"""The computation of a deadline in words."""

from datetime import datetime, timedelta, timezone

import pytest
from django.utils import translation

from sauro.core.clock import course as clock
from sauro.core.clock.course import Limit, Terms
from sauro.core.clock.explanation import explain
from sauro.core.queries import courses
from sauro.serve.wording import clock_lines

pytestmark = pytest.mark.django_db
VIETNAM = timezone(timedelta(hours=7))


@pytest.mark.parametrize(
    ("received", "said"),
    [
        (
            datetime(2026, 11, 25, 16, 0, tzinfo=VIETNAM),
            "Tiếp nhận sau 15 giờ: bắt đầu tính khi cơ quan mở cửa lại",
        ),
        (datetime(2026, 11, 22, 9, 0, tzinfo=VIETNAM), "Ngoài giờ làm việc: bắt đầu tính khi cơ quan mở cửa"),
    ],
)
def test_a_shifted_start_says_from_when_it_counts(received: datetime, said: str) -> None:
    """Not when the dossier came in: nothing counts from there."""
    _id, calendar = courses.calendar(received.date())
    course = clock.start(Limit(1, "working_day"), received, calendar, Terms(frozenset(), 1, 1))
    with translation.override("vi"):
        first, *_rest = clock_lines(explain(course, calendar))
    assert course.started_at != received
    assert (first.what, first.moment) == (said, course.started_at)
