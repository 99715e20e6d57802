"""Every way of tampering, by somebody who can switch the triggers off, and what verification calls it."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sauro.core.canonical import canonical
from sauro.core.ids import new_id
from sauro.core.journal.findings import MOST, Findings, Kind, Report
from sauro.core.merkle import leaf_hash
from sauro.core.note import Checkpoint, NoteRefused, sign
from sauro.core.tests.journal.world import KEY, ORIGIN, World


def grow(world: World, count: int) -> list[UUID]:
    with world.db.transaction():
        things = [world.add() for _ in range(count)]
    world.seal()
    return things


def found(report: Report) -> dict[Kind, list[dict[str, Any]]]:
    by_kind: dict[Kind, list[dict[str, Any]]] = {}
    for finding in report.findings.kept:
        assert "%(" not in finding.sentence
        by_kind.setdefault(finding.kind, []).append(dict(finding.facts))
    return by_kind


def rehash(world: World, index: int) -> None:
    """Make the leaf agree with the altered event."""
    world.tamper(
        "UPDATE core_leaf l SET hash = sha256('\\x00'::bytea || e.body) FROM core_event e"
        " WHERE e.id = l.event_id AND leaf_index = %s",
        index,
    )


def renumber(world: World, start: int, by: int) -> None:
    """Move leaves from ``start`` on by ``by`` places."""
    world.tamper("UPDATE core_leaf SET leaf_index = -leaf_index - 1000000 WHERE leaf_index >= %s", start)
    world.tamper(
        "UPDATE core_leaf SET leaf_index = -leaf_index - 1000000 + %s WHERE leaf_index <= -1000000", by
    )


def test_an_honest_journal_is_intact(world: World) -> None:
    things = grow(world, 300)
    world.sign()
    world.remove(things[7])
    world.add(id_=things[8], title="Đã sửa", amount=None, body=None, refs=[])
    world.seal()
    kept = world.sign()
    world.add(recorded=datetime.now(UTC))
    report = world.verify(kept)
    assert found(report) == {}
    assert report.intact
    assert report.exit_code == 0
    assert report.events == 302
    assert report.waiting == 1
    assert report.covered == [300, 302, 302]
    assert report.rows == {"core_erasure": 0, "core_personal": 0, "thing": 300}


def test_an_empty_journal_is_intact(world: World) -> None:
    assert world.verify().intact


def test_an_altered_event_is_named(world: World) -> None:
    grow(world, 6)
    kept = world.sign()
    event = world.events()[3]
    world.tamper("UPDATE core_event SET body = convert_to(replace(convert_from(body, 'UTF8'), '125000', '925000'), 'UTF8') WHERE id = %s", event)  # fmt: skip
    named = found(world.verify(kept))
    assert named[Kind.EVENT_ALTERED] == [{"event": str(event), "leaf": 3}]
    # The row was not altered, yet it no longer follows from the event.
    assert named[Kind.ROW_ALTERED][0]["columns"] == ("amount",)
    assert Kind.LEAVES_REPLACED not in named, "the tree itself is whole"


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("name", "'other.name'"), ("person", "'00000000-0000-7000-8000-000000000009'"),
        ("position", "'00000000-0000-7000-8000-000000000009'"), ("grant_id", "gen_random_uuid()"),
        ("subject", "gen_random_uuid()"), ("recorded", "recorded + interval '1 microsecond'"), ("key", "'other'"),
    ],
)  # fmt: skip
def test_altered_columns_of_an_event_are_named(world: World, column: str, value: str) -> None:
    grow(world, 3)
    event = world.events()[1]
    world.tamper(f"UPDATE core_event SET {column} = {value} WHERE id = %s", event)
    named = found(world.verify())
    assert named == {Kind.EVENT_COLUMNS: [{"event": str(event), "leaf": 1, "columns": (column,)}]}


def test_an_event_altered_together_with_its_leaf_is_found_by_the_checkpoint(world: World) -> None:
    grow(world, 4)
    world.sign()
    grow(world, 4)
    kept = world.sign()
    event = world.events()[5]
    world.tamper("UPDATE core_event SET body = convert_to(replace(convert_from(body, 'UTF8'), 'test', 'best'), 'UTF8') WHERE id = %s", event)  # fmt: skip
    rehash(world, 5)
    named = found(world.verify(kept))
    assert set(named) == {Kind.LEAVES_REPLACED}
    assert named[Kind.LEAVES_REPLACED][0]["first"] == 4
    assert named[Kind.LEAVES_REPLACED][0]["last"] == 7


def test_a_deleted_event_is_named(world: World) -> None:
    things = grow(world, 5)
    event = world.events()[2]
    world.tamper("DELETE FROM core_event WHERE id = %s", event)
    named = found(world.verify())
    assert named[Kind.EVENT_DELETED] == [{"event": str(event), "leaf": 2}]
    assert named[Kind.ROW_INSERTED] == [{"table": "thing", "key": str(things[2])}]


def test_an_event_deleted_with_its_leaf_is_named(world: World) -> None:
    grow(world, 6)
    kept = world.sign()
    for index in (2, 3):
        world.tamper(
            "DELETE FROM core_event WHERE id = (SELECT event_id FROM core_leaf WHERE leaf_index = %s)", index
        )
        world.tamper("DELETE FROM core_leaf WHERE leaf_index = %s", index)
    named = found(world.verify(kept))
    assert named[Kind.LEAVES_MISSING] == [{"first": 2, "last": 3}]


def test_an_event_deleted_with_its_leaf_and_its_row_and_all_renumbered_is_found(world: World) -> None:
    things = grow(world, 6)
    kept = world.sign()
    world.tamper("DELETE FROM thing WHERE id = %s", things[2])
    world.tamper("DELETE FROM core_event WHERE id = (SELECT event_id FROM core_leaf WHERE leaf_index = 2)")
    world.tamper("DELETE FROM core_leaf WHERE leaf_index = 2")
    renumber(world, 3, -1)
    world.tamper("DELETE FROM core_checkpoint")
    assert world.verify().intact, "nothing inside the database remembers"
    (shorter,) = found(world.verify(kept))[Kind.JOURNAL_SHORTER]
    assert (shorter["size"], shorter["covered"]) == (5, 6)
    grow(world, 3)
    (replaced,) = found(world.verify(kept))[Kind.LEAVES_REPLACED]
    assert (replaced["first"], replaced["last"]) == (0, 5)


def forge(world: World, place: int | None) -> UUID:
    """An event that no act wrote, at ``place`` or without any."""
    event = world.record(None, new_id(), [], name="forged.event")
    if place is not None:
        (body,) = world.db.execute("SELECT body FROM core_event WHERE id = %s", [event]).fetchone()  # type: ignore[misc]
        renumber(world, place, 1)
        world.tamper("INSERT INTO core_leaf VALUES (%s, %s, %s)", place, event, leaf_hash(body))
    return event


def test_an_inserted_event_without_a_place_is_named(world: World) -> None:
    grow(world, 3)
    event = forge(world, None)
    assert found(world.verify()) == {Kind.EVENT_INSERTED: [{"event": str(event)}]}


def test_an_event_that_only_waits_for_the_sealer_is_no_finding(world: World) -> None:
    grow(world, 3)
    event = new_id()
    (now,) = world.db.execute("SELECT now()").fetchone()  # type: ignore[misc]
    world.record(None, event, [], recorded=now)
    report = world.verify()
    assert report.intact
    assert report.waiting == 1


@pytest.mark.parametrize("place", [0, 4, 9])
def test_an_inserted_event_with_a_place_is_named(world: World, place: int) -> None:
    grow(world, 10)
    kept = world.sign()
    event = forge(world, place)
    assert found(world.verify(kept)) == {Kind.LEAF_INSERTED: [{"leaf": place, "event": str(event)}]}


@pytest.mark.parametrize("pair", [(0, 1), (2, 9), (12, 14)])
def test_exchanged_leaves_are_named(world: World, pair: tuple[int, int]) -> None:
    grow(world, 10)
    world.sign()
    grow(world, 10)
    kept = world.sign()
    first, last = pair
    world.tamper("UPDATE core_leaf SET leaf_index = -1 WHERE leaf_index = %s", first)
    world.tamper("UPDATE core_leaf SET leaf_index = %s WHERE leaf_index = %s", first, last)
    world.tamper("UPDATE core_leaf SET leaf_index = %s WHERE leaf_index = -1", last)
    assert found(world.verify(kept)) == {Kind.LEAVES_EXCHANGED: [{"first": first, "last": last}]}


def test_leaves_that_point_at_each_others_events_are_named(world: World) -> None:
    grow(world, 4)
    one, other = world.events()[1:3]
    world.tamper("UPDATE core_leaf SET event_id = gen_random_uuid() WHERE leaf_index = 1")
    world.tamper("UPDATE core_leaf SET event_id = %s WHERE leaf_index = 2", one)
    world.tamper("UPDATE core_leaf SET event_id = %s WHERE leaf_index = 1", other)
    named = found(world.verify())
    assert {fact["leaf"] for fact in named[Kind.EVENT_ALTERED]} == {1, 2}


def test_a_truncated_journal_is_named(world: World) -> None:
    things = grow(world, 10)
    kept = world.sign()
    world.tamper("DELETE FROM thing WHERE id = ANY(%s)", things[7:])
    world.tamper("DELETE FROM core_event WHERE id IN (SELECT event_id FROM core_leaf WHERE leaf_index >= 7)")
    world.tamper("DELETE FROM core_leaf WHERE leaf_index >= 7")
    (stored, outside) = found(world.verify(kept))[Kind.JOURNAL_SHORTER]
    assert (stored["size"], stored["covered"]) == (7, 10)
    assert outside["source"] == str(kept)


def test_a_database_rolled_back_as_a_whole_is_named(world: World) -> None:
    things = grow(world, 4)
    world.sign()
    grow(world, 4)
    kept = world.sign()
    # As a backup from the first checkpoint would have it: nothing in it disagrees with anything else.
    world.tamper("DELETE FROM thing WHERE NOT id = ANY(%s)", things)
    world.tamper("DELETE FROM core_event WHERE id IN (SELECT event_id FROM core_leaf WHERE leaf_index >= 4)")
    world.tamper("DELETE FROM core_leaf WHERE leaf_index >= 4")
    world.tamper("DELETE FROM core_checkpoint WHERE size > 4")
    assert world.verify().intact
    assert found(world.verify(kept)) == {
        Kind.JOURNAL_SHORTER: [{"size": 4, "source": str(kept), "covered": 8}]
    }
    # And somebody went on working with it.
    grow(world, 6)
    (replaced,) = found(world.verify(kept))[Kind.LEAVES_REPLACED]
    assert (replaced["first"], replaced["last"], replaced["source"]) == (4, 7, str(kept))


def test_everything_deleted_is_named(world: World) -> None:
    grow(world, 5)
    kept = world.sign()
    for table in ("core_event", "core_leaf", "core_checkpoint", "thing"):
        world.tamper(f"DELETE FROM {table}")
    assert set(found(world.verify(kept))) == {Kind.JOURNAL_SHORTER}


def test_stored_subtrees_are_checked(world: World) -> None:
    grow(world, 800)
    world.tamper("UPDATE core_tile SET hash = sha256(hash) WHERE index = 1")
    world.tamper("DELETE FROM core_tile WHERE index = 0")
    world.tamper("INSERT INTO core_tile VALUES (8, 7, sha256(''))")
    named = found(world.verify())
    assert sorted(fact["index"] for fact in named.pop(Kind.TILE_WRONG)) == [0, 1, 7]
    assert named == {}


def test_stored_checkpoints_are_checked(world: World) -> None:
    for _ in range(3):
        grow(world, 2)
        world.sign()
    world.tamper("UPDATE core_checkpoint SET root = sha256(root) WHERE size = 2")
    world.tamper("UPDATE core_checkpoint SET note = replace(note, E'\\n4\\n', E'\\n5\\n') WHERE size = 4")
    stranger = sign(Checkpoint(ORIGIN, 6, bytes(32)).text(), ORIGIN, Ed25519PrivateKey.generate())
    world.tamper("UPDATE core_checkpoint SET note = %s WHERE size = 6", stranger)
    assert len(found(world.verify())[Kind.CHECKPOINT_FORGED]) == 3


def test_a_file_signed_by_a_stranger_counts_for_nothing(world: World) -> None:
    grow(world, 2)
    file = world.folder / "stranger.txt"
    file.write_text(sign(Checkpoint(ORIGIN, 99, bytes(32)).text(), ORIGIN, Ed25519PrivateKey.generate()))
    assert set(found(world.verify(file))) == {Kind.CHECKPOINT_FORGED}


def test_a_file_that_holds_no_checkpoint_is_an_error(world: World) -> None:
    file = world.folder / "nothing.txt"
    for text in ("", "hello\n", "{}", sign("hello\n", ORIGIN, KEY)):
        file.write_text(text)
        with pytest.raises(NoteRefused):
            world.verify(file)


def test_a_whole_history_of_checkpoints_may_be_given(world: World) -> None:
    for _ in range(3):
        grow(world, 2)
        world.sign()
    (history,) = (world.folder / "checkpoints").glob("history-*.jsonl")
    world.tamper("DELETE FROM core_checkpoint")
    report = world.verify(history)
    assert (report.intact, report.covered) == (True, [2, 4, 6])


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("title", "'Đơn đề nghi'"), ("amount", "125000.51"), ("amount", "NULL"), ("open", "false"), ("times", "2"),
        ("made", "made + interval '1 microsecond'"), ("day", "day + 1"), ("mark", "'\\x0002'"),
        ("body", "body || '{\"a\": 1.5}'"), ("refs", "refs || gen_random_uuid()"), ("refs", "'{}'"),
        ("event", "gen_random_uuid()"), ("body", "'null'"),
    ],
)  # fmt: skip
def test_an_altered_row_is_named(world: World, column: str, value: str) -> None:
    things = grow(world, 5)
    kept = world.sign()
    assert world.tamper(f"UPDATE thing SET {column} = {value} WHERE id = %s", things[2]) == 1
    assert found(world.verify(kept)) == {
        Kind.ROW_ALTERED: [
            {
                "table": "thing", "key": str(things[2]), "columns": (column,), "event": str(world.events()[2]),
                "leaf": 2,
            }
        ]
    }  # fmt: skip


def test_a_deleted_row_is_named(world: World) -> None:
    things = grow(world, 5)
    world.tamper("DELETE FROM thing WHERE id = %s", things[2])
    assert found(world.verify()) == {
        Kind.ROW_DELETED: [
            {"table": "thing", "key": str(things[2]), "event": str(world.events()[2]), "leaf": 2}
        ]
    }


def test_an_inserted_row_is_named(world: World) -> None:
    grow(world, 2)
    forged = new_id()
    world.tamper("INSERT INTO thing SELECT %s, event, title, amount, made, day, open, times, body, mark, refs FROM thing LIMIT 1", forged)  # fmt: skip
    assert found(world.verify()) == {Kind.ROW_INSERTED: [{"table": "thing", "key": str(forged)}]}


def test_a_row_that_was_lawfully_deleted_and_put_back_is_named(world: World) -> None:
    (thing,) = grow(world, 1)
    world.db.execute("CREATE TEMP TABLE kept AS SELECT * FROM thing")
    world.remove(thing)
    world.db.execute("INSERT INTO thing SELECT * FROM kept")
    world.seal()
    assert found(world.verify()) == {Kind.ROW_INSERTED: [{"table": "thing", "key": str(thing)}]}


def test_a_row_whose_key_was_altered_is_named_twice(world: World) -> None:
    things = grow(world, 2)
    world.tamper("UPDATE thing SET id = gen_random_uuid() WHERE id = %s", things[0])
    assert set(found(world.verify())) == {Kind.ROW_DELETED, Kind.ROW_INSERTED}


def test_rows_of_events_that_are_not_sealed_yet_are_compared_too(world: World) -> None:
    things = grow(world, 2)
    world.add(id_=things[0], title="later")
    late = world.add()
    report = world.verify()
    assert Kind.ROW_ALTERED not in found(report)
    world.tamper("UPDATE thing SET times = 9 WHERE id = ANY(%s)", [things[0], late])
    assert len(found(world.verify())[Kind.ROW_ALTERED]) == 2
    world.tamper("DELETE FROM thing WHERE id = ANY(%s)", [things[0], late])
    assert len(found(world.verify())[Kind.ROW_DELETED]) == 2


def test_lawful_erasure_is_shown_and_no_fault(world: World) -> None:
    erased, kept = new_id(), new_id()
    for unit in (erased, kept):
        world.personal(unit, "applicant", b"sealed" + unit.bytes)
    world.erase(erased)
    world.seal()
    report = world.verify()
    assert found(report) == {}
    assert report.erased == 1
    assert report.rows["core_personal"] == 2
    world.tamper("DELETE FROM core_personal WHERE unit = %s", erased)
    report = world.verify()
    assert found(report) == {}
    assert report.erased == 1


def test_unlawful_erasure_is_named(world: World) -> None:
    emptied, changed, gone = new_id(), new_id(), new_id()
    for unit in (emptied, changed, gone):
        world.personal(unit, "applicant", b"sealed" + unit.bytes)
    world.seal()
    world.tamper("UPDATE core_personal SET ciphertext = '' WHERE unit = %s", emptied)
    world.tamper("UPDATE core_personal SET ciphertext = '\\x00' WHERE unit = %s", changed)
    world.tamper("DELETE FROM core_personal WHERE unit = %s", gone)
    # A forged erasure does not excuse it.
    world.tamper("INSERT INTO core_erasure VALUES (%s, %s, now())", gone, world.events()[0])
    named = found(world.verify())
    assert {(fact["key"], fact["columns"]) for fact in named[Kind.ROW_ALTERED]} == {
        (f'["{unit}","applicant"]', ("ciphertext",)) for unit in (emptied, changed)
    }
    assert [fact["key"] for fact in named[Kind.ROW_DELETED]] == [f'["{gone}","applicant"]']
    assert [fact["table"] for fact in named[Kind.ROW_INSERTED]] == ["core_erasure"]


def test_an_erased_unit_that_came_back_is_named(world: World) -> None:
    unit = new_id()
    world.personal(unit, "applicant", b"sealed")
    world.erase(unit)
    world.seal()
    world.tamper("UPDATE core_personal SET ciphertext = 'other' WHERE unit = %s", unit)
    assert set(found(world.verify())) == {Kind.ROW_ALTERED}


@pytest.mark.parametrize(
    "body",
    [b"", b"not json", b"[]", b"{}", canonical({"id": "x", "changes": [["nowhere", "put", {}]]}),
     canonical({"id": "x", "changes": [["thing", "put", {}]]}), canonical({"id": "x", "changes": [["thing", "hop", {}]]})],
)  # fmt: skip
def test_an_unreadable_event_is_a_finding_and_no_crash(world: World, body: bytes) -> None:
    grow(world, 2)
    event = world.events()[0]
    world.tamper("UPDATE core_event SET body = %s WHERE id = %s", body, event)
    named = found(world.verify())
    assert named[Kind.EVENT_ALTERED] == [{"event": str(event), "leaf": 0}]
    assert Kind.EVENT_UNREADABLE in named or Kind.ROW_INSERTED in named


def test_a_sentence_names_what_and_where(world: World) -> None:
    things = grow(world, 2)
    world.tamper("UPDATE thing SET title = 'x', times = 4 WHERE id = %s", things[1])
    (finding,) = world.verify().findings.kept
    for word in (str(things[1]), "thing", "title, times", str(world.events()[1])):
        assert word in finding.sentence
    assert finding.as_dict()["kind"] == "row_altered"
    assert "Đơn" not in finding.sentence


def test_findings_are_bounded_and_counted() -> None:
    findings = Findings()
    for leaf in range(MOST + 5):
        findings.add(Kind.EVENT_ALTERED, event="e", leaf=leaf)
        findings.add(Kind.EVENT_ALTERED, event="e", leaf=min(leaf, MOST - 1))
    assert len(findings.kept) == MOST
    assert findings.count >= MOST + 5
    assert not Report(findings).intact


def test_verification_writes_nothing_to_the_database(world: World) -> None:
    grow(world, 300)
    kept = world.sign()
    with world.db.transaction():
        world.db.execute("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY")
    assert world.verify(kept).intact
