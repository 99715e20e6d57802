"""Invariant I9: whole years from the day of creation, never a day less."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sauro.core.rules.retention import retain_until


@given(st.dates(date(1950, 1, 1), date(2100, 1, 1)), st.integers(1, 200))
def test_years_are_whole(start: date, years: int) -> None:
    last = retain_until({"code": "r", "years": years}, start)
    assert last is not None
    assert (last.year, last.month, last.day) in {
        (start.year + years, start.month, start.day),
        (start.year + years, 3, 1),
    }
    assert last >= start + timedelta(days=365 * years)


@given(st.dates(), st.integers(0, 9))
def test_what_is_permanent_has_no_end(start: date, years: int) -> None:
    assert retain_until({"permanent": True, "years": years}, start) is None


@pytest.mark.parametrize(
    "rule", [{}, {"years": 0}, {"years": -1}, {"years": None}, {"years": "5"}, {"permanent": False}]
)
def test_a_rule_that_says_nothing_is_an_error(rule: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="retention rule"):
        retain_until(rule, date(2026, 1, 1))
