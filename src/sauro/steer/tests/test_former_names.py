"""After a merger the old name still leads somewhere, and what is open is named by who has it today (invariant I7)."""

import pytest

from sauro.core.doorway import Ask, act
from sauro.core.doorway.genesis import PLATFORM
from sauro.core.models import Actor
from sauro.core.moment import now
from sauro.core.queries.visibility import Reader
from sauro.steer.pages.showing import rows_of
from sauro.steer.queries import agencies, tasks
from sauro.steer.queries.directory import Directory
from sauro.steer.queries.tasks import Filter
from sauro.steer.tests.conftest import State

pytestmark = pytest.mark.django_db


@pytest.fixture
def merged(state: State) -> tuple[Actor, Actor]:
    """The ministry was merged into the other one while it led a task."""
    state.working()
    merge = {"into": state.organisations["other"], "basis": "202/2025/QH15"}
    act(Ask("core.merge_organisations", PLATFORM, "merge", merge, state.organisations["ministry"]))
    gone, heir = (Actor.objects.get(pk=state.organisations[name]) for name in ("ministry", "other"))
    return gone, heir


def test_an_imported_list_may_go_on_saying_the_old_name_and_code(merged: tuple[Actor, Actor]) -> None:
    gone, heir = merged
    directory = Directory()
    for said in (gone.name_vi, gone.name_en, gone.code or ""):
        assert directory.agency(said) == {heir.id}, said


def test_a_name_that_another_goes_by_today_is_not_the_old_ones(merged: tuple[Actor, Actor]) -> None:
    _gone, heir = merged
    third = Actor.objects.get(code="VN.BNV")
    Actor.objects.filter(pk=third.id).update(name_vi="Bộ Khoa học và Công nghệ")
    assert Directory().agency("Bộ Khoa học và Công nghệ") == {third.id} != {heir.id}


def test_a_search_for_the_old_name_finds_the_successor_once(merged: tuple[Actor, Actor]) -> None:
    gone, heir = merged
    found = agencies.found_by(gone.name_vi)
    assert [agency.id for agency in found if gone.name_vi in agency.name] == [heir.id]
    assert gone.id not in {agency.id for agency in agencies.found_by("")}


def test_a_list_names_who_has_it_today(merged: tuple[Actor, Actor], state: State) -> None:
    gone, heir = merged
    reader = Reader(state.persons["secretary"], state.offices["secretary"])
    (row,) = rows_of(tasks.listed(reader, Filter("open"), now()).lines, now())
    assert row.lead.startswith(heir.name_vi) and gone.name_vi in row.lead
