"""Supplements: asking once, fully and specifically (Decree 309/2026, Art. 8.1); answering; resuming."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec
from django.utils.translation import gettext as _

from sauro.core.doorway import Ask, Work, action
from sauro.core.doorway.decide import local_day
from sauro.core.doorway.registry import Query, Row
from sauro.core.models import Commitment, Timer
from sauro.serve.actions.subject import (
    DOSSIER,
    axis_of,
    did,
    handling,
    move,
    move_on,
    procedure_of,
    require,
    start_clock_again,
    stop_clock,
)  # fmt: skip
from sauro.serve.models import Attachment, Dossier
from sauro.serve.rules.forms import regular, say
from sauro.serve.rules.procedures import Procedure
from sauro.serve.rules.statuses import Status


class Deficiency(msgspec.Struct, forbid_unknown_fields=True):
    """One thing to supply: the component or field, why, and how. The words are sealed: they may be personal."""

    item: str
    reason: str
    guidance: str = ""


class RequestSupplement(msgspec.Struct, forbid_unknown_fields=True):
    """Everything that is missing or wrong, at once."""

    deficiencies: list[Deficiency]


def live_timers(ask: Ask, payload: Any, envelope: Row | None) -> Query:
    """The timers of the clock that have not had their moment. That of retention is not one: no pause moves it."""
    return (
        "SELECT id, commitment, kind, due_at, fired_at, cancelled_at, event FROM core_timer WHERE commitment = %s"
        " AND fired_at IS NULL AND cancelled_at IS NULL AND kind <> 'retention' ORDER BY id FOR UPDATE",
        [ask.subject],
    )


def cancel_timers(work: Work, timers: Sequence[Row] | None = None) -> None:
    for timer in work.facts if timers is None else timers:
        work.put_row(Timer, timer, cancelled_at=work.now)


@handling("serve.request_supplement", payload=RequestSupplement, facts=live_timers)
def request_supplement(work: Work) -> None:
    """Ask for what is missing. The first is free; a further one is possible, marked, and counts as overdue."""
    p: RequestSupplement = work.payload
    found, row = procedure_of(work), work.row(Dossier)
    if not p.deficiencies:
        work.refuse(
            "no_deficiency",
            "309/2026/NĐ-CP, Điều 8.1",
            _("Say what is missing or wrong."),
            field="deficiencies",
        )
    for at, deficiency in enumerate(p.deficiencies):
        if deficiency.item not in found.components and deficiency.item not in found.fields:
            work.refuse("unknown_item", f"{found.code}: components", _("Choose a paper or an answer of this procedure."), field=f"item-{at}")  # fmt: skip
        if len(deficiency.reason.split()) < 3:
            work.refuse("no_reason", "309/2026/NĐ-CP, Điều 8.1", _("Say the reason in words the applicant understands."), field=f"reason-{at}")  # fmt: skip
    move_on(work, Status.SUPPLEMENT_REQUESTED)
    stop_clock(work, "supplement")
    cancel_timers(work)
    did(work)
    number = row["supplements"] + 1
    work.put(Dossier, supplements=number, answered_at=None)
    work.personal(work.subject, f"supplement-{number}", {"deficiencies": msgspec.to_builtins(p.deficiencies)})
    work.data.update(
        number=number,
        items=[d.item for d in p.deficiencies],
        counts_as_overdue=number > found.terms.supplement.free,
    )
    work.answer["number"] = number


class AnswerSupplement(msgspec.Struct, forbid_unknown_fields=True):
    """What the applicant supplies: files by component, corrected answers, or words (sealed)."""

    files: dict[UUID, str] = {}
    answers: dict[str, Any] = {}
    words: str = ""


def _files(ask: Ask, payload: AnswerSupplement, envelope: Row | None) -> Query:
    return (
        "SELECT id, digest, size, media_type, scanned FROM core_file WHERE id = ANY(%s::uuid[]) AND unit = %s"
        " ORDER BY id FOR KEY SHARE",
        [list(payload.files), ask.subject],
    )


@action("serve.answer_supplement", subject=DOSSIER, payload=AnswerSupplement, purpose="file", facts=_files)
def answer_supplement(work: Work) -> None:
    """The applicant answers: an accepted dossier goes on at once, and its clock with it."""
    p: AnswerSupplement = work.payload
    require(work, {Status.SUPPLEMENT_REQUESTED})
    found, row = procedure_of(work), work.row(Dossier)
    if not (p.files or p.answers or p.words.strip()):
        work.refuse(
            "nothing_supplied",
            "309/2026/NĐ-CP, Điều 8.1",
            _("Attach a file, correct an answer, or write in words."),
            field="words",
        )
    known = {file["id"]: file for file in work.facts}
    if any(id_ not in known or component not in found.components for id_, component in p.files.items()):
        work.refuse("file_unknown", f"{found.code}: components", _("Attach the file again."), field="files")
    for id_, component in p.files.items():
        file = known[id_]
        work.insert(
            Attachment, id=id_, dossier=work.subject, component=component, digest=bytes(file["digest"]).hex(),
            size=file["size"], media_type=file["media_type"], scanned=file["scanned"],
        )  # fmt: skip
    answers = _corrected(work, found)
    number = row["supplements"]
    version = work.row(Commitment)["version"]
    work.personal(work.subject, f"answer-{number}-{version}", {"words": p.words.strip(), "answers": answers})
    work.put(Dossier, answered_at=work.now)
    if row["accepted_at"] is not None:
        move(work, "business", Status.PROCESSING)
        start_clock_again(work)
    work.data.update(number=number, files=len(p.files))


def _corrected(work: Work, found: Procedure) -> dict[str, Any]:
    """The corrected answers in their regular form, or a refusal beside the field, by the form's own rules."""
    made: dict[str, Any] = {}
    for name, given in work.payload.answers.items():
        if name not in found.fields:
            work.refuse("unknown_item", f"{found.code}: form", _("Choose a paper or an answer of this procedure."), field=name)  # fmt: skip
        try:
            made[name] = regular(found.fields[name], given)
        except ValueError as wrong:
            work.refuse("answer_wrong", f"{found.code}: form", str(wrong), field=name)
    row = work.row(Dossier)
    facts = found.facts(
        made, today=local_day(work.now), channel=row["channel"], applicant=row["applicant_type"]
    )
    for rule in found.failed_checks(facts):
        if rule.field in made and rule.message is not None:
            work.refuse("answer_wrong", f"{found.code}: {rule.id}", say(rule.message), field=rule.field)
    return made


class ResumeDossier(msgspec.Struct, forbid_unknown_fields=True):
    """The supplement came by another way (paper at the counter), or is no longer needed: which, as a code."""

    how: str = "counter"


@handling("serve.resume_dossier", payload=ResumeDossier)
def resume_dossier(work: Work) -> None:
    """An officer lets an accepted dossier go on after a supplement."""
    if work.payload.how not in ("counter", "not_needed", "online"):
        work.refuse("unknown_way", "309/2026/NĐ-CP, Điều 8.1", _("Choose why it can go on."), field="how")
    require(work, {Status.SUPPLEMENT_REQUESTED})
    if work.row(Dossier)["accepted_at"] is None:
        work.refuse(
            "not_accepted_yet", axis_of("business", work.now.date()).rule(5, 4),
            _("This dossier has not been accepted: accept it once it is complete."), status=409,
        )  # fmt: skip
    move(work, "business", Status.PROCESSING)
    start_clock_again(work)
    did(work)
    work.data["how"] = work.payload.how
