"""One real cascade of tasks six deep, done act by act by the doorway: what the copies of the benchmark are cut from.

A task of each level above the last is carried on with ten parts; on the last but one all ten are, and their hundred
parts stand at every stage, with other deadlines in each ten.
"""

import uuid
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from bench.loading.offices import Head
from sauro.core.ids import new_id

PARTS, LEVELS = 10, 6
BACK = timedelta(days=150)
"""So long ago the cascade began: half of its open ends are past their deadlines today."""
TEXT = "Điều 1. Nhiệm vụ\n1. Xây dựng nền tảng dữ liệu dùng chung;\n2. Kết nối với cơ sở dữ liệu quốc gia."


@dataclass
class Planted:
    """A task of the seed: its place in the cascade, who leads it, and its parts."""

    id: UUID
    code: str
    head: Head
    parts: list["Planted"] = field(default_factory=list)


class Planting:
    """Plants the cascade; ``heads`` are one for the root, then ten for each level."""

    def __init__(
        self, heads: list[Head], secretary: tuple[UUID, UUID, UUID], verifier: tuple[UUID, UUID, UUID]
    ) -> None:
        from sauro.core.moment import now

        self.heads, self.secretary, self.verifier = heads, secretary, verifier
        self.start = now().replace(hour=3, minute=0, second=0, microsecond=0) - BACK
        self.seconds, self.still = 0, False
        self.codes = 0

    def plant(self) -> Planted:
        instrument = self._secretary("steer.register_instrument", {
            "number": "957/NQ-CP", "title": "Chương trình hành động", "issuer": "Chính phủ", "issued": date(2025, 4, 1),
            "valid_from": date(2025, 4, 1), "text": TEXT,
        }, None).answer["instrument"]  # fmt: skip
        root = Planted(new_id(), self._code(), self.heads[0])
        terms = {
            **self._terms(root, 300),
            "id": root.id,
            "instrument": UUID(instrument),
            "home": self.secretary[0],
        }
        root.id = UUID(self._secretary("steer.draft_task", terms, None).answer["task"])
        self._secretary("steer.assign_task", {}, root.id)
        self._grow(root, 0, 0)
        return root

    def _grow(self, task: Planted, depth: int, turn: int) -> None:
        """Accept it and hand ten parts on; carry on with the first, or with all where their parts are the last."""
        self._head(task.head, "steer.accept_task", {}, task.id)
        last = depth == LEVELS - 1
        # All at the same moment: any of them stands for the others, which begin and come to their half time with it.
        self.still = True
        for number in range(PARTS):
            part = Planted(new_id(), self._code(), self.heads[1 + depth * PARTS + number])
            days = _days(turn, number) if last else 295 - 5 * depth
            asked = {**self._terms(part, days), "id": part.id, "share": 10_000 // PARTS}
            part.id = UUID(self._head(task.head, "steer.hand_sub_task", asked, task.id).answer["task"])
            task.parts.append(part)
        self.still = False
        if last:
            for number, part in enumerate(task.parts):
                self._stand(part, number)
            return
        carried = task.parts if depth == LEVELS - 2 else task.parts[:1]
        for number, part in enumerate(carried):
            self._grow(part, depth + 1, number)

    def _stand(self, part: Planted, number: int) -> None:
        """Three wait, three are under way, one is green and red, one done in time, one late, and one long overdue."""
        if number < 3:
            return
        self._head(part.head, "steer.accept_task", {}, part.id)
        if number == 5:
            self._report(part, 40, 30)
        if number in (6, 7, 8):
            self._report(part, 100, 85)
        if number in (7, 8):
            link = {
                "kind": "link",
                "reference": "https://example.vn/bien-ban",
                "words": "Biên bản nghiệm thu",
            }
            piece = self._head(part.head, "steer.attach_evidence", link, part.id, 86).answer["evidence"]
            self._verifier("steer.judge_evidence", {"evidence": UUID(piece), "passes": True}, part.id)
            self._verifier("steer.close_task", {}, part.id)

    def _report(self, part: Planted, progress: int, day: int) -> None:
        said = {"progress": progress, "words": "Đã làm xong các việc trong kỳ", "done": progress == 100}
        self._head(part.head, "steer.report_progress", said, part.id, day)

    def _terms(self, task: Planted, days: int) -> dict[str, Any]:
        return {
            "task": "Xây dựng nền tảng dữ liệu dùng chung và kết nối với cơ sở dữ liệu quốc gia", "code": task.code,
            "lead": task.head.organisation, "position": task.head.position, "verifier": self.verifier[1],
            "output": "Nền tảng vận hành, có biên bản nghiệm thu", "due_on": (self.start + timedelta(days=days)).date(),
            "note": "Ưu tiên kết nối trước",
        }  # fmt: skip

    def _code(self) -> str:
        self.codes += 1
        return f"7{self.codes:012d}"

    def _head(self, head: Head, action: str, payload: dict[str, Any], task: UUID, day: int = 0) -> Any:
        return self._act(action, payload, task, head.person, head.position, day)

    def _secretary(self, action: str, payload: dict[str, Any], task: UUID | None) -> Any:
        return self._act(action, payload, task, self.secretary[2], self.secretary[1], 0)

    def _verifier(self, action: str, payload: dict[str, Any], task: UUID) -> Any:
        return self._act(action, payload, task, self.verifier[2], self.verifier[1], 90)

    def _act(
        self, action: str, payload: dict[str, Any], task: UUID | None, person: UUID, position: UUID, day: int
    ) -> Any:
        from sauro.core.doorway import Ask, act
        from sauro.core.moment import simulated

        self.seconds += not self.still
        at: datetime = self.start + timedelta(days=day, seconds=self.seconds)
        with simulated(lambda: at):
            return act(Ask(action, person, uuid.uuid4().hex, payload, subject=task, position=position))


def _days(turn: int, number: int) -> int:
    """The last day of a part of the last level, counted from the beginning."""
    if number == 8:
        return 60 + turn
    return 110 + turn if number == 9 else 100 + 9 * turn + number
