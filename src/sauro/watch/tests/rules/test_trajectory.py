"""Straight lines to targets, and the time between periods."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sauro.watch.rules.periods import last_day, years_between
from sauro.watch.rules.trajectory import trajectory

D = Decimal


def test_a_rank_that_is_to_fall() -> None:
    found = trajectory(("2025", D(71)), ("2030", D(50)), [("2025", D(71)), ("2027", D(60))], "down")
    assert found is not None
    assert found.line == ((2025, D(71)), (2026, D("66.8")), (2027, D("62.6")), (2028, D("58.4")), (2029, D("54.2")), (2030, D(50)))  # fmt: skip
    assert (found.latest, found.expected, found.standing) == (("2027", D(60)), D("62.6"), "ahead")


@pytest.mark.parametrize(
    ("value", "direction", "standing"),
    [("62.6", "down", "on_line"), ("63", "down", "behind"), ("63", "up", "ahead"), ("60", "up", "behind"), ("60", "none", None)],
)  # fmt: skip
def test_how_the_latest_stands(value: str, direction: str, standing: str | None) -> None:
    found = trajectory(("2025", D(71)), ("2030", D(50)), [("2027", D(value)), ("2026", D(1))], direction)
    assert found is not None and found.standing == standing


def test_without_anything_after_the_baseline_nothing_stands() -> None:
    found = trajectory(("2025", D(71)), ("2030", D(50)), [("2025", D(71)), ("2020", D(90))], "down")
    assert found is not None and (found.latest, found.expected, found.standing) == (None, None, None)
    assert trajectory(("2030", D(71)), ("2030", D(50)), [], "down") is None


def test_after_the_target_the_line_stays() -> None:
    found = trajectory(("2025-07-01", D("23.45")), ("2025-12", D(80)), [("2026", D(79))], "up")
    assert found is not None and found.line == ((2025, D("23.45")),)
    assert (found.expected, found.standing) == (D(80), "behind")


@pytest.mark.parametrize(
    ("period", "day"),
    [("2024", "2024-12-31"), ("2024Q1", "2024-03-31"), ("2024-02", "2024-02-29"), ("2025-11-12", "2025-11-12")],
)  # fmt: skip
def test_the_last_day_of_a_period(period: str, day: str) -> None:
    assert last_day(period).isoformat() == day


@given(st.integers(2000, 2100), st.integers(0, 50))
def test_years_are_years(year: int, more: int) -> None:
    assert abs(years_between(str(year), str(year + more)) - more) <= D("0.01")
    assert years_between(str(year + more), str(year)) == -years_between(str(year), str(year + more))
