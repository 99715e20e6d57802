"""From rows to tasks: tried without a trace, made once however often a file is sent, and undone while nobody took them on."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.utils.translation import override

from sauro.core.doorway import Ask, act, act_many
from sauro.core.doorway.genesis import PLATFORM
from sauro.core.models import Actor, Commitment, Event, Grant, Refused
from sauro.core.moment import now, simulated
from sauro.core.queries.reading import open_case
from sauro.core.refusal import Refusal
from sauro.steer import imports, lists
from sauro.steer.actions.subject import TASK
from sauro.steer.imports import Verdict
from sauro.steer.models import Task, TaskList
from sauro.steer.queries import directory
from sauro.steer.queries.directory import canonical
from sauro.steer.tests.conftest import State
from sauro.steer.tests.lists.conftest import Desk
from sauro.steer.tests.lists.sample import DUE, row, workbook

pytestmark = pytest.mark.django_db


def kinds(verdicts: list[Verdict]) -> list[str]:
    return [verdict.kind for verdict in verdicts]


def fields(verdict: Verdict) -> set[str]:
    return {name for name, _why in verdict.why}


def test_a_clear_row_becomes_a_task_with_all_that_it_says(desk: Desk, state: State) -> None:
    list_, told = desk.bring_in([row()], assign=True)
    assert kinds(told) == ["assigned"] and told[0].at == 5
    task = Task.objects.get(pk=told[0].task)
    promise = Commitment.objects.get(pk=task.id)
    assert (task.stage, task.lead, task.instrument, task.batch) == ("assigned", state.organisations["ministry"], state.instrument, list_.id)  # fmt: skip
    assert (promise.task, promise.position, task.verifier) == ("Xây dựng nền tảng dữ liệu số 1", state.offices["ministry"], state.offices["verifier"])  # fmt: skip
    assert promise.output == "Nền tảng số 1 vận hành\nCó biên bản nghiệm thu" and task.due_on == DUE
    assert task.coordinating == [state.organisations["province"]] and task.paragraph is not None
    assert task.assigner == state.offices["secretary"] and told[0].code == task.code


def test_a_dry_run_writes_nothing_and_says_what_the_import_then_does(desk: Desk) -> None:
    rows = [
        row(1), row(2, due=None), row(3, lead="Bộ Y tế", output="", test=""), row(4, lead="Bộ Không Có"), row(5, due="31/02/2027"),
        row(1), ["", "A. Hoàn thiện thể chế"], row(6, due=date(2026, 1, 5)), row(7, law="1/QĐ-XX"), row(8, judge="Bộ Khoa học và Công nghệ"),
    ]  # fmt: skip
    events, refusals = Event.objects.count(), Refused.objects.count()
    list_, content = desk.bring(rows)
    with override("en"):
        tried = imports.check(desk.reader, list_, content)
    assert kinds(tried) == ["clear", "draft", "draft", "refused", "refused", "double", "heading", "draft", "refused", "refused"]  # fmt: skip
    told = [fields(verdict) for verdict in tried]
    assert told == [set(), {"due"}, {"position", "output"}, {"lead"}, {"due"}, {"task"}, set(), {"due"}, {"instrument"}, {"verifier"}]  # fmt: skip
    assert "row 5" in tried[5].why[0][1]
    assert (Event.objects.count(), Refused.objects.count(), Task.objects.count()) == (events, refusals, 0)
    done = imports.perform(desk.reader, list_, content, assign=True)
    became = {"clear": "assigned", "draft": "made"}
    assert kinds(done) == [became.get(kind, kind) for kind in kinds(tried)]
    assert [fields(verdict) for verdict in done] == told
    assert sorted(Task.objects.values_list("stage", flat=True)) == ["assigned", "draft", "draft", "draft"]


def test_agencies_go_by_many_names(desk: Desk, state: State) -> None:
    ways = ["BO KHOA HOC VA CONG NGHE", "Bộ KH&CN", "BKHCN", "VN.BKHCN", "G06", "Bộ Khoa học & Công nghệ", "Ministry of Science and Technology"]  # fmt: skip
    rows = [row(at, lead=name) for at, name in enumerate(ways)]
    provinces = ["Tỉnh Đồng Nai", "Đồng Nai", "UBND Tỉnh Đồng Nai", "Uỷ ban nhân dân tỉnh Đồng Nai", "P75"]
    rows += [row(20 + at, lead=name, beside="") for at, name in enumerate(provinces)]
    _list, told = desk.bring_in(rows)
    assert set(kinds(told)) == {"made"}, [verdict.why for verdict in told]
    leads = [Task.objects.get(pk=verdict.task).lead for verdict in told]
    assert leads == [state.organisations["ministry"]] * len(ways) + [state.organisations["province"]] * len(provinces)  # fmt: skip


def test_who_is_meant_must_be_one(desk: Desk) -> None:
    """A name of two communes, two leads in one cell, a slip of the pen: each refused with what to write."""
    same = Actor.objects.filter(kind="organisation", level="commune", type="commune-committee")[:2]
    Actor.objects.filter(pk=same[1].pk).update(name_vi=same[0].name_vi)
    with override("en"):
        told = desk.check([row(1, lead=same[0].name_vi), row(2, lead="Bộ Tư pháp; Bộ Y tế"), row(3, lead="Bộ Khoa học và Công ngệ"), row(4, lead="")])  # fmt: skip
    assert kinds(told) == ["refused"] * 4
    words = [verdict.why[0][1] for verdict in told]
    assert "several agencies" in words[0] and "exactly one leads" in words[1] and "no agency is named" in words[3]  # fmt: skip
    assert "was it “Bộ Khoa học và Công nghệ”?" in words[2]


def test_a_cell_too_long_for_a_name_is_not_looked_up(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def watched(text: str) -> str:
        asked.append(text)
        return canonical(text)

    monkeypatch.setattr(directory, "canonical", watched)
    monkeypatch.setattr(directory.Directory, "nearest", lambda _self, text: watched(text))
    long = "ấ a," * 1_999 + "ấ a"
    with override("en"):
        told = desk.check([row(1, lead=long), row(2, beside=long), row(3, judge=long)])
    assert fields(told[0]) == {"lead"} and "shorten it to 300" in told[0].why[0][1]
    assert fields(told[2]) == {"verifier"}
    assert max(map(len, asked)) <= directory.LONGEST_NAME


def test_looking_for_agencies_between_commas_takes_few_steps(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    who = directory.Directory()
    asked: list[str] = []

    def nobody(text: str) -> set[UUID]:
        asked.append(text)
        return set()

    monkeypatch.setattr(who, "agency", nobody)
    assert who.agencies_in("ấ a," * 400) is None and len(asked) == 8
    monkeypatch.undo()
    assert (
        who.agencies_in("Bộ Y tế, " * 9 + "Bộ Y tế")
        and who.agencies_in("Bộ Y tế, " * 999 + "Bộ Y tế") is None
    )


def test_what_was_looked_up_is_not_kept_for_ever(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(directory, "_MOST_KNOWN", 10)
    who = directory.Directory()
    for at in range(50):
        who.agency(f"Sở {at}")
    assert len(who._known) <= 10
    assert len(who.agency("Bộ Y tế")) == 1 == len(who.agency("Bộ Y tế"))


def test_an_agency_without_a_holder_in_office_is_drafted_and_not_clear(desk: Desk) -> None:
    told = desk.check([row(lead="Bộ Y tế")])
    assert kinds(told) == ["draft"] and fields(told[0]) == {"position"}


def test_who_coordinates_and_where_it_stands_is_not_lost(desk: Desk, state: State) -> None:
    beside = "Bộ Văn hóa, Thể thao và Du lịch, Bộ Tư pháp; các địa phương liên quan; Bộ Khoa học và Công nghệ"
    _list, told = desk.bring_in([row(beside=beside, place="Mục IV Phụ lục 2")])
    task = Task.objects.get(pk=told[0].task)
    codes = set(Actor.objects.filter(pk__in=task.coordinating).values_list("code", flat=True))
    assert codes == {"VN.BVHTTDL", "VN.BTP"} and task.paragraph is None and len(told[0].remarks) == 2
    opened = open_case(desk.reader, "steer.read_task", TASK, task.id, purpose="steer")
    assert opened.parts["note"] == {"note": "Dẫn chiếu: Mục IV Phụ lục 2\nPhối hợp: các địa phương liên quan"}


def test_what_a_row_leaves_out_is_taken_from_the_form(desk: Desk, state: State) -> None:
    told = desk.check([row(law="", judge="")])
    assert fields(told[0]) == {"instrument"}
    told = desk.check([row(law="", judge="")], instrument=str(state.instrument), verifier=str(state.offices["verifier"]))  # fmt: skip
    assert kinds(told) == ["clear"]


def test_cells_that_cannot_be_are_told_all_at_once(desk: Desk) -> None:
    told = desk.check([row(task="#REF!", lead="", due="12/2026"), row(2, task="x" * 5_000), row(3, due="31/12/2024")])  # fmt: skip
    assert [fields(verdict) for verdict in told] == [{"task", "lead", "due"}, {"task"}, {"due"}]
    assert kinds(told) == ["refused"] * 3


def test_an_office_is_one_of_the_lead(desk: Desk) -> None:
    head = ["Chức vụ chịu trách nhiệm", "Nội dung nhiệm vụ", "Cơ quan chủ trì", "Số văn bản"]
    names = ["Bộ trưởng", "BO TRUONG Bộ Khoa học và Công nghệ", "Minister", "Người đứng đầu", "VN.BKHCN/bo-truong", "Thứ trưởng thường trực"]  # fmt: skip
    rows = [[name, f"Việc {at}", "BKHCN", "88/NQ-CP"] for at, name in enumerate(names)]
    told = desk.check(workbook([*rows, ["Chủ tịch UBND tỉnh Đồng Nai", "Việc 9", "P75", "88/NQ-CP"]], above=[head]))  # fmt: skip
    assert kinds(told) == ["draft"] * 5 + ["refused", "draft"] and fields(told[5]) == {"position"}


def test_the_same_file_makes_nothing_twice(desk: Desk) -> None:
    body = workbook([row(1), row(2, lead="Bộ Không Có"), row(3)])
    list_, first = desk.bring_in(body)
    again, second = desk.bring_in(body)
    assert kinds(first) == ["made", "refused", "made"] and kinds(second) == [
        "imported",
        "refused",
        "imported",
    ]
    assert Task.objects.count() == 2 and again.batch == list_.id
    assert [verdict.task for verdict in second if verdict.task] == [verdict.task for verdict in first if verdict.task]  # fmt: skip


def test_another_file_that_says_the_same_is_told_and_made_only_when_asked_to(desk: Desk) -> None:
    _list, first = desk.bring_in([row(1)])
    others = workbook([row(9, task="  XÂY DỰNG nền tảng dữ liệu số 1."), row(2)])
    told = desk.check(others)
    assert kinds(told) == ["exists", "clear"] and told[0].task == first[0].task
    _list, told = desk.bring_in(others, doubles=True)
    assert kinds(told) == ["made", "made"]


def test_a_task_withdrawn_stands_in_nobodys_way(desk: Desk, state: State) -> None:
    _list, first = desk.bring_in([row(1)])
    state.do("secretary", "cancel_task", {"reason": "Không còn cần nữa"}, UUID(first[0].task))
    assert kinds(desk.check([row(1), row(2)])) == ["clear", "clear"]


def test_a_code_is_known_again_and_is_never_anothers(desk: Desk, state: State) -> None:
    head = ["Mã nhiệm vụ", "Nội dung nhiệm vụ", "Cơ quan chủ trì", "Số văn bản"]
    rows = [["NV-1", "Một việc", "BKHCN", "88/NQ-CP"], ["NV-2", "Hai việc", "BKHCN", "88/NQ-CP"]]
    _list, first = desk.bring_in(workbook(rows[:1], above=[head]))
    assert first[0].code == "NV-1"
    rows[0][1] = "Một việc khác hẳn"
    assert kinds(desk.check(workbook([*rows, rows[1]], above=[head]))) == ["exists", "draft", "double"]
    province = Desk(state, "other").check(workbook(rows[:1], above=[head]))
    assert kinds(province) == ["refused"] and fields(province[0]) == {"code"} and not province[0].task


def test_without_a_grant_nothing_is_made(desk: Desk, state: State) -> None:
    told = Desk(state, "verifier").bring_in([row()])[1]
    assert kinds(told) == ["refused"] and told[0].rule.startswith("I5") and not Task.objects.exists()
    grant = Grant.objects.get(holder=state.offices["secretary"], revoked_at=None)
    act(Ask("core.revoke", PLATFORM, "r", {"basis": "118/2025/NĐ-CP, Điều 1"}, subject=grant.id))
    assert kinds(desk.bring_in([row()])[1]) == ["refused"] and not Task.objects.exists()


def test_authority_ends_at_ones_own_agency_in_a_list_too(desk: Desk, state: State) -> None:
    told = Desk(state, "province").check([row(1), row(2, lead="P75.KHCN", beside="")])
    assert kinds(told) == ["draft", "clear"] and fields(told[0]) == {"instrument"}


def test_an_import_is_undone_and_the_file_can_be_brought_anew(desk: Desk) -> None:
    body = workbook([row(1), row(2, due=None), row(3)])
    list_, _told = desk.bring_in(body, assign=True)
    assert imports.undo(desk.reader, list_) == []
    assert set(Task.objects.values_list("stage", flat=True)) == {"cancelled"}
    assert set(Commitment.objects.filter(kind="task").values_list("state", "closed_how")) == {("cancelled", "stopped")}  # fmt: skip
    assert imports.undo(desk.reader, list_) == []
    again, told = desk.bring_in(body, assign=True)
    assert kinds(told) == ["assigned", "made", "assigned"] and again.batch == again.id != list_.id
    assert Task.objects.exclude(stage="cancelled").count() == 3


def test_what_somebody_took_on_is_not_undone(desk: Desk, state: State) -> None:
    list_, told = desk.bring_in([row(1), row(2), row(3)], assign=True)
    taken, declined = UUID(told[0].task), UUID(told[1].task)
    state.do("ministry", "accept_task", task=taken)
    part = state.hand("ministry", taken, "province")
    state.do("ministry", "decline_task", {"reason": "Không thuộc thẩm quyền"}, declined)
    left = imports.undo(desk.reader, list_)
    assert [(task.id, refusal.code) for task, refusal in left] == [(taken, "illegal_transition")]
    assert {state.stage(declined), state.stage(UUID(told[2].task))} == {"cancelled"}
    assert (state.stage(taken), state.stage(part)) == ("working", "assigned")


def test_undoing_reaches_only_its_own_tasks_and_only_by_who_assigned(desk: Desk, state: State) -> None:
    list_, told = desk.bring_in([row(1)])
    other = state.draft()
    for task, batch, who, code in (
        (other, list_.id, "secretary", "not_of_this_import"), (UUID(told[0].task), other, "secretary", "not_of_this_import"),
        (UUID(told[0].task), list_.id, "ministry", "not_your_office"), (UUID(told[0].task), list_.id, "verifier", "no_grant"),
    ):  # fmt: skip
        with pytest.raises(Refusal) as caught:
            state.do(who, "undo_import", {"batch": batch}, task)
        assert caught.value.code == code
    assert state.stage(other) == state.stage(UUID(told[0].task)) == "draft"


def test_drafts_of_an_import_are_assigned_later(desk: Desk, state: State) -> None:
    _list, told = desk.bring_in([row(1), row(2, due=None)])
    answers = imports.assign_all(desk.reader, [UUID(verdict.task) for verdict in told])
    assert [isinstance(answer, Refusal) for answer in answers.values()] == [False, True]
    assert [state.stage(UUID(verdict.task)) for verdict in told] == ["assigned", "draft"]


def test_an_import_that_was_cut_off_goes_on(desk: Desk, monkeypatch: Any) -> None:
    """Killed between making and telling: the second press finds what was made, and makes the rest."""
    list_, content = desk.bring([row(1), row(2), row(3)])
    real = act_many
    monkeypatch.setattr(imports, "act_many", lambda asks: [*real(asks[:2]), *[1 / 0 for _ask in asks[2:]]])
    with pytest.raises(ZeroDivisionError):
        imports.perform(desk.reader, list_, content, assign=False)
    monkeypatch.setattr(imports, "act_many", real)
    list_.refresh_from_db()
    told = imports.perform(desk.reader, list_, content, assign=False)
    assert kinds(told) == ["made"] * 3 and Task.objects.filter(batch=list_.id).count() == 3


def test_cells_are_sealed_and_go_when_their_time_is_over(desk: Desk, state: State) -> None:
    brought, _content = desk.bring([row(1)])
    done, _told = desk.bring_in([row(2)])
    assert lists.opened(brought, desk.reader.person) and lists.opened(brought, state.persons["ministry"]) is None  # fmt: skip
    later = now() + timedelta(days=8)
    with simulated(lambda: later):
        lists.discard_old()
    assert not TaskList.objects.filter(pk=brought.id).exists() and lists.opened(done, desk.reader.person)
    later = now() + timedelta(days=31)
    with simulated(lambda: later):
        lists.discard_old()
    done.refresh_from_db()
    assert done.state == "gone" and lists.opened(done, desk.reader.person) is None
    with connection.cursor() as cursor:
        for table in ("core_unit_key", "core_personal"):
            cursor.execute(f"SELECT count(*) FROM {table} WHERE unit = ANY(%s)", [[done.id, brought.id]])
            assert cursor.fetchone() == (0,)
    assert imports.undo(desk.reader, done) == [] and not Task.objects.exclude(stage="cancelled").exists()


def test_at_home_agencies_go_without_the_name_of_their_province(desk: Desk, state: State) -> None:
    home = directory.Directory(Actor.objects.get(kind="position", code="P75/chu-tich-tinh").id)
    known = {
        name: {home.agencies[id_].name for id_ in home.agency(name)}
        for name in ("Sở Tư pháp", "so tu phap", "Sở KH&CN", "Sở KHCN", "Công an tỉnh", "UBND tỉnh")
    }  # fmt: skip
    assert [len(found) for found in known.values()] == [1] * len(known), known
    assert all("Đồng Nai" in name for names in known.values() for name in names)
    # At the centre, and of another kind of agency, nothing is guessed.
    centre = directory.Directory(state.offices["secretary"])
    assert not centre.agency("Sở Tư pháp") and not centre.nearest("Sở Tư pháp").startswith("Bộ")
    assert home.nearest("Sở Tư phap") and not home.nearest("Sở Tư phap").startswith("Bộ")
