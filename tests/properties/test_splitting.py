# ruff: noqa: F401, F811 (pytest finds fixtures by their names)
"""A part leaves an organisation: its work goes with it and nothing else; no orphan, one owner, replay equal (I7, I10)."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sauro.core import timers
from sauro.core.doorway import Ask, Outcome, act
from sauro.core.doorway.decide import local_day
from sauro.core.doorway.genesis import PLATFORM
from sauro.core.ids import new_id
from sauro.core.journal.rebuild import rebuild
from sauro.core.models import Actor, Commitment, Definition, Grant, Holding, Refused, Reorganisation
from sauro.core.moment import now, simulated
from sauro.core.queries import orphans
from sauro.core.queries.visibility import Reader, explain, place, visible
from sauro.core.refusal import Refusal
from sauro.packs.ids import id_of
from sauro.project.reorganisation import carrying
from sauro.serve.actions.subject import DOSSIER
from sauro.serve.models import Dossier
from sauro.serve.queries.places import places_for
from sauro.serve.tests.conftest import COMMUNE, Town, town
from tests.faults.test_state_follows_from_events import Link, intruder
from tests.properties.test_reorganisation_day import holders, in_days, plan
from tests.properties.test_reorganising import LOOSE, merge, organisation, overseer, sees

pytestmark = pytest.mark.django_db
BIRTHS, DEATHS = "1.001193", "1.000656"
NEW = "C26041.TP"


def whole(area: str = COMMUNE) -> Actor:
    """The office of a commune: civil status officers work there."""
    return Actor.objects.get(kind="organisation", code=f"C{area}.VP")


def terms(of: Actor, code: str = NEW, **more: Any) -> dict[str, Any]:
    """A new organisation leaves it, with an office like each of its own, and takes the births."""
    founded = {"id": id_of(code), "code": code, "name_vi": "Phòng Tư pháp", "name_en": "Division of Justice"}
    offices = [
        {"id": id_of(f"{code}.{row.type}"), "like": row.id, "code": f"{code}.{row.type}"}
        for row in Actor.objects.filter(kind="position", organisation=of.id)
    ]
    return {"into": founded["id"], "founded": founded, "offices": offices, "procedures": [BIRTHS], **more}


def split(of: Actor, effective: Any = None, **more: Any) -> Outcome:
    return plan(of.id, "split", effective, **terms(of, **more))


def settle() -> None:
    while carrying.step():
        pass


def accepted(town: Town, code: str = BIRTHS) -> UUID:
    dossier = town.file(code)
    town.do(dossier, "serve.accept_dossier")
    return dossier


def listed(reader: Reader) -> set[UUID]:
    condition, values = visible(reader, "serve.read_dossier", DOSSIER)
    return {
        row.id for row in Dossier.objects.raw(f"SELECT d.* FROM serve_dossier d WHERE {condition}", values)
    }


def test_what_the_rule_names_goes_and_the_rest_stays(town: Town) -> None:
    birth, other = accepted(town), accepted(town)
    Dossier.objects.filter(pk=other).update(procedure_code=DEATHS)
    before = Commitment.objects.values("due", "due_original", "version").get(pk=birth)
    old = whole()
    split(old)
    assert sees(overseer(old.id, "agency"), birth), "until it is handed over it has an owner"
    settle()
    new = Actor.objects.get(code=NEW)
    moved, stayed = Dossier.objects.get(pk=birth), Dossier.objects.get(pk=other)
    assert new.id in moved.involved and old.id not in moved.involved
    assert old.id in stayed.involved and new.id not in stayed.involved
    after = Commitment.objects.values("due", "due_original").get(pk=birth)
    assert after == {name: before[name] for name in after}, "no deadline moves"
    office = Commitment.objects.get(pk=birth).position
    assert office == id_of(f"{NEW}.tu-phap-ho-tich"), "the turn is that of the like office"
    assert orphans.count().count == 0


@LOOSE
@given(births=st.integers(0, 3), deaths=st.integers(0, 2), scope=st.sampled_from(["agency", "subtree"]))
def test_lists_and_explanations_agree_after_a_split(town: Town, births: int, deaths: int, scope: str) -> None:
    made = [accepted(town) for _ in range(births + deaths)]
    Dossier.objects.filter(pk__in=made[births:]).update(procedure_code=DEATHS)
    old, code = whole(), f"C26041.{new_id().hex[-6:].upper()}"
    split(old, code=code)
    settle()
    there, here = overseer(id_of(code), scope), overseer(old.id, scope)
    assert listed(there) >= set(made[:births]) and not listed(there) & set(made[births:])
    assert listed(here) >= set(made[births:]) and not listed(here) & set(made[:births])
    for reader in (there, here):
        assert listed(reader) & set(made) == {one for one in made if sees(reader, one)}
    merge(id_of(code), old.id)
    assert listed(here) >= set(made), "what comes back is seen again"


def test_who_files_afterwards_lands_at_the_part_and_only_for_what_it_took(town: Town) -> None:
    old = whole()
    accepted(town)
    split(old)
    new = id_of(NEW)
    births, deaths = (places_for(town.procedure(code), COMMUNE, 1) for code in (BIRTHS, DEATHS))
    assert births and new in births.involved and old.id not in births.involved
    assert deaths and old.id in deaths.involved and new not in deaths.involved
    dossier = town.file()
    assert new in Dossier.objects.get(pk=dossier).involved
    elsewhere = places_for(town.procedure(BIRTHS), "26020", 1)
    assert elsewhere and new not in elsewhere.involved


def test_a_part_that_comes_back_by_a_merger_stays_with_the_whole(town: Town) -> None:
    old, new = whole(), id_of(NEW)
    birth = accepted(town)
    split(old)
    settle()
    merge(new, old.id)
    places = places_for(town.procedure(BIRTHS), COMMUNE, 1)
    assert places and old.id in places.involved
    assert carrying.step() == 0 and sees(overseer(old.id, "agency"), birth)
    split(old, code="C26041.TP2")
    places = places_for(town.procedure(BIRTHS), COMMUNE, 1)
    assert places and id_of("C26041.TP2") in places.involved, "the newest split leads on"
    settle()
    assert sees(overseer(id_of("C26041.TP2"), "agency"), birth) and orphans.count().count == 0


def test_after_the_whole_was_merged_away_its_split_still_leads_to_the_part(town: Town) -> None:
    old = whole()
    split(old)
    merge(old.id, whole("26020").id)
    births, deaths = (places_for(town.procedure(code), COMMUNE, 1) for code in (BIRTHS, DEATHS))
    assert births and id_of(NEW) in births.involved
    assert deaths and whole("26020").id in deaths.involved and id_of(NEW) not in deaths.involved
    other = places_for(town.procedure(BIRTHS), "26020", 1)
    assert other and id_of(NEW) not in other.involved, "the births of the other commune were never given away"


def test_the_like_offices_get_their_rights_over_the_part_and_no_other(town: Town) -> None:
    old = whole()
    split(old)
    for row in Actor.objects.filter(kind="position", organisation=old.id):
        mine = Grant.objects.filter(holder=row.id, scope__in=["agency", "subtree"], scope_id=old.id)
        theirs = Grant.objects.filter(holder=id_of(f"{NEW}.{row.type}"))
        assert sorted(mine.values_list("role", "scope")) == sorted(theirs.values_list("role", "scope"))
        assert {grant.scope_id for grant in theirs} <= {id_of(NEW)}


def test_who_is_placed_goes_on_there_and_everybody_else_stays(town: Town) -> None:
    town.filing()
    old = whole()
    clerk = Actor.objects.get(kind="position", organisation=old.id, type="tu-phap-ho-tich").id
    head = Actor.objects.get(kind="position", organisation=old.id, head=True).id
    holding = Holding.objects.get(position=clerk)
    split(old, placed=[{"holding": holding.id, "position": id_of(f"{NEW}.tu-phap-ho-tich")}])
    with in_days(1):
        assert holders(clerk) == set() and holders(head)
        assert holders(id_of(f"{NEW}.tu-phap-ho-tich")) == {holding.person}


def test_at_its_midnight_and_not_before(town: Town) -> None:
    birth = accepted(town)
    made = split(whole(), local_day(now()) + timedelta(days=1)).subject
    settle()
    assert not Actor.objects.filter(code=NEW).exists()
    with in_days(1):
        timers.fire_due()
        settle()
        assert Reorganisation.objects.get(pk=made).state == "done"
        assert sees(overseer(id_of(NEW), "agency"), birth)
        assert carrying.step() == 0, "once is enough"


def test_what_has_ended_stays_with_who_did_it(town: Town) -> None:
    birth = accepted(town)
    Dossier.objects.filter(pk=birth).update(status=8)
    Commitment.objects.filter(pk=birth).update(state="cancelled")
    split(whole())
    assert carrying.step() == 0
    with pytest.raises(Refusal) as refused:
        payload = {"came": whole().id, "into": id_of(NEW), "basis": "b"}
        act(Ask("serve.hand_over", PLATFORM, "late", payload, birth))
    assert (refused.value.code, refused.value.rule) == ("ended", "I7")


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"procedures": []}, "no_rule"),
        ({"offices": []}, "no_head"),
        ({"into": UUID(int=5), "founded": None}, "no_part"),
        ({"placed": [{"holding": str(UUID(int=1)), "position": str(UUID(int=2))}]}, "no_office"),
    ],
)
def test_what_cannot_be_is_refused(town: Town, more: dict[str, Any], code: str) -> None:
    with pytest.raises(Refusal) as refused:
        split(whole(), **more)
    assert (refused.value.code, refused.value.rule) == (code, "I7")
    assert not Reorganisation.objects.exists()


def test_a_place_is_not_split_by_founding_and_a_code_is_not_taken_twice(town: Town) -> None:
    committee = Actor.objects.get(kind="organisation", code=f"C{COMMUNE}")
    for of, code, said in ((committee, NEW, "is_a_place"), (whole(), f"C{COMMUNE}.KT", "code_taken")):
        with pytest.raises(Refusal) as refused:
            split(of, code=code)
        assert refused.value.code == said


def test_to_an_organisation_that_exists_procedures_go_with_its_own_offices(town: Town) -> None:
    committee = Actor.objects.get(kind="organisation", code=f"C{COMMUNE}").id
    other = Actor.objects.get(kind="organisation", code="C26020").id
    town.staff(other)
    birth = accepted(town)
    plan(committee, "split", into=other, procedures=[BIRTHS])
    settle()
    row = Dossier.objects.get(pk=birth)
    assert row.competent == other and committee not in row.involved
    signer = Actor.objects.get(kind="position", organisation=other, head=True).id
    assert row.plan["positions"]["sign"] == str(signer)


def test_nobody_puts_themselves_into_an_office_of_the_part(town: Town) -> None:
    town.filing()
    held = Holding.objects.filter(position__in=Actor.objects.filter(organisation=whole().id).values("id"))[0]
    role = Definition.objects.get(kind="role", code="administrator", state="published").id
    given = {"holder": held.person, "role": role, "scope": "all", "purpose": "p", "basis": "b"}
    act(Ask("core.grant", PLATFORM, str(held.person), given))
    sent = terms(whole())
    sent |= {"basis": "b", "placed": [{"holding": held.id, "position": sent["offices"][0]["id"]}]}
    with pytest.raises(Refusal) as refused:
        payload = {"kind": "split", "organisation": whole().id, "terms": sent}
        act(Ask("core.plan_reorganisation", held.person, "own", payload))
    assert (refused.value.code, refused.value.rule) == ("gives_itself", "I5")


@pytest.mark.django_db(transaction=True)
def test_after_a_split_replay_rebuilds_the_same(town: Town, intruder: Link) -> None:
    accepted(town)
    split(whole())
    settle()
    with psycopg.connect(intruder.info.dsn, autocommit=True) as owner:
        rebuilt = rebuild(owner, "rebuilt")
    assert {name: table for name, table in rebuilt.items() if not table.equal} == {}
    assert rebuilt["core_reorganisation"].rows == 1


def test_what_is_refused_is_not_asked_for_again_at_once_and_stays_where_it_was(town: Town) -> None:
    """The part has no office left, say: the dossier keeps its owner, and the rest has its turn."""
    birth = accepted(town)
    split(whole())
    Actor.objects.filter(kind="position", organisation=id_of(NEW)).update(current=None)
    assert carrying.step() == 0 and carrying.step() == 0
    assert Refused.objects.filter(subject=birth).count() == 1
    assert whole().id in Dossier.objects.get(pk=birth).involved


@pytest.mark.parametrize(("area", "goes"), [(COMMUNE, True), ("26020", False)])
def test_by_communes_alone_every_procedure_of_theirs_goes_and_no_other(
    town: Town, area: str, goes: bool
) -> None:
    old = whole()
    dossiers = [accepted(town), accepted(town)]
    Dossier.objects.filter(pk=dossiers[1]).update(procedure_code=DEATHS)
    split(old, procedures=[], areas=[area])
    settle()
    for code in (BIRTHS, DEATHS):
        places = places_for(town.procedure(code), COMMUNE, 1)
        assert places and (id_of(NEW) in places.involved) is goes
    there = overseer(id_of(NEW), "agency")
    assert [sees(there, one) for one in dossiers] == [goes, goes]


def test_where_only_tasks_are_named_no_dossier_goes(town: Town) -> None:
    birth = accepted(town)
    split(whole(), procedures=[], tasks=[new_id()])
    assert carrying.step() == 0 and whole().id in Dossier.objects.get(pk=birth).involved
    places = places_for(town.procedure(BIRTHS), COMMUNE, 1)
    assert places and id_of(NEW) not in places.involved


def test_a_decision_that_waits_for_its_signature_is_prepared_anew_at_the_part(town: Town) -> None:
    birth = accepted(town)
    Dossier.objects.filter(pk=birth).update(prepared_file=new_id(), prepared_digest="a" * 64)
    split(whole())
    settle()
    row = Dossier.objects.get(pk=birth)
    assert (row.prepared_file, row.prepared_digest) == (None, None)


@pytest.mark.parametrize("why", ["no_part", "outdated"])
def test_what_became_impossible_is_said_and_moves_nothing(town: Town, why: str) -> None:
    made = split(whole(), local_day(now()) + timedelta(days=1)).subject
    if why == "no_part":
        merge(whole().id, whole("26020").id)
    else:
        old = {"residue": str(new_id()), "rules": [], "basis": "b"}
        Reorganisation.objects.filter(pk=made).update(terms=old)
    with in_days(1):
        timers.fire_due()
    row = Reorganisation.objects.get(pk=made)
    assert (row.state, row.reason) == ("failed", why)
    assert not Actor.objects.filter(code=NEW).exists() and orphans.count().count == 0
