"""Personal data is opened under a grant, for a purpose, and its subject sees it (invariant I5)."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from django.db import connection
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from sauro.core import moment
from sauro.core.doorway import Ask, act
from sauro.core.ids import new_id
from sauro.core.models import Access, Refused
from sauro.core.queries.reading import open_case, who_looked
from sauro.core.queries.visibility import Reader
from sauro.core.refusal import Refusal
from sauro.core.tests.tampering import tamper
from sauro.serve.actions.subject import DOSSIER
from sauro.serve.models import Dossier
from sauro.serve.queries.cases import open_dossier
from sauro.serve.tests.conftest import BIRTH, Town

pytestmark = pytest.mark.django_db


def officer(town: Town, dossier: UUID) -> Reader:
    position = UUID(Dossier.objects.get(pk=dossier).plan["positions"]["check"])
    return Reader(town.officers[position], position)


def test_who_opens_is_written_down_and_the_subject_sees_it(town: Town) -> None:
    dossier = town.file()
    reader = officer(town, dossier)
    assert who_looked(town.citizen) == []
    opened = open_dossier(reader, dossier)
    assert (opened.parts["answers"] or {})["child_name"] == BIRTH["child_name"]
    (looked,) = who_looked(town.citizen)
    assert looked.position_vi and looked.organisation_vi and looked.purpose == "settle_dossier"
    assert (looked.commitment, looked.times, looked.own) == (dossier, 1, False)
    open_dossier(Reader(town.citizen), dossier)
    assert [line.own for line in who_looked(town.citizen)] == [True, False]
    assert str(reader.person) not in str(who_looked(town.citizen)), "the officer's name is not told"


@pytest.mark.parametrize("missing", ["grant", "office", "dossier"])
def test_without_a_grant_nothing_opens_and_the_try_is_kept(town: Town, missing: str) -> None:
    dossier = town.file()
    reader = officer(town, dossier)
    if missing == "grant":
        reader = Reader(new_id())
    elif missing == "office":
        reader = Reader(reader.person)
    with pytest.raises(Refusal) as refused:
        open_dossier(reader, new_id() if missing == "dossier" else dossier)
    assert (refused.value.code, refused.value.status) == ("not_found", 404), "nobody learns what exists"
    kept = Refused.objects.get(person=reader.person)
    assert kept.rule == "I5: serve.read_dossier"
    assert not Access.objects.exists() and who_looked(town.citizen) == []


def test_a_read_that_cannot_be_written_down_does_not_happen(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    dossier = town.file()
    monkeypatch.setattr(
        "sauro.core.queries.reading._INSERT",
        "INSERT INTO core_access (id) VALUES (%s, " + "%s, " * 11 + "%s)",
    )
    with pytest.raises(Exception, match="INSERT"):
        open_dossier(officer(town, dossier), dossier)


@settings(
    deadline=None, database=None, phases=[Phase.generate], max_examples=20,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
@given(
    st.lists(
        st.tuples(st.sampled_from([0, 1, 14, 15, 16, 40]), st.sampled_from(["a", "b"]), st.booleans()),
        min_size=1,
        max_size=7,
    )
)
def test_repeats_within_a_quarter_of_an_hour_are_one_line(
    town: Town, reads: list[tuple[int, str, bool]]
) -> None:
    """One line for the same reader, case and purpose while no more than 15 minutes lie between two reads."""
    dossier = town.file()
    reader, clock = officer(town, dossier), [moment.now()]
    expected: dict[tuple[str, bool], list[list[datetime]]] = {}
    with moment.simulated(lambda: clock[0]):
        for minutes, purpose, by_officer in reads:
            clock[0] += timedelta(minutes=minutes, seconds=1 if minutes else 0)
            who = reader if by_officer else Reader(town.citizen)
            open_case(who, "serve.read_dossier", DOSSIER, dossier, purpose=purpose)
            lines = expected.setdefault((purpose, by_officer), [])
            if lines and clock[0] - lines[-1][-1] < timedelta(minutes=15):
                lines[-1].append(clock[0])
            else:
                lines.append([clock[0]])
        found = sorted(
            (line.first_at, line.last_at, line.times) for line in who_looked(town.citizen, dossier)
        )
    assert found == sorted((line[0], line[-1], len(line)) for lines in expected.values() for line in lines)


def test_a_seal_hides_a_line_until_it_expires(town: Town) -> None:
    dossier = town.file()
    open_dossier(officer(town, dossier), dossier)
    clock = moment.now()
    tamper("UPDATE core_access SET sealed_until = %s", clock + timedelta(days=1))
    assert who_looked(town.citizen) == []
    with moment.simulated(lambda: clock + timedelta(days=1, seconds=1)):
        assert len(who_looked(town.citizen)) == 1


def test_lists_show_masks_and_are_no_personal_read(town: Town) -> None:
    from sauro.serve.queries.queue import Filter, queue

    dossier = town.file()
    act(Ask("serve.withdraw_dossier", town.citizen, "w", {}, dossier))
    page = queue(officer(town, dossier), Filter(), moment.now())
    shown, typed = str(page), {name: str(value) for name, value in BIRTH.items()}
    assert str(dossier) in shown
    assert not any(
        typed[name] in shown for name in ("requester_name", "requester_id", "requester_phone", "child_name")
    )
    assert not Access.objects.exists()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM core_access")
        assert cursor.fetchone() == (0,)
