"""Undoing an import: its tasks are withdrawn as one batch, as long as nobody took them on."""

from typing import Any
from uuid import UUID

import msgspec
from django.utils.translation import gettext as _

from sauro.core.doorway import Ask, Work, action
from sauro.core.doorway.registry import Query, Row
from sauro.core.models import Commitment
from sauro.core.rules.closing import all_may_close
from sauro.steer.actions import subject
from sauro.steer.actions.subject import TASK
from sauro.steer.models import Task

UNDO = "steer.undo_import"


class UndoImport(msgspec.Struct, forbid_unknown_fields=True):
    """The import that the task came with."""

    batch: UUID


def _heir(ask: Ask, payload: Any, envelope: Row | None) -> Query | None:
    """Who stands today for the office that assigned it."""
    return ("SELECT current FROM core_actor WHERE id = %s", [envelope["assigner"]]) if envelope else None


@action(UNDO, subject=TASK, payload=UndoImport, purpose="steer", facts=_heir)
def undo_import(work: Work) -> None:
    """Withdraw a task that came with an import, before anybody took it on; what was worked on is withdrawn with a reason.

    A part has another task's share, which an act on many at once must not change: it comes with no import.
    """
    row = work.row(Task)
    if row["batch"] != work.payload.batch or row["parent"] is not None:
        work.refuse("not_of_this_import", "steer: task lists", _("This task did not come with this import."), status=409)  # fmt: skip
    subject.require_stage(work, {"draft", "assigned", "declined"}, _("Somebody has taken this task on, so undoing the import does not reach it. Withdraw it by itself, with the reason."))  # fmt: skip
    subject.require_assigner(work, work.facts[0]["current"] if work.facts else None)
    if not all_may_close(work.persons, work.row(Commitment)["doers"]):
        work.refuse("doer_closes", "I3", _("You worked on this task, so somebody else must end it."), status=403)  # fmt: skip
    work.put(Commitment, state="cancelled", closed_at=work.now, closed_how="stopped", finished_at=work.now)
    work.put(Task, stage="cancelled")
