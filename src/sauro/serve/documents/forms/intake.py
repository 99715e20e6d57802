"""What the applicant is handed when a dossier comes in: acknowledgement, receipt, supplement request, refusal."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from sauro.serve.documents.dates import short_moment, weekday_moment, written_date, written_moment
from sauro.serve.documents.facts import Acknowledgement, ClockLine, Deficiency, Form01, Form02, Form03
from sauro.serve.documents.forms import parts
from sauro.serve.documents.sheet import (
    Block,
    Heading,
    Items,
    Page,
    Paragraph,
    Promise,
    Signatures,
    Table,
)


def acknowledgement(filed: Acknowledgement) -> Page:
    """Says what arrived; it is no receipt yet, and says so."""
    blocks: list[Block] = [
        parts.who_asks_what(filed),
        parts.fields(
            (_("Received online"), written_moment(filed.submitted)),
            (
                _("Filed with the assistance of"),
                parts.officer_named(filed.assisted_by) if filed.assisted_by else "",
            ),
        ),
        *parts.section(_("What we have received"), parts.components(filed.components)),
        parts.fields((_("Legal time limit"), filed.limit), parts.fees(filed.fees)),
    ]
    if filed.result_by is not None:
        blocks.append(
            Promise(
                label=_("If the dossier is accepted today, the result is due by"),
                value=weekday_moment(filed.result_by),
                note=_(
                    "The appointment that binds the agency is on the receipt (Form 01) you get on acceptance."
                ),
            )
        )
    blocks += [
        Heading(_("What happens next")),
        Items(
            (
                _("An officer checks that the dossier is complete and correct."),
                _("If it is, you receive the receipt with the appointment date."),
                _("If something is missing, you are told once, in full, what and why."),
            )
        ),
        parts.check(filed.proof, _("Reference: %(code)s") % {"code": filed.dossier}),
    ]
    title = gettext_lazy("Acknowledgement of an online filing")
    reference = _("Reference: %(code)s") % {"code": filed.dossier}
    return parts.page(filed, title, _("Acknowledgement of an online filing"), blocks, (reference,))


def form01(receipt: Form01) -> Page:
    """Form 01: receipt of the dossier and appointment for its result (Decree 309/2026, art. 8.3)."""
    blocks: list[Block] = [
        parts.fields(
            (_("One-stop unit"), receipt.letterhead.agency),
            (_("Received by"), parts.contact(receipt.officer)),
        ),
        parts.who_asks_what(receipt),
        Heading(
            ngettext(
                "1. Components received (%(sets)s set)",
                "1. Components received (%(sets)s sets)",
                receipt.sets,
            )
            % {"sets": receipt.sets}
        ),
        parts.components(receipt.components),
        Heading(_("2. Time limit and appointment")),
        parts.fields(
            (_("Legal time limit"), receipt.limit),
            (pgettext("printed form", "Accepted"), written_moment(receipt.accepted)),
        ),
        Promise(
            _("Result due"),
            weekday_moment(receipt.due),
            _("Collect it: %(where)s") % {"where": receipt.collect_at} if receipt.collect_at else "",
        ),
        *parts.section(_("3. How the appointment was computed"), _computation(receipt.computation)),
        parts.fields((_("Register entry"), receipt.register_entry), parts.fees(receipt.fees)),
        parts.check(
            receipt.proof,
            signers=(
                parts.by_hand(_("The applicant"), receipt.applicant.name),
                parts.by_hand(_("The receiving officer"), receipt.officer.name),
            ),
        ),
    ]
    title = gettext_lazy("Receipt of dossier and appointment for the result")
    return parts.page(receipt, title, parts.form_label("01"), blocks, (parts.coded(receipt.dossier),))


def _computation(lines: tuple[ClockLine, ...]) -> Table:
    rows = tuple((line.what, short_moment(line.moment) if line.moment else "", line.rule) for line in lines)
    return Table(
        (_("What counts"), pgettext("printed form", "Moment"), pgettext("printed form", "Rule")),
        rows,
        (4, 0, 3),
        "lcl",
    )


def form02(request: Form02) -> Page:
    """Form 02: everything missing, once, in full, each with its reason and how to supply it."""
    blocks: list[Block] = [
        parts.who_asks_what(request),
        parts.fields(
            (pgettext("printed form", "Stage"), request.stage), (_("Request number"), str(request.ordinal))
        ),
    ]
    if request.ordinal > 1:
        blocks.append(
            Paragraph(_("This is not the first request for this dossier: it is recorded as overdue."), "bold")
        )
    blocks += [
        *parts.section(_("Please supplement or correct the following"), _deficiencies(request.deficiencies)),
    ]
    if request.answer_by is not None:
        blocks.append(Promise(_("Please answer by"), weekday_moment(request.answer_by)))
    blocks += [
        *parts.help_from(request.officer),
        Signatures(right=parts.by_hand(_("The guiding officer"), request.officer.name)),
        parts.check(request.proof, parts.coded(request.dossier)),
    ]
    title = gettext_lazy("Request to supplement and complete the dossier")
    return parts.page(request, title, parts.form_label("02"), blocks, (parts.coded(request.dossier),))


def _deficiencies(missing: tuple[Deficiency, ...]) -> Table:
    head = (
        pgettext("printed form", "No."),
        pgettext("printed form", "What"),
        pgettext("printed form", "Why"),
        _("How to complete it"),
    )
    rows = tuple(
        (
            str(number),
            each.item,
            f"{each.reason}\n({each.basis})" if each.basis else each.reason,
            each.guidance,
        )
        for number, each in enumerate(missing, 1)
    )
    return Table(head, rows, (0, 3, 4, 4), "clll")


def form03(refusal: Form03) -> Page:
    """Form 03: refusal to accept, with reasons in words and their ground."""
    blocks: list[Block] = [
        parts.who_asks_what(refusal),
        *_reasons(refusal),
        *parts.section(_("Legal basis"), Items(refusal.basis)),
        *parts.section(_("What you can do"), Paragraph(refusal.guidance)),
        *parts.help_from(refusal.officer),
        Paragraph(_("Date of refusal: %(date)s.") % {"date": written_date(refusal.issued)}),
        parts.check(
            refusal.proof,
            signers=(
                parts.by_hand(_("The applicant"), refusal.applicant.name),
                parts.by_hand(_("The receiving officer"), refusal.officer.name),
            ),
        ),
    ]
    title = gettext_lazy("Refusal to accept the dossier")
    return parts.page(refusal, title, parts.form_label("03"), blocks, (parts.coded(refusal.dossier),))


def _reasons(refusal: Form03) -> list[Block]:
    if not refusal.reasons:
        return []
    sentence = ngettext(
        "Having examined the dossier, %(agency)s does not accept it, for this reason:",
        "Having examined the dossier, %(agency)s does not accept it, for these reasons:",
        len(refusal.reasons),
    ) % {"agency": refusal.letterhead.agency}
    return [Paragraph(sentence), Items(refusal.reasons)]
