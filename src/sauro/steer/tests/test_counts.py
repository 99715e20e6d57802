"""Counts: folded plus pending is always what counting anew gives; doers never close; a first promise never moves."""

import threading
from collections.abc import Callable
from random import Random
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from sauro.core.models import Commitment
from sauro.core.moment import now
from sauro.core.refusal import Refusal
from sauro.steer import counting
from sauro.steer.models import Delta, Evidence, Task
from sauro.steer.queries.matrices import standing
from sauro.steer.rules.matrix import Matrix
from sauro.steer.tests.conftest import State, in_days

SAME = settings(
    max_examples=5,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
LEADS = ("ministry", "province", "department", "other")
VERBS = (
    *("hand", "accept", "done", "show", "pass", "close") * 3, "assign", "decline", "report", "fail", "back", "extend", "cancel",
    "amend", "fold",
)  # fmt: skip


def counted() -> dict[tuple[Any, ...], tuple[Any, ...]]:
    """What the counts say now, folded and pending together, without what came to nothing."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT scope, stage, shown, late, due, sum(count), sum(whole), sum(done) FROM ("
            " SELECT scope, stage, shown, late, due, count, whole, done FROM steer_count UNION ALL"
            " SELECT scope, stage, shown, late, coalesce(due, 'infinity'), count, whole, done FROM steer_delta,"
            " unnest(scopes) AS scope) x GROUP BY 1, 2, 3, 4, 5"
            " HAVING sum(count) <> 0 OR sum(whole) <> 0 OR sum(done) <> 0"
        )
        return {tuple(map(str, row[:5])): row[5:] for row in cursor.fetchall()}


def recounted() -> dict[tuple[Any, ...], tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(counting.RECOUNT)
        return {tuple(map(str, row[:5])): row[5:] for row in cursor.fetchall()}


def attempt(state: State, verb: str, who: str, task: UUID) -> bool:
    """Try a verb as somebody, mostly as the one whose turn it is; what is refused changes nothing."""
    if who == "turn":
        row, promise = Task.objects.get(pk=task), Commitment.objects.get(pk=task)
        office = row.assigner if verb in ("assign", "extend", "cancel", "amend") else promise.position
        who = next(name for name, id_ in state.offices.items() if id_ == office)
    lead = "ministry" if who == "secretary" else who
    evidence = Evidence.objects.filter(task=task).values_list("id", flat=True).last()
    words = "Lý do có đủ chữ"
    asks: dict[str, Callable[[], Any]] = {
        "assign": lambda: state.do(who, "assign_task", task=task),
        "accept": lambda: state.do(who, "accept_task", task=task),
        "decline": lambda: state.do(who, "decline_task", {"reason": words}, task),
        "hand": lambda: state.hand(who, task, "province" if who == "ministry" else "department", 3_333),
        "report": lambda: state.report(who, task, done=False, progress=40),
        "done": lambda: state.report(who, task),
        "show": lambda: state.do(who, "attach_evidence", {"kind": "link", "reference": "https://a.vn/"}, task),
        "fail": lambda: state.do("verifier", "judge_evidence", {"evidence": evidence, "passes": False, "reason": words}, task),
        "pass": lambda: state.do("verifier", "judge_evidence", {"evidence": evidence, "passes": True}, task),
        "close": lambda: state.do("verifier", "close_task", task=task),
        "back": lambda: state.do("verifier", "send_back_task", {"reason": words}, task),
        "extend": lambda: state.do(who, "extend_task", {"until": in_days(140), "reason": words, "decision": state.instrument}, task),
        "cancel": lambda: state.do(who, "cancel_task", {"reason": words}, task),
        "amend": lambda: state.do(who, "amend_task", state.terms(lead), task),
        "fold": counting.fold,
    }  # fmt: skip
    try:
        asks[verb]()
    except Refusal:
        return False
    return True


@SAME
@given(st.integers(0, 2**32))
def test_whatever_is_done_the_counts_are_those_of_counting_anew(state: State, seed: int) -> None:
    # A seed and forty steps: lists drawn one by one stay so short that nothing is ever closed.
    random = Random(seed)
    root = state.working()
    state.do("province", "accept_task", task=state.hand("ministry", root, "province", 6_000))
    first: dict[UUID, Any] = {}
    for _step in range(40):
        verb, who, at = (
            random.choice(VERBS),
            random.choice(["turn"] * 6 + ["secretary", *LEADS]),
            random.randrange(9),
        )
        family = [
            root,
            *Task.objects.filter(path__contains=[root]).order_by("id").values_list("id", flat=True),
        ]
        if verb == "cancel" and at % len(family) == 0:
            continue  # the root goes on, or nothing more would happen
        event(f"{verb} done" if attempt(state, verb, who, family[at % len(family)]) else f"{verb} refused")
        assert counted() == recounted()
        first |= _first_promises_stand(first)
        _no_doer_closed()
    counting.fold()
    counting.settle()
    assert not Delta.objects.exists() and counted() == recounted()


def _first_promises_stand(before: dict[UUID, Any]) -> dict[UUID, Any]:
    present = dict(
        Commitment.objects.filter(kind="task").exclude(due_original=None).values_list("id", "due_original")
    )
    assert before.items() <= present.items()
    return present


def _no_doer_closed() -> None:
    for row in Commitment.objects.filter(kind="task", closed_how="satisfied"):
        assert row.closer is not None and row.closer not in row.doers


def test_parts_roll_up_by_their_share(state: State) -> None:
    root = state.working()
    part = state.hand("ministry", root, "province", 4_000)
    state.do("province", "accept_task", task=part)
    below = [state.hand("province", part, "department", share) for share in (2_500, 7_500)]
    for task in below:
        state.do("department", "accept_task", task=task)
    state.report("department", below[1], done=False, progress=50)
    whole = Task.objects.get(pk=root).whole
    # 40 % of the root was handed on; three quarters of it are half done.
    assert standing([root], now()).progress(whole) == 15
    assert standing([part], now()).progress(Task.objects.get(pk=part).whole) == 37.5
    assert standing([root], now()).matrix == Matrix(open_in_time=3, not_started=0)


def test_a_green_report_without_evidence_is_counted_as_such(state: State) -> None:
    task = state.working()
    state.report("ministry", task)
    lead = state.organisations["ministry"]
    assert standing([lead], now()).matrix == Matrix(open_in_time=1, pending=1, green_red=1)
    state.show("ministry", task)
    assert standing([lead], now()).matrix == Matrix(open_in_time=1, pending=1)
    state.do("verifier", "close_task", task=task)
    found = standing([lead], now()).matrix
    assert (found.done_on_time, found.open, found.on_time.numerator) == (1, 0, 1)


@pytest.mark.django_db(transaction=True)
def test_a_read_sees_each_change_once_while_others_write_and_fold() -> None:
    """Two write, one folds, one reads: each reading is what counting anew gives in the same snapshot."""
    over, faults, readings = threading.Event(), [], []
    scope = UUID(int=7)

    def write(seed: int) -> None:
        for number in range(60):
            id_ = UUID(int=(seed << 64) + number)
            with connection.cursor() as cursor:
                cursor.execute(
                    "INSERT INTO steer_task (id, event, code, instrument, path, scopes, lead, coordinating, involved, stage, shown,"
                    " late, share, whole, handed, children, numbered, progress, reports, difficulty, folded)"
                    " VALUES (%s, %s, %s, %s, '{}', %s, %s, '{}', '{}', 'working', false, 0, 10000, 1, 0, 0, 0, 0, 0, false, '')",
                    [id_, id_, f"{seed}-{number}", id_, [scope], scope],
                )
                cursor.execute("UPDATE steer_task SET progress = 50 WHERE id = %s", [id_])
        connection.close()

    def folding() -> None:
        while not over.is_set():
            counting.fold()
        connection.close()

    def reading() -> None:
        ask = (
            f"SELECT (SELECT sum(count) FROM ({counting.PRESENT}) c), (SELECT sum(done) FROM ({counting.PRESENT}) c),"
            " (SELECT count(*) FROM steer_task), (SELECT sum(progress) / 100.0 FROM steer_task)"
        )
        each = [[scope]] * 6
        while not over.is_set():
            with connection.cursor() as cursor:
                cursor.execute(ask, each)
                count, done, tasks, progress = cursor.fetchone()
            readings.append(tasks)
            if (count or 0, done or 0) != (tasks, progress or 0):
                faults.append((count, done, tasks, progress))
        connection.close()

    writers = [threading.Thread(target=write, args=(seed,)) for seed in (1, 2)]
    others = [threading.Thread(target=each) for each in (folding, reading)]
    for thread in [*writers, *others]:
        thread.start()
    for thread in writers:
        thread.join()
    over.set()
    for thread in others:
        thread.join()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM steer_task")
        cursor.execute("DELETE FROM steer_delta")
        cursor.execute("DELETE FROM steer_count")
    assert not faults, faults[:3]
    assert len(set(readings)) > 3
