# ruff: noqa: F401, F811 (pytest finds fixtures by their names)
"""Mergers and splits, decided at once or for a midnight, in any order: no orphan, one owner, replay equal (I7, I10)."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from sauro.core import timers
from sauro.core.doorway import Ask, Outcome, act
from sauro.core.doorway.decide import local_day
from sauro.core.doorway.genesis import PLATFORM
from sauro.core.ids import new_id
from sauro.core.journal.rebuild import rebuild
from sauro.core.models import Actor, Commitment, Definition, Holding, Reorganisation, Timer
from sauro.core.moment import now, simulated
from sauro.core.queries import orphans
from sauro.core.refusal import Refusal
from sauro.serve.tests.conftest import Town, town
from tests.faults.test_state_follows_from_events import Link, intruder
from tests.properties.test_reorganising import LOOSE, organisation, put_into, register, standing_for

pytestmark = pytest.mark.django_db


def plan(what: UUID, kind: str = "merge", effective: Any = None, **terms: Any) -> Outcome:
    payload = {
        "kind": kind,
        "organisation": what,
        "terms": {"basis": "202/2025/QH15", **terms},
        "effective": effective,
    }
    return act(Ask("core.plan_reorganisation", PLATFORM, str(new_id()), payload))


def holders(office: UUID) -> set[UUID]:
    day = local_day(now())
    held = Holding.objects.filter(position=office, valid_from__lte=day)
    return {one.person for one in held if one.valid_to is None or one.valid_to >= day}


def office(organisation: UUID, type_: str = "head") -> UUID:
    return Actor.objects.get(organisation=organisation, type=type_, kind="position").id


def in_days(days: int) -> Any:
    """The clock stands so many days later, in the morning."""
    later = now() + timedelta(days=days)
    return simulated(lambda: later)


def state(id_: UUID) -> Reorganisation:
    return Reorganisation.objects.get(pk=id_)


def sound(commitments: list[UUID]) -> None:
    """Each open commitment has exactly one owner, who stands and heads or keeps an office that stands."""
    assert orphans.count().count == 0
    for row in Commitment.objects.filter(pk__in=commitments):
        owner = standing_for(standing_for(row.lead).current)
        assert owner.current == owner.id and owner.kind == "organisation"
    for row in Actor.objects.filter(kind="position", current__isnull=False):
        heir = standing_for(row.current)
        assert standing_for(heir.organisation).current == heir.organisation


STEPS = st.lists(
    st.tuples(
        st.integers(0, 4), st.integers(0, 4), st.booleans(), st.sampled_from(["now", "midnight", "off"])
    ),
    min_size=1,
    max_size=5,
)


def led_by(town: Town, place: UUID) -> UUID:
    """An open dossier that this organisation leads, by acts alone."""
    dossier = town.file()
    act(Ask("core.move_commitment", PLATFORM, str(dossier), {"lead": place, "basis": "b"}, dossier))
    return dossier


def walk(town: Town, steps: list[tuple[int, int, bool, str]]) -> list[UUID]:
    """Five organisations with offices and work, and a chain of mergers and splits; the work, as its ids."""
    offices = [("head", "clerk"), ("head",), ("head", "clerk", "guard"), ("head", "guard"), ("head", "clerk")]
    places = [organisation(offices=kinds) for kinds in offices]
    work = [led_by(town, place) for place in places]
    for gone, into, split, when in steps:
        standing = [id_ for id_ in places if standing_for(id_).current == id_]
        if places[gone] not in standing or places[into] not in standing or gone == into:
            continue
        terms: dict[str, Any] = {"keep": [office(places[gone], "guard")] if gone in (2, 3) and into not in (2, 3) and Actor.objects.filter(organisation=places[gone], type="guard").exists() else []}  # fmt: skip
        third = next((id_ for id_ in standing if id_ not in (places[gone], places[into])), None)
        if split and third is not None:
            # One part of the work leaves; the organisation stays.
            terms = {"into": places[into], "procedures": ["1.001193"]}
        else:
            terms |= {"into": places[into]}
        kind = "split" if "procedures" in terms else "merge"
        if when == "now":
            plan(places[gone], kind, **terms)
            continue
        made = plan(places[gone], kind, local_day(now()) + timedelta(days=2), **terms).subject
        if when == "off":
            act(Ask("core.call_off_reorganisation", PLATFORM, str(made), {}, made))
        with in_days(2):
            timers.fire_due()
        assert state(made).state == ("called_off" if when == "off" else "done")
        assert (standing_for(places[gone]).current == places[gone]) is (when == "off" or kind == "split")
    return work


@LOOSE
@given(steps=STEPS)
def test_whatever_is_merged_and_split_nothing_is_orphaned(
    town: Town, steps: list[tuple[int, int, bool, str]]
) -> None:
    sound(walk(town, steps))


@pytest.mark.django_db(transaction=True)
def test_after_a_chain_replay_rebuilds_the_same(town: Town, intruder: Link) -> None:
    walk(
        town, [(0, 1, False, "midnight"), (2, 1, True, "now"), (3, 4, False, "off"), (4, 1, True, "midnight")]
    )
    with psycopg.connect(intruder.info.dsn, autocommit=True) as owner:
        rebuilt = rebuild(owner, "rebuilt")
    assert {name: table for name, table in rebuilt.items() if not table.equal} == {}
    assert rebuilt["core_reorganisation"].rows == 4


def test_until_its_midnight_nothing_moves_and_then_everything_once(town: Town) -> None:
    one, other = organisation(offices=("head", "clerk")), organisation(offices=("head", "clerk"))
    dossier = put_into(town, [one])
    clerk = holders(office(one, "clerk"))
    made = plan(one, effective=local_day(now()) + timedelta(days=1), into=other).subject
    timers.fire_due()
    assert state(made).state == "planned" and standing_for(one).current == one
    with in_days(1):
        assert timers.fire_due() == 1 and timers.fire_due() == 0
        assert standing_for(one).current == other and state(made).state == "done"
        assert holders(office(one, "clerk")) == set()
        assert holders(office(other, "clerk")) > clerk, "who held the office goes on in its heir"
        sound([dossier])
        with pytest.raises(Refusal) as refused:
            act(Ask("core.call_off_reorganisation", PLATFORM, "late", {}, made))
        assert (refused.value.code, refused.value.rule) == ("already_fired", "I7")


def test_before_its_midnight_it_can_be_called_off(town: Town) -> None:
    one, other = organisation(), organisation()
    made = plan(one, effective=local_day(now()) + timedelta(days=1), into=other).subject
    act(Ask("core.call_off_reorganisation", PLATFORM, "off", {}, made))
    assert Timer.objects.get(pk=made).cancelled_at is not None
    with in_days(1):
        assert timers.fire_due() == 0
    assert standing_for(one).current == one


def test_what_became_impossible_moves_nothing_and_holds_up_no_other_timer(town: Town) -> None:
    one, other, third = organisation(), organisation(), organisation()
    tomorrow = local_day(now()) + timedelta(days=1)
    first = plan(one, effective=tomorrow, into=other).subject
    second = plan(third, effective=tomorrow, into=organisation()).subject
    plan(other, into=third)
    with in_days(1):
        timers.fire_due()
    assert (state(first).state, state(first).reason) == ("failed", "no_successor")
    assert state(second).state == "done"
    assert standing_for(one).current == one
    assert orphans.count().count == 0


@pytest.mark.parametrize("days", [0, -1, 400])
def test_a_day_that_is_not_ahead_is_refused(days: int) -> None:
    with pytest.raises(Refusal) as refused:
        plan(organisation(), effective=local_day(now()) + timedelta(days=days), into=organisation())
    assert (refused.value.code, refused.value.field) == ("not_ahead", "effective")


def test_two_heads_are_decided_by_who_decides(town: Town) -> None:
    """Unless it is said otherwise the successor's head stays, and the other head holds no office any more."""
    one, other, third = (organisation(offices=("head", "deputy")) for _ in range(3))
    heads = [holders(office(place)) for place in (one, other, third)]
    plan(one, into=other)
    assert holders(office(other)) == heads[1]
    holding = Holding.objects.get(position=office(third))
    beside = Holding.objects.get(position=office(other), person__in=heads[1])
    placed = [
        {"holding": holding.id, "position": office(other)},
        {"holding": beside.id, "position": office(other, "deputy")},
    ]
    plan(third, into=other, placed=placed)
    with in_days(1):
        assert holders(office(other)) == heads[2]
        assert heads[1] <= holders(office(other, "deputy"))


def test_nobody_is_appointed_to_what_was_merged_away(town: Town) -> None:
    one, other = organisation(), organisation()
    plan(one, into=other)
    with pytest.raises(Refusal) as refused:
        payload = {"person": register(kind="person"), "valid_from": local_day(now())}
        act(Ask("core.appoint", PLATFORM, "late", payload, office(one)))
    assert (refused.value.code, refused.value.details) == ("merged_away", {"current": str(office(other))})


def test_an_office_that_is_kept_goes_along_with_its_holder_and_its_work(town: Town) -> None:
    one, other = organisation(offices=("head", "guard")), organisation()
    guard = office(one, "guard")
    before = holders(guard)
    plan(one, into=other, keep=[guard])
    row = standing_for(guard)
    assert (row.current, row.organisation, row.valid_to) == (guard, other, None)
    with in_days(1):
        assert holders(guard) == before


def test_several_go_into_one_that_is_founded(town: Town) -> None:
    one, other = organisation(offices=("head", "clerk")), organisation(offices=("head", "clerk"))
    work = [put_into(town, [one]), put_into(town, [other])]
    founded = {"id": new_id(), "code": "NEW.1", "name_vi": "Cơ quan mới", "name_en": "The new one"}
    clerk, keep = office(one, "clerk"), [office(other), office(other, "clerk")]
    plan(
        one,
        into=founded["id"],
        founded=founded,
        keep=keep,
        also=[{"organisation": other, "into": founded["id"]}],
    )
    new = Actor.objects.get(code="NEW.1")
    assert new.current == new.id and new.path.endswith("NEW.1/")
    assert standing_for(one).current == standing_for(other).current == new.id
    assert {row.organisation for row in Actor.objects.filter(pk__in=keep)} == {new.id}
    assert standing_for(clerk).current == keep[1]
    sound(work)


def test_nobody_puts_themselves_into_an_office() -> None:
    one, other = organisation(), organisation()
    held = Holding.objects.get(position=office(one))
    role = Definition.objects.get(kind="role", code="administrator", state="published").id
    given = {"holder": held.person, "role": role, "scope": "all", "purpose": "p", "basis": "b"}
    act(Ask("core.grant", PLATFORM, str(held.person), given))
    placed = [{"holding": held.id, "position": office(other)}]
    payload = {"kind": "merge", "organisation": one, "terms": {"basis": "b", "into": other, "placed": placed}}
    with pytest.raises(Refusal) as refused:
        act(Ask("core.plan_reorganisation", held.person, "own", payload))
    assert (refused.value.code, refused.value.rule) == ("gives_itself", "I5")
    assert standing_for(one).current == one
