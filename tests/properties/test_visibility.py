"""``visible()`` as SQL, ``explain()`` in Python and a plain reading of the words agree on random worlds (I5, I7).

For every action by which something is listed or read, of every kind of thing; and what the pages list is the same again.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from sauro.core.actions.indicators import CONFLICT
from sauro.core.doorway.decide import local_day
from sauro.core.doorway.registry import Subject
from sauro.core.ids import new_id
from sauro.core.models import Actor, Commitment, Conflict, Definition, Delegation, Grant, Holding
from sauro.core.moment import now
from sauro.core.queries.visibility import Reader, explain, place, visible
from sauro.serve.actions.subject import DOSSIER
from sauro.serve.models import Dossier
from sauro.serve.queries import queue
from sauro.serve.tests.conftest import Town
from sauro.steer.actions.subject import TASK
from sauro.steer.models import Task
from sauro.steer.queries import tasks
from sauro.watch.queries import counts

pytestmark = pytest.mark.django_db
LONG = timedelta(days=400)
SPANS = [(-LONG, None), (-LONG, LONG), (LONG, None), (-LONG, -timedelta(seconds=1))]


@dataclass(frozen=True)
class Sort:
    """One sort of thing: a role that lists and reads it, where it stands in its table, and whose it is."""

    role: str
    actions: tuple[str, ...]
    subject: Subject
    model: Any
    stands: str
    owner: str = ""


SORTS = {
    "dossiers": Sort("auditor", ("serve.list_dossiers", "serve.read_dossier"), DOSSIER, Dossier, "involved", "applicant"),
    "tasks": Sort("duty_officer", ("steer.list_tasks", "steer.read_task"), TASK, Task, "involved"),
    "findings": Sort("auditor", ("core.rule_on_conflict",), CONFLICT, Conflict, "custodian"),
}  # fmt: skip
LIMITS = [{}, {}, {"read_back": "counter-mandate/1"}, {"applicant": str(UUID(int=7))}]
"""What a grant may carry beside its scope: it tells under which statement it was given, and widens nothing."""


class World:
    """Organisations in a tree, some merged away; things spread over them; readers, offices and grants at random."""

    def __init__(self, sort: Sort, things: list[UUID], data: st.DataObject) -> None:
        self.draw, self.things, self.sort = data.draw, things, sort
        self.event, self.moment, self.today = new_id(), now(), local_day(now())
        self.role = Definition.objects.get(kind="role", code=sort.role, state="published").id
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
        for thing in things:
            self._spread(thing)
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
        where: Any = involved[0] if self.sort.stands == "custodian" else involved
        columns = {self.sort.stands: where}
        if self.sort.owner:
            columns[self.sort.owner] = self.draw(st.sampled_from(self.people))
        self.sort.model.objects.filter(pk=id_).update(**columns)

    def _delegation(self) -> Delegation:
        """Somebody says that another may act in an office: they may not hold it, nor the other theirs, nor today."""
        holder, deputy = self.draw(st.permutations(self.people))[:2]
        start, end = self.draw(
            st.sampled_from([(-LONG, LONG), (-LONG, LONG), (LONG, 2 * LONG), (-LONG, -timedelta(seconds=1))])
        )
        roles = self.draw(
            st.sampled_from([[self.sort.role], [self.sort.role, "administrator"], ["administrator"], []])
        )
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
            "subject": self.things,
        }.get(scope)
        start, end = self.draw(st.sampled_from([SPANS[0], SPANS[0], *SPANS]))
        return Grant.objects.create(
            id=new_id(), event=self.event, holder=self.draw(st.sampled_from([*self.people, *(o.id for o in self.offices)])),
            role=self.draw(st.sampled_from([self.role, self.role, self.other_role])), scope=scope,
            scope_id=self.draw(st.sampled_from(pool)) if pool else None, purpose="p", basis="b", valid_from=self.moment + start,
            valid_to=self.moment + end if end is not None else None,
            revoked_at=self.draw(st.sampled_from([None, None, None, self.moment])), limits=self.draw(st.sampled_from(LIMITS)),
        )  # fmt: skip

    def _own(self) -> Grant:
        return Grant.objects.create(
            id=new_id(), event=self.event, holder=self.people[0], role=self.role, scope="own", purpose="p", basis="b",
            valid_from=self.moment - LONG,
        )  # fmt: skip

    def sees(self, reader: Reader, thing: Any) -> bool:
        """What the words of the design say, read plainly."""
        owner = getattr(thing, self.sort.owner) if self.sort.owner else None
        where = getattr(thing, self.sort.stands)
        stands = where if isinstance(where, list) else [where]
        return any(self._lets(grant, reader, thing.id, owner, stands) for grant in self.grants)

    def sees_numbers(self, reader: Reader, organisation: UUID) -> bool:
        """The same of an agency's numbers: they hold those of all below it, so a grant of one agency opens none."""
        wide = [grant for grant in self.grants if grant.scope in ("all", "subtree")]
        return any(self._lets(grant, reader, None, None, [organisation]) for grant in wide)

    def _lets(
        self, grant: Grant, reader: Reader, id_: UUID | None, owner: UUID | None, where: Iterable[UUID]
    ) -> bool:
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
            named = any(self.sort.role in each.roles for each in acting)
            if grant.scope == "own" or not named:
                return False
        if grant.holder not in (reader.person, reader.position):
            return False
        by_id: dict[Any, Actor] = {org.id: org for org in self.orgs}
        stands = [by_id[by_id[each].current] for each in where]
        scope = by_id[by_id[grant.scope_id].current] if grant.scope_id in by_id else None
        match grant.scope:
            case "all":
                return True
            case "own":
                return owner is not None and owner == reader.person
            case "agency":
                return scope in stands
            case "subtree":
                return scope is not None and any(self._below(org, scope, by_id) for org in stands)
        return id_ is not None and grant.scope_id == id_

    @property
    def readers(self) -> list[Reader]:
        """Everybody, in person and in each office, whether they hold it or not."""
        return [
            Reader(person, office)
            for person in self.people
            for office in (None, *(o.id for o in self.offices))
        ]

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
def standing(town: Town) -> dict[str, list[UUID]]:
    """Things of each sort, which each world spreads over its own organisations."""
    made = [_task() for _ in range(4)]
    found = list(Conflict.objects.order_by("id").values_list("id", flat=True)[:4])
    return {"dossiers": [town.file() for _ in range(4)], "tasks": made, "findings": found}


def _task() -> UUID:
    id_, event, home = new_id(), new_id(), new_id()
    Commitment.objects.create(
        id=id_, event=event, kind="task", task="Việc", lead=home, opened_at=now(), unit=id_, retention="steering-task",
    )  # fmt: skip
    Task.objects.create(
        id=id_, event=event, code=f"t-{id_.hex[-8:]}", instrument=new_id(), lead=home, involved=[home]
    )
    return id_


RANDOM = settings(
    deadline=None, database=None, phases=[Phase.generate], max_examples=20,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)  # fmt: skip
LISTED: dict[str, Callable[[Reader], set[UUID]]] = {
    "dossiers": lambda reader: {
        line.id for line in queue.queue(reader, queue.Filter(), now(), most=50).lines
    },
    "tasks": lambda reader: {line.id for line in tasks.listed(reader, tasks.Filter(), now(), most=50).lines},
}
"""What the pages list."""


@pytest.mark.parametrize("sort", sorted(SORTS))
@RANDOM
@given(data=st.data())
def test_the_list_and_the_explanation_agree(
    standing: dict[str, list[UUID]], sort: str, data: st.DataObject
) -> None:
    with transaction.atomic():
        world = World(SORTS[sort], standing[sort], data)
        things = list(world.sort.model.objects.filter(pk__in=world.things))
        places = {thing.id: place(world.sort.subject, thing.id) for thing in things}
        shown: dict[Reader, set[UUID]] = {}
        for reader in world.readers:
            for action in world.sort.actions:
                condition, values = visible(reader, action, world.sort.subject)
                with connection.cursor() as cursor:
                    cursor.execute(
                        f"SELECT id FROM {world.sort.model._meta.db_table} WHERE id = ANY(%s) AND {condition}",
                        [world.things, *values],
                    )
                    listed = shown[reader] = {row[0] for row in cursor.fetchall()}
                for thing in things:
                    where = places[thing.id]
                    assert where is not None
                    told = explain(reader, action, where)
                    expected = world.sees(reader, thing)
                    assert (thing.id in listed) is told.allowed is expected
                    assert told.rule and str(told.reason)
            if sort in LISTED:
                expected_of_page = {thing.id for thing in things if world.sees(reader, thing)}
                assert LISTED[sort](reader) & set(world.things) == expected_of_page
        for reader, listed in shown.items():
            if acting := world.acting(reader):
                # Never more than who named them, beside what is their own to see.
                theirs = set[UUID]().union(*(shown[Reader(each.holder, each.position)] for each in acting))
                assert listed <= theirs | shown[Reader(reader.person)]
        transaction.set_rollback(True)


@RANDOM
@given(data=st.data())
def test_the_numbers_that_open_and_the_grants_agree(
    standing: dict[str, list[UUID]], data: st.DataObject
) -> None:
    """What may be read of an agency's numbers, and which of them open to their cases."""
    with transaction.atomic():
        world = World(replace(SORTS["dossiers"], role="duty_officer"), standing["dossiers"], data)
        ids = [org.id for org in world.orgs]
        for reader in world.readers:
            for action in (counts.READ, counts.OPEN_UP):
                seen = counts.places(reader, action).among(ids)
                assert seen == {id_ for id_ in ids if world.sees_numbers(reader, id_)}
        transaction.set_rollback(True)
