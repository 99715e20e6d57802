"""Random sequences of legal and illegal acts never bring a dossier into an illegal state (invariants I2, I3, I4, I8)."""

from datetime import date
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from sauro.core.doorway import Ask, act
from sauro.core.doorway.genesis import PLATFORM
from sauro.core.ids import new_id
from sauro.serve.tests.conftest import Town
from tests.properties.dossiers import LIVES, Try, live, slower

pytestmark = pytest.mark.django_db
LOOSE = settings(
    deadline=None, database=None, phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)  # fmt: skip


@pytest.fixture
def jack(town: Town) -> UUID:
    """One natural person in every office of the commune."""
    slower(town)
    person = new_id()
    day = date(2026, 1, 1)
    act(
        Ask(
            "core.register_actor", PLATFORM, f"p{person}", {"id": person, "kind": "person", "valid_from": day}
        )
    )
    for office in list(town.officers):
        payload = {"person": person, "valid_from": day, "kind": "acting"}
        act(Ask("core.appoint", PLATFORM, f"{office}{person}"[:80], payload, subject=office))
    return person


@settings(LOOSE, max_examples=150)
@given(attempts=LIVES)
def test_no_sequence_of_acts_leads_into_an_illegal_state(town: Town, jack: UUID, attempts: list[Try]) -> None:
    live(town, jack, attempts)


@pytest.mark.slow
@pytest.mark.parametrize("part", range(100))
def test_no_sequence_of_acts_leads_into_an_illegal_state_at_length(town: Town, jack: UUID, part: int) -> None:
    @settings(LOOSE, max_examples=100)
    @given(attempts=LIVES)
    def run(attempts: list[Try]) -> None:
        live(town, jack, attempts)

    run()
