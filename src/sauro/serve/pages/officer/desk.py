"""A dossier as it lies on an official's desk: opened under a grant, with what may be done to it now."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from django.utils.translation import get_language

from sauro.core.clock import course as clock
from sauro.core.clock.calendar import Calendar
from sauro.core.clock.course import Course
from sauro.core.doorway.decide import local_day
from sauro.core.doorway.store import LiveGrant
from sauro.core.models import Commitment
from sauro.core.moment import now
from sauro.core.queries import courses, definitions
from sauro.core.queries.reading import Opened
from sauro.packs import procedure as pack
from sauro.serve.actions.subject import limit_of, terms_of
from sauro.serve.documents.facts import Language
from sauro.serve.models import Dossier
from sauro.serve.pages.officer.office import Official
from sauro.serve.queries import cases
from sauro.serve.queries import queue as queries
from sauro.serve.queries.authority import permitted, takes_step
from sauro.serve.queries.cases import Happening
from sauro.serve.queries.places import standing_for
from sauro.serve.queries.queue import OPEN
from sauro.serve.rules.procedures import Procedure, procedure
from sauro.web.people import Office

ACTIONS = (
    "serve.accept_dossier", "serve.refuse_dossier", "serve.request_supplement", "serve.resume_dossier",
    "serve.assign_dossier", "serve.complete_step", "serve.draft_decision", "serve.return_draft", "serve.sign_decision",
    "serve.issue_result", "serve.return_result", "serve.request_payment", "serve.record_payment",
    "serve.extend_deadline", "serve.stop_dossier", "serve.withdraw_dossier",
)  # fmt: skip


@dataclass
class Desk:
    """One opened dossier, and the official before it."""

    official: Official
    opened: Opened
    happenings: list[Happening]
    may: Mapping[str, LiveGrant]
    at: datetime

    @property
    def row(self) -> Mapping[str, Any]:
        return self.opened.rows[Dossier._meta.db_table]

    @property
    def promise(self) -> Mapping[str, Any]:
        return self.opened.rows[Commitment._meta.db_table]

    @cached_property
    def found(self) -> Procedure:
        return definitions.get(self.row["procedure"]).compiled(procedure)

    @property
    def holds(self) -> list[str]:
        rules: list[str] = self.row["plan"].get("rules", [])
        return rules

    @property
    def step(self) -> pack.Step | None:
        return self.found.steps.get(self.row["step"])

    @property
    def kind(self) -> str:
        """The kind of the present step."""
        return self.step.kind if self.step else ""

    @property
    def status(self) -> int:
        status: int = self.row["status"]
        return status

    @property
    def accepted(self) -> bool:
        return self.row["accepted_at"] is not None

    @property
    def position(self) -> UUID | None:
        """The office whose turn it is: the promise's, or before acceptance the plan's."""
        planned = self.row["plan"].get("positions", {}).get(self.row["step"])
        found: UUID | None = self.promise["position"] or (UUID(planned) if planned else None)
        return found

    @cached_property
    def mine(self) -> bool:
        """Whether it is this office's turn, in its own name or as the successor of one that was merged into it."""
        acting = self.official.reader.position
        return self.position == acting or (
            self.position is not None and standing_for(self.position) == acting
        )

    @property
    def turn_elsewhere(self) -> Office | None:
        """Another office of the same person whose turn it is; none where the dossier has ended."""
        others = [office for office in self.official.held if office != self.official.office]
        names = queries.turns_of([office.position for office in others]).get(
            self.position or UUID(int=0), set()
        )
        found = next((office for office in others if office.position in names), None)
        return found if self.status in OPEN else None

    @cached_property
    def takes_step(self) -> bool:
        """Whether this office may do the present step, as far as it is a matter of whose turn it is."""
        return takes_step(self.official.reader, self.promise, self.row)

    def part(self, name: str) -> dict[str, Any]:
        """A personal part; empty where it was never written or was erased."""
        return self.opened.parts.get(name) or {}

    def parts(self, prefix: str) -> list[tuple[str, dict[str, Any]]]:
        """Personal parts whose names begin so, in the order in which they were written."""
        found = [(name, part) for name, part in self.opened.parts.items() if name.startswith(prefix) and part]
        return sorted(found, key=lambda item: [int(n) if n.isdigit() else 0 for n in item[0].split("-")])

    def last(self, *actions: str) -> Happening | None:
        return next((h for h in reversed(self.happenings) if h.name in actions), None)

    def course_if_accepted_now(self) -> tuple[Course, Calendar]:
        """The clock as acceptance would start it at this moment."""
        _id, calendar = courses.calendar(local_day(self.at))
        return clock.start(
            limit_of(self.found, self.holds), self.at, calendar, terms_of(self.found)
        ), calendar


def open_desk(official: Official, dossier: UUID) -> Desk:
    """Open a dossier; the read is recorded. Raises Refusal ``not_found``, also where it is not theirs to see."""
    opened = cases.open_dossier(official.reader, dossier)
    may = permitted(official.reader, dossier, ACTIONS)
    return Desk(official, opened, cases.history(dossier), may, now())


def language() -> Language:
    return "en" if (get_language() or "vi").startswith("en") else "vi"
