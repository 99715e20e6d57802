"""1,298 rows in one go, and undone; two presses at once; the journal rebuilds what came of it. On committed transactions."""

import threading
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from sauro.core.journal import database
from sauro.core.journal.replay import replay_check
from sauro.core.journal.sealer import Sealer
from sauro.core.models import Event
from sauro.steer import counting, imports
from sauro.steer.models import Task, TaskList
from sauro.steer.queries import matrices
from sauro.steer.tests.conftest import State
from sauro.steer.tests.lists.conftest import Desk
from sauro.steer.tests.lists.sample import row, workbook
from sauro.steer.tests.pages.conftest import BOARD, signed_in

pytestmark = pytest.mark.django_db(transaction=True)
LEADS = ("Bộ Khoa học và Công nghệ", "bo tu phap", "BYT", "UBND tỉnh Đồng Nai")
WHOLE = 1_298


def test_the_governments_1298_tasks_in_one_go_and_undone(desk: Desk, state: State, tmp_path: Path) -> None:
    list_, content = desk.bring(workbook([row(at, lead=LEADS[at % 4]) for at in range(WHOLE)]))
    tried = Counter(verdict.kind for verdict in imports.check(desk.reader, list_, content))
    assert tried == {"clear": 974, "draft": 324} and not Task.objects.exists()
    done = imports.perform(desk.reader, list_, content, assign=True)
    assert Counter(verdict.kind for verdict in done) == {"assigned": 974, "made": 324}
    assert Counter(Task.objects.values_list("stage", flat=True)) == {"assigned": 974, "draft": 324}
    assert len({verdict.task for verdict in done}) == WHOLE
    assert Event.objects.filter(name="steer.draft_task").count() == WHOLE
    assert matrices.standing([state.instrument], list_.created).matrix.not_started == 974
    assert imports.undo(desk.reader, list_) == []
    assert set(Task.objects.values_list("stage", flat=True)) == {"cancelled"}
    while counting.fold():
        pass
    assert matrices.standing([state.instrument], list_.created).matrix.not_started == 0
    with database.connect() as link:
        while Sealer().seal_once(link):
            pass
        report = replay_check(link, tmp_path)
    assert report.intact and report.rows["steer_task"] == WHOLE, report.as_dict()


def test_two_presses_at_once_make_each_task_once(desk: Desk, state: State) -> None:
    list_, content = desk.bring([row(at) for at in range(40)])
    imports.check(desk.reader, list_, content)
    answers: list[Any] = []

    def press() -> None:
        client = signed_in(state.persons["secretary"], state.offices["secretary"])
        try:
            answers.append(client.post(f"{BOARD}nhap/{list_.id}/", {"do": "import", "mode": "drafts"}).status_code)  # fmt: skip
        finally:
            connection.close()

    signed_in(state.persons["secretary"], state.offices["secretary"])
    threads = [threading.Thread(target=press) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [302] * 3
    assert Task.objects.count() == 40 and Event.objects.filter(name="steer.draft_task").count() == 40
    assert TaskList.objects.get(pk=list_.id).state == "done"


def test_who_finds_a_list_being_worked_on_does_nothing(desk: Desk, state: State) -> None:
    list_, content = desk.bring([row()])
    imports.check(desk.reader, list_, content)
    held, over = threading.Event(), threading.Event()

    def hold() -> None:
        try:
            with imports.alone(list_) as mine:
                assert mine
                held.set()
                over.wait(30)
        finally:
            connection.close()

    other = threading.Thread(target=hold)
    other.start()
    assert held.wait(30)
    client = signed_in(state.persons["secretary"], state.offices["secretary"])
    client.post(f"{BOARD}nhap/{list_.id}/", {"do": "import"})
    assert not Task.objects.exists()
    over.set()
    other.join()
    client.post(f"{BOARD}nhap/{list_.id}/", {"do": "import"})
    assert Task.objects.count() == 1
