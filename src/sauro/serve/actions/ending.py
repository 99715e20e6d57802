"""Endings before a decision: the agency stops a dossier with a notice, or the person withdraws it."""

import msgspec
from django.utils.translation import gettext as _

from sauro.core.doorway import Work, action
from sauro.core.models import Commitment
from sauro.serve.actions.subject import DOSSIER, close, handling, move
from sauro.serve.rules.statuses import Status


class StopDossier(msgspec.Struct, forbid_unknown_fields=True):
    """Why handling stops (Form 05), in words; sealed."""

    reason: str


@handling("serve.stop_dossier", payload=StopDossier)
def stop_dossier(work: Work) -> None:
    p: StopDossier = work.payload
    if len(p.reason.split()) < 3:
        work.refuse(
            "no_reason",
            "03/2025/TT-VPCP, Mẫu 05",
            _("Say the reason in words the applicant understands."),
            field="reason",
        )
    move(work, "business", Status.STOPPED)
    work.personal(work.subject, f"stop-{work.row(Commitment)['version']}", {"reason": p.reason.strip()})
    close(work, "stopped", closer=work.ask.person)


class WithdrawDossier(msgspec.Struct, forbid_unknown_fields=True):
    """Nothing is asked: a person may withdraw without a reason."""


@action("serve.withdraw_dossier", subject=DOSSIER, payload=WithdrawDossier, purpose="file")
def withdraw_dossier(work: Work) -> None:
    """The person withdraws what they filed, before it is decided."""
    move(work, "business", Status.WITHDRAWN)
    close(work, "withdrawn", closer=None)
