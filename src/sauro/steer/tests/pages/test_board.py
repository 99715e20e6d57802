"""The board: the matrix and its rates, the list with its filters, its files; who sees nothing of it."""

import csv
import io
from datetime import timedelta

import pytest
from django.test import Client
from openpyxl import load_workbook

from sauro.core.ids import new_id
from sauro.core.moment import now, simulated
from sauro.steer.queries import tasks
from sauro.steer.queries.tasks import PAGE
from sauro.steer.tests.conftest import State
from sauro.steer.tests.pages.conftest import BOARD, Room, signed_in

pytestmark = pytest.mark.django_db


def listed(page: object) -> list[object]:
    return [row.line.id for row in page.context["rows"]]  # type: ignore[attr-defined]


def test_the_room_is_for_who_may_list_tasks(room: Room) -> None:
    assert Client().get(BOARD)["Location"].startswith("/accounts/login/")
    citizen = signed_in(new_id())
    assert citizen.get(BOARD).status_code == 404
    page = room.get("secretary")
    assert page.status_code == 200 and f'href="{BOARD}"' in page.content.decode()
    assert BOARD not in citizen.get("/").content.decode()


def test_an_empty_board_says_what_to_do(room: Room) -> None:
    said = room.get("secretary").content.decode()
    assert 'class="sr-empty"' in said and f'href="{BOARD}van-ban/"' in said


def test_the_whole_is_the_secretariats_and_its_own_part_an_agencys(room: Room, state: State) -> None:
    task = state.working()
    state.hand("ministry", task, "province")
    whole, own, other = (room.get(who).context["matrix"] for who in ("secretary", "ministry", "province"))
    assert (whole.all, own.all, other.all) == (2, 1, 1)
    assert whole.not_started == 1 and own.not_started == 0
    rates = room.get("secretary").context["rates"]
    assert [(rate.numerator, rate.denominator) for _words, rate in rates] == [(0, 0)] * 4


def test_a_rate_stands_with_both_its_numbers(room: Room, state: State) -> None:
    state.draft()
    done = state.working()
    state.report("ministry", done)
    state.show("ministry", done)
    state.do("verifier", "close_task", task=done)
    said = room.get("ministry").content.decode()
    assert "1 / 1" in said and "100,00\xa0%" in said


def test_green_report_with_red_evidence_is_listed_with_its_count(room: Room, state: State) -> None:
    fine, red = state.working(), state.working()
    for task in (fine, red):
        state.report("ministry", task)
    state.show("ministry", fine)
    state.show("ministry", red, passes=False)
    page = room.get("secretary")
    chip = next(chip for chip in page.context["chips"] if "green_red" in chip.href)
    assert chip.count == 1
    found = room.at("secretary").get(chip.href)
    assert listed(found) == [red]
    row = found.context["rows"][0]
    assert (row.reported.kind, row.evidenced.kind, row.schedule.kind) == ("on_time", "late", "on_time")


@pytest.mark.parametrize("few", [2_000, 0])
def test_words_are_found_whether_few_tasks_hold_them_or_many(
    room: Room, state: State, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    monkeypatch.setattr(tasks, "FEW", few)
    state.working()
    wanted = state.draft(task="Kết nối cơ sở dữ liệu quốc gia")
    assert listed(room.get("secretary", state="all", q="ket noi quoc")) == [wanted]
    assert listed(room.get("secretary", state="all", q="khong co")) == []
    assert listed(room.get("other", state="all", q="ket noi")) == []


def test_filters_stand_in_the_address(room: Room, state: State) -> None:
    working = state.working()
    assigned = state.draft(task="Kết nối cơ sở dữ liệu quốc gia")
    state.do("secretary", "assign_task", task=assigned)
    draft = state.draft()
    assert set(listed(room.get("secretary"))) == {working, assigned}
    assert listed(room.get("secretary", q="ket noi")) == [assigned]
    assert listed(room.get("secretary", state="not_started")) == [assigned]
    assert listed(room.get("secretary", state="all", mine="1")) == [draft]
    assert set(listed(room.get("ministry", mine="1"))) == {working, assigned}
    assert listed(room.get("ministry", mine="1", state="done")) == []
    assert listed(room.get("secretary", lead=state.organisations["other"])) == []
    assert set(listed(room.get("secretary", instrument=state.instrument))) == {working, assigned}
    assert listed(room.get("other", state="all")) == []
    for nonsense in ("state=x", "lead=x", "after=x~y", "instrument=1"):
        assert room.at("secretary").get(f"{BOARD}?{nonsense}").status_code == 200


def test_a_chip_taken_away_leads_back(room: Room, state: State) -> None:
    page = room.get("secretary", state="overdue", q="dữ liệu")
    active = {str(chip.text): chip.href for chip in [*page.context["chips"], *page.context["others"]] if chip.active}  # fmt: skip
    assert active["Quá hạn"] == f"{BOARD}?q=d%E1%BB%AF+li%E1%BB%87u"
    assert active["“dữ liệu”"] == f"{BOARD}?state=overdue"


def test_a_long_list_has_pages_and_a_file_has_all(room: Room, state: State) -> None:
    for number in range(PAGE + 1):
        state.draft(code=f"=NV{number}")
    page = room.get("secretary", state="draft")
    second = room.at("secretary").get(page.context["following"])
    assert len(listed(page)) == PAGE and len(listed(second)) == 1
    assert not set(listed(page)) & set(listed(second))
    body = room.get("secretary", state="draft", export="csv")
    rows = list(csv.reader(io.StringIO(body.content.decode("utf-8-sig"))))
    assert len(rows) == PAGE + 2 and all(row[0].startswith("'=NV") for row in rows[1:])
    sheet = load_workbook(io.BytesIO(room.get("secretary", state="draft", export="xlsx").content)).active
    assert sheet is not None and sheet.max_row == PAGE + 2


def test_late_is_said_of_the_deadline_in_force_and_of_the_original(room: Room, state: State) -> None:
    task = state.working()
    state.do("secretary", "extend_task", {"until": state.terms()["due_on"] + timedelta(days=60), "reason": "Phạm vi được mở rộng", "decision": state.instrument}, task)  # fmt: skip
    later = now() + timedelta(days=140)
    with simulated(lambda: later):
        row = room.get("secretary").context["rows"][0]
        assert (row.schedule.kind, row.original.kind) == ("on_time", "late")
        assert room.get("secretary", state="overdue").context["rows"] == []


def test_the_filter_offers_the_centre_ministries_provinces_and_what_is_chosen(
    room: Room, state: State
) -> None:
    offered = {agency.id for agency in room.get("secretary").context["leads"]}
    own = state.organisations
    assert {own["secretary"], own["ministry"], own["province"]} <= offered and own[
        "department"
    ] not in offered
    assert len(offered) < 80
    chosen = {agency.id for agency in room.get("secretary", lead=own["department"]).context["leads"]}
    assert chosen == offered | {own["department"]}
