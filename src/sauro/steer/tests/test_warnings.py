"""Deadlines that come near or pass tell those whom they concern, once, whatever crashes and whoever stands there today."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection

from sauro.core import timers
from sauro.core.doorway import Ask, act
from sauro.core.doorway.genesis import PLATFORM
from sauro.core.journal import consumers
from sauro.core.journal.consumers import Consumer, SealedEvent
from sauro.core.journal.sealer import seal_once
from sauro.core.models import Event
from sauro.core.moment import now, simulated
from sauro.steer import reactions
from sauro.steer.models import Notice, Task
from sauro.steer.rules.telling import concerned
from sauro.steer.tests.conftest import State

pytestmark = pytest.mark.django_db


def pass_days(days: int) -> None:
    """Fire the timers as of so many days from now."""
    later = now() + timedelta(days=days)
    with simulated(lambda: later):
        while timers.fire_due():
            pass


def fired() -> list[SealedEvent]:
    rows = Event.objects.filter(name="core.fire_timer").order_by("recorded", "id")
    return [
        SealedEvent(place, row.id, row.name, row.person, row.position, row.subject, row.recorded, bytes(row.body))
        for place, row in enumerate(rows)
    ]  # fmt: skip


def told(state: State, task: UUID, kind: str) -> set[str]:
    persons = Notice.objects.filter(task=task, kind=kind).values_list("person", flat=True)
    return {name for name, person in state.persons.items() if person in persons}


def test_each_part_is_told_what_concerns_it() -> None:
    holders = [(part, UUID(int=n)) for n, part in enumerate(("responsible", "head", "superior", "assigner"))]
    sizes = {kind: len(concerned(kind, "working", holders)) for kind in ("half_time", "due_soon", "breach")}
    assert sizes == {"half_time": 1, "due_soon": 2, "breach": 4}
    assert concerned("breach", "declined", holders) == {UUID(int=3)}


def test_near_due_tells_the_office_and_a_breach_the_heads_and_the_assigner(state: State) -> None:
    state.seat("expert", "P75.KHCN", "chuyen-vien-so")
    task = state.draft(
        "secretary", **state.terms("department", position=state.offices["expert"], coordinating=[])
    )
    state.do("secretary", "assign_task", task=task)
    pass_days(90)
    reactions.warn(fired())
    assert told(state, task, "half_time") == {"expert"} and told(state, task, "breach") == set()
    pass_days(130)
    reactions.warn(fired())
    assert told(state, task, "due_soon") == {"expert", "department"}
    assert told(state, task, "breach") == {"expert", "department", "province", "secretary"}


def test_reading_the_same_events_again_tells_nobody_twice(state: State) -> None:
    state.working()
    pass_days(130)
    reactions.warn(fired())
    before = Notice.objects.count()
    assert before > 2
    reactions.warn(fired())
    reactions.warn(fired() + fired())
    assert Notice.objects.count() == before


def test_what_was_done_in_time_warns_nobody(state: State) -> None:
    task = state.working()
    state.report("ministry", task)
    state.show("ministry", task)
    state.do("verifier", "close_task", task=task)
    pass_days(130)
    reactions.warn(fired())
    assert not Notice.objects.exists()


def test_after_a_merger_the_heirs_are_told(state: State) -> None:
    task = state.draft("province", **state.terms("department", coordinating=[]))
    state.do("province", "assign_task", task=task)
    merge = {"into": state.organisations["justice"], "basis": "202/2025/QH15"}
    act(Ask("core.merge_organisations", PLATFORM, "merge", merge, state.organisations["department"]))
    pass_days(130)
    reactions.warn(fired())
    assert told(state, task, "due_soon") == {"justice"}
    assert told(state, task, "breach") == {"justice", "province"}


def test_other_timers_and_other_promises_are_passed_over(state: State) -> None:
    task = state.working()
    pass_days(130)
    Task.objects.filter(pk=task).delete()
    reactions.warn(fired())
    assert not Notice.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_crash_between_telling_and_remembering_tells_once(state: State) -> None:
    state.working()
    pass_days(130)
    connection.ensure_connection()
    while seal_once(connection.connection):
        pass
    ours, crashes = reactions.CONSUMERS[0], [RuntimeError("killed")]

    def killed(events: list[SealedEvent]) -> None:
        ours.handler(events)
        if crashes:
            raise crashes.pop()

    frail = Consumer(ours.name, killed, ours.names)  # type: ignore[arg-type]
    with pytest.raises(RuntimeError):
        consumers.drain(frail)
    assert not Notice.objects.exists()
    while consumers.drain(frail):
        pass
    counts = [Notice.objects.filter(kind=kind).count() for kind in ("half_time", "due_soon", "breach")]
    assert counts == [1, 1, 2]  # the minister; the minister, who is the head too; and the secretary
    while consumers.drain(ours):
        pass
    assert Notice.objects.count() == 4
