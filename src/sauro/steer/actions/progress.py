"""What the responsible office does: accept or decline, report, attach evidence."""

from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import msgspec
from django.utils.translation import gettext as _

from sauro.core.doorway import Ask, Work, action
from sauro.core.doorway.registry import Query, Row
from sauro.core.models import Commitment
from sauro.steer.actions import subject
from sauro.steer.actions.drafting import NoWords
from sauro.steer.actions.subject import TASK, offices
from sauro.steer.models import Evidence, Report, Task

ENDED = _("This task is not under way, so this cannot be done now.")


@action("steer.accept_task", subject=TASK, payload=NoWords, purpose="steer", facts=offices)
def accept_task(work: Work) -> None:
    """Take it on: from here the office answers for it."""
    subject.require_stage(work, {"assigned"}, _("This task does not wait to be accepted."))
    subject.require_lead(work)
    subject.did(work)
    work.put(Commitment, reported="in_progress")
    work.put(Task, stage="working")


class DeclineTask(msgspec.Struct, forbid_unknown_fields=True):
    """Why the office cannot take it on (sealed)."""

    reason: str


@action("steer.decline_task", subject=TASK, payload=DeclineTask, purpose="steer", facts=offices)
def decline_task(work: Work) -> None:
    """Send it back with the reason: whoever assigned it amends it, gives it to another office, or withdraws it."""
    subject.require_stage(work, {"assigned"}, _("Only a task that was not accepted yet can be declined."))
    subject.require_lead(work)
    reason = subject.require_words(work, "reason", _("Say the reason in a few words."))
    work.personal(work.subject, f"declined-{work.row(Commitment)['version']}", {"reason": reason})
    work.put(Task, stage="declined")


class ReportProgress(msgspec.Struct, forbid_unknown_fields=True):
    """How far it is, in per cent; what was done, what hinders, what is proposed (sealed). ``done`` reports completion."""

    progress: int
    words: str
    done: bool = False
    difficulty: str = ""
    proposal: str = ""


def _report_facts(ask: Ask, payload: Any, envelope: Row | None) -> Query | None:
    asked = offices(ask, payload, envelope)
    if asked is None:
        return None
    sql, values = asked
    parts = """
UNION ALL SELECT c.id, NULL, c.code, NULL, 'part', NULL, NULL, NULL, NULL, NULL FROM steer_task c
WHERE c.parent = %s AND c.stage NOT IN ('done', 'cancelled')"""
    return sql + parts, [*values, ask.subject]


@action("steer.report_progress", subject=TASK, payload=ReportProgress, purpose="steer", facts=_report_facts)
def report_progress(work: Work) -> None:
    """What the doer says. It moves what is *reported*, never what is shown, nor the schedule (invariant I2)."""
    p: ReportProgress = work.payload
    subject.require_stage(work, {"working", "reported"}, ENDED)
    subject.require_lead(work)
    if not 0 <= p.progress <= 100 or (p.done and p.progress != 100):
        work.refuse(
            "progress", "I2", _("Progress is from 0 to 100 per cent; what is done is 100."), field="progress"
        )
    words = subject.require_words(work, "words", _("Say in a few words what was done."))
    living = [row["name_vi"] for row in work.facts if row["kind"] == "part"]
    if p.done and living:
        work.refuse("parts_living", "I2", _("Its parts are not done yet: %(parts)s.") % {"parts": ", ".join(living[:5])}, field="done")  # fmt: skip
    row = work.row(Task)
    number = row["reports"] + 1
    work.insert(
        Report, task=work.subject, number=number, position=work.ask.position, at=work.now, progress=p.progress, done=p.done,
        difficulty=bool(p.difficulty.strip()),
    )  # fmt: skip
    said = {"words": words, "difficulty": p.difficulty.strip(), "proposal": p.proposal.strip()}
    work.personal(work.subject, f"report-{number}", said)
    subject.did(work)
    work.put(Commitment, reported="done" if p.done else "in_progress")
    # The first report of completion counts, unless it is sent back or taken back.
    reported = (row["reported_at"] or work.now) if p.done else None
    work.put(
        Task, stage="reported" if p.done else "working", progress=p.progress, reports=number, reported_at=reported,
        difficulty=bool(p.difficulty.strip()),
    )  # fmt: skip
    work.answer["number"] = number


class AttachEvidence(msgspec.Struct, forbid_unknown_fields=True):
    """What shows the output: a stored file, a public address, an observed number, or the events of a commitment.

    ``reference`` is its id or address. What it shows is said in words (sealed).
    """

    kind: str
    reference: str
    words: str = ""


_REFERRED = {
    "file": "SELECT encode(digest, 'hex') AS digest FROM core_file WHERE id = %s AND unit = %s FOR KEY SHARE",
    "reading": "SELECT '' AS digest FROM core_observation WHERE id = %s AND %s::uuid IS NOT NULL",
    "events": "SELECT '' AS digest FROM core_event WHERE subject = %s AND %s::uuid IS NOT NULL LIMIT 1",
}


def _evidence_facts(ask: Ask, payload: AttachEvidence, envelope: Row | None) -> Query | None:
    asked = offices(ask, payload, envelope)
    if asked is None:
        return None
    sql, values = asked
    found = _REFERRED.get(payload.kind)
    id_ = _uuid(payload.reference)
    if found is None or id_ is None:
        return asked
    referred = f"""
UNION ALL SELECT NULL, NULL, f.digest, NULL, 'referred', NULL, NULL, NULL, NULL, NULL FROM ({found}) f"""  # noqa: S608
    return sql + referred, [*values, id_, ask.subject]


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text.strip())
    except ValueError:
        return None


@action("steer.attach_evidence", subject=TASK, payload=AttachEvidence, purpose="steer", facts=_evidence_facts)
def attach_evidence(work: Work) -> None:
    """Put it beside the task. Whether it shows anything is for the verifier to judge."""
    p: AttachEvidence = work.payload
    subject.require_stage(work, {"working", "reported"}, ENDED)
    subject.require_lead(work)
    reference, digest = p.reference.strip(), ""
    if p.kind == "link":
        at = urlsplit(reference)
        if at.scheme not in ("http", "https") or not at.hostname or len(reference) > 1000:
            work.refuse(
                "no_address", "I2", _("Give the whole address, beginning with https://."), field="reference"
            )
    else:
        referred = [row for row in work.facts if row["kind"] == "referred"]
        if p.kind not in _REFERRED or not referred:
            work.refuse("no_evidence", "I2", _("There is no such file, number or case."), field="reference")
        reference, digest = str(_uuid(reference)), referred[0]["name_vi"] or ""
    subject.did(work)
    id_ = work.insert(
        Evidence, task=work.subject, kind=p.kind, reference=reference, digest=digest, at=work.now
    )
    if p.words.strip():
        work.personal(work.subject, f"evidence-{id_}", {"words": p.words.strip()})
    if work.row(Commitment)["evidenced"] == "none":
        work.put(Commitment, evidenced="partial")
    work.answer["evidence"] = str(id_)
