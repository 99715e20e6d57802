"""What the independent verifier does: judge the evidence, then close the task or send it back (invariant I3)."""

from typing import Any
from uuid import UUID

import msgspec
from django.utils.translation import gettext as _

from sauro.core.clock import course as clock
from sauro.core.doorway import Ask, Work, action
from sauro.core.doorway.registry import Query, Row
from sauro.core.models import Commitment
from sauro.core.queries import courses
from sauro.steer.actions import subject
from sauro.steer.actions.drafting import NoWords
from sauro.steer.actions.subject import TASK, offices
from sauro.steer.models import Evidence, Task
from sauro.steer.rules.matrix import lateness


class JudgeEvidence(msgspec.Struct, forbid_unknown_fields=True):
    """Whether a piece of evidence shows the output by the acceptance test; why not, in words (sealed)."""

    evidence: UUID
    passes: bool
    reason: str = ""


def _pieces(ask: Ask, payload: Any, envelope: Row | None) -> Query | None:
    """The evidence of the task, each piece beside who stands today for the verifier's office."""
    if envelope is None:
        return None
    return (
        "SELECT e.*, p.id AS office, p.current FROM core_actor p LEFT JOIN steer_evidence e ON e.task = %s WHERE p.id = %s::uuid",
        [ask.subject, envelope["verifier"]],
    )


@action("steer.judge_evidence", subject=TASK, payload=JudgeEvidence, purpose="steer", facts=_pieces)
def judge_evidence(work: Work) -> None:
    """The verifier says of one piece whether it shows the output; the task is shown while one piece passes."""
    p: JudgeEvidence = work.payload
    subject.require_stage(
        work, {"working", "reported"}, _("This task is not under way, so this cannot be done now.")
    )
    subject.require_verifier(work, next((row["current"] for row in work.facts), None))
    pieces = {row["id"]: row for row in work.facts if row["id"] is not None}
    if p.evidence not in pieces:
        work.refuse("no_evidence", "I2", _("There is no such piece of evidence."), field="evidence")
    if not p.passes:
        reason = subject.require_words(work, "reason", _("Say in a few words what is missing."))
        work.personal(
            work.subject, f"judged-{p.evidence}-{work.row(Commitment)['version']}", {"reason": reason}
        )
    piece = {name: value for name, value in pieces[p.evidence].items() if name not in ("office", "current")}
    work.put_row(Evidence, piece, passes=p.passes, judged_at=work.now, judge=work.ask.position)
    shown = p.passes or any(row["passes"] for id_, row in pieces.items() if id_ != p.evidence)
    work.put(Commitment, evidenced="shown" if shown else "partial")
    work.put(Task, shown=shown)


@action("steer.close_task", subject=TASK, payload=NoWords, purpose="steer", facts=offices)
def close_task(work: Work) -> None:
    """Close against the acceptance test. Only what was reported done and is shown to be done can be closed."""
    subject.require_verifier(work)
    subject.require_stage(work, {"reported"}, _("This task was not reported done, so it cannot be closed."))
    row, promise = work.row(Task), work.row(Commitment)
    if not row["shown"]:
        work.refuse("not_shown", "I2", _("No piece of evidence passes yet. Judge the evidence first, or send the report back."), status=409)  # fmt: skip
    # On time is judged at the first report of completion whose evidence passed (DOMAIN 1).
    finished = row["reported_at"]
    course, _calendar = courses.read(promise["course"])
    course = clock.finish(course, finished)
    work.put(
        Commitment, state="closed", closed_how="satisfied", closed_at=work.now, closer=work.ask.person,
        finished_at=finished, course={**course.to_data(), "calendar_id": promise["course"]["calendar_id"]},
    )  # fmt: skip
    work.put(Task, stage="done", late=lateness(finished, promise["due"], promise["due_original"]))


class SendBack(msgspec.Struct, forbid_unknown_fields=True):
    """What is missing (sealed)."""

    reason: str


@action("steer.send_back_task", subject=TASK, payload=SendBack, purpose="steer", facts=offices)
def send_back_task(work: Work) -> None:
    """The report does not stand: the task goes on, and its next report of completion is judged anew."""
    subject.require_verifier(work)
    subject.require_stage(
        work, {"reported"}, _("This task was not reported done, so there is nothing to send back.")
    )
    reason = subject.require_words(work, "reason", _("Say in a few words what is missing."))
    work.personal(work.subject, f"sent-back-{work.row(Commitment)['version']}", {"reason": reason})
    work.put(Commitment, reported="in_progress")
    work.put(Task, stage="working", reported_at=None)
