"""The acts on a task: when each is offered, what it asks, and what it says when done."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.functional import Promise as Lazy
from django.utils.translation import gettext_lazy as _

from sauro.core.moment import now
from sauro.core.queries.visibility import Reader
from sauro.core.rules.closing import all_may_close
from sauro.steer.pages import forms
from sauro.steer.pages.office import Official
from sauro.steer.queries.agencies import standing_for
from sauro.steer.queries.authority import permitted
from sauro.steer.queries.tasks import Line, OpenTask, open_task

Words = str | Lazy
OFFICES = ("lead", "assigner", "verifier")


@dataclass(frozen=True)
class Desk:
    """A task on somebody's desk: opened (and recorded as read), and what they may do to it by office and grant."""

    official: Official
    found: OpenTask
    may: frozenset[str]
    own: frozenset[str]
    at: Any

    @property
    def line(self) -> Line:
        return self.found.line

    @property
    def row(self) -> dict[str, Any]:
        return self.found.opened.rows["steer_task"]

    @property
    def is_doer(self) -> bool:
        """Whether this person did work on it, and so never closes it (invariant I3)."""
        doers = self.found.opened.rows["core_commitment"]["doers"]
        return not all_may_close(self.official.reader.persons, doers)

    def part(self, name: str) -> dict[str, Any]:
        """Sealed words by the name of their part; nothing where they were erased."""
        return self.found.opened.parts.get(name) or {}


def open_desk(official: Official, task: UUID) -> Desk:
    """Open a task for a reader. Raises Refusal ``not_found``."""
    found = open_task(official.reader, task)
    may = permitted(official.reader, task, [verb.action for verb in VERBS])
    return Desk(official, found, may, _own(official.reader, found.line), now())


def _own(reader: Reader, line: Line) -> frozenset[str]:
    named = {"lead": line.position, "assigner": line.assigner, "verifier": line.verifier}
    heirs = standing_for(named.values())
    return frozenset(
        part for part, office in named.items() if office and reader.position in (office, heirs.get(office))
    )


@dataclass(frozen=True)
class Verb:
    """One act: its address, action, words and form; which office does it, at which stages.

    ``page``: the name of the address of its own page, where the form is too long to stand on the task's.
    """

    slug: str
    action: str
    title: Words
    done: Words
    office: str
    stages: tuple[str, ...]
    form: type[forms.ActForm] = forms.ActForm
    main: bool = False
    grave: bool = False
    note: Words = ""
    page: str = ""
    also: Callable[[Desk], bool] = lambda desk: True

    def offered(self, desk: Desk) -> bool:
        return (
            self.action in desk.may and self.office in desk.own and desk.line.stage in self.stages and self.also(desk)
        )  # fmt: skip


def _judges(desk: Desk) -> bool:
    return not desk.is_doer


VERBS = (
    Verb("assign", "steer.assign_task", _("Assign the task"), _("Assigned. The clock runs."), "assigner", ("draft",), main=True,
         note=_("Refused until all six clarities check. From here the original deadline stays for ever.")),
    Verb("amend", "steer.amend_task", _("Correct the draft"), _("Corrected."), "assigner", ("draft", "declined"), page="steer:amend"),
    Verb("accept", "steer.accept_task", _("Accept the task"), _("Accepted. Your office answers for it."), "lead", ("assigned",), main=True),
    Verb("decline", "steer.decline_task", _("Decline, with the reason"), _("Declined. It goes back to who assigned it."), "lead", ("assigned",), forms.ReasonForm),
    Verb("report", "steer.report_progress", _("Report progress"), _("Reported."), "lead", ("working", "reported"), forms.ReportForm, main=True),
    Verb("evidence", "steer.attach_evidence", _("Attach evidence"), _("Attached. The verifier judges it."), "lead", ("working", "reported"), forms.EvidenceForm),
    Verb("hand", "steer.hand_sub_task", _("Hand a part on"), _("Handed on."), "lead", ("working",), page="steer:hand",
         also=lambda desk: desk.row["handed"] < 10_000),
    Verb("judge", "steer.judge_evidence", _("Judge the evidence"), _("Judged."), "verifier", ("working", "reported"), forms.JudgeForm, main=True,
         also=lambda desk: _judges(desk) and bool(desk.found.evidence)),
    Verb("close", "steer.close_task", _("Close the task"), _("Closed."), "verifier", ("reported",), main=True,
         also=lambda desk: _judges(desk) and desk.line.shown, note=_("It was reported done, and the evidence shows it. On time is judged at the report of completion.")),
    Verb("send-back", "steer.send_back_task", _("Send the report back"), _("Sent back. The task goes on."), "verifier", ("reported",), forms.MissingForm, also=_judges),
    Verb("extend", "steer.extend_task", _("Move the deadline"), _("Moved. The original deadline stays beside it."), "assigner", ("assigned", "working"), forms.ExtendForm,
         note=_("By a decision, and counted. What was promised first stays and is judged too.")),
    Verb("cancel", "steer.cancel_task", _("Withdraw the task"), _("Withdrawn."), "assigner", ("draft", "assigned", "working", "declined"), forms.ReasonForm, grave=True),
)  # fmt: skip
BY_SLUG = {verb.slug: verb for verb in VERBS}


def offered(desk: Desk) -> list[Verb]:
    """What this office may do to this task now. Nothing depends on it: the doorway decides anew."""
    return [verb for verb in VERBS if verb.offered(desk)]
