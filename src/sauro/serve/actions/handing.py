"""After a split: an open dossier goes to the part that is competent for it now (invariant I7)."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import msgspec
from django.utils.translation import gettext as _

from sauro.core.doorway import Ask, Work, action
from sauro.core.doorway.registry import Query, Row
from sauro.core.models import Commitment
from sauro.core.queries.competence import handing
from sauro.core.rules.dividing import heirs
from sauro.serve.actions.subject import DOSSIER
from sauro.serve.models import Dossier


class HandOver(msgspec.Struct, forbid_unknown_fields=True):
    """From which organisation to which, on which basis."""

    came: UUID
    into: UUID
    basis: str


def _standing(ask: Ask, payload: HandOver, envelope: Row | None) -> Query:
    return handing(payload.came, payload.into)


@action("serve.hand_over", subject=DOSSIER, payload=HandOver, purpose="reorganise", facts=_standing)
def hand_over(work: Work) -> None:
    """The part takes part where the old organisation did, and its offices do the steps that are left.

    Deadline, codes and status stay as they are. What has ended keeps who did it.
    """
    p: HandOver = work.payload
    if work.row(Commitment)["state"] not in ("filed", "assigned"):
        message = _("This dossier has ended and stays with who handled it.")
        work.refuse("ended", "I7", message, status=409)
    offices = heirs(work.facts, p.came, p.into)
    if not offices:
        work.refuse("no_head", "I7", _("The successor has no head who could take over."), field="into")
    gone = {row["id"] for row in work.facts if row["kind"] == "organisation"}
    dossier, promise = work.row(Dossier), work.row(Commitment)
    places: dict[str, Any] = {
        name: p.into for name in ("received_by", "competent", "assisted_at") if dossier[name] in gone
    }
    involved = sorted({p.into if id_ in gone else id_ for id_ in dossier["involved"]})
    if dossier["result_digest"] is None:
        # A decision that waits for its signature names who decides: it is rendered anew.
        places.update(prepared_file=None, prepared_digest=None)
    work.put(Dossier, involved=involved, plan=_replanned(dossier["plan"], offices), **places)
    work.put(
        Commitment, lead=p.into if promise["lead"] in gone else promise["lead"],
        position=offices.get(promise["position"], promise["position"]),
    )  # fmt: skip
    work.data.update(came_from=p.came, into=p.into, basis=p.basis)


def _replanned(plan: Mapping[str, Any], offices: Mapping[UUID, UUID]) -> dict[str, Any]:
    """The plan with the offices of the part in the steps of the old ones."""
    positions = plan.get("positions", {})
    return {**plan, "positions": {step: str(offices.get(UUID(id_), id_)) for step, id_ in positions.items()}}
