"""Merging or splitting an organisation is one act, leaves no orphan, and touches no commitment (invariant I7)."""

from datetime import date
from typing import Any
from uuid import UUID

import orjson
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from sauro.core.doorway import Ask, act
from sauro.core.doorway.genesis import PLATFORM
from sauro.core.ids import new_id
from sauro.core.models import Actor, Commitment, Definition, Event
from sauro.core.queries.visibility import Reader, explain, place
from sauro.core.refusal import Refusal
from sauro.serve.actions.subject import DOSSIER
from sauro.serve.models import Dossier
from sauro.serve.tests.conftest import Town

pytestmark = pytest.mark.django_db
DAY = date(2026, 1, 1)
LOOSE = settings(
    deadline=None, database=None, phases=[Phase.generate], max_examples=15,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip


def register(**payload: Any) -> UUID:
    id_ = new_id()
    return act(
        Ask("core.register_actor", PLATFORM, str(id_), {"id": id_, "valid_from": DAY, **payload})
    ).subject


def organisation(parent: UUID | None = None, *, offices: tuple[str, ...] = ("head",)) -> UUID:
    """An organisation, its offices (the first is its head), and a person in each."""
    code = f"o{new_id().hex[-9:]}"
    above = Actor.objects.get(pk=parent).path if parent else ""
    id_ = register(kind="organisation", code=code, path=f"{above}{code}/", parent=parent, name_vi="Cơ quan")
    for at, office in enumerate(offices):
        position = register(kind="position", organisation=id_, type=office, head=at == 0)
        act(
            Ask(
                "core.appoint",
                PLATFORM,
                str(position),
                {"person": register(kind="person"), "valid_from": DAY},
                position,
            )
        )
    return id_


def standing_for(id_: UUID | None) -> Actor:
    assert id_ is not None, "an orphan"
    return Actor.objects.get(pk=id_)


def merge(what: UUID, into: UUID) -> UUID:
    return act(
        Ask(
            "core.merge_organisations",
            PLATFORM,
            f"m{what}{into}"[:80],
            {"into": into, "basis": "202/2025/QH15"},
            what,
        )
    ).event


def overseer(over: UUID, scope: str = "subtree") -> Reader:
    person, role = new_id(), Definition.objects.get(kind="role", code="auditor", state="published").id
    payload = {"holder": person, "role": role, "scope": scope, "scope_id": over, "purpose": "p", "basis": "b"}
    act(Ask("core.grant", PLATFORM, str(person), payload))
    return Reader(person)


def sees(reader: Reader, dossier: UUID) -> bool:
    where = place(DOSSIER, dossier)
    assert where is not None
    return explain(reader, "serve.read_dossier", where).allowed


def put_into(town: Town, places: list[UUID]) -> UUID:
    dossier = town.file()
    Dossier.objects.filter(pk=dossier).update(involved=places)
    Commitment.objects.filter(pk=dossier).update(lead=places[0])
    return dossier


@settings(LOOSE)
@given(chain=st.lists(st.integers(0, 3), min_size=1, max_size=4), old=st.integers(0, 3))
def test_after_any_mergers_every_row_has_one_organisation_that_stands(
    town: Town, chain: list[int], old: int
) -> None:
    places = [organisation(offices=("head", "clerk") if at % 2 else ("head",)) for at in range(4)]
    dossier = put_into(town, [places[old]])
    readers = {at: overseer(places[at], "agency") for at in range(4)}
    for what in chain:
        standing = [id_ for id_ in places if Actor.objects.get(pk=id_).current == id_]
        if len(standing) == 1 or places[what] not in standing:
            break
        merge(places[what], next(id_ for id_ in standing if id_ != places[what]))
    for actor in Actor.objects.filter(id__in=places) | Actor.objects.filter(organisation__in=places):
        heir = standing_for(actor.current)
        assert heir.current == heir.id and heir.kind == actor.kind
        assert heir.valid_to is None, "the successor stands"
        if actor.kind == "position":
            assert standing_for(heir.organisation).current == heir.organisation
    heir_of = {at: Actor.objects.get(pk=id_).current for at, id_ in enumerate(places)}
    for at, reader in readers.items():
        assert sees(reader, dossier) is (heir_of[at] == heir_of[old])


def test_a_merger_writes_actors_only_however_much_work_there_is(town: Town) -> None:
    one, other = organisation(), organisation()
    dossiers = [put_into(town, [one]) for _ in range(5)]
    before = list(Commitment.objects.filter(pk__in=dossiers).order_by("id").values())
    event = merge(one, other)
    said = orjson.loads(bytes(Event.objects.get(pk=event).body))
    assert {table for table, _op, _image in said["changes"]} == {"core_actor", "core_holding"}
    assert len(said["changes"]) == 3, "the organisation, its one office, and that its holder holds it no more"
    assert list(Commitment.objects.filter(pk__in=dossiers).order_by("id").values()) == before
    assert {row["lead"] for row in before} == {one}, "rows keep their original organisation"


def test_what_lay_below_an_absorbed_organisation_lies_below_its_successor(town: Town) -> None:
    """Nobody's commune falls out of sight because its province was merged, neither for the old head nor for the new."""
    province, other = organisation(), organisation()
    commune = organisation(province)
    dossier = put_into(town, [commune])
    old, new = overseer(province), overseer(other)
    assert (sees(old, dossier), sees(new, dossier)) == (True, False)
    merge(province, other)
    assert (sees(old, dossier), sees(new, dossier)) == (True, True)
    last = organisation()
    merge(other, last)
    assert sees(old, dossier) and sees(new, dossier) and sees(overseer(last), dossier)


@pytest.mark.parametrize("into", ["itself", "nobody", "a position", "merged away"])
def test_a_successor_must_stand(into: str) -> None:
    one, gone, heir = organisation(), organisation(), organisation()
    merge(gone, heir)
    target = {
        "itself": one,
        "nobody": new_id(),
        "a position": Actor.objects.get(organisation=heir).id,
        "merged away": gone,
    }[into]
    with pytest.raises(Refusal) as refused:
        merge(one, target)
    assert (refused.value.code, refused.value.rule) == ("no_successor", "I7")
