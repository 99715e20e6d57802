"""A dossier as pages show it: its promise in six parts, its three statuses, its history in plain words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from sauro.core.clock.reckoning import state
from sauro.core.doorway.decide import local_day
from sauro.core.models import Record
from sauro.core.moment import now
from sauro.core.queries import courses, definitions, successors
from sauro.serve.actions.subject import axis_of, status_name
from sauro.serve.queries.cases import Happening
from sauro.serve.queries.places import names
from sauro.serve.queries.queue import Line
from sauro.serve.rules.forms import say
from sauro.serve.rules.procedures import Procedure, procedure
from sauro.serve.rules.statuses import Status as Code
from sauro.serve.wording import limit_words
from sauro.web.deputies import deputies, done_by
from sauro.web.shapes import Part, Promise, Status, TimelineEntry
from sauro.web.wording import citation
from sauro.web.wording import moment as said_moment

NEAR = timedelta(days=1)
BEFORE_ACCEPTANCE = (Code.SUBMITTED, Code.SUPPLEMENT_REQUESTED)


def status_words(code: int) -> str:
    """A national status code in words."""
    return status_name(axis_of("business", local_day(now())), code)


def schedule(
    due: datetime | None, finished: datetime | None, status: int, at: datetime, supplements: int = 0
) -> Status:
    """How a dossier stands against its appointment: mark, colour and word."""
    if status in (Code.SUPPLEMENT_REQUESTED, Code.FINANCE_REQUESTED):
        return Status("paused", _("the clock stands still"))
    if due is None:
        return Status("neutral", _("no appointment yet"))
    if finished is not None:
        if finished > due:
            return Status("late", _("finished late"))
        return Status("on_time", _("finished in time"))
    if at > due:
        days = max(1, (at - due).days)
        return Status(
            "late", ngettext("late by %(count)d day", "late by %(count)d days", days) % {"count": days}
        )
    if due - at <= NEAR:
        return Status("near", _("due soon"))
    return Status("on_time", _("in time"))


def promise_of(found: Procedure, row: Mapping[str, Any], promise: Mapping[str, Any], at: datetime) -> Promise:
    """The six clarities and the three statuses of a dossier."""
    asked = [i for i in (promise["position"], row["competent"], row["received_by"]) if i]
    # What has ended names who did it; what is open, who has it today (invariant I7).
    known = names(asked)
    heir = (
        successors.today([row["competent"]]).get(row["competent"]) if promise["finished_at"] is None else None
    )
    if heir is not None and heir.was:
        known |= successors.said(asked) | {row["competent"]: heir.name}
    taken_over = _("taken over from %(agency)s") % {"agency": heir.was} if heir and heir.was else ""
    instrument = Record.objects.filter(pk=promise["instrument"]).first() if promise["instrument"] else None
    due = promise["due"]
    # What acceptance settles is no gap before it; a dossier that ended without one was never promised.
    later = (
        _("settled when it is accepted")
        if row["status"] in BEFORE_ACCEPTANCE and not row["accepted_at"]
        else ""
    )
    moved = (
        _("first promised: %(moment)s") % {"moment": said_moment(promise["due_original"])}
        if due and due != promise["due_original"]
        else ""
    )
    return Promise(
        person=Part(known.get(promise["position"], "") if promise["position"] else later, known.get(row["competent"], "")),
        task=Part(say(found.terms.name), found.code),
        deadline=Part(said_moment(due) if due else later, moved or limit_words(found, row["plan"].get("rules", ()))),
        responsibility=Part(known.get(row["competent"], ""), taken_over),
        output=Part(say(found.terms.result.name), "; ".join(say(c.text).rstrip(".") for c in found.terms.result.acceptance[:2])),
        authority=Part(instrument.code if instrument else later, _title(instrument) if instrument else ""),
        reported=_reported(promise), evidenced=_evidenced(promise), schedule=_against_original(promise, row, at),
    )  # fmt: skip


def _title(instrument: Record) -> str:
    return instrument.title_en if (get_language() or "vi").startswith("en") else instrument.title_vi


def _reported(promise: Mapping[str, Any]) -> Status:
    words = {"none": _("nothing reported"), "in_progress": _("in progress"), "done": _("done")}
    return Status("neutral" if promise["reported"] == "none" else "on_time", words[promise["reported"]])


def _evidenced(promise: Mapping[str, Any]) -> Status:
    words = {"none": _("nothing shown yet"), "partial": _("partly shown"), "shown": _("shown: signed result")}
    return Status("on_time" if promise["evidenced"] == "shown" else "neutral", words[promise["evidenced"]])


def _against_original(promise: Mapping[str, Any], row: Mapping[str, Any], at: datetime) -> Status:
    if promise["course"] is None:
        return Status("neutral", _("no appointment yet"))
    course, calendar = courses.read(promise["course"])
    seen = state(course, calendar, at)
    return schedule(seen.promised, promise["finished_at"], row["status"], at)


@dataclass(frozen=True)
class Shown:
    """A dossier in a list, in words."""

    line: Line
    name: str
    status: str
    schedule: Status
    step: str


def lines_of(lines: Sequence[Line], at: datetime) -> list[Shown]:
    """Lines of a list in words."""
    axis = axis_of("business", local_day(at))
    made = []
    for line in lines:
        found = definitions.get(line.procedure).compiled(procedure)
        step = found.steps.get(line.step)
        made.append(
            Shown(
                line, say(found.terms.name), status_name(axis, line.status),
                schedule(line.due, line.finished_at, line.status, at), say(step.name) if step else "",
            )
        )  # fmt: skip
    return made


def event_words(name: str) -> str:
    """What an event means to a person."""
    words = {
        "serve.submit_dossier": _("Filed"), "serve.assist_filing": _("Filed at the counter, with help"),
        "serve.accept_dossier": _("Accepted; the clock started"), "serve.refuse_dossier": _("Not accepted"),
        "serve.request_supplement": _("A supplement was asked for; the clock stands still"),
        "serve.answer_supplement": _("The supplement was sent"), "serve.resume_dossier": _("Handling goes on"),
        "serve.assign_dossier": _("Handed over"), "serve.complete_step": _("A step was completed"),
        "serve.draft_decision": _("The decision was drafted"), "serve.return_draft": _("The draft was sent back"),
        "serve.prepare_signature": _("The decision is ready to be signed"), "serve.sign_decision": _("The decision was signed"),
        "serve.issue_result": _("The result was issued"), "serve.return_result": _("The result was handed over"),
        "serve.request_payment": _("A payment is due; the clock stands still"), "serve.record_payment": _("The payment was recorded"),
        "serve.extend_deadline": _("The appointment was moved, with an apology"), "serve.stop_dossier": _("Handling was stopped"),
        "serve.withdraw_dossier": _("Withdrawn by the applicant"), "core.fire_timer": _("A deadline was checked"),
        "core.move_commitment": _("Moved to another agency"), "serve.hand_over": _("Handed over after a split of the agency"),
    }  # fmt: skip
    return words.get(name, name)


def timeline_of(happenings: Sequence[Happening], found: Procedure) -> list[TimelineEntry]:
    """The history of a dossier, oldest first; timers only where they had an effect."""
    positions = names([h.position for h in happenings if h.position])
    parts = names([UUID(h.data["into"]) for h in happenings if h.name == "serve.hand_over"])
    acting = deputies(h.data for h in happenings)
    made = []
    for happening in happenings:
        what = event_words(happening.name)
        if happening.name == "core.fire_timer":
            if happening.data.get("answer", {}).get("effect") != "fired":
                continue
            kinds = {
                "half_time": _("Half of the time is used"),
                "due_soon": _("Due soon"),
                "breach": _("The deadline has passed"),
            }
            what = kinds.get(happening.data["kind"], what)
        step = found.steps.get(str(happening.data.get("completed", "")))
        who = positions.get(happening.position, "") if happening.position else _who(happening)
        said = say(step.name) if step else ""
        if happening.name == "serve.hand_over":
            said = parts.get(UUID(happening.data["into"]), "")
        who = done_by(who, happening.data, acting)
        kind: Literal["late", "done"] = "late" if happening.data.get("kind") == "breach" else "done"
        made.append(
            TimelineEntry(
                happening.at,
                what,
                who,
                citation(happening.basis) if happening.position else "",
                said,
                "",
                kind,
            )
        )
    return made


def _who(happening: Happening) -> str:
    if happening.name in ("serve.submit_dossier", "serve.answer_supplement", "serve.withdraw_dossier"):
        return _("the applicant")
    return _("the platform")
