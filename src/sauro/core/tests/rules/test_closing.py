"""Invariant I3: the doer is never the closer, and what nobody may close goes up."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from sauro.core.rules.closing import closing_organisation, may_close

PEOPLE = st.integers(0, 6).map(lambda number: UUID(int=number))
PLACES = st.lists(st.integers(100, 106).map(lambda number: UUID(int=number)), unique=True)


@given(PEOPLE, st.sets(PEOPLE))
def test_a_doer_never_closes(person: UUID, doers: set[UUID]) -> None:
    assert may_close(person, doers) is (person not in doers)
    assert not may_close(person, [*doers, person])


@given(PLACES, st.data())
def test_the_nearest_organisation_with_somebody_else_closes(chain: list[UUID], data: st.DataObject) -> None:
    signers = {place: data.draw(st.sets(PEOPLE, max_size=3)) for place in chain if data.draw(st.booleans())}
    doers = data.draw(st.sets(PEOPLE))
    free = [place for place in chain if signers.get(place, set()) - doers]
    assert closing_organisation(chain, signers, doers) == (free[0] if free else None)
