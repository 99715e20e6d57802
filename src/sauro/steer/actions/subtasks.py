"""Handing a part of a task down: the sub-task is promised in the same act, or not at all."""

from datetime import date
from typing import Any
from uuid import UUID

import msgspec
from django.utils.translation import gettext as _

from sauro.core.doorway import Ask, Work, action
from sauro.core.doorway.registry import Query, Row
from sauro.core.ids import new_id
from sauro.core.models import Commitment
from sauro.core.queries import courses
from sauro.core.rules.closing import all_may_close
from sauro.core.text import fold
from sauro.steer.actions import subject
from sauro.steer.actions.drafting import (
    RETENTION,
    Named,
    Terms,
    end_of,
    involved,
    named_by,
    promised,
    refuse_unknown,
)
from sauro.steer.actions.subject import TASK
from sauro.steer.models import Task
from sauro.steer.rules.shares import DEEPEST, WHOLE, whole_of


class HandSubTask(Terms, forbid_unknown_fields=True):
    """A part of the task for somebody else: ``share`` of it in basis points, by a day not after the task's own."""

    share: int = WHOLE
    code: str = ""
    id: UUID | None = None


def _facts(ask: Ask, payload: HandSubTask, envelope: Row | None) -> Query | None:
    if envelope is None:
        return None
    sql, values = named_by(ask, payload, envelope["instrument"])
    heirs = """
UNION ALL SELECT 'heir', p.id, p.current, NULL, NULL, '{}', NULL, NULL FROM core_actor p WHERE p.id = %s"""
    return sql + heirs, [*values, envelope["position"]]


@action("steer.hand_sub_task", subject=TASK, payload=HandSubTask, purpose="steer", facts=_facts)
def hand_sub_task(work: Work) -> None:
    """The responsible office hands a part down: below itself, or to who coordinates by the instrument's own words."""
    p: HandSubTask = work.payload
    parent, above = work.row(Task), work.row(Commitment)
    heir = next((row["current"] for row in work.facts if row["tag"] == "heir"), None)
    if work.ask.position not in (above["position"], heir):
        work.refuse("not_your_office", "I1: a clear person", _("Only the office responsible for this task does this."), status=403)  # fmt: skip
    subject.require_stage(work, {"working"}, _("Accept the task before you hand parts of it on."))
    named = Named(work.facts)
    refuse_unknown(work, named, p)
    _refuse_share(work, p, parent)
    if p.lead is None:
        work.refuse(
            "unclear", "I1: a clear responsibility", _("Choose the one agency that leads."), field="lead"
        )
        raise AssertionError
    covered = named.covers(work, p.lead) or p.lead in parent["coordinating"]
    promised(work, named, p.position, p.task, p.due_on, p.lead, p.output, p.verifier, covered)
    assert p.due_on is not None
    if end_of(work, p.due_on) > above["due"]:
        work.refuse("after_parent", "I1: a clear time", _("A part cannot be due after the whole. Choose an earlier day."), field="due_on")  # fmt: skip
    subject.did(work)
    _insert(work, named, p, p.lead, p.due_on)
    work.put(
        Task,
        handed=parent["handed"] + p.share,
        children=parent["children"] + 1,
        numbered=parent["numbered"] + 1,
    )


def _refuse_share(work: Work, p: HandSubTask, parent: Row) -> None:
    left = WHOLE - parent["handed"]
    if not 0 < p.share <= left:
        message = _("Of this task, %(left)s %% is left to hand on. Choose a share up to that.") % {
            "left": left / 100
        }
        work.refuse("share", "I2: roll-up", message, field="share", left=left)
    if len(parent["path"]) >= DEEPEST:
        work.refuse("too_deep", "I1: a clear responsibility", _("This cascade is deep enough: do it, or hand it on beside this one."))  # fmt: skip


def _insert(work: Work, named: Named, p: HandSubTask, lead: UUID, due_on: date) -> None:
    parent, above, task = work.row(Task), work.row(Commitment), p.id or new_id()
    course, calendar, calendar_id = subject.begin_clock(work, due_on)
    due: Any = course.original_due
    path = [*parent["path"], work.subject]
    code = p.code.strip() or f"{parent['code']}.{parent['numbered'] + 1}"
    everybody = list(dict.fromkeys([*parent["involved"], *involved(work, named, p, lead)]))
    work.insert(
        Commitment, id=task, kind="task", state="assigned", task=p.task.strip(), lead=lead, position=p.position,
        output=p.output.strip(), instrument=parent["instrument"], authority_grant=work.grant.id, parent=work.subject,
        course=courses.stored(course, calendar_id), due=due, due_original=due, opened_at=work.now, unit=task,
        retention=RETENTION, doers=[], simulated=above["simulated"],
    )  # fmt: skip
    work.insert(
        Task, id=task, code=code[:64], instrument=parent["instrument"], paragraph=parent["paragraph"], parent=work.subject,
        path=path, scopes=[*path, lead, parent["instrument"]], lead=lead, coordinating=p.coordinating, involved=everybody,
        assigner=work.ask.position, verifier=p.verifier, due_on=due_on, due=due, stage="assigned", share=p.share,
        whole=whole_of(parent["whole"], p.share), folded=fold(f"{code} {p.task}"), batch=parent["batch"],
    )  # fmt: skip
    work.personal(task, "note", {"note": p.note.strip()})
    subject.plan_timers(work, task, course, calendar)
    work.answer.update(task=str(task), code=code[:64])


class CancelTask(msgspec.Struct, forbid_unknown_fields=True):
    """Why it is no longer wanted."""

    reason: str


_CANCELLED = """EXISTS (SELECT 1 FROM steer_task c WHERE c.parent = %s AND c.stage NOT IN ('cancelled', 'done')) AS living,
  (SELECT current FROM core_actor WHERE id = %s::uuid) AS heir"""


def _cancel_facts(ask: Ask, payload: CancelTask, envelope: Row | None) -> Query | None:
    """Whether there are living parts, who assigns today; and the parent, held so that its shares stay right."""
    if envelope is None:
        return None
    values = [ask.subject, envelope["assigner"]]
    if envelope["parent"] is None:
        return f"SELECT {_CANCELLED}", values
    sql = f"SELECT t.*, {_CANCELLED} FROM steer_task t WHERE t.id = %s FOR UPDATE"  # noqa: S608 — constant parts
    return sql, [*values, envelope["parent"]]


@action(
    "steer.cancel_task", subject=TASK, payload=CancelTask, purpose="steer", facts=_cancel_facts, batch=False
)
def cancel_task(work: Work) -> None:
    """Withdraw a task that is no longer wanted; what was done under it stays in the journal. Its parts go first."""
    row = work.row(Task)
    subject.require_stage(work, {"draft", "assigned", "working", "declined"}, _("This task is reported or ended; it cannot be withdrawn any more."))  # fmt: skip
    reason = subject.require_words(work, "reason", _("Say the reason in a few words."))
    subject.require_assigner(work, work.facts[0]["heir"])
    if any(fact["living"] for fact in work.facts):
        work.refuse("parts_living", "I7: no orphan", _("Parts of this task are still under way. Withdraw them first."), status=409)  # fmt: skip
    if not all_may_close(work.persons, work.row(Commitment)["doers"]):
        work.refuse(
            "doer_closes", "I3", _("You worked on this task, so somebody else must end it."), status=403
        )
    work.personal(work.subject, f"cancelled-{work.row(Commitment)['version']}", {"reason": reason})
    work.put(Commitment, state="cancelled", closed_at=work.now, closed_how="stopped", finished_at=work.now)
    work.put(Task, stage="cancelled")
    if row["parent"] is not None:
        above = {name: value for name, value in work.facts[0].items() if name not in ("living", "heir")}
        work.put_row(Task, above, handed=above["handed"] - row["share"], children=above["children"] - 1)
