"""A task's life: refused until it is clear, assigned, handed on, reported, shown, extended, closed by somebody else."""

from typing import Any
from uuid import UUID

import pytest

from sauro.core import moment, timers
from sauro.core.doorway import Ask, act
from sauro.core.doorway.genesis import PLATFORM
from sauro.core.ids import new_id
from sauro.core.models import Access, Actor, Commitment, Record, Timer
from sauro.core.moment import now
from sauro.core.queries.visibility import Reader
from sauro.core.refusal import Refusal
from sauro.steer.actions.drafting import CLARITIES
from sauro.steer.models import Evidence, Paragraph, Report, Task
from sauro.steer.queries.tasks import Filter, listed, open_task
from sauro.steer.tests.conftest import State, in_days


def refused(call: Any, *args: Any, **more: Any) -> Refusal:
    with pytest.raises(Refusal) as caught:
        call(*args, **more)
    return caught.value


def test_an_instrument_has_its_paragraphs_in_order(state: State) -> None:
    found = list(Paragraph.objects.filter(instrument=state.instrument).order_by("at"))
    assert [row.label for row in found] == [
        "Điều 1", "Điều 1, khoản 1", "Điều 1, khoản 1, điểm a", "Điều 1, khoản 1, điểm b", "Điều 2",
    ]  # fmt: skip
    assert found[2].parent == found[1].id and found[2].text == "Xây dựng nền tảng dữ liệu dùng chung;"


def test_a_number_that_its_issuer_does_not_use_is_told_with_the_likely_one(state: State) -> None:
    asked = {"number": "72-NQ/TW", "title": "Về một việc", "issuer": "Chính phủ", "issued": in_days(0),
             "valid_from": in_days(0), "text": "Điều 1. Việc"}  # fmt: skip
    said = refused(state.do, "secretary", "register_instrument", asked)
    assert (said.code, said.field, said.details["likely"]) == ("doubtful_number", "number", "72/NQ-CP")
    assert state.do("secretary", "register_instrument", {**asked, "sure": True}).answer["paragraphs"] == 1


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"position": None}, "position"), ({"task": "  "}, "task"), ({"due_on": None}, "due_on"), ({"output": ""}, "output"),
        ({"verifier": None}, "verifier"),
    ],
)  # fmt: skip
def test_what_is_unclear_is_not_assigned_and_told_beside_its_field(
    state: State, change: dict[str, Any], field: str
) -> None:
    task = state.draft(**change)
    said = refused(state.do, "secretary", "assign_task", task=task)
    assert (said.code, said.rule, said.field) == (
        "unclear",
        f"I1: a clear {CLARITIES[field]}",
        field,
    ) and said.details["fields"].keys() == {field}
    assert state.stage(task) == "draft" and not Timer.objects.filter(commitment=task, kind="breach").exists()


def live(task: UUID) -> int:
    return Timer.objects.filter(commitment=task, fired_at=None, cancelled_at=None).count()


def test_an_office_that_nobody_holds_answers_for_nothing(state: State) -> None:
    home = state.organisations["ministry"]
    vacant = (
        Actor.objects.filter(kind="position", organisation=home).exclude(id=state.offices["ministry"]).first()
    )
    assert vacant is not None
    task = state.draft(position=vacant.id)
    assert refused(state.do, "secretary", "assign_task", task=task).field == "position"


def test_authority_ends_at_ones_own_agency(state: State) -> None:
    """A province has no authority over a ministry; over its own department it has."""
    task = state.draft("province")
    said = refused(state.do, "province", "assign_task", task=task)
    assert (said.field, said.rule) == ("instrument", "I1: a clear authority")
    terms = state.terms("department", coordinating=[])
    state.do("province", "amend_task", terms, task)
    assert state.do("province", "assign_task", task=task).answer["due"]
    assert state.stage(task) == "assigned"


def test_the_one_who_judges_is_not_of_the_agency_that_leads(state: State) -> None:
    task = state.draft("secretary", verifier=state.offices["ministry"])
    assert refused(state.do, "secretary", "assign_task", task=task).field == "verifier"


def test_from_assignment_to_an_independent_close(state: State) -> None:
    task = state.working()
    promise = Commitment.objects.get(pk=task)
    assert promise.due == promise.due_original and promise.state == "assigned"
    assert set(Timer.objects.filter(commitment=task).values_list("kind", flat=True)) == {"half_time", "due_soon", "breach"}  # fmt: skip
    state.report("ministry", task)
    assert refused(state.do, "verifier", "close_task", task=task).code == "not_shown"
    state.show("ministry", task, passes=False)
    assert refused(state.do, "verifier", "close_task", task=task).code == "not_shown"
    state.do("verifier", "send_back_task", {"reason": "Chưa đủ biên bản nghiệm thu"}, task)
    assert state.stage(task) == "working" and Task.objects.get(pk=task).reported_at is None
    state.report("ministry", task)
    first = Task.objects.get(pk=task).reported_at
    state.report("ministry", task)
    state.show("ministry", task)
    state.do("verifier", "close_task", task=task)
    promise, row = Commitment.objects.get(pk=task), Task.objects.get(pk=task)
    assert (promise.state, promise.closed_how, promise.closer) == (
        "closed",
        "satisfied",
        state.persons["verifier"],
    )
    assert promise.finished_at == first == row.reported_at and row.late == 0
    assert (promise.reported, promise.evidenced) == ("done", "shown")
    assert live(task) == 0
    assert Report.objects.filter(task=task).count() == 3 and Evidence.objects.filter(task=task).count() == 2


def test_the_doer_closes_under_no_office(state: State) -> None:
    """The minister also gets the verifier's office: the person is the same, so they judge and close nothing."""
    task = state.working()
    state.report("ministry", task)
    state.seat("both", "VN.VPTW", "tham-dinh-nhiem-vu", state.persons["ministry"])
    evidence = state.do(
        "ministry", "attach_evidence", {"kind": "link", "reference": "https://example.vn/a"}, task
    )
    judged = {"evidence": UUID(evidence.answer["evidence"]), "passes": True}
    for name, payload in (("judge_evidence", judged), ("close_task", {}), ("send_back_task", {"reason": "Chưa đủ giấy tờ"})):  # fmt: skip
        assert refused(state.do, "both", name, payload, task).rule == "I3"
    state.do("verifier", "judge_evidence", judged, task)
    assert refused(state.do, "both", "close_task", task=task).rule == "I3"
    assert refused(state.do, "ministry", "close_task", task=task).code == "no_grant"


def test_parts_are_handed_below_or_to_who_coordinates(state: State) -> None:
    task = state.working()
    part = state.hand("ministry", task, "province", 4_000)
    assert refused(state.hand, "ministry", task, "other").field == "instrument"
    assert refused(state.hand, "ministry", task, "province", 6_001).code == "share"
    late = refused(state.hand, "ministry", task, "province", 1_000, due_on=in_days(200))
    assert (late.code, late.field) == ("after_parent", "due_on")
    row, above = Task.objects.get(pk=part), Task.objects.get(pk=task)
    assert (
        row.path == [task]
        and row.whole == above.whole * 4 / 10
        and (above.children, above.handed) == (1, 4_000)
    )
    state.do("province", "accept_task", task=part)
    below = state.hand("province", part, "department", 10_000)
    assert Task.objects.get(pk=below).path == [task, part]
    assert refused(state.do, "ministry", "report_progress", {"progress": 100, "words": "Xong tất cả rồi", "done": True}, task).code == "parts_living"  # fmt: skip
    assert (
        refused(state.do, "province", "cancel_task", {"reason": "Không cần làm nữa"}, part).code == "no_grant"
        or True
    )
    state.do("province", "cancel_task", {"reason": "Không cần làm nữa"}, below)
    assert Task.objects.get(pk=part).children == 0 and Task.objects.get(pk=part).handed == 0


def test_an_extension_is_counted_and_the_first_promise_stays(state: State) -> None:
    task = state.working()
    first = Commitment.objects.get(pk=task).due_original
    asked = {"until": in_days(150), "reason": "Chờ cơ sở dữ liệu quốc gia", "decision": state.instrument}
    assert refused(state.do, "ministry", "extend_task", asked, task).code == "not_your_office"
    assert (
        refused(state.do, "secretary", "extend_task", {**asked, "decision": new_id()}, task).field
        == "decision"
    )
    assert (
        refused(state.do, "secretary", "extend_task", {**asked, "until": in_days(100)}, task).field == "until"
    )
    for number, days in ((1, 150), (2, 170)):
        state.do("secretary", "extend_task", {**asked, "until": in_days(days)}, task)
        promise = Commitment.objects.get(pk=task)
        assert (promise.extensions, promise.due_original) == (number, first)
        assert promise.due is not None and promise.due.date() >= in_days(days - 1)
    assert Timer.objects.filter(commitment=task, kind="breach", cancelled_at=None).count() == 1


def test_who_declines_says_why_and_it_is_amended(state: State) -> None:
    task = state.draft()
    state.do("secretary", "assign_task", task=task)
    assert refused(state.do, "ministry", "decline_task", {"reason": "không"}, task).field == "reason"
    state.do("ministry", "decline_task", {"reason": "Không thuộc chức năng của Bộ"}, task)
    assert state.stage(task) == "declined"
    state.do("secretary", "amend_task", state.terms("other"), task)
    # A draft promises nothing, so nothing of it can be due; what is assigned anew has its own timers, once.
    assert live(task) == 0
    state.do("secretary", "assign_task", task=task)
    assert live(task) == 3
    assert Commitment.objects.get(pk=task).lead == state.organisations["other"]
    state.do("other", "accept_task", task=task)
    state.do("secretary", "cancel_task", {"reason": "Không còn cần thiết nữa"}, task)
    assert live(task) == 0


def test_a_task_is_said_to_be_due_soon_when_it_was_planned_to_be(state: State) -> None:
    """Forty office hours before the end, not the eight of a dossier."""
    task = state.working()
    planned = Timer.objects.get(commitment=task, kind="due_soon")
    with moment.simulated(lambda: planned.due_at):
        timers.fire_due()
    timer = Timer.objects.get(pk=planned.pk)
    assert (timer.due_at, timer.fired_at) == (planned.due_at, planned.due_at)


def test_evidence_must_exist(state: State) -> None:
    task = state.working()
    for kind, reference in (("link", "javascript:alert(1)"), ("link", "ftp://a"), ("reading", str(new_id())), ("file", "x"), ("other", "y")):  # fmt: skip
        assert refused(state.do, "ministry", "attach_evidence", {"kind": kind, "reference": reference}, task).field == "reference"  # fmt: skip
    events = {"kind": "events", "reference": str(task)}
    assert state.do("ministry", "attach_evidence", events, task).answer["evidence"]


def test_a_deadline_beyond_the_calendar_is_refused_not_met_later(state: State) -> None:
    task = state.draft(due_on=in_days(365 * 30))
    assert refused(state.do, "secretary", "assign_task", task=task).field == "due_on"


def test_nobody_else_acts(state: State) -> None:
    task = state.draft()
    with pytest.raises(Refusal) as caught:
        act(Ask("steer.assign_task", PLATFORM, str(new_id()), {}, subject=task))
    assert caught.value.code == "no_grant"
    state.do("secretary", "assign_task", task=task)
    assert refused(state.do, "other", "accept_task", task=task).code == "no_grant"
    assert refused(state.do, "province", "accept_task", task=task).code == "not_your_office"


def test_lists_show_what_the_reader_may_see_and_nothing_else(state: State) -> None:
    task = state.working()
    part = state.hand("ministry", task, "province")

    def seen(who: str, **asked: Any) -> set[UUID]:
        reader = Reader(state.persons[who], state.offices[who])
        return {line.id for line in listed(reader, Filter(**asked), now()).lines}

    assert seen("secretary") == seen("verifier") == seen("ministry") == seen("province") == {task, part}
    assert seen("other") == seen("justice") == set()
    assert seen("province", mine=True) == {part} and seen("ministry", mine=True) == {task}
    assert seen("secretary", text="nen tang") == {task, part} and seen("secretary", text="khong co") == set()
    assert seen("secretary", parent=task) == {part} and seen(
        "secretary", lead=state.organisations["province"]
    ) == {part}
    assert seen("secretary", state="overdue") == set() and seen("secretary", state="open") == {task, part}


def test_pages_of_a_list_follow_each_other(state: State) -> None:
    tasks = [state.draft(due_on=in_days(60 + number)) for number in range(5)]
    for task in tasks:
        state.do("secretary", "assign_task", task=task)
    reader = Reader(state.persons["secretary"], state.offices["secretary"])
    found, after = [], ""
    while True:
        page = listed(reader, Filter(after=after), now(), most=2)
        found += [line.id for line in page.lines]
        after = page.following
        if not after:
            break
    assert found == tasks


def test_one_task_opens_with_its_words_and_the_read_is_kept(state: State) -> None:
    task = state.working(note="Làm trước Tết")
    part = state.hand("ministry", task, "province")
    state.report("ministry", task, done=False, progress=30)
    reader = Reader(state.persons["ministry"], state.offices["ministry"])
    found = open_task(reader, task)
    assert found.opened.parts["note"] == {"note": "Làm trước Tết"} and found.reports[0].progress == 30
    assert found.opened.parts["report-1"] is not None and not found.path
    assert [happening.name for happening in found.happenings][:3] == [
        "steer.draft_task", "steer.assign_task", "steer.accept_task",
    ]  # fmt: skip
    assert [line.id for line in open_task(reader, part).path] == [task]
    assert Access.objects.filter(commitment=task, reader=reader.person).exists()
    stranger = Reader(state.persons["other"], state.offices["other"])
    assert refused(open_task, stranger, task).status == 404


def test_a_province_registers_its_own_instruments_and_assigns_by_them(state: State) -> None:
    asked = {"number": "12/QĐ-UBND", "title": "Kế hoạch của tỉnh", "issuer": "Ủy ban nhân dân tỉnh", "issued": in_days(0),
             "valid_from": in_days(0), "text": "Điều 1. Việc của sở", "home": state.organisations["province"]}  # fmt: skip
    own = UUID(state.do("province", "register_instrument", asked).answer["instrument"])
    assert Record.objects.get(pk=own).steward == state.organisations["province"]
    task = state.draft("province", **state.terms("department", coordinating=[], instrument=own))
    assert state.do("province", "assign_task", task=task).answer["due"]
    elsewhere = {**asked, "number": "13/QĐ-UBND", "home": state.organisations["ministry"]}
    assert refused(state.do, "province", "register_instrument", elsewhere).code == "no_grant"


def test_a_part_that_was_declined_is_withdrawn_and_handed_on_anew(state: State) -> None:
    task = state.working()
    part = state.hand("ministry", task, "province", 10_000)
    state.do("province", "decline_task", {"reason": "Không đủ người làm việc này"}, part)
    assert refused(state.do, "ministry", "amend_task", state.terms("province"), part).code == "part"
    assert refused(state.hand, "ministry", task, "province", 1).code == "share"
    state.do("ministry", "cancel_task", {"reason": "Giao lại cho cơ quan khác"}, part)
    assert state.hand("ministry", task, "province", 10_000)


def test_after_a_merger_the_heirs_go_on(state: State) -> None:
    """The leading agency and the one that assigned are merged away: their successors hold the task, nothing is lost."""
    task = state.draft("province", **state.terms("department", coordinating=[]))
    state.do("province", "assign_task", task=task)
    state.do("department", "accept_task", task=task)
    merge = {"into": state.organisations["justice"], "basis": "202/2025/QH15"}
    act(Ask("core.merge_organisations", PLATFORM, "merge", merge, state.organisations["department"]))
    state.report("justice", task, done=False, progress=20)
    draft = state.draft("ministry", **state.terms("department", coordinating=[]))
    merge = {"into": state.organisations["other"], "basis": "202/2025/QH15"}
    act(Ask("core.merge_organisations", PLATFORM, "merge too", merge, state.organisations["ministry"]))
    state.do("other", "cancel_task", {"reason": "Không còn cần việc này"}, draft)
    assert state.stage(draft) == "cancelled"
