"""One task's page: what stands on it, what each office may do from it, and what is told beside which field."""

import re
from datetime import timedelta

import pytest

from sauro.core.ids import new_id
from sauro.core.models import Access, Commitment
from sauro.steer.models import Evidence, Report, Task
from sauro.steer.tests.conftest import State
from sauro.steer.tests.pages.conftest import BOARD, Room, in_parts, signed_in

pytestmark = pytest.mark.django_db


def verbs(page: object) -> set[str]:
    return {offer.verb.slug for offer in page.context["offers"]}  # type: ignore[attr-defined]


def test_opening_a_task_is_recorded_and_anothers_is_not_there(room: Room, state: State) -> None:
    task = state.draft()
    assert room.get("secretary", f"{task}/").status_code == 200
    assert Access.objects.filter(commitment=task, reader=state.persons["secretary"]).exists()
    for address in (f"{task}/", f"{new_id()}/", f"{task}/sua/", f"{task}/giao-tiep/"):
        assert room.get("other", address).status_code == 404
    assert room.post("other", task, "assign").status_code == 404


def test_the_six_clarities_stand_in_their_order(room: Room, state: State) -> None:
    task = state.draft(note="Ưu tiên kết nối trước")
    said = room.get("secretary", f"{task}/").content.decode()
    order = [said.index(f"<dt>{name}</dt>") for name in ("Người", "Việc", "Thời hạn", "Trách nhiệm", "Sản phẩm", "Thẩm quyền")]  # fmt: skip
    assert order == sorted(order) and "Ưu tiên kết nối trước" in said and "88/NQ-CP" in said


def test_its_code_stands_once(room: Room, state: State) -> None:
    task = state.draft(code="KH-777")
    said = room.get("secretary", f"{task}/").content.decode()
    assert said.partition("</head>")[2].count("KH-777") == 1


def test_each_office_is_offered_what_it_may_do(room: Room, state: State) -> None:
    task = state.draft()
    assert verbs(room.get("secretary", f"{task}/")) == {"assign", "amend", "cancel"}
    assert verbs(room.get("ministry", f"{task}/")) == set()
    state.do("secretary", "assign_task", task=task)
    assert verbs(room.get("ministry", f"{task}/")) == {"accept", "decline"}
    assert verbs(room.get("secretary", f"{task}/")) == {"extend", "cancel"}
    state.do("ministry", "accept_task", task=task)
    assert verbs(room.get("ministry", f"{task}/")) == {"report", "evidence", "hand"}
    state.report("ministry", task)
    state.do("ministry", "attach_evidence", {"kind": "link", "reference": "https://example.vn/a"}, task)
    assert verbs(room.get("verifier", f"{task}/")) == {"judge", "send-back"}
    assert verbs(room.get("secretary", f"{task}/")) == set()


def test_a_task_goes_its_whole_way_over_the_pages(room: Room, state: State) -> None:
    task = state.draft()
    assert room.post("secretary", task, "assign").status_code == 302
    assert room.post("ministry", task, "accept").status_code == 302
    report = {"words": "Đã vận hành thử nền tảng", "progress": "100", "done": "on", "difficulty": "Thiếu nhân lực", "proposal": "Bổ sung hai người"}  # fmt: skip
    assert room.post("ministry", task, "report", **report).status_code == 302
    assert room.post("ministry", task, "evidence", kind="link", reference="https://example.vn/bb").status_code == 302  # fmt: skip
    piece = Evidence.objects.get(task=task)
    assert room.post("verifier", task, "judge", evidence=piece.id, passes="no", reason="Chưa có chữ ký").status_code == 302  # fmt: skip
    red = room.get("verifier", f"{task}/").content.decode()
    assert "Chưa có chữ ký" in red and "Thiếu nhân lực" in red and "Bổ sung hai người" in red
    assert "close" not in verbs(room.get("verifier", f"{task}/"))
    assert room.post("verifier", task, "send-back", reason="Cần biên bản đã ký").status_code == 302
    until = {**{f"until_{k.rpartition('_')[2]}": v for k, v in in_parts("until", 200).items()}}
    moved = room.post("secretary", task, "extend", reason="Chờ nghiệm thu chung", decision=state.instrument, **until)  # fmt: skip
    assert moved.status_code == 302
    first = Commitment.objects.get(pk=task).due_original
    room.post("ministry", task, "report", **report)
    room.post("verifier", task, "judge", evidence=piece.id, passes="yes")
    assert room.post("ministry", task, "close").status_code == 403
    assert Task.objects.get(pk=task).stage == "reported"
    assert room.post("verifier", task, "close").status_code == 302
    said = room.get("secretary", f"{task}/").content.decode()
    assert f"{first:%d/%m/%Y}" in said and "Chờ nghiệm thu chung" in said and "88/NQ-CP: " in said
    assert Task.objects.get(pk=task).stage == "done" and Report.objects.filter(task=task).count() == 2


def test_what_is_unclear_is_named_with_the_way_to_its_field(room: Room, state: State) -> None:
    task = state.draft(output="", due_on=None)
    page = room.post("secretary", task, "assign")
    said = page.content.decode()
    assert page.status_code >= 400 and {field for _n, _w, field in page.context["unclear"]} == {"output", "due_on_day"}  # fmt: skip
    amend = room.get("secretary", f"{task}/sua/").content.decode()
    for address in re.findall(rf'href="{BOARD}{task}/sua/#([\w]+)"', said):
        assert f'id="{address}"' in amend


def test_a_refusal_stands_beside_its_field_with_what_was_typed(room: Room, state: State) -> None:
    task = state.working()
    page = room.post("ministry", task, "report", words="Xong", progress="40", done="")
    form = page.context["tried"]
    assert page.status_code >= 400 and list(form.errors) == ["words"] and form["progress"].value() == "40"
    missing = room.post("ministry", task, "evidence", kind="reading", reference=str(new_id()))
    assert list(missing.context["tried"].errors) == ["reference"]
    empty = room.post("ministry", task, "report", words="", progress="")
    assert empty.status_code == 422 and set(empty.context["tried"].errors) == {"words", "progress"}


def test_a_stale_page_changes_nothing_and_a_form_counts_once(room: Room, state: State) -> None:
    task = state.working()
    seen = Commitment.objects.get(pk=task).version
    fields = {"words": "Đã làm được một nửa", "progress": "50", "key": "one", "version": seen}
    assert room.post("ministry", task, "report", **fields).status_code == 302
    assert room.post("ministry", task, "report", **fields).status_code == 302
    assert Report.objects.filter(task=task).count() == 1
    stale = room.post("ministry", task, "report", **{**fields, "key": "two"})
    assert stale.status_code == 409 and "Đã làm được một nửa" in stale.content.decode()
    assert Report.objects.filter(task=task).count() == 1


def test_the_doer_is_told_that_somebody_else_must_judge(room: Room, state: State) -> None:
    task = state.working()
    state.report("ministry", task)
    state.do("ministry", "attach_evidence", {"kind": "link", "reference": "https://example.vn/a"}, task)
    state.seat("both", "VN.VPTW", "tham-dinh-nhiem-vu", state.persons["ministry"])
    page = room.get("both", f"{task}/")
    assert verbs(page) == set() and page.context["doer"]
    assert room.post("both", task, "send-back", reason="Chưa đạt yêu cầu").status_code == 403


def test_parts_stand_with_their_shares_and_what_they_add_up_to(room: Room, state: State) -> None:
    task = state.working()
    part = state.hand("ministry", task, "province", share=4_000)
    state.do("province", "accept_task", task=part)
    state.report("province", part)
    state.show("province", part)
    state.do("verifier", "close_task", task=part)
    shown = room.get("ministry", f"{task}/").context["parts"]
    assert [(row.line.id, share) for row, share in shown["rows"]] == [(part, 40)] and shown["progress"] == 40
    above = room.get("province", f"{part}/").content.decode()
    assert f'href="{BOARD}{task}/"' in above


def test_who_holds_several_offices_begins_where_the_task_names_them(room: Room, state: State) -> None:
    state.seat("also", "P75.TP", "giam-doc-so", state.persons["ministry"])
    task = state.working()
    client = signed_in(state.persons["ministry"])
    assert verbs(client.get(f"{BOARD}{task}/")) >= {"report"}
    wrong = signed_in(state.persons["ministry"], state.offices["also"])
    assert wrong.get(f"{BOARD}{task}/").status_code == 404


def test_an_extension_needs_a_later_day(room: Room, state: State) -> None:
    task = state.working()
    day = state.terms()["due_on"] - timedelta(days=1)
    sent = {"until_day": day.day, "until_month": day.month, "until_year": day.year}
    page = room.post("secretary", task, "extend", reason="Một lý do nào đó", decision=state.instrument, **sent)  # fmt: skip
    assert list(page.context["tried"].errors) == ["until"]
