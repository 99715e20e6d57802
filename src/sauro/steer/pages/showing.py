"""A task as pages show it: three statuses that are never one, its promise in six parts, its history in plain words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from sauro.core.models import Record
from sauro.core.queries import successors
from sauro.steer.queries.agencies import names, seats
from sauro.steer.queries.instruments import titles
from sauro.steer.queries.tasks import NEAR, Happening, Line
from sauro.steer.rules.matrix import OPEN
from sauro.web.deputies import deputies, done_by
from sauro.web.shapes import Part, Promise, Status, TimelineEntry
from sauro.web.wording import citation, percent
from sauro.web.wording import moment as said_moment

QUIET = ("draft", "declined", "cancelled")


def stage_words(stage: str) -> str:
    """Where a task stands."""
    words = {
        "draft": _("being drafted"), "assigned": _("assigned, waits to be accepted"), "working": _("under way"),
        "reported": _("reported done, waits to be judged"), "done": _("done"), "declined": _("declined"),
        "cancelled": _("withdrawn"),
    }  # fmt: skip
    return words[stage]


def reported(line: Line) -> Status:
    """What the responsible office says of it."""
    if line.reported == "done":
        return Status("on_time", _("reported done"))
    if line.reported == "in_progress":
        note = _("difficulty reported") if line.difficulty else ""
        return Status("neutral", _("in progress, %(percent)s") % {"percent": percent(line.progress)}, note)
    return Status("neutral", _("nothing reported"))


def evidenced(line: Line) -> Status:
    """What the evidence shows, in the verifier's judgement; a report of completion that it does not bear out is red."""
    if line.shown:
        return Status("on_time", _("shown"))
    if line.reported == "done" and line.stage in OPEN:
        return Status("late", _("not shown"))
    if line.evidenced == "partial":
        return Status("near", _("not shown yet"))
    return Status("neutral", _("none yet"))


def schedule(line: Line, at: datetime) -> Status:
    """How it stands against the deadline in force."""
    return _against(line.due, line, at)


def original(line: Line, at: datetime) -> Status:
    """How it stands against what was promised first, whatever was extended since."""
    return _against(line.due_original, line, at)


def _against(due: datetime | None, line: Line, at: datetime) -> Status:
    if line.stage in QUIET or due is None:
        return Status("neutral", _("no deadline runs"))
    if line.stage == "done":
        late = line.finished_at is not None and line.finished_at > due
        return Status("late", _("done late")) if late else Status("on_time", _("done in time"))
    if at > due:
        days = max(1, (at - due).days)
        return Status("late", ngettext("late by %(count)d day", "late by %(count)d days", days) % {"count": days})  # fmt: skip
    if due - at <= NEAR:
        return Status("near", _("due soon"))
    return Status("on_time", _("in time"))


@dataclass(frozen=True)
class Row:
    """A task in a list, in words."""

    line: Line
    lead: str
    office: str
    instrument: str
    stage: str
    reported: Status
    evidenced: Status
    schedule: Status
    original: Status | None


def rows_of(lines: Sequence[Line], at: datetime) -> list[Row]:
    """Lines in words."""
    # What has ended names who did it; what is open, who has it today.
    asked = [id_ for line in lines for id_ in (line.lead, line.position)]
    known = successors.said(asked)
    done = names([id_ for line in lines if line.finished_at for id_ in (line.lead, line.position)])
    law = titles([line.instrument for line in lines])
    return [
        Row(
            line, _called(line, line.lead, known, done), _called(line, line.position, known, done),
            law.get(line.instrument, ""), stage_words(line.stage), reported(line), evidenced(line), schedule(line, at),
            original(line, at) if line.extensions else None,
        )
        for line in lines
    ]  # fmt: skip


def _called(line: Line, id_: UUID | None, known: Mapping[UUID, str], done: Mapping[UUID, str]) -> str:
    return "" if id_ is None else (done if line.finished_at else known).get(id_, "")


def promise_of(line: Line, coordinating: Sequence[UUID], paragraph: str, at: datetime) -> Promise:
    """The six clarities and the three statuses of a task."""
    offices = seats([line.position, line.verifier])
    known = (
        names([line.lead, *coordinating]) if line.finished_at else successors.said([line.lead, *coordinating])
    )
    record = Record.objects.filter(pk=line.instrument).first()
    office = offices.get(line.position) if line.position else None
    judge = offices.get(line.verifier) if line.verifier else None
    held = "" if office is None or office.held else _("vacant: nobody holds this office today")
    beside = ", ".join(known[id_] for id_ in coordinating if id_ in known)
    return Promise(
        person=Part(office.name if office else "", held or (office.organisation_name if office else "")),
        task=Part(line.task),
        deadline=Part(_deadline(line), _first_promise(line)),
        responsibility=Part(known.get(line.lead, ""), _("with %(agencies)s") % {"agencies": beside} if beside else ""),
        output=Part(line.output, _("judged by %(office)s, %(agency)s") % {"office": judge.name, "agency": judge.organisation_name} if judge else ""),
        authority=Part(record.code if record else "", paragraph or (record.title_vi if record else "")),
        reported=reported(line), evidenced=evidenced(line), schedule=original(line, at),
    )  # fmt: skip


def _deadline(line: Line) -> str:
    if line.due is not None:
        return said_moment(line.due)
    return _("%(day)s (as drafted)") % {"day": f"{line.due_on:%d/%m/%Y}"} if line.due_on else ""


def _first_promise(line: Line) -> str:
    if line.due_original is None:
        return ""
    if not line.extensions:
        return _("never extended")
    times = ngettext("extended once", "extended %(count)d times", line.extensions) % {
        "count": line.extensions
    }
    return _("first promised: %(moment)s; %(times)s") % {"moment": said_moment(line.due_original), "times": times}  # fmt: skip


def rule_words(rule: str) -> str:
    """The rule that a refusal rests on, as a reader knows it: an invariant by what it says, the law as it is cited."""
    said = {
        "I1": _("Nothing is assigned unless six things are clear"), "I2": _("What is reported, what is shown and what was promised first stay apart"),
        "I3": _("Who did the work does not close it"), "I7": _("Nothing is left without somebody who answers for it"),
        "a clear person": _("clear person"), "a clear task": _("clear task"), "a clear time": _("clear time"),
        "a clear responsibility": _("clear responsibility"), "a clear output": _("clear output"), "a clear authority": _("clear authority"),
    }  # fmt: skip
    number, _colon, parts = rule.partition(": ")
    if number not in said:
        return citation(rule)
    clear = ", ".join(said[part] for part in parts.split(", ") if part in said)
    return f"{said[number]}{': ' if clear else ''}{clear}"


def event_words(name: str) -> str:
    """What an event means to a person."""
    words = {
        "steer.draft_task": _("Drafted"), "steer.amend_task": _("Corrected"), "steer.assign_task": _("Assigned; the clock started"),
        "steer.accept_task": _("Accepted"), "steer.decline_task": _("Declined"), "steer.hand_sub_task": _("A part was handed on"),
        "steer.report_progress": _("Progress was reported"), "steer.attach_evidence": _("Evidence was attached"),
        "steer.judge_evidence": _("Evidence was judged"), "steer.send_back_task": _("The report was sent back"),
        "steer.extend_task": _("The deadline was moved"), "steer.close_task": _("Closed by the verifier"),
        "steer.cancel_task": _("Withdrawn"), "steer.undo_import": _("Withdrawn, since the import was undone"),
        "core.fire_timer": _("A deadline was checked"),
    }  # fmt: skip
    return words.get(name, name)


def timer_words(kind: str) -> str:
    """What it means that a timer of a task fired; nothing for those that tell nobody."""
    words = {
        "half_time": _("Half of the time is used"),
        "due_soon": _("Due soon"),
        "breach": _("The deadline has passed"),
    }
    return words.get(kind, "")


def timeline_of(happenings: Sequence[Happening]) -> list[TimelineEntry]:
    """The history of a task, oldest first; timers only where they had an effect."""
    offices = names([h.position for h in happenings])
    acting = deputies(h.data for h in happenings)
    made = []
    for happening in happenings:
        what = event_words(happening.name)
        if happening.name == "core.fire_timer":
            if happening.data.get("answer", {}).get("effect") != "fired":
                continue
            what = timer_words(happening.data["kind"]) or what
        kind: Literal["late", "done"] = "late" if happening.data.get("kind") == "breach" else "done"
        office = offices.get(happening.position, "") if happening.position else _("the platform")
        who = done_by(office, happening.data, acting)
        made.append(TimelineEntry(happening.at, what, who, kind=kind, note=_note(happening.data)))
    return made


def _note(data: Mapping[str, object]) -> str:
    return _("by %(decision)s") % {"decision": data["decision"]} if "decision" in data else ""
