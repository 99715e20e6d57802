"""Editions: what an attacker works out of everything that was ever published; hourly at most; numbers observed from them."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import combinations
from random import Random
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sauro.core import moment
from sauro.core.ids import new_id
from sauro.core.models import Actor, Observation
from sauro.core.refusal import Refusal
from sauro.core.rules.suppression import MINIMUM
from sauro.packs.ids import indicator_id
from sauro.watch import editions
from sauro.watch.measuring import NATION
from sauro.watch.models import Case, Edition
from sauro.watch.queries import editions as published
from sauro.watch.rules.tables import CHANNELS, OUTCOMES, Cell, Table, next_table, rate

SMALL = range(1, MINIMUM)
AREAS = ("", "01", "75")
START = datetime(2026, 11, 10, 3, tzinfo=UTC)


def subsets(items: tuple[str, ...]) -> list[list[str]]:
    return [[*some] for size in range(1, len(items) + 1) for some in combinations(items, size)]


def numbers(table: Table) -> dict[frozenset[Cell], int]:
    """Every number that any page could print of a table: all its totals, by the cells that they are said to be of."""
    return {
        frozenset((a, c, o) for a in areas for c in channels for o in outcomes): table.total(areas, channels, outcomes)
        for areas in subsets(AREAS) for channels in subsets(CHANNELS) for outcomes in subsets(OUTCOMES)
    }  # fmt: skip


def histories(seed: int, length: int = 4) -> list[dict[Cell, int]]:
    """Counts of one period from edition to edition: some cells grow, some shrink as dossiers end."""
    random = Random(seed)
    cells = [(a, c, o) for a in AREAS for c in CHANNELS for o in OUTCOMES]
    counts = {cell: random.choice([0, 0, 1, 2, 3, 4, 5, 7, 12, 60]) for cell in cells}
    made = [dict(counts)]
    for _ in range(length - 1):
        for cell in cells:
            counts[cell] = max(0, counts[cell] + random.choice([-4, -1, 0, 0, 0, 1, 2, 3, 6]))
        made.append(dict(counts))
    return made


def told(history: list[dict[Cell, int]]) -> list[Table]:
    made: list[Table] = []
    for counts in history:
        made.append(next_table("2026-11", counts, made[-1] if made else None))
    return made


def recovered(
    truth: Mapping[Cell, int], table: Table, all_numbers: Mapping[frozenset[Cell], int]
) -> Iterator[Cell]:
    """Small cells that follow by subtracting one published total from another that has one cell more."""
    for cells, value in all_numbers.items():
        for cell in cells:
            rest = all_numbers.get(cells - {cell}, 0 if len(cells) == 1 else None)
            if rest is not None and truth[cell] in SMALL and value - rest == truth[cell]:
                yield cell


@settings(max_examples=25, deadline=None, database=None)
@given(st.integers(0, 2**32))
def test_no_small_number_follows_from_anything_that_is_published(seed: int) -> None:
    """By subtraction over every table there could be, and between any two editions."""
    history = histories(seed)
    tables = told(history)
    printed = [numbers(table) for table in tables]
    for truth, table, all_numbers in zip(history, tables, printed, strict=True):
        assert not list(recovered(truth, table, all_numbers))
    for (before, first), (after, second) in combinations(zip(history, printed, strict=True), 2):
        for cell in before:
            moved = second[frozenset({cell})] - first[frozenset({cell})]
            assert abs(moved) not in SMALL, "between two editions"
            assert abs(after[cell] - before[cell]) not in SMALL or moved != after[cell] - before[cell]


def case(at: datetime, **more: Any) -> Case:
    """A dossier as the journal told it."""
    province = Actor.objects.get(code="P75")
    return Case(**{
        "id": new_id(), "kind": "dossier", "agency": province.id, "scopes": [NATION, province.id], "area": "75",
        "stage": "4", "channel": 2, "submitted_at": at, "accepted_at": at, "due": at + timedelta(days=5), "leaf_index": 1,
        **more,
    })  # fmt: skip


@pytest.fixture
def clock() -> Iterator[list[datetime]]:
    at = [START]
    with moment.simulated(lambda: at[0]):
        yield at


@pytest.mark.django_db
def test_an_edition_tells_what_was_counted_and_changes_once_an_hour(clock: list[datetime]) -> None:
    assert editions.publish_due() == 0 and published.latest() is None, "nothing was counted"
    done = {"finished_at": START, "in_time": True, "stage": "9"}
    rows = [case(START) for _ in range(7)] + [case(START, **done) for _ in range(30)]
    rows += [case(START, channel=1, assisted=True) for _ in range(3)]
    rows += [case(START, due=START, breached_at=START, channel=1) for _ in range(6)]
    Case.objects.bulk_create(rows)
    editions.publish_due()
    first = published.latest()
    assert first is not None and first.number == 1
    table = published.published(first, "2026-11")
    assert table.cell("75", "online", "in_time") == 30 and table.cell("75", "online", "open") == 7
    assert table.cell("75", "counter", "open_late") == 6
    assert table.cell("75", "assisted", "open") is None and table.hidden(channels=["assisted"]) == 1
    assert table.total() == 43, "of what is told"
    clock[0] += timedelta(minutes=59)
    with pytest.raises(Refusal) as caught:
        editions.publish(first)
    assert caught.value.code == "too_soon"
    clock[0] += timedelta(minutes=1)
    Case.objects.bulk_create([case(clock[0]) for _ in range(4)])
    second = editions.publish(first)
    assert published.published(second, "2026-11").cell("75", "online", "open") == 7, "four more are not told"
    clock[0] += timedelta(hours=2)
    assert editions.publish(first).number == 2, "what another worker published already"


@pytest.mark.django_db
def test_numbers_are_observed_as_they_are_told_and_only_when_they_change(clock: list[datetime]) -> None:
    done = {"finished_at": START, "in_time": True, "stage": "9"}
    late = {"finished_at": START, "in_time": False, "stage": "9"}
    Case.objects.bulk_create(
        [case(START, **done) for _ in range(30)] + [case(START, **late, channel=1) for _ in range(10)]
    )
    edition = editions.publish(None)
    rows = {(row.indicator, row.place): row for row in Observation.objects.exclude(kind="claimed")}
    province = Actor.objects.get(code="P75").id
    received, in_time, online = (
        rows[indicator_id(code), province] for code in ("dossiers_received", "in_time_rate", "online_rate")
    )
    assert received.value == 40 and received.kind == "measured" and received.leaf_index == edition.leaf_index
    assert in_time.value == online.value == 75 and online.kind == "computed"
    assert rows[indicator_id("dossiers_received"), None].value == 40
    assert all(row.period == "2026-11" and row.method for row in rows.values())
    assert all(row.bound == "is" for row in rows.values())
    before = Observation.objects.count()
    assert editions.observe(edition) == 0
    clock[0] += timedelta(hours=1)
    editions.publish(edition)
    assert Observation.objects.count() == before


@pytest.mark.django_db
def test_what_is_held_back_is_observed_as_about_or_not_at_all(clock: list[datetime]) -> None:
    Case.objects.bulk_create([case(START) for _ in range(20)] + [case(START, channel=1, assisted=True) for _ in range(3)])  # fmt: skip
    editions.publish(None)
    rows = {row.indicator: row for row in Observation.objects.filter(kind="measured", place=None)}
    received = rows[indicator_id("dossiers_received")]
    assert received.value == 20 and received.bound == "about"
    assert indicator_id("dossiers_assisted") not in rows
    assert (
        rows[indicator_id("dossiers_late")].value == 0 and rows[indicator_id("dossiers_late")].bound == "is"
    )


@pytest.mark.django_db
def test_an_edition_holds_no_true_count_that_it_does_not_tell(clock: list[datetime]) -> None:
    Case.objects.bulk_create([case(START) for _ in range(3)])
    edition = editions.publish(None)
    assert b"3" not in orjson.dumps(edition.body["periods"]["2026-11"][0][3:])
    assert Edition.objects.get().body["periods"]["2026-11"] == [["75", "online", "open", None, []]]


@pytest.mark.parametrize(
    ("part", "whole", "said"), [(2, 3, "66.67"), (0, 4, "0.00"), (16_051, 16_274, "98.63")]
)
def test_rates_have_two_decimals(part: int, whole: int, said: str) -> None:
    assert rate(part, whole) == Decimal(said)
    assert rate(part, 0) is None
