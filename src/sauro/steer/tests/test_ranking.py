"""Rankings share ranks and leave out who has nothing due; the counts of a published report come out as it prints them."""

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection

from sauro.core.doorway import Ask, act
from sauro.core.doorway.genesis import PLATFORM
from sauro.core.moment import now, simulated
from sauro.core.queries.visibility import Reader
from sauro.steer import counting
from sauro.steer.models import Delta
from sauro.steer.queries import agencies, tasks
from sauro.steer.queries.matrices import standing, standings
from sauro.steer.queries.tasks import Filter
from sauro.steer.rules.matrix import Matrix
from sauro.steer.rules.ranking import Ranked, ranked
from sauro.steer.tests.conftest import State

_MADE = """
INSERT INTO steer_task (id, event, code, instrument, path, scopes, lead, coordinating, involved, stage, shown, late, due,
  share, whole, handed, children, numbered, progress, reports, difficulty, folded)
SELECT gen_random_uuid(), gen_random_uuid(), gen_random_uuid()::text, %(scope)s, '{}', ARRAY[%(scope)s]::uuid[], %(scope)s, '{}', '{}',
  %(stage)s, %(stage)s = 'done', %(late)s, %(due)s, 10000, 1, 0, 0, 0, 0, 0, false, '' FROM generate_series(1, %(count)s)
"""


def make(count: int, stage: str, late: int = 0, days: float = 1, scope: UUID | None = None) -> UUID:
    """So many tasks of a lead, as they stand in the tables; due in so many days."""
    scope = scope or uuid4()
    given: dict[str, Any] = {
        "scope": scope,
        "stage": stage,
        "late": late,
        "due": now() + timedelta(days=days),
        "count": count,
    }
    with connection.cursor() as cursor:
        cursor.execute(_MADE, given)
    return scope


@pytest.mark.django_db
def test_the_report_of_21_914_tasks_is_counted_as_it_prints() -> None:
    """Report 1270/BC-TCTTTg; its rates, printed as 98,62 % and 1,38 %, come out as 98,63 % and 1,37 %."""
    scope = make(14_068, "done")
    make(1_983, "done", 2, -9, scope)
    make(5_640, "working", 0, 30, scope)
    make(223, "working", 0, -3, scope)
    while counting.fold():
        pass
    assert not Delta.objects.exists()
    found = standing([scope], now()).matrix
    assert (found.all, found.done, found.open) == (21_914, 16_051, 5_863)
    assert (found.completion.numerator, found.completion.denominator) == (16_051, 16_274)
    assert (found.completion.percent(), found.overdue.percent()) == (Decimal("98.63"), Decimal("1.37"))
    assert (found.on_time.numerator, found.on_time.denominator) == (14_068, 16_051)


@pytest.mark.django_db
def test_all_leads_stand_as_each_alone(django_assert_num_queries: object) -> None:
    first, second = make(3, "done"), make(2, "working", 0, -2.5)
    make(1, "working", 0, -0.5, second)
    counting.fold()
    make(1, "done", 2, -1, first)  # still pending
    heir, at = uuid4(), now()
    with django_assert_num_queries(1):  # type: ignore[operator]
        found = standings({first: heir, second: heir, uuid4(): uuid4()}, at)
    assert set(found) == {heir}
    assert found[heir] == standing([first, second], at)
    assert found[heir].matrix == Matrix(done_on_time=3, done_late=1, open_overdue=3, done_on_time_original=3)
    assert found[heir].overdue_days == 2 + 2 + 1


def row(name: str, days: int = 0, **counts: int) -> Ranked:
    return Ranked(uuid4(), name, Matrix(**counts), days)


def test_equal_results_share_a_rank_and_nothing_due_has_none() -> None:
    rows = [
        row("a", done_on_time=1, done_late=2), row("b", done_on_time=2, done_late=4), row("c", done_on_time=1),
        row("d", open_in_time=7), row("e", open_overdue=1, days=4), row("f", done_late=3, open_overdue=2, days=4),
    ]  # fmt: skip
    found, without = ranked(rows, "on_time")
    assert [(r.rank, r.name) for r in found] == [(1, "c"), (2, "a"), (2, "b"), (4, "e"), (4, "f")]
    assert [(r.rank, r.name) for r in without] == [(0, "d")]
    assert [(r.rank, r.name) for r in ranked(rows, "overdue")[0]] == [(1, "a"), (1, "b"), (1, "c"), (4, "e"), (5, "f")]  # fmt: skip
    assert [(r.rank, r.name) for r in ranked(rows, "days")[0]][-2:] == [(4, "e"), (4, "f")]
    assert [(r.rank, r.name) for r in ranked(rows, "completion")[0]] == [(1, "a"), (1, "b"), (1, "c"), (4, "f"), (5, "e")]  # fmt: skip


def test_rates_that_print_alike_are_not_equal() -> None:
    rows = [row("a", done_on_time=99_999, done_late=1), row("b", done_on_time=99_998, done_late=1)]
    assert [r.rank for r in ranked(rows, "on_time")[0]] == [1, 2]


@pytest.mark.django_db
def test_only_the_topmost_of_a_level_are_ranked_and_heirs_answer_for_what_they_took_over(
    state: State,
) -> None:
    task = state.working()
    owners, names = agencies.topmost("province")
    assert state.organisations["province"] in names and state.organisations["department"] not in names
    merge = {"into": state.organisations["other"], "basis": "202/2025/QH15"}
    act(Ask("core.merge_organisations", PLATFORM, "merge", merge, state.organisations["ministry"]))
    owners, names = agencies.topmost("ministry")
    assert owners[state.organisations["ministry"]] == state.organisations["other"]
    later = now() + timedelta(days=130)
    with simulated(lambda: later):
        found = standings(owners, now())
        assert (
            set(found) == {state.organisations["other"]}
            and found[state.organisations["other"]].matrix.open_overdue == 1
        )
        reader = Reader(state.persons["secretary"], state.offices["secretary"])
        listed = tasks.listed(reader, Filter("overdue", lead=state.organisations["other"]), now())
        assert [line.id for line in listed.lines] == [task]
