"""One task: its promise, what was said and shown, its parts, what has happened, and what may be done now."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from sauro.steer.models import Evidence, Paragraph, Task
from sauro.steer.pages.asked import uuid_of
from sauro.steer.pages.forms import ActForm
from sauro.steer.pages.office import Official, for_officials, named_by
from sauro.steer.pages.showing import original, promise_of, rows_of, schedule, stage_words, timeline_of
from sauro.steer.pages.verbs import Desk, Verb, offered, open_desk
from sauro.steer.queries import matrices, tasks
from sauro.steer.queries.agencies import names
from sauro.steer.queries.tasks import Filter
from sauro.web.people import Office
from sauro.web.shapes import Status

MOST_PARTS = 100


@dataclass(frozen=True)
class Offer:
    """An act with its form; ``open`` where it was just tried, or is what the task waits for."""

    verb: Verb
    form: ActForm
    open: bool


@for_officials
def task(request: HttpRequest, official: Official, task: UUID) -> HttpResponse:
    """Open a task. Not theirs, or not there: the same page, and the attempt is recorded."""
    return show(request, open_desk(official, task))


def show(
    request: HttpRequest, desk: Desk, tried: Verb | None = None, form: ActForm | None = None, *, status: int = 200,
    rule: str = "", unclear: Mapping[str, str] | None = None,
) -> HttpResponse:  # fmt: skip
    """The page, with the form that was just tried as it was filled in; ``unclear`` says what hinders an assignment."""
    line = desk.line
    offers = [_offer(desk, verb, tried, form) for verb in offered(desk)]
    lost = tried if tried is not None and tried not in [offer.verb for offer in offers] else None
    paragraph = Paragraph.objects.filter(pk=desk.row["paragraph"]).first() if desk.row["paragraph"] else None
    context = {
        "here": "tasks", "official": desk.official, "desk": desk, "line": line, "stage": stage_words(line.stage),
        "promise": promise_of(line, desk.row["coordinating"], paragraph.label if paragraph else "", desk.at),
        "paragraph": paragraph, "schedule": schedule(line, desk.at), "original": original(line, desk.at), "offers": offers,
        "tried": form, "rule": rule, "lost": lost, "unclear": _unclear(unclear or {}), "key": secrets.token_hex(16),
        "elsewhere": [] if offers else _elsewhere(desk), "parts": _parts(desk), "extensions": _extensions(desk),
        "told": _told(desk), "reports": _reports(desk), "evidence": _evidence(desk),
        "timeline": timeline_of(desk.found.happenings), "doer": desk.is_doer and "verifier" in desk.own and line.stage == "reported",
    }  # fmt: skip
    return render(request, "steer/task.html", context, status=status)


def _offer(desk: Desk, verb: Verb, tried: Verb | None, form: ActForm | None) -> Offer:
    if tried is verb and form is not None:
        return Offer(verb, form, True)
    return Offer(verb, verb.form(verb.slug, evidence=desk.found.evidence), tried is None and verb.main)


def _unclear(fields: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """Each clarity that does not check: its name, what is wrong, and the field where it is put right."""
    words = {
        "position": _("Person"), "task": _("Task"), "due_on": _("Deadline"), "lead": _("Responsibility"),
        "output": _("Output"), "instrument": _("Authority"), "verifier": _("Verifier"),
    }  # fmt: skip
    # What authority does not reach is the lead that was chosen; there is no field for a grant.
    places = {"instrument": "lead", "due_on": "due_on_day"}
    return [(words.get(field, field), str(why), places.get(field, field)) for field, why in fields.items()]


def _elsewhere(desk: Desk) -> list[Office]:
    """The reader's other offices that this task names: there they may do something."""
    named, present = named_by(desk.line.id), desk.official.office.position
    return [o for o in desk.official.held if o.position in named and o.position != present]


def _parts(desk: Desk) -> dict[str, Any] | None:
    """Its living parts with their shares, and how far all of them together are."""
    line = desk.line
    if not line.children:
        return None
    page = tasks.listed(desk.official.reader, Filter(parent=line.id), desk.at, most=MOST_PARTS)
    shares = dict(Task.objects.filter(parent=line.id).values_list("id", "share"))
    rows = [(row, shares[row.line.id] / 100) for row in rows_of(page.lines, desk.at)]
    standing = matrices.standing([line.id], desk.at)
    return {
        "rows": rows, "hidden": line.children > len(rows), "handed": desk.row["handed"] / 100,
        "progress": standing.progress(desk.row["whole"]), "matrix": standing.matrix,
    }  # fmt: skip


def _extensions(desk: Desk) -> list[dict[str, Any]]:
    """Every time the deadline was moved: when, by whom, by which decision, why."""
    made, offices = [], names([happening.position for happening in desk.found.happenings])
    for happening in desk.found.happenings:
        if happening.name == "steer.extend_task":
            number = happening.data["number"]
            reason = desk.part(f"extension-{number}").get("reason", "")
            made.append({"number": number, "at": happening.at, "who": offices.get(happening.position, "") if happening.position else "", "decision": happening.data["decision"], "reason": reason})  # fmt: skip
    return made


def _told(desk: Desk) -> list[tuple[str, str]]:
    """What was said beside the reports: the note, why it was declined, sent back or withdrawn."""
    words = {"declined": _("Declined"), "sent-back": _("Sent back"), "cancelled": _("Withdrawn")}
    made = [(_("Note"), desk.part("note").get("note", ""))]
    for name in sorted(desk.found.opened.parts, key=_number):
        kind = name.rpartition("-")[0]
        if kind in words:
            made.append((words[kind], desk.part(name).get("reason", "")))
    return [(label, said) for label, said in made if said]


def _number(name: str) -> int:
    digits = name.rpartition("-")[2]
    return int(digits) if digits.isdigit() else 0


def _reports(desk: Desk) -> list[dict[str, Any]]:
    """The reports, newest first, with what was said."""
    return [
        {"row": report, **desk.part(f"report-{report.number}")} for report in reversed(desk.found.reports)
    ]


def _evidence(desk: Desk) -> list[dict[str, Any]]:
    """The evidence with its judgement."""
    return [
        {
            "row": piece, "file": _file(desk, piece), "words": desk.part(f"evidence-{piece.id}").get("words", ""),
            "judgement": _judgement(piece.passes), "missing": _missing(desk, piece.id) if piece.passes is False else "",
        }
        for piece in desk.found.evidence
    ]  # fmt: skip


def _file(desk: Desk, piece: Evidence) -> dict[str, str] | None:
    """The name of a file, and where to fetch it."""
    id_ = uuid_of(piece.reference) if piece.kind == "file" else None
    if id_ is None:
        return None
    name = str(desk.part(f"file-{id_.hex}").get("name", "")) or _("file")
    return {"name": name, "href": reverse("steer:file", args=[desk.line.id, id_])}


def _judgement(passes: bool | None) -> Status:
    if passes is None:
        return Status("neutral", _("not judged yet"))
    return Status("on_time", _("shows the output")) if passes else Status("late", _("does not show it"))


def _missing(desk: Desk, piece: UUID) -> str:
    """What the last judgement of a piece found missing."""
    names = [name for name in desk.found.opened.parts if name.startswith(f"judged-{piece}-")]
    return str(desk.part(max(names, key=_number)).get("reason", "")) if names else ""
