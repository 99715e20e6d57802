"""What a person is told at each step of a dossier, by e-mail, inbox and text message.

A change of status is told at once and names the agency, the officer who handles it and the moments of
receipt, processing and return (Decree 224/2026, art. 15.1.g). Nothing else personal is written: no name of
the applicant, no reasons; those wait behind the link, under sign-in.
"""

from collections.abc import Callable
from datetime import datetime

import msgspec
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from sauro.serve.documents.dates import short_moment, weekday_moment
from sauro.serve.documents.facts import Language


class Notice(msgspec.Struct, frozen=True):
    """`subject` is one line, `body` plain text, `short` one sentence or two for a text message."""

    subject: str
    body: str
    short: str


class CaseFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What a notice may say. `procedure` and `collect_at` are in the reader's language; `officer` is a position.

    `due` is the appointment in force, `original_due` the first one; a moment that has not come is None.
    """

    dossier: str
    procedure: str
    agency: str
    officer: str
    link: str
    received: datetime
    accepted: datetime | None = None
    due: datetime | None = None
    original_due: datetime | None = None
    answer_by: datetime | None = None
    processed: datetime | None = None
    returned: datetime | None = None
    collect_at: str = ""
    demonstration: bool = False


def write(step: str, facts: CaseFacts, language: Language) -> Notice:
    """The notice of a step in one language. Raises KeyError for a step nobody is told about."""
    with translation.override(language):
        return STEPS[step](facts)


def submitted(facts: CaseFacts) -> Notice:
    """Filed online, not yet accepted: `due` is the result's date if it is accepted today."""
    lines = [_("We have received your filing. An officer now checks that it is complete and correct.")]
    if facts.due:
        lines.append(
            _("If it is accepted today, the result is due %(due)s.") % {"due": weekday_moment(facts.due)}
        )
    lines.append(_("You are told as soon as it is accepted, or what is missing."))
    return _notice(facts, pgettext("dossier notice", "received"), lines)


def accepted(facts: CaseFacts) -> Notice:
    """Accepted: the appointment stands."""
    due = weekday_moment(_needed(facts.due))
    lines = [
        _("Your dossier is accepted. The result is due %(due)s.") % {"due": due},
        _("The receipt (Form 01) with the computation of this date is in your dossier."),
    ]
    return _notice(facts, pgettext("dossier notice", "accepted, result due %(due)s") % {"due": due}, lines)


def supplement_requested(facts: CaseFacts) -> Notice:
    """Something is missing; what, stands in Form 02 behind the link."""
    lines = [
        _(
            "Your dossier needs something more. The list, with reasons and guidance, is in your dossier (Form 02)."
        )
    ]
    if facts.answer_by:
        lines.append(_("Please answer by %(by)s.") % {"by": weekday_moment(facts.answer_by)})
    return _notice(facts, pgettext("dossier notice", "please supplement"), lines)


def resumed(facts: CaseFacts) -> Notice:
    """The supplement arrived and the clock runs again."""
    lines = [_("We have what we asked you for, and your dossier is being processed again.")]
    if facts.due:
        lines.append(_("The result is due %(due)s.") % {"due": weekday_moment(facts.due)})
    return _notice(facts, pgettext("dossier notice", "processing resumed"), lines)


def payment_requested(facts: CaseFacts) -> Notice:
    """Money is due, and the clock stands still until it is paid."""
    lines = [
        _(
            "Something must be paid before your dossier goes on. The amount, and how to pay, are in your dossier."
        ),
        _("Our time to process it pauses until you have paid."),
    ]
    return _notice(facts, pgettext("dossier notice", "please pay"), lines)


def apologised(facts: CaseFacts) -> Notice:
    """Late, or about to be: the apology with both dates."""
    new, old = weekday_moment(_needed(facts.due)), weekday_moment(_needed(facts.original_due))
    lines = [
        _("We could not keep the appointment of %(old)s. We apologise.") % {"old": old},
        _("The new appointment is %(new)s. The reason is in the letter of apology (Form 04) in your dossier.")
        % {"new": new},
    ]
    return _notice(
        facts, pgettext("dossier notice", "our apology; new appointment %(due)s") % {"due": new}, lines
    )


def finished(facts: CaseFacts) -> Notice:
    """The result waits."""
    lines = [_("The result of your dossier is ready.")]
    if facts.collect_at:
        lines.append(_("Collect it: %(where)s.") % {"where": facts.collect_at.rstrip(".")})
    return _notice(facts, pgettext("dossier notice", "result ready"), lines)


def returned(facts: CaseFacts) -> Notice:
    """The result was handed over."""
    lines = [
        _("The result was handed over on %(moment)s.") % {"moment": short_moment(_needed(facts.returned))},
        _("If you did not receive it, tell the agency at once."),
    ]
    return _notice(facts, pgettext("dossier notice", "result returned"), lines)


def withdrawn(facts: CaseFacts) -> Notice:
    """Taken back by the applicant."""
    lines = [
        _("Your dossier was withdrawn at your request. If you did not ask for this, tell the agency at once.")
    ]
    return _notice(facts, pgettext("dossier notice", "withdrawn"), lines)


def refused(facts: CaseFacts) -> Notice:
    """Not accepted; the reasons stand in Form 03."""
    lines = [
        _("Your dossier was not accepted. The reasons and what you can do are in the refusal (Form 03)."),
        _("You may file again, or complain if you disagree."),
    ]
    return _notice(facts, pgettext("dossier notice", "not accepted"), lines)


def stopped(facts: CaseFacts) -> Notice:
    """Processing ends without a result; why, stands in Form 05."""
    lines = [
        _(
            "Processing of your dossier has stopped. The ground, and what happens to fees, are in the notice (Form 05)."
        ),
        _("You may file again, or complain if you disagree."),
    ]
    return _notice(facts, pgettext("dossier notice", "processing stopped"), lines)


def breached(facts: CaseFacts) -> Notice:
    """To the head of the agency: a dossier passed its appointment."""
    lines = [
        _("This dossier passed its appointment of %(due)s without a result.")
        % {"due": weekday_moment(_needed(facts.due))},
        _("An apology with a new date (Form 04) is owed to the applicant."),
    ]
    return _notice(
        facts,
        pgettext("dossier notice", "overdue since %(due)s") % {"due": short_moment(_needed(facts.due))},
        lines,
    )


STEPS: dict[str, Callable[[CaseFacts], Notice]] = {
    step.__name__: step
    for step in (
        submitted,
        accepted,
        supplement_requested,
        payment_requested,
        resumed,
        apologised,
        finished,
        returned,
        withdrawn,
        refused,
        stopped,
        breached,
    )
}


def _notice(facts: CaseFacts, state: str, lines: list[str]) -> Notice:
    dossier = " ".join(facts.dossier.split())
    subject = _("Dossier %(code)s: %(state)s") % {"code": dossier, "state": state}
    marker = _("Demonstration: no legal value.") if facts.demonstration else ""
    closing = [
        _("Open the dossier: %(link)s") % {"link": facts.link},
        _("Sent automatically; please do not reply."),
    ]
    paragraphs = ["\n".join(lines), "\n".join(_particulars(facts)), "\n".join(closing), marker]
    body = "\n\n".join(paragraph for paragraph in paragraphs if paragraph) + "\n"
    short = " ".join(part for part in (subject + ".", facts.link, marker) if part)
    return Notice(subject=subject, body=body, short=short)


def _particulars(facts: CaseFacts) -> list[str]:
    moments = (
        (pgettext("dossier notice", "Received"), facts.received),
        (pgettext("dossier notice", "Accepted"), facts.accepted),
        (pgettext("dossier notice", "Processed"), facts.processed),
        (pgettext("dossier notice", "Returned"), facts.returned),
    )
    rows = [
        (pgettext("dossier notice", "Procedure"), facts.procedure),
        (pgettext("dossier notice", "Agency"), facts.agency),
        (pgettext("dossier notice", "Handled by"), facts.officer),
        *((label, short_moment(moment)) for label, moment in moments if moment is not None),
    ]
    return [f"{label}: {value}" for label, value in rows if value]


def _needed(moment: datetime | None) -> datetime:
    if moment is None:
        raise ValueError("this notice needs a moment that the facts leave out")
    return moment
