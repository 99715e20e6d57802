import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sauro.core.canonical import NotCanonical, canonical
from sauro.core.ids import new_id
from sauro.core.journal import replay, sealer, tables
from sauro.core.journal.findings import Kind, Report
from sauro.core.journal.images import CannotReplay, changes, digest, written
from sauro.core.journal.rebuild import rebuild
from sauro.core.journal.replay import replay_check
from sauro.core.journal.scratch import Scratch, ScratchBusy
from sauro.core.journal.tables import (
    JOURNALLED,
    UPCASTERS,
    Image,
    TableSpec,
    change,
    missing_upcasters,
    row_image,
)
from sauro.core.tests.journal.world import THING, World


def grow(world: World, count: int) -> list[UUID]:
    with world.db.transaction():
        things = [world.add() for _ in range(count)]
    world.seal()
    return things


def check(world: World, **more: Any) -> Report:
    return replay_check(world.db, world.folder / "work", **more)


@pytest.fixture(autouse=True)
def small_ranges(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replay, "RANGE", 10)


@pytest.fixture
def upcasters() -> Iterator[dict[tuple[str, int], Any]]:
    yield UPCASTERS
    UPCASTERS.clear()


steps = st.lists(
    st.tuples(st.sampled_from(["new", "change", "delete", "seal"]), st.integers(0, 99)), max_size=25
)


@given(steps)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_replay_rebuilds_exactly_whatever_was_done(world: World, done: list[tuple[str, int]]) -> None:
    world.empty()
    things: list[UUID] = []
    for step, which in done:
        if step == "new":
            things.append(world.add(times=which))
        elif step == "seal":
            world.seal()
        elif things and step == "change":
            world.add(id_=things[which % len(things)], title=f"sửa {which}", amount=Decimal(which) / 4)
        elif things:
            world.remove(things.pop(which % len(things)))
    report = check(world)
    assert report.findings.kept == []
    assert report.rows["thing"] == len(things)
    rebuilt = rebuild(world.db, "rebuilt")
    world.db.execute("DROP SCHEMA rebuilt CASCADE")
    assert rebuilt["thing"].rows == len(things)
    assert all(table.equal for table in rebuilt.values())


def test_the_rebuilt_table_shows_a_difference(world: World) -> None:
    things = grow(world, 3)
    world.tamper("UPDATE thing SET times = 7 WHERE id = %s", things[0])
    rebuilt = rebuild(world.db, "rebuilt")
    world.db.execute("DROP SCHEMA rebuilt CASCADE")
    assert (rebuilt["thing"].only_original, rebuilt["thing"].only_rebuilt) == (1, 1)


def test_an_interrupted_replay_goes_on_where_it_was(world: World) -> None:
    grow(world, 35)

    class Interrupted(Exception):
        pass

    def interrupt(stage: str, done: int, total: int) -> None:
        if done >= 20:
            raise Interrupted

    with pytest.raises(Interrupted):
        check(world, progress=interrupt)
    seen: list[int] = []
    report = check(
        world, progress=lambda stage, done, total: seen.append(done) if stage == "replay" else None
    )
    assert seen == [30, 35]
    assert report.intact
    assert report.compared
    assert report.events == 35
    assert report.rows["thing"] == 35


def test_what_was_found_before_the_interruption_is_not_forgotten(world: World) -> None:
    grow(world, 30)
    event = world.events()[4]
    world.tamper("DELETE FROM core_event WHERE id = %s", event)
    check(world, upto=20)
    kinds = [finding.kind for finding in check(world).findings.kept]
    assert kinds == [Kind.EVENT_DELETED, Kind.ROW_INSERTED]


def test_a_finished_replay_leaves_nothing_and_starts_anew(world: World) -> None:
    grow(world, 12)
    check(world)
    assert list((world.folder / "work").iterdir()) == []
    seen: list[int] = []
    check(world, progress=lambda stage, done, total: seen.append(done) if stage == "replay" else None)
    assert seen == [10, 12]


def test_a_range_is_replayed_and_nothing_compared(world: World) -> None:
    things = grow(world, 30)
    report = check(world, upto=20)
    assert (report.events, report.compared, report.rows) == (20, False, {})
    world.tamper("DELETE FROM thing WHERE id = %s", things[25])
    assert check(world, upto=25).intact
    assert [finding.kind for finding in check(world).findings.kept] == [Kind.ROW_DELETED]


@pytest.mark.parametrize("how", ["other journal", "shorter journal", "other scope", "asked"])
def test_a_scratch_file_that_does_not_belong_here_is_not_used(
    world: World, how: str, scope: dict[str, TableSpec]
) -> None:
    grow(world, 25)
    check(world, upto=20)
    if how in ("other journal", "shorter journal"):
        world.empty()
        grow(world, 25 if how == "other journal" else 15)
    if how == "other scope":
        scope["thing"] = replace(THING, columns=tuple(reversed(THING.columns)))
    seen: list[int] = []
    report = check(
        world,
        fresh=how == "asked",
        progress=lambda s, done, total: seen.append(done) if s == "replay" else None,
    )
    assert seen[0] == 10
    assert report.intact


def test_two_replays_do_not_share_a_folder(world: World) -> None:
    with Scratch(world.folder / "work"), pytest.raises(ScratchBusy):
        check(world)


def test_acts_may_go_on_while_state_is_compared(world: World) -> None:
    things = grow(world, 50)
    stop = threading.Event()

    def go_on() -> None:
        other = world.connect()
        mine = sealer.Sealer()
        turn = 0
        while not stop.is_set():
            turn += 1
            with other.transaction():
                world.add(other, id_=things[turn % 50], times=turn)
            with other.transaction():
                world.add(other, title=f"new {turn}")
            if turn % 3 == 0:
                mine.seal_once(other)

    worker = threading.Thread(target=go_on)
    worker.start()
    try:
        for _ in range(8):
            report = check(world)
            assert report.findings.kept == []
            assert report.rows["thing"] >= 50
    finally:
        stop.set()
        worker.join()


def test_older_images_are_read_as_newer_ones(
    world: World, scope: dict[str, TableSpec], upcasters: dict[tuple[str, int], Any]
) -> None:
    """`times` was once called `count`, and `open` did not exist."""
    id_, event = new_id(), new_id()
    row = {"id": id_, "event": event, "title": "cũ", "amount": None, "made": None, "day": None, "open": True,
           "times": 3, "body": None, "mark": None, "refs": None}  # fmt: skip
    oldest = row_image(THING, row)
    oldest["count"] = oldest.pop("times")
    del oldest["open"]
    world.record(None, event, [["thing", "put", oldest]], subject=id_)
    world.tamper(
        "INSERT INTO thing (id, event, title, open, times) VALUES (%s, %s, 'cũ', true, 3)", id_, event
    )
    scope["thing"] = replace(THING, version=3)
    assert missing_upcasters() == [("thing", 1), ("thing", 2)]
    world.seal()
    assert [finding.kind for finding in check(world).findings.kept] == [
        Kind.EVENT_UNREADABLE,
        Kind.ROW_INSERTED,
    ]

    def renamed(image: Image) -> Image:
        return {**{name: value for name, value in image.items() if name != "count"}, "times": image["count"]}

    upcasters["thing", 1] = renamed
    upcasters["thing", 2] = lambda image: {**image, "open": True}
    assert missing_upcasters() == []
    newest = change(scope["thing"], "put", row_image(THING, row))
    assert newest[3] == 3
    world.record(None, new_id(), [newest])
    world.seal()
    assert check(world).findings.kept == []


def test_the_event_fills_in_its_own_id() -> None:
    body = {"id": "e", "changes": [["thing", "put", {"id": "t"}]], "recorded": "r", "erased": ["u"]}
    found = [(spec.name, op, image) for spec, op, image in changes(body)]
    assert found == [
        ("thing", "put", {"id": "t", "event": "e"}),
        ("core_erasure", "put", {"unit": "u", "event": "e", "at": "r"}),
    ]


def test_images_are_cut_out_of_the_bytes_as_they_are_read() -> None:
    body = {"id": "e", "recorded": "r", "erased": ["u"], "changes": [
        ["thing", "put", {"id": "t", "title": "Tiếng Việt \x1f\u2028", "event": "other"}],
        ["thing", "put", {"id": "s"}],
        ["thing", "del", {"id": "gone"}],
        ["core_personal", "put", {"unit": "u", "part": "p", "version": 1, "digest": "00"}],
    ]}  # fmt: skip
    slow = [
        (spec, spec.key(image), digest(image) if op == "put" else None)
        for spec, op, image in changes(orjson.loads(canonical(body)))
    ]
    assert list(written(canonical(body))) == slow
    assert [key for _, key, _ in slow] == ["t", "s", "gone", '["u","p"]', "u"]


def test_unknown_tables_and_operations_are_not_stepped_over() -> None:
    for entry in (["nowhere", "put", {}], ["thing", "hop", {}]):
        with pytest.raises(CannotReplay):
            list(changes({"id": "e", "changes": [entry]}))
        with pytest.raises(CannotReplay):
            list(written(canonical({"id": "e", "changes": [entry]})))


text = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20)
whole = st.integers(-(2**53) + 1, 2**53 - 1)
json = st.recursive(
    st.none() | st.booleans() | whole | text,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text("abcXYZ_1", max_size=4), inner, max_size=4)
    ),
    max_leaves=10,
)
rows = st.fixed_dictionaries(
    {
        "id": st.uuids(),
        "event": st.uuids(),
        "title": text,
        "amount": st.none() | st.decimals(-(10**9), 10**9, places=2),
        "made": st.none() | st.datetimes(datetime(1900, 1, 1), datetime(9000, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
        "day": st.none() | st.dates(date(1900, 1, 1), date(9000, 1, 1)),
        "open": st.booleans(),
        "times": whole,
        "body": st.none() | json,
        "mark": st.none() | st.binary(max_size=8),
        "refs": st.none() | st.lists(st.uuids(), max_size=3),
    }
)


@given(rows)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_row_read_from_the_table_is_the_image_that_was_written(world: World, row: dict[str, Any]) -> None:
    """Two paths, one form: Python when an event is written, SQL when a million rows are compared."""
    world.empty()
    world.add(id_=row.pop("id"), **{name: value for name, value in row.items() if name != "event"})
    (said,) = world.db.execute("SELECT body FROM core_event").fetchone()  # type: ignore[misc]
    values = world.db.execute(f"SELECT {THING.canonical_columns()} FROM thing t").fetchone()
    assert values is not None
    assert THING.read(values) == orjson.loads(said)["changes"][0][2]


def test_an_image_is_written_by_kind() -> None:
    row = {"id": str(new_id()).upper(), "event": new_id(), "title": "e\u0302", "amount": 5, "made": None, "day": None,
           "open": True, "times": 1, "body": None, "mark": None, "refs": None}  # fmt: skip
    image = row_image(THING, row)
    assert image["id"] == str(row["id"]).lower()
    assert image["title"] == "ê"
    assert image["amount"] == "5"
    for name, wrong in {
        "amount": 5.0,
        "made": date(2025, 1, 1),
        "day": datetime.now(UTC),
        "times": 2**53,
    }.items():
        with pytest.raises(NotCanonical):
            row_image(THING, {**row, name: wrong})
    with pytest.raises(KeyError):
        row_image(THING, {"id": new_id()})


def test_a_kind_that_nobody_knows_is_refused_at_once() -> None:
    with pytest.raises(TypeError, match="money"):
        TableSpec("wrong", ("id",), (("id", "uuid"), ("price", "money")))


def test_registering_puts_a_table_into_the_scope() -> None:
    spec = tables.register(TableSpec("another", ("id",), (("id", "uuid"),)))
    assert JOURNALLED["another"] is spec
