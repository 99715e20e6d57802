"""``visible()`` as SQL, ``explain()`` in Python and a plain reading of the words agree on random worlds (I5, I7)."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from sauro.core.doorway.decide import local_day
from sauro.core.ids import new_id
from sauro.core.models import Actor, Definition, Delegation, Grant, Holding
from sauro.core.moment import now
from sauro.core.queries.visibility import Reader, explain, place, visible
from sauro.serve.actions.subject import DOSSIER
from sauro.serve.models import Dossier
from sauro.serve.tests.conftest import Town

pytestmark = pytest.mark.django_db
ACTION = "serve.list_dossiers"
LONG = timedelta(days=400)
SPANS = [(-LONG, None), (-LONG, LONG), (LONG, None), (-LONG, -timedelta(seconds=1))]


class World:
    """Organisations in a tree, some merged away; dossiers spread over them; readers, offices and grants at random."""

    def __init__(self, dossiers: list[UUID], data: st.DataObject) -> None:
        self.draw, self.dossiers = data.draw, dossiers
        self.event, self.moment, self.today = new_id(), now(), local_day(now())
        self.role = Definition.objects.get(kind="role", code="auditor", state="published").id
        self.other_role = Definition.objects.get(kind="role", code="administrator", state="published").id
        self.orgs: list[Actor] = []
        for at in range(self.draw(st.integers(2, 6))):
            parent = self.draw(st.sampled_from([None, *self.orgs]))
            path = f"{parent.path if parent else ''}w{at}/"
            self.orgs.append(
                self._actor(kind="organisation", path=path, parent=parent.id if parent else None)
            )
        for org in self.orgs:
            # One step is all there ever is: a merger moves every row that pointed at the absorbed one.
            heir = self.draw(st.sampled_from([org, org, *self.orgs]))
            if heir.current == heir.id and not any(o.current == org.id and o is not org for o in self.orgs):
                Actor.objects.filter(pk=org.id).update(current=heir.id)
                org.current = heir.id
        self.people = [new_id() for _ in range(3)]
        self.offices = [self._actor(kind="position", organisation=self.orgs[0].id) for _ in range(2)]
        for _ in range(self.draw(st.integers(0, 3))):
            start, end = self.draw(
                st.sampled_from(
                    [(-LONG, None), (timedelta(), timedelta()), (timedelta(1), None), (-LONG, -timedelta(1))]
                )
            )
            Holding.objects.create(
                id=new_id(), event=self.event, position=self.draw(st.sampled_from(self.offices)).id,
                person=self.draw(st.sampled_from(self.people)), valid_from=self.today + start,
                valid_to=self.today + end if end is not None else None,
            )  # fmt: skip
        self.delegations = [self._delegation() for _ in range(self.draw(st.integers(0, 3)))]
        for dossier in dossiers:
            self._spread(dossier)
        # One who may see their own and nothing else is in every world: by chance they came up too seldom.
        self.grants = [self._grant() for _ in range(self.draw(st.integers(1, 4)))] + [self._own()]

    def _actor(self, **columns: Any) -> Actor:
        id_ = new_id()
        return Actor.objects.create(
            id=id_, event=self.event, current=id_, valid_from=date(2026, 1, 1), **columns
        )

    def _spread(self, id_: UUID) -> None:
        involved = self.draw(
            st.lists(st.sampled_from([org.id for org in self.orgs]), min_size=1, max_size=2, unique=True)
        )
        Dossier.objects.filter(pk=id_).update(
            applicant=self.draw(st.sampled_from(self.people)), involved=involved
        )

    def _delegation(self) -> Delegation:
        """Somebody says that another may act in an office: they may not hold it, nor the other theirs, nor today."""
        holder, deputy = self.draw(st.permutations(self.people))[:2]
        start, end = self.draw(
            st.sampled_from([(-LONG, LONG), (-LONG, LONG), (LONG, 2 * LONG), (-LONG, -timedelta(seconds=1))])
        )
        roles = self.draw(st.sampled_from([["auditor"], ["auditor", "administrator"], ["administrator"], []]))
        return Delegation.objects.create(
            id=new_id(), event=self.event, position=self.draw(st.sampled_from(self.offices)).id, organisation=self.orgs[0].id,
            holder=holder, deputy=deputy, deputy_position=self.draw(st.sampled_from(self.offices)).id, roles=roles,
            reason="leave", valid_from=self.moment + start, valid_to=self.moment + end,
            ended_at=self.draw(st.sampled_from([None, None, None, self.moment])),
        )  # fmt: skip

    def acting(self, reader: Reader) -> list[Delegation]:
        """The delegations by which the reader sits in an office that is not theirs."""
        if reader.position is None or self._held(reader):
            return []
        return [
            each for each in self.delegations
            if (each.position, each.deputy, each.ended_at) == (reader.position, reader.person, None)
            and each.valid_from <= self.moment < each.valid_to
            and self._held(Reader(each.holder, each.position)) and self._held(Reader(each.deputy, each.deputy_position))
        ]  # fmt: skip

    def _grant(self) -> Grant:
        scope = self.draw(
            st.sampled_from(["all", "own", "agency", "agency", "subtree", "subtree", "subject"])
        )
        pool = {
            "agency": [o.id for o in self.orgs],
            "subtree": [o.id for o in self.orgs],
            "subject": self.dossiers,
        }.get(scope)
        start, end = self.draw(st.sampled_from([SPANS[0], SPANS[0], *SPANS]))
        return Grant.objects.create(
            id=new_id(), event=self.event, holder=self.draw(st.sampled_from([*self.people, *(o.id for o in self.offices)])),
            role=self.draw(st.sampled_from([self.role, self.role, self.other_role])), scope=scope,
            scope_id=self.draw(st.sampled_from(pool)) if pool else None, purpose="p", basis="b", valid_from=self.moment + start,
            valid_to=self.moment + end if end is not None else None,
            revoked_at=self.draw(st.sampled_from([None, None, None, self.moment])),
        )  # fmt: skip

    def _own(self) -> Grant:
        return Grant.objects.create(
            id=new_id(), event=self.event, holder=self.people[0], role=self.role, scope="own", purpose="p", basis="b",
            valid_from=self.moment - LONG,
        )  # fmt: skip

    def sees(self, reader: Reader, dossier: Dossier) -> bool:
        """What the words of the design say, read plainly."""
        return any(self._lets(grant, reader, dossier) for grant in self.grants)

    def _lets(self, grant: Grant, reader: Reader, dossier: Dossier) -> bool:
        if (
            grant.role != self.role
            or grant.revoked_at
            or grant.valid_from > self.moment
            or (grant.valid_to and grant.valid_to <= self.moment)
        ):
            return False
        acting = self.acting(reader)
        if reader.position is not None and not self._held(reader) and not acting:
            return (
                False  # who speaks for an office that they neither hold nor deputise in is not heard at all
            )
        if acting and grant.holder == reader.position:
            # A deputy uses those roles of the office that were delegated; what is one's own is nobody else's.
            named = any("auditor" in each.roles for each in acting)
            if grant.scope == "own" or not named:
                return False
        if grant.holder not in (reader.person, reader.position):
            return False
        by_id: dict[Any, Actor] = {org.id: org for org in self.orgs}
        stands = [by_id[by_id[id_].current] for id_ in dossier.involved]
        scope = by_id[by_id[grant.scope_id].current] if grant.scope_id in by_id else None
        match grant.scope:
            case "all":
                return True
            case "own":
                return dossier.applicant == reader.person
            case "agency":
                return scope in stands
            case "subtree":
                return scope is not None and any(self._below(org, scope, by_id) for org in stands)
        return grant.scope_id == dossier.id

    def _held(self, reader: Reader) -> bool:
        held = Holding.objects.filter(
            position=reader.position or UUID(int=0), person=reader.person, valid_from__lte=self.today
        )
        return any(h.valid_to is None or h.valid_to >= self.today for h in held)

    def _below(self, org: Actor, top: Actor, by_id: dict[Any, Actor]) -> bool:
        at: Actor | None = org
        while at is not None:
            if at.id == top.id:
                return True
            at = by_id.get(at.parent)
        return False


@pytest.fixture
def standing(town: Town) -> list[UUID]:
    """Dossiers, which each world spreads over its own organisations."""
    return [town.file() for _ in range(4)]


@settings(
    deadline=None, database=None, phases=[Phase.generate], max_examples=30,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)  # fmt: skip
@given(data=st.data())
def test_the_list_and_the_explanation_agree(standing: list[UUID], data: st.DataObject) -> None:
    with transaction.atomic():
        world = World(standing, data)
        dossiers = list(Dossier.objects.filter(pk__in=world.dossiers))
        places = {dossier.id: place(DOSSIER, dossier.id) for dossier in dossiers}
        shown: dict[Reader, set[UUID]] = {}
        for reader in (
            Reader(p, office) for p in world.people for office in (None, *(o.id for o in world.offices))
        ):
            condition, values = visible(reader, ACTION, DOSSIER)
            with connection.cursor() as cursor:
                cursor.execute(
                    f"SELECT id FROM serve_dossier WHERE id = ANY(%s) AND {condition}",
                    [world.dossiers, *values],
                )
                listed = {row[0] for row in cursor.fetchall()}
            shown[reader] = listed
            for dossier in dossiers:
                where = places[dossier.id]
                assert where is not None
                told = explain(reader, ACTION, where)
                expected = world.sees(reader, dossier)
                assert (dossier.id in listed) is told.allowed is expected
                assert told.rule and str(told.reason)
        for reader, listed in shown.items():
            if acting := world.acting(reader):
                # Never more than who named them, beside what is their own to see.
                theirs = set[UUID]().union(*(shown[Reader(each.holder, each.position)] for each in acting))
                assert listed <= theirs | shown[Reader(reader.person)]
        transaction.set_rollback(True)
