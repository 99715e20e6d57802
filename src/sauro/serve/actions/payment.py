"""Money: what is due is notified, which stops the clock; what was paid is recorded, which lets it run on."""

import re

import msgspec
from django.utils.translation import gettext as _

from sauro.core.doorway import Work
from sauro.serve.actions.subject import handling, move, start_clock_again, stop_clock
from sauro.serve.actions.supplement import cancel_timers, live_timers
from sauro.serve.models import Dossier
from sauro.serve.rules.statuses import Status

MOST = 10**15
# It stands in the event for ever, in the clear: a number, with no room for a name.
RECEIPT = re.compile(r"(?=.*\d)[A-Za-z0-9./_-]{1,64}")


class RequestPayment(msgspec.Struct, forbid_unknown_fields=True):
    """The amount in VND; 0 with ``waived``."""

    amount: int
    waived: bool = False


@handling("serve.request_payment", payload=RequestPayment, facts=live_timers)
def request_payment(work: Work) -> None:
    p: RequestPayment = work.payload
    if p.waived:
        move(work, "financial", "waived")
        work.put(Dossier, fee=0)
        _go_on(work)
        return
    if not 0 < p.amount < MOST:
        work.refuse("bad_amount", "118/2025/NĐ-CP", _("Enter the amount in whole dong."), field="amount")
    move(work, "financial", "requested")
    move(work, "business", Status.FINANCE_REQUESTED)
    stop_clock(work, "financial-duty")
    cancel_timers(work)
    work.put(Dossier, fee=p.amount)
    work.data["amount"] = p.amount


class RecordPayment(msgspec.Struct, forbid_unknown_fields=True):
    """The number of the receipt (of the payment system, not of a person)."""

    receipt: str


@handling("serve.record_payment", payload=RecordPayment)
def record_payment(work: Work) -> None:
    p: RecordPayment = work.payload
    if not RECEIPT.fullmatch(p.receipt.strip()):
        work.refuse("no_receipt", "118/2025/NĐ-CP", _("Enter the number of the receipt."), field="receipt")
    move(work, "financial", "paid")
    _go_on(work)
    work.data["receipt"] = p.receipt.strip()


def _go_on(work: Work) -> None:
    """Nothing is due any more: a dossier that waited for it goes on."""
    if work.row(Dossier)["status"] == Status.FINANCE_REQUESTED:
        move(work, "business", Status.PROCESSING)
        start_clock_again(work)
