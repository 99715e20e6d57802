import threading
from collections.abc import Iterator, Sequence
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from django.db import connections
from psycopg import conninfo

from sauro.core.journal import consumers
from sauro.core.journal.consumers import Consumer, Follower, JournalTorn, SealedEvent, drain, lag
from sauro.core.tests.journal.world import World

ALIAS = "journal"


@pytest.fixture(autouse=True)
def django_connection(journal_address: str, django_db_blocker: Any) -> Iterator[None]:
    """Django's connection to the small world, beside the usual one."""
    place = conninfo.conninfo_to_dict(journal_address)
    connections.databases[ALIAS] = {
        **connections["default"].settings_dict,
        "NAME": place["dbname"], "USER": place["user"], "HOST": place["host"], "PORT": "",
    }  # fmt: skip
    with django_db_blocker.unblock():
        yield
        connections[ALIAS].close()
    del connections[ALIAS]
    del connections.databases[ALIAS]


def write_down(worker: str, seen: Sequence[SealedEvent]) -> None:
    with connections[ALIAS].cursor() as cursor:
        for event in seen:
            cursor.execute(
                "INSERT INTO seen (leaf_index, worker) VALUES (%s, %s)", [event.leaf_index, worker]
            )


def reader(name: str = "reader", **more: Any) -> Consumer:
    return Consumer(name, lambda events: write_down("one", events), **more)


def seen(world: World) -> list[int]:
    return [row[0] for row in world.db.execute("SELECT leaf_index FROM seen ORDER BY nth")]


def grow(world: World, count: int, **more: Any) -> None:
    with world.db.transaction():
        for _ in range(count):
            world.record(None, uuid4(), [], **more)
    world.seal()


def test_a_consumer_reads_everything_once_in_order(world: World) -> None:
    grow(world, 25)
    consumer = reader(batch=10)
    assert drain(consumer, ALIAS) == 25
    assert seen(world) == list(range(25))
    assert drain(consumer, ALIAS) == 0
    grow(world, 3)
    assert lag("reader", ALIAS) == 3
    assert drain(consumer, ALIAS) == 3
    assert seen(world) == list(range(28))
    assert lag("reader", ALIAS) == 0


def test_what_is_not_sealed_is_not_read(world: World) -> None:
    grow(world, 2)
    world.record(None, uuid4(), [])
    assert drain(reader(), ALIAS) == 2


def test_an_event_comes_whole(world: World) -> None:
    id_ = world.add()
    world.seal()
    got: list[SealedEvent] = []
    drain(Consumer("whole", got.extend), ALIAS)
    (event,) = got
    assert (event.leaf_index, event.name, event.subject) == (0, "toy.put", id_)
    assert event.said["changes"][0][0] == "thing"


def test_a_consumer_may_want_some_events_only(world: World) -> None:
    for name in ("a.b", "c.d", "a.b", "e.f"):
        grow(world, 1, name=name)
    assert drain(reader(names=frozenset({"a.b"})), ALIAS) == 4
    assert seen(world) == [0, 2]


def test_consumers_do_not_know_each_other(world: World) -> None:
    grow(world, 2)
    drain(reader("first"), ALIAS)
    drain(reader("second"), ALIAS)
    assert seen(world) == [0, 1, 0, 1]


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_crash_repeats_both_the_effect_and_the_position_or_neither(world: World, moment: str) -> None:
    grow(world, 10)
    crashes = [3, 7]

    def handler(events: Sequence[SealedEvent]) -> None:
        bad = [event.leaf_index for event in events if event.leaf_index in crashes]
        if bad and moment == "before":
            raise RuntimeError
        write_down("one", events)
        if bad:
            crashes.remove(bad[0])
            raise RuntimeError

    consumer = Consumer("crashing", handler, batch=4)
    for _ in range(3):
        try:
            drain(consumer, ALIAS)
        except RuntimeError:
            if moment == "before" and crashes:
                crashes.pop(0)
    assert seen(world) == list(range(10))


def test_a_killed_connection_loses_and_doubles_nothing(world: World) -> None:
    grow(world, 6)
    killed: list[int] = []

    def handler(events: Sequence[SealedEvent]) -> None:
        write_down("one", events)
        if not killed:
            killed.append(1)
            raw = connections[ALIAS].connection
            world.db.execute("SELECT pg_terminate_backend(%s)", [raw.info.backend_pid])

    follower = Follower(Consumer("killed", handler), lambda: 0.0, ALIAS)
    assert follower.step() == 0
    assert follower.failures == 1
    assert seen(world) == []
    follower._not_before = 0.0
    while follower.step():
        pass
    assert seen(world) == list(range(6))
    assert follower.failures == 0


def test_two_workers_of_one_consumer_never_do_the_same_event(world: World) -> None:
    grow(world, 60)
    failed: list[BaseException] = []
    turns = iter(range(10_000))

    def work(worker: str) -> None:
        def handler(events: Sequence[SealedEvent]) -> None:
            write_down(worker, events)
            if next(turns) % 3 == 0:
                raise RuntimeError("crashed after its work")

        consumer = Consumer("shared", handler, batch=7)
        try:
            while lag("shared", ALIAS):
                try:
                    drain(consumer, ALIAS)
                except RuntimeError:
                    continue
        except BaseException as error:
            failed.append(error)
        finally:
            connections[ALIAS].close()

    workers = [threading.Thread(target=work, args=(name,)) for name in ("one", "two")]
    for thread in workers:
        thread.start()
    for thread in workers:
        thread.join(60)
    assert failed == []
    assert seen(world) == list(range(60))


def test_a_second_worker_does_not_wait_for_the_first(world: World) -> None:
    grow(world, 3)
    drain(reader(), ALIAS)
    grow(world, 3)
    with psycopg.connect(world.address) as other:
        other.execute("SELECT FROM core_consumer WHERE name = 'reader' FOR UPDATE")
        assert drain(reader(), ALIAS) == 0
    assert drain(reader(), ALIAS) == 3


def test_a_bad_event_stops_its_consumer_and_is_never_stepped_over(world: World) -> None:
    grow(world, 10)
    cured = False

    def handler(events: Sequence[SealedEvent]) -> None:
        if not cured and any(event.leaf_index == 6 for event in events):
            raise ValueError("indigestible")
        write_down("one", events)

    now = 0.0
    follower = Follower(Consumer("patient", handler), lambda: now, ALIAS)
    waits = []
    for _ in range(consumers.STUCK_AFTER + 2):
        follower.step()
        assert follower.step() == 0, "it waits before it tries again"
        waits.append(follower._not_before - now)
        now = follower._not_before
    assert seen(world) == list(range(6)), "everything before the bad event got through"
    assert follower.stuck
    assert lag("patient", ALIAS) == 4
    assert waits == sorted(waits)
    assert waits[0] == 1.0
    assert waits[-1] == consumers.LONGEST_PAUSE
    cured = True
    while follower.step():
        pass
    assert seen(world) == list(range(10))
    assert not follower.stuck


@pytest.mark.parametrize("table", ["core_event", "core_leaf"])
@pytest.mark.parametrize("names", [None, frozenset({"toy.put"})])
def test_a_consumer_does_not_step_over_a_hole(world: World, table: str, names: frozenset[str] | None) -> None:
    grow(world, 5)
    gone = world.events()[2]
    column = "id" if table == "core_event" else "event_id"
    world.tamper(f"DELETE FROM {table} WHERE {column} = %s", gone)
    with pytest.raises(JournalTorn):
        drain(reader(names=names), ALIAS)
    assert seen(world) == []


def test_followers_take_turns_until_they_are_stopped(world: World) -> None:
    grow(world, 5)
    stop = threading.Event()
    got: list[int] = []

    def handler(events: Sequence[SealedEvent]) -> None:
        got.extend(event.leaf_index for event in events)
        stop.set()

    consumers.follow([Follower(Consumer("turns", handler), lambda: 0.0, ALIAS)], stop, 0.0)
    assert got == list(range(5))
