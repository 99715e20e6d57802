"""The tasks of a simulated nation: handed out under real instruments, reported honestly and not, judged by who did not do them.

A green report whose evidence fails is what the three statuses are for, so some are made; what a task says is made up.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any
from uuid import UUID

from sauro.core.models import Actor, Record
from sauro.packs.ids import id_of
from sauro.project.simulation.answers import MARK
from sauro.project.simulation.hours import Hours

SECRETARY, VERIFIER, HOME = "VN.VPTW/thu-ky-chi-dao", "VN.VPTW/tham-dinh-nhiem-vu", "VN.VPTW"
HEADS = ("bo-truong", "chu-tich-tinh")
BELOW = ("cuc-truong", "giam-doc-so")
INSTRUMENTS = (
    "57-NQ/TW", "71/NQ-CP", "148/2025/QH15", "224/2026/NĐ-CP", "309/2026/NĐ-CP", "278/2025/NĐ-CP", "165/2025/NĐ-CP",
    "21/2026/QĐ-TTg", "66.22/2026/NQ-CP", "93/2025/QH15",
)  # fmt: skip
"""Real instruments of the pack; the tasks that are said to rest on them are made up."""
THEMES = (
    "Hoàn thiện quy định về {what}", "Xây dựng nền tảng số phục vụ {what}", "Kết nối, chia sẻ dữ liệu về {what}",
    "Đào tạo nhân lực cho {what}", "Cắt giảm thủ tục hành chính trong lĩnh vực {what}", "Triển khai thí điểm {what}",
    "Bố trí kinh phí cho {what}", "Đánh giá an toàn thông tin của {what}",
)  # fmt: skip
MATTERS = (
    "đất đai", "hộ tịch", "bảo hiểm xã hội", "y tế", "giáo dục", "giao thông", "xây dựng", "nông nghiệp", "doanh nghiệp",
    "hộ kinh doanh", "lao động", "du lịch", "môi trường", "năng lượng", "tài chính", "tư pháp", "bán dẫn",
    "trí tuệ nhân tạo", "định danh điện tử", "thanh toán số",
)  # fmt: skip
OUTPUTS = (
    "Nền tảng vận hành, có biên bản nghiệm thu",
    "Văn bản được ban hành",
    "Báo cáo kết quả được phê duyệt",
)
FATES = (
    ("done", 36), ("done_late", 11), ("working", 26), ("parts", 9), ("overdue", 7), ("green_red", 6), ("waiting", 2),
    ("declined", 1), ("assigned", 2),
)  # fmt: skip
"""What has become of a hundred tasks by the end: an assumption of ours."""
SHORTEST = 7
"""Days that every task has at least."""


@dataclass(frozen=True, slots=True)
class Seat:
    """An office that may lead a task, and its organisation."""

    office: UUID
    organisation: UUID


@dataclass(frozen=True, slots=True)
class Step:
    """One act on a task: its verb, who does it, what it says, and to what it is done (None: it makes the task)."""

    verb: str
    office: UUID
    says: dict[str, Any]
    subject: UUID | None


@dataclass(slots=True)
class Errand:
    """One task and all that is done to it."""

    id: UUID
    todo: list[Step] = field(default_factory=list)


@dataclass(frozen=True)
class Offices:
    """Who steers: the secretariat, the verifier, the heads who lead, and whom each of them may hand parts to."""

    secretary: Seat
    verifier: Seat
    heads: Sequence[Seat]
    below: Mapping[UUID, Sequence[Seat]]
    instruments: Sequence[UUID]

    def all(self) -> set[UUID]:
        """Every office that somebody must hold."""
        seats = [
            self.secretary,
            self.verifier,
            *self.heads,
            *(seat for seats in self.below.values() for seat in seats),
        ]
        return {seat.office for seat in seats}


def offices(first: date) -> Offices | None:
    """The offices of steering, and the instruments in force from the first day on; None where there is no centre."""
    known = {
        code: Seat(id_, organisation)
        for id_, code, organisation in _positions(code__in=(SECRETARY, VERIFIER))
    }
    heads = [Seat(id_, organisation) for id_, _code, organisation in _positions(type__in=HEADS)]
    above = dict(Actor.objects.filter(kind="organisation").exclude(parent=None).values_list("id", "parent"))
    below: dict[UUID, list[Seat]] = {}
    for id_, _code, organisation in _positions(type__in=BELOW):
        parent = above[organisation]
        if parent is not None:
            below.setdefault(parent, []).append(Seat(id_, organisation))
    rows = Record.objects.filter(
        register="instruments", code__in=INSTRUMENTS, valid_from__lte=first, valid_to=None
    )
    law = list(rows.order_by("code").values_list("id", flat=True))
    if len(known) < 2 or not heads or not law:
        return None
    led = {seat.organisation: below[seat.organisation][:4] for seat in heads if seat.organisation in below}
    return Offices(known[SECRETARY], known[VERIFIER], heads, led, law)


def _positions(**which: Any) -> list[tuple[UUID, str, UUID]]:
    rows = Actor.objects.filter(kind="position", **which).order_by("code")
    return [(row.id, row.code, row.organisation) for row in rows if row.code and row.organisation]


def plan(who: Offices, count: int, hours: Hours, seed: str) -> list[tuple[int, Errand, int]]:
    """Everything that happens to ``count`` tasks and their parts, as (slot, task, which of its acts)."""
    chance = Random(f"{seed}:tasks")
    if not hours.working:
        return []
    made: list[tuple[int, Errand, int]] = []
    for number in range(count):
        made += _task(who, number, hours, seed, chance)
    return made


def _task(
    who: Offices, number: int, hours: Hours, seed: str, chance: Random
) -> Iterator[tuple[int, Errand, int]]:
    lead = chance.choice(who.heads)
    fate = chance.choices([name for name, _ in FATES], [weight for _, weight in FATES])[0]
    if fate == "parts" and lead.organisation not in who.below:
        fate = "working"
    errand = Errand(id_of(f"simulation/{seed}/task/{number}"))
    span = len(hours.working)
    begun = chance.uniform(0, 0.45 if fate not in ("working", "assigned", "waiting") else 0.9) * span
    lasts = chance.uniform(0.15, 0.5) * span
    ends = max(_due(hours, begun + lasts, fate, chance), _day(hours, begun) + timedelta(days=SHORTEST))
    what = chance.choice(THEMES).format(what=chance.choice(MATTERS))
    terms = _terms(who, lead, f"{what} {MARK}", ends, chance)
    terms |= {
        "id": errand.id, "code": f"MP-{id_of(seed).hex[-4:].upper()}-{number + 1:04d}", "instrument": chance.choice(who.instruments),
        "home": who.secretary.organisation, "simulated": True,
    }  # fmt: skip
    day = span / max(1, len({slot.at.date() for slot in hours.slots if slot.open}))
    errand.todo = [Step("draft_task", who.secretary.office, terms, None), Step("assign_task", who.secretary.office, {}, errand.id)]  # fmt: skip
    moments = [begun, begun + day]
    for step, moment in _course(who, errand, lead, fate, begun + lasts, day, moments[-1], chance):
        errand.todo.append(step)
        moments.append(moment)
    yield from _in_slots(errand, moments, hours)
    if fate == "parts":
        accepted = moments[2]
        for part, seat in enumerate(who.below[lead.organisation][: chance.randint(2, 3)]):
            yield from _part(who, errand, lead, seat, part, terms, accepted + day, hours, day, chance)


def _day(hours: Hours, moment: float) -> date:
    slot = hours.slot_at(moment)
    return hours.slots[-1 if slot is None else slot].at.date()


def _due(hours: Hours, moment: float, fate: str, chance: Random) -> date:
    """The last day: inside the time for what is late or done, well after it for what is under way."""
    last = hours.slots[-1].at.date()
    slot = hours.slot_at(moment)
    if fate in ("working", "parts", "waiting", "assigned", "declined") or slot is None:
        return last + timedelta(days=chance.randint(20, 200))
    return hours.slots[slot].at.date()


def _terms(who: Offices, lead: Seat, task: str, due_on: date, chance: Random) -> dict[str, Any]:
    return {
        "task": task, "lead": lead.organisation, "position": lead.office, "output": chance.choice(OUTPUTS),
        "due_on": due_on, "verifier": who.verifier.office, "note": f"Nhiệm vụ mô phỏng {MARK}",
    }  # fmt: skip


def _course(
    who: Offices, errand: Errand, lead: Seat, fate: str, due: float, day: float, moment: float, chance: Random
) -> Iterator[tuple[Step, float]]:
    """What is done after a task was assigned, each with its moment in office time."""
    task = errand.id
    moment += chance.uniform(0.5, 4) * day
    if fate == "assigned":
        return
    if fate == "declined":
        yield Step("decline_task", lead.office, {"reason": f"Không thuộc chức năng {MARK}"}, task), moment
        return
    yield Step("accept_task", lead.office, {}, task), moment
    end = due + chance.uniform(1, 9) * day if fate == "done_late" else due - chance.uniform(1, 5) * day
    for progress in (25, 55, 80)[: chance.randint(1, 3)]:
        moment += max(day, (end - moment) * 0.4)
        yield _report(lead, task, progress, chance), moment
    if fate in ("working", "overdue", "parts"):
        return
    moment = max(end, moment + day)
    yield _report(lead, task, 100, chance), moment
    if fate == "green_red" and chance.random() < 0.5:
        return
    link = {
        "kind": "link",
        "reference": f"https://mo-phong.example.vn/bang-chung/{task}",
        "words": f"Biên bản {MARK}",
    }
    yield Step("attach_evidence", lead.office, link, task), moment + 0.5
    if fate == "waiting":
        return
    passes = fate != "green_red"
    moment += chance.uniform(1, 5) * day
    judged = {"passes": passes, "reason": "" if passes else f"Biên bản chưa được ký nghiệm thu {MARK}"}
    yield Step("judge_evidence", who.verifier.office, judged, task), moment
    if passes:
        yield Step("close_task", who.verifier.office, {}, task), moment + 1


def _report(lead: Seat, task: UUID, progress: int, chance: Random) -> Step:
    said = {"progress": progress, "words": f"Đã làm các việc trong kỳ {MARK}", "done": progress == 100}
    if progress < 100 and chance.random() < 0.25:
        said["difficulty"] = f"Chưa có kinh phí {MARK}"
    return Step("report_progress", lead.office, said, task)


def _part(
    who: Offices, above: Errand, head: Seat, seat: Seat, number: int, whole: dict[str, Any], moment: float, hours: Hours,
    day: float, chance: Random,
) -> Iterator[tuple[int, Errand, int]]:  # fmt: skip
    """A part handed down: not due after the whole."""
    errand = Errand(id_of(f"simulation/{above.id}/{number}"))
    terms = _terms(
        who, seat, f"{whole['task']} – phần {number + 1}", whole["due_on"] - timedelta(days=5), chance
    )
    terms |= {"id": errand.id, "share": 3_000}
    errand.todo = [Step("hand_sub_task", head.office, terms, above.id)]
    moments = [moment]
    fate = chance.choice(("working", "done", "assigned"))
    for step, at in _course(who, errand, seat, fate, moment + 30 * day, day, moment, chance):
        errand.todo.append(step)
        moments.append(at)
    yield from _in_slots(errand, moments, hours)


def _in_slots(errand: Errand, moments: Sequence[float], hours: Hours) -> Iterator[tuple[int, Errand, int]]:
    """The acts with their slots, up to the end of the time."""
    for at, moment in enumerate(moments):
        slot = hours.slot_at(moment)
        if slot is None:
            return
        yield slot, errand, at
