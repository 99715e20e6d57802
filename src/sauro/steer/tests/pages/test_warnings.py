"""Warnings on the page of who was warned: shown, counted in the rail, marked as read by nobody else."""

import re

import pytest

from sauro.core.models import Commitment
from sauro.steer import reactions
from sauro.steer.models import Notice, Task
from sauro.steer.tests.conftest import State
from sauro.steer.tests.pages.conftest import BOARD, Room
from sauro.steer.tests.test_warnings import fired, pass_days

pytestmark = pytest.mark.django_db
HERE = f"{BOARD}canh-bao/"


def in_rail(html: str) -> str:
    found = re.search(rf'<a[^>]*href="{HERE}"[^>]*>(.*?)</a>', html, re.S)
    assert found
    return re.sub(r"<[^>]+>|\s+", " ", found[1]).strip()


def test_a_warning_stands_on_the_board_until_it_is_read(room: Room, state: State) -> None:
    task = state.working()
    pass_days(130)
    reactions.warn(fired())
    board = room.get("ministry").content.decode()
    assert board.count(f'href="{BOARD}{task}/"') > 2 and "" in board
    assert in_rail(board).endswith("3") and in_rail(room.get("secretary").content.decode()).endswith("1")
    breach = Notice.objects.get(person=state.persons["ministry"], kind="breach")
    answer = room.at("ministry").post(HERE, {"one": str(breach.id), "back": "board"})
    assert answer["Location"] == BOARD
    page = room.get("ministry", "canh-bao/").content.decode()
    assert in_rail(page).endswith("2") and page.count('name="one"') == 2 and page.count("<li>") >= 3
    shown = re.findall(r'name="shown" value="([^"]+)"', page)
    assert room.at("ministry").post(HERE, {"all": "1", "shown": shown})["Location"] == HERE
    assert 'name="all"' not in room.get("ministry", "canh-bao/").content.decode()
    assert 'id="warned"' not in room.get("ministry").content.decode()


def test_nobody_reads_anothers_warning_away(room: Room, state: State) -> None:
    state.working()
    pass_days(130)
    reactions.warn(fired())
    theirs = Notice.objects.get(person=state.persons["secretary"])
    room.at("ministry").post(HERE, {"one": str(theirs.id)})
    room.at("ministry").post(HERE, {"one": "x"})
    theirs.refresh_from_db()
    assert theirs.read_at is None
    assert str(theirs.id) not in room.get("ministry", "canh-bao/").content.decode()


def test_a_warning_tells_no_more_once_its_reader_may_not_list_the_task(room: Room, state: State) -> None:
    task = state.working()
    pass_days(130)
    reactions.warn(fired())
    words = Commitment.objects.get(pk=task).task
    code = Task.objects.get(pk=task).code
    assert words in room.get("ministry", "canh-bao/").content.decode()
    # As for who has gone on to an office of another agency: the task concerns theirs no more.
    Task.objects.filter(pk=task).update(involved=[state.organisations["other"]])
    page = room.get("ministry", "canh-bao/").content.decode()
    assert code in page and words not in page and str(task) not in page


def test_without_warnings_the_page_says_what_it_is_for(room: Room) -> None:
    assert 'class="sr-empty"' in room.get("ministry", "canh-bao/").content.decode()
