"""Steps between acceptance and decision: handing over, examining, consulting; each done by the office of the step."""

import msgspec
from django.utils.translation import gettext as _

from sauro.core.doorway import Work
from sauro.core.models import Commitment
from sauro.serve.actions.subject import advance, did, handling, require, require_step, require_turn, turn
from sauro.serve.models import Dossier
from sauro.serve.rules.statuses import Status


class CompleteStep(msgspec.Struct, forbid_unknown_fields=True):
    """The step that the officer saw as the present one, and a note (sealed) for those who come after."""

    step: str
    note: str = ""


def _complete(work: Work, *kinds: str, doing: bool = True) -> None:
    p: CompleteStep = work.payload
    require(work, {Status.ACCEPTED, Status.PROCESSING})
    step = require_step(work, *kinds)
    if step.id != p.step:
        require_step(work)
    require_turn(work)
    if step.kind == "finance" and work.row(Dossier)["payment"] not in ("paid", "waived"):
        work.refuse(
            "payment_open", "118/2025/NĐ-CP",
            _("Notify what is to be paid and record the payment first, or note that it is waived by law."),
            status=409,
        )  # fmt: skip
    if doing:
        did(work)
    if p.note.strip():
        version = work.row(Commitment)["version"]
        work.personal(work.subject, f"note-{version}", {"step": step.id, "note": p.note.strip()})
    advance(work)


@handling("serve.assign_dossier", payload=CompleteStep, facts=turn)
def assign_dossier(work: Work) -> None:
    """Hand the dossier to the office that handles it. Whoever only hands it over did no work on it, and may sign it."""
    _complete(work, "assign", doing=False)


@handling("serve.complete_step", payload=CompleteStep, facts=turn)
def complete_step(work: Work) -> None:
    """Complete an examination, verification, consultation, posting, finance or review step."""
    _complete(work, "examine", "verify", "consult", "publish", "finance", "review")
