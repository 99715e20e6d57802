"""Who may answer a contested read, and whether the reader was heard: whatever offices there are."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from sauro.core.rules.contests import may_answer, office_in_turn, parties, was_heard

people = st.integers(1, 6).map(lambda number: UUID(int=number))
offices = st.integers(11, 16).map(lambda number: UUID(int=number))
seats = st.lists(st.tuples(st.integers(0, 4), offices, people), max_size=8)
NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)


@given(
    people, people, st.none() | people, st.lists(people, max_size=3), st.lists(people, min_size=1, max_size=2)
)
def test_nobody_judges_what_is_their_own(
    person: UUID, reader: UUID, behalf: UUID | None, explainers: list[UUID], persons: list[UUID]
) -> None:
    own = {person, reader, behalf, *explainers} - {None}
    assert may_answer(persons, parties(person, reader, behalf, explainers)) == own.isdisjoint(persons)


@given(seats, people, people, st.none() | people)
def test_the_nearest_office_in_which_somebody_else_sits_has_the_turn(
    found: list[tuple[int, UUID, UUID]], person: UUID, reader: UUID, behalf: UUID | None
) -> None:
    involved = parties(person, reader, behalf)
    office = office_in_turn(found, involved)
    fit = [(depth, place) for depth, place, holder in found if holder not in {person, reader, behalf}]
    assert (office is None) == (not fit)
    if office is not None:
        nearest = min(depth for depth, _place in fit)
        assert (nearest, office) in fit


@given(st.integers(0, 3), st.none() | st.integers(-100, 100))
def test_nobody_is_found_wrong_unheard(explained: int, hours: int | None) -> None:
    due = None if hours is None else NOW + timedelta(hours=hours)
    heard = was_heard(explained, due, NOW)
    assert heard == (explained > 0 or (hours is not None and hours <= 0))
