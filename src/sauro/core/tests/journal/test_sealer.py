import threading
from typing import Any

import psycopg
import pytest
from psycopg import errors

from sauro.core.ids import new_id
from sauro.core.journal import sealer as sealing
from sauro.core.journal.hashes import StoredHashes
from sauro.core.journal.sealer import Sealer
from sauro.core.merkle import CompactRange, leaf_hash, root
from sauro.core.tests.journal.world import World


def bodies(world: World) -> list[bytes]:
    rows = world.db.execute(
        "SELECT e.body FROM core_leaf l JOIN core_event e ON e.id = l.event_id ORDER BY l.leaf_index"
    )
    return [row[0] for row in rows]


def leaves(world: World) -> list[tuple[int, bytes]]:
    return world.db.execute("SELECT leaf_index, hash FROM core_leaf ORDER BY leaf_index").fetchall()


def write(world: World, connection: Any = None, count: int = 1) -> list[Any]:
    return [world.record(connection, new_id(), []) for _ in range(count)]


def test_each_committed_event_gets_the_next_place_and_its_hash(world: World) -> None:
    written = write(world, count=5)
    assert world.seal() == 5
    assert world.events() == written
    assert leaves(world) == [(index, leaf_hash(body)) for index, body in enumerate(bodies(world))]
    more = write(world, count=2)
    assert world.seal() == 2
    assert world.events() == written + more
    assert world.seal() == 0


def test_a_transaction_held_open_delays_nobody_and_is_not_lost(world: World) -> None:
    world.seal()
    slow = world.connect()
    slow.execute("BEGIN")
    held = write(world, slow)
    others = []
    for _ in range(20):
        others += write(world)
        assert world.seal() == 1, "the others do not wait for the one that is open"
    assert world.events() == others
    slow.execute("COMMIT")
    assert world.seal() == 1
    assert world.events() == others + held
    assert world.seal() == 0


def test_the_one_that_commits_between_the_two_looks_is_not_lost(world: World) -> None:
    """The oldest open transaction ends while the sealer looks: after it asked who is open, before it asked for events."""
    slow = world.connect()
    slow.execute("BEGIN")
    held = write(world, slow)

    class Interrupted(Sealer):
        def _look(self, cursor: Any) -> None:
            super()._look(cursor)
            if not slow.closed and slow.info.transaction_status != psycopg.pq.TransactionStatus.IDLE:
                slow.execute("COMMIT")

    sealer = Interrupted()
    other = write(world)
    assert sealer.seal_once(world.db) == 1
    assert sealer.seal_once(world.db) == 1
    assert world.events() == other + held


def test_many_writers_at_once_lose_nobody(world: World) -> None:
    stop = threading.Event()
    sealer = threading.Thread(target=sealing.run, args=(world.connect, stop, 0.001))
    sealer.start()

    def writer(number: int) -> None:
        with psycopg.connect(world.address) as connection:
            for turn in range(40):
                write(world, connection)
                if turn % (number + 1) == 0:
                    connection.commit()

    writers = [threading.Thread(target=writer, args=(number,)) for number in range(6)]
    for thread in writers:
        thread.start()
    for thread in writers:
        thread.join()
    stop.set()
    sealer.join()
    world.sealer.seal_once(world.db)
    assert len(world.events()) == 240
    assert [index for index, _ in leaves(world)] == list(range(240))


def test_what_was_rolled_back_has_no_place(world: World) -> None:
    with pytest.raises(RuntimeError), world.db.transaction():
        write(world)
        raise RuntimeError
    kept = write(world)
    world.seal()
    assert world.events() == kept


def test_of_two_events_about_one_row_the_later_one_stands_later(world: World) -> None:
    """The transaction with the lower number waits for a lock and writes last: numbers of transactions are no order."""
    first, second = world.connect(), world.connect()
    for connection in (first, second):
        connection.execute("BEGIN")
        connection.execute("SELECT pg_current_xact_id()")
    (early,) = write(world, second)
    second.execute("COMMIT")
    (late,) = write(world, first)
    first.execute("COMMIT")
    world.seal()
    assert world.events() == [early, late]


def test_two_sealers_at_once_seal_each_event_once(world: World) -> None:
    first, second = world.connect(), world.connect()
    one, other = Sealer(), Sealer()
    write(world, count=3)
    with first.transaction():
        assert one.seal_once(first) == 3
        assert other.seal_once(second) == 0, "the lock is taken until the first commits"
    assert other.seal_once(second) == 0
    write(world, count=2)
    assert other.seal_once(second) == 2
    write(world, count=2)
    assert one.seal_once(first) == 2
    assert len(leaves(world)) == 7


def test_another_sealer_may_take_over_in_the_middle_of_a_backlog(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sealing, "BATCH", 10)
    written = write(world, count=35)
    one, other = Sealer(), Sealer()
    assert one.seal_once(world.db) == 10
    assert other.seal_once(world.db) == 10
    assert one.seal_once(world.db) == 10
    assert other.seal_once(world.db) == 5
    assert one.seal_once(world.db) == 0
    assert world.events() == written


def test_a_backlog_longer_than_one_look_is_sealed_in_order(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sealing, "BATCH", 4)
    monkeypatch.setattr(sealing, "_GATHER", 10)
    slow = world.connect()
    slow.execute("BEGIN")
    held = write(world, slow)
    written = write(world, count=33)
    for _ in range(5):
        world.sealer.seal_once(world.db)
    slow.execute("COMMIT")
    world.seal()
    assert sorted(world.events()) == sorted(written + held)
    assert [event for event in world.events() if event not in held] == written


@pytest.mark.parametrize("where", ["_write_tiles", "_seal"])
def test_a_sealer_killed_in_the_middle_leaves_the_tree_as_it_was(
    world: World, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    written = write(world, count=300)
    connection = world.connect()
    sealer = Sealer()
    real = getattr(sealing, where)

    def killed(cursor: Any, *rest: Any) -> Any:
        found = real(cursor, *rest)
        world.db.execute("SELECT pg_terminate_backend(%s)", [connection.info.backend_pid])
        cursor.execute("SELECT 1")
        return found

    with monkeypatch.context() as patch:
        patch.setattr(sealing, where, killed)
        with pytest.raises(psycopg.OperationalError):
            sealer.seal_once(connection)
    assert leaves(world) == []
    assert sealer.seal_once(world.db) == 300
    assert world.events() == written


def test_a_sealer_that_starts_anew_finds_what_the_last_one_left(world: World) -> None:
    write(world, count=3)
    world.seal()
    slow = world.connect()
    slow.execute("BEGIN")
    held = write(world, slow)
    write(world, count=2)
    world.seal()
    slow.execute("COMMIT")
    assert Sealer().seal_once(world.db) == 1
    assert world.events()[-1:] == held


def test_events_restored_from_another_server_are_no_obstacle(world: World) -> None:
    """A restored dump brings transaction numbers that lie in the future of the new server."""
    event = write(world)[0]
    assert world.tamper("UPDATE core_event SET xid = '4611686018427387904' WHERE id = %s", event) == 1
    assert world.seal() == 1
    later = write(world)
    assert world.seal() == 1
    assert world.events() == [event, *later]


def test_complete_subtrees_are_stored_and_make_the_root(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sealing, "BATCH", 300)
    with world.db.transaction():
        write(world, count=1100)
    world.seal()
    hashes = [hash_ for _, hash_ in leaves(world)]
    tree = CompactRange()
    tree.extend(hashes)
    with world.db.cursor() as cursor:
        tiles = cursor.execute("SELECT level, index FROM core_tile ORDER BY 1, 2").fetchall()
        assert tiles == [(8, 0), (8, 1), (8, 2), (8, 3)]
        assert root(1100, StoredHashes(cursor).fetch([(0, 1100)])) == tree.root()


def test_higher_subtrees_are_made_of_lower_ones(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """With subtrees of four instead of 256, three levels fit into a small tree."""
    monkeypatch.setattr(sealing, "TILE", 4)
    monkeypatch.setattr(sealing, "BATCH", 7)
    with world.db.transaction():
        write(world, count=70)
    world.seal()
    counts = world.db.execute("SELECT level, count(*) FROM core_tile GROUP BY 1 ORDER BY 1").fetchall()
    assert counts == [(8, 17), (16, 4), (24, 1)]
    tree = CompactRange()
    tree.extend(hash_ for _, hash_ in leaves(world)[:64])
    top = world.db.execute("SELECT hash FROM core_tile WHERE level = 24").fetchone()
    assert top is not None
    assert top[0] == tree.root()


def test_listeners_hear_of_the_new_size(world: World) -> None:
    listener = world.connect()
    listener.execute(f"LISTEN {sealing.CHANNEL}")
    write(world, count=3)
    world.seal()
    (heard,) = listener.notifies(timeout=5, stop_after=1)
    assert heard.payload == "3"


@pytest.mark.parametrize("table", ["core_event", "core_leaf", "core_tile", "core_checkpoint", "core_refusal"])
@pytest.mark.parametrize("statement", ["DELETE FROM {}", "TRUNCATE {}", "UPDATE {} SET {} = {}"])
def test_the_journal_refuses_every_change_even_to_its_owner(world: World, table: str, statement: str) -> None:
    column = world.db.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_name = %s", [table]
    )
    name = column.fetchone()[0]  # type: ignore[index]
    with pytest.raises(errors.InsufficientPrivilege, match="only ever added"):
        world.db.execute(statement.format(table, name, name))
