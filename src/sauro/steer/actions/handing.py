"""After a split: a task that was named goes to the part (invariant I7)."""

from uuid import UUID

import msgspec
from django.utils.translation import gettext as _

from sauro.core.doorway import Ask, Work, action
from sauro.core.doorway.registry import Query, Row
from sauro.core.models import Commitment
from sauro.core.queries.competence import handing
from sauro.core.rules.dividing import heirs
from sauro.steer.actions.subject import TASK
from sauro.steer.models import Task
from sauro.steer.rules.matrix import OPEN


class HandOverTask(msgspec.Struct, forbid_unknown_fields=True):
    """From which organisation to which, on which basis."""

    came: UUID
    into: UUID
    basis: str


def _standing(ask: Ask, payload: HandOverTask, envelope: Row | None) -> Query:
    return handing(payload.came, payload.into)


@action("steer.hand_over_task", subject=TASK, payload=HandOverTask, purpose="reorganise", facts=_standing)
def hand_over_task(work: Work) -> None:
    """Another leads it, in the office of the same type. Its first deadline, its parts and its verifier stay."""
    p: HandOverTask = work.payload
    row, promise = work.row(Task), work.row(Commitment)
    gone = {fact["id"] for fact in work.facts if fact["kind"] == "organisation"}
    offices = heirs(work.facts, p.came, p.into)
    if row["stage"] not in OPEN or row["lead"] not in gone:
        message = _("This task has ended, or another agency leads it. Nothing has changed now.")
        work.refuse("not_led", "I7", message, status=409)
    if not offices:
        work.refuse("no_head", "I7", _("The successor has no head who could take over."), field="into")
    beside = {row["assigner"], row["verifier"]} & offices.keys() or gone & set(row["coordinating"])
    others = [id_ for id_ in row["involved"] if beside or id_ not in gone]
    scopes = [p.into if id_ in gone else id_ for id_ in row["scopes"]]
    work.put(Task, lead=p.into, scopes=scopes, involved=list(dict.fromkeys([p.into, *others])))
    work.put(Commitment, lead=p.into, position=offices.get(promise["position"], promise["position"]))
    work.data.update(came_from=p.came, into=p.into, basis=p.basis)
