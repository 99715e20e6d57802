"""Editions: what an attacker works out of everything that was ever published; hourly at most; numbers observed from them."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from itertools import combinations, product
from typing import Any

import pytest

from sauro.core import moment
from sauro.core.ids import new_id
from sauro.core.models import Actor, Observation
from sauro.core.refusal import Refusal
from sauro.core.rules.suppression import MINIMUM
from sauro.packs.ids import indicator_id
from sauro.watch import editions
from sauro.watch.measuring import NATION
from sauro.watch.models import Case
from sauro.watch.queries import editions as published
from sauro.watch.rules.tables import OUTCOMES, Cell, Table, rate, told

SMALL = range(1, MINIMUM)
START = datetime(2026, 11, 10, 3, tzinfo=UTC)


Row = tuple[int, ...]


@cache
def printed(total: int) -> dict[Row, frozenset[Any]]:
    """Every way in which so many dossiers of a row may stand, with all that is told of it: its cells, and totals of all sets of them."""
    rows = [row for row in product(range(total + 1), repeat=len(OUTCOMES)) if sum(row) == total]
    tables = {row: told("2026-11", cells(row)) for row in rows}
    return {row: frozenset([*table.shown.items(), *totals(table)]) for row, table in tables.items()}


def cells(row: Row) -> dict[Cell, int]:
    return {("75", "online", outcome): count for outcome, count in zip(OUTCOMES, row, strict=True)}


def totals(table: Table) -> Iterator[tuple[tuple[str, ...], int]]:
    for size in range(1, len(OUTCOMES) + 1):
        for some in combinations(OUTCOMES, size):
            yield some, table.total(["75"], ["online"], some)


@pytest.mark.parametrize("total", range(1, 17))
def test_no_small_number_follows_from_anything_that_is_published(total: int) -> None:
    """Dossiers of a month move between outcomes and none is lost; who has read every edition is never sure of one.

    A reader of all that was ever printed of a row still reckons with each number of dossiers that could have printed it.
    """
    seen = set(printed(total).values())
    reckoned = [n for n in range(total + 5) if seen <= set(printed(n).values())]
    assert total in reckoned
    for row, said in printed(total).items():
        alike = [other for n in reckoned for other, same in printed(n).items() if same == said]
        for at, count in enumerate(row):
            assert count not in SMALL or len({other[at] for other in alike}) > 1, (row, OUTCOMES[at])


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
    assert table.cell("75", "online", "in_time") == 30 and table.cell("75", "online", "open") == 5
    assert table.cell("75", "counter", "open_late") == 5
    assert table.cell("75", "assisted", "open") is None
    assert table.total() == 40, "of what is told"
    clock[0] += timedelta(minutes=59)
    with pytest.raises(Refusal) as caught:
        editions.publish(first)
    assert caught.value.code == "too_soon"
    clock[0] += timedelta(minutes=1)
    Case.objects.bulk_create([case(clock[0]) for _ in range(2)])
    second = editions.publish(first)
    assert published.published(second, "2026-11").cell("75", "online", "open") == 5, "two more are not told"
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
    assert {row.bound for row in rows.values() if row.kind == "measured"} == {"at_least"}
    assert online.bound == "about"
    before = Observation.objects.count()
    assert editions.observe(edition) == 0
    clock[0] += timedelta(hours=1)
    editions.publish(edition)
    assert Observation.objects.count() == before


@pytest.mark.django_db
def test_what_is_not_told_is_not_observed(clock: list[datetime]) -> None:
    Case.objects.bulk_create([case(START) for _ in range(20)] + [case(START, channel=1, assisted=True) for _ in range(3)])  # fmt: skip
    editions.publish(None)
    rows = {row.indicator: row for row in Observation.objects.filter(kind="measured", place=None)}
    received = rows[indicator_id("dossiers_received")]
    assert received.value == 20 and received.bound == "at_least"
    assert indicator_id("dossiers_assisted") not in rows and indicator_id("dossiers_late") not in rows


@pytest.mark.django_db
def test_an_edition_holds_no_true_count_that_it_does_not_tell(clock: list[datetime]) -> None:
    Case.objects.bulk_create([case(START) for _ in range(3)])
    edition = editions.publish(None)
    assert edition.body["periods"] == {"2026-11": []}


@pytest.mark.parametrize(
    ("part", "whole", "said"), [(2, 3, "66.67"), (0, 4, "0.00"), (16_051, 16_274, "98.63")]
)
def test_rates_have_two_decimals(part: int, whole: int, said: str) -> None:
    assert rate(part, whole) == Decimal(said)
    assert rate(part, 0) is None
