"""The steering room's people: a secretary and a verifier at the centre, a ministry, a province and its departments."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from sauro.core.doorway import Ask, Outcome, act
from sauro.core.doorway.decide import local_day
from sauro.core.doorway.genesis import PLATFORM
from sauro.core.ids import new_id
from sauro.core.models import Actor
from sauro.core.moment import now
from sauro.core.queries import definitions
from sauro.steer.models import Task

TEXT = """Điều 1. Nhiệm vụ, giải pháp
1. Bộ Khoa học và Công nghệ chủ trì, phối hợp với các địa phương:
a) Xây dựng nền tảng dữ liệu dùng chung;
b) Kết nối với cơ sở dữ liệu quốc gia.
Điều 2. Hiệu lực thi hành"""


@dataclass
class State:
    """Offices by a short name, and who holds them; one person for each unless told otherwise."""

    offices: dict[str, UUID] = field(default_factory=dict)
    persons: dict[str, UUID] = field(default_factory=dict)
    organisations: dict[str, UUID] = field(default_factory=dict)
    instrument: UUID = field(default_factory=new_id)
    paragraphs: int = 0

    def seat(self, name: str, organisation: str, type_: str, person: UUID | None = None) -> None:
        """A person takes the office of a type in an organisation."""
        home = Actor.objects.get(code=organisation)
        office = Actor.objects.get(kind="position", organisation=home.id, type=type_)
        day = date(2026, 1, 1)
        if person is None:
            person = new_id()
            register = {"id": person, "kind": "person", "valid_from": day}
            act(Ask("core.register_actor", PLATFORM, f"p{person}", register))
        act(
            Ask(
                "core.appoint",
                PLATFORM,
                f"a{new_id()}",
                {"person": person, "valid_from": day},
                subject=office.id,
            )
        )
        self.offices[name], self.persons[name], self.organisations[name] = office.id, person, home.id

    def do(self, who: str, action: str, payload: dict[str, Any] | None = None, task: UUID | None = None, key: str = "") -> Outcome:  # fmt: skip
        ask = Ask(f"steer.{action}", self.persons[who], key or str(new_id()), payload or {}, subject=task, position=self.offices[who])  # fmt: skip
        return act(ask)

    def terms(self, lead: str = "ministry", **more: Any) -> dict[str, Any]:
        """What a clear task says, led by an office's agency."""
        return {
            "task": "Xây dựng nền tảng dữ liệu dùng chung", "lead": self.organisations[lead],
            "position": self.offices[lead], "output": "Nền tảng vận hành, có biên bản nghiệm thu",
            "due_on": in_days(120), "verifier": self.offices["verifier"],
            "coordinating": [self.organisations["province"]], **more,
        }  # fmt: skip

    def draft(self, who: str = "secretary", **more: Any) -> UUID:
        terms = {"instrument": self.instrument, "home": self.organisations[who], **self.terms(), **more}
        return UUID(self.do(who, "draft_task", terms).answer["task"])

    def working(self, **more: Any) -> UUID:
        """A task that its lead has accepted."""
        task = self.draft(**more)
        self.do("secretary", "assign_task", task=task)
        self.do("ministry", "accept_task", task=task)
        return task

    def hand(self, who: str, task: UUID, lead: str, share: int = 5_000, **more: Any) -> UUID:
        part = {**self.terms(lead, coordinating=[]), "due_on": in_days(90), "share": share, **more}
        return UUID(self.do(who, "hand_sub_task", part, task).answer["task"])

    def report(self, who: str, task: UUID, *, done: bool = True, progress: int = 100) -> None:
        self.do(
            who,
            "report_progress",
            {"progress": progress, "words": "Đã làm xong các việc", "done": done},
            task,
        )

    def show(self, who: str, task: UUID, *, passes: bool = True) -> UUID:
        """Attach a piece of evidence, and let the verifier judge it."""
        evidence = {"kind": "link", "reference": "https://example.vn/bien-ban"}
        piece = UUID(self.do(who, "attach_evidence", evidence, task).answer["evidence"])
        judged = {"evidence": piece, "passes": passes, "reason": "Chưa có chữ ký nghiệm thu"}
        self.do("verifier", "judge_evidence", judged, task)
        return piece

    def stage(self, task: UUID) -> str:
        return Task.objects.get(pk=task).stage


def in_days(days: int) -> date:
    return local_day(now()) + timedelta(days=days)


@pytest.fixture
def state(db: None) -> State:
    definitions.forget()
    made = State()
    for name, organisation, type_ in (
        ("secretary", "VN.VPTW", "thu-ky-chi-dao"), ("verifier", "VN.VPTW", "tham-dinh-nhiem-vu"),
        ("ministry", "VN.BKHCN", "bo-truong"), ("other", "VN.BTP", "bo-truong"), ("province", "P75", "chu-tich-tinh"),
        ("department", "P75.KHCN", "giam-doc-so"), ("justice", "P75.TP", "giam-doc-so"),
    ):  # fmt: skip
        made.seat(name, organisation, type_)
    done = made.do("secretary", "register_instrument", {
        "number": "88/NQ-CP", "title": "Chương trình hành động", "issuer": "Chính phủ", "issued": date(2025, 4, 1),
        "valid_from": date(2025, 4, 1), "text": TEXT})  # fmt: skip
    made.instrument, made.paragraphs = UUID(done.answer["instrument"]), done.answer["paragraphs"]
    return made
