"""What is written while a dossier is under way: apology and extension, stop notice, control slip."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from sauro.serve.documents.dates import short_moment, weekday_moment, written_moment
from sauro.serve.documents.facts import Case, Extension, Form04, Form05, Form06, Handover
from sauro.serve.documents.forms import parts
from sauro.serve.documents.sheet import Block, Items, Page, Paragraph, Promise, Signatures, Table


def form04(apology: Form04) -> Page:
    """Form 04: apology and proposal to extend. The original appointment is never hidden by the new one."""
    blocks: list[Block] = [
        *_addressed(apology),
        Paragraph(
            _("%(agency)s accepted your dossier on %(accepted)s, with the result due on %(due)s.")
            % {
                "agency": apology.letterhead.agency,
                "accepted": short_moment(apology.accepted),
                "due": short_moment(apology.original_due),
            }
        ),
        parts.who_asks_what(apology),
        Paragraph(_("We cannot keep that appointment. Reason:"), "bold"),
        Paragraph(apology.reason),
        Promise(
            label=_("New appointment for the result"),
            value=weekday_moment(apology.new_due),
            note=_("Original appointment: %(due)s. The original date stays on record.")
            % {"due": weekday_moment(apology.original_due)},
        ),
        Paragraph(
            _("This is extension %(ordinal)s; the law allows %(limit)s.")
            % {"ordinal": apology.ordinal, "limit": apology.limit}
        ),
    ]
    blocks += [
        *parts.section(_("Earlier extensions"), _extensions(apology.history)),
        Paragraph(
            _("%(agency)s apologises for the delay and the trouble it causes you.")
            % {"agency": apology.letterhead.agency}
        ),
        Signatures(
            right=parts.signed_by(apology.signer, apology.demonstration),
            recipients_label=pgettext("printed form", "To:"),
            recipients=(_("The applicant;"), _("Filed with the dossier.")),
        ),
        parts.check(apology.proof, parts.coded(apology.dossier)),
    ]
    title = gettext_lazy("Apology and proposal to extend the time limit")
    return parts.page(apology, title, parts.form_label("04"), blocks, (parts.coded(apology.dossier),))


def _addressed(case: Case) -> list[Block]:
    name = case.applicant.name
    return [Paragraph(_("To: %(name)s") % {"name": name}, "bold")] if name else []


def _extensions(history: tuple[Extension, ...]) -> Table:
    head = (
        pgettext("printed form", "Decided"),
        pgettext("printed form", "From"),
        pgettext("printed form", "To"),
        pgettext("printed form", "Reason"),
    )
    rows = tuple(
        (short_moment(each.decided), short_moment(each.old_due), short_moment(each.new_due), each.reason)
        for each in history
    )
    return Table(head, rows, (0, 0, 0, 1), "cccl")


def form05(notice: Form05) -> Page:
    """Form 05: processing stops; on whose request or ground, by which decision, and what happens to the money."""
    blocks: list[Block] = [
        *_addressed(notice),
        parts.who_asks_what(notice),
        parts.fields(
            (pgettext("printed form", "Accepted"), written_moment(notice.accepted)),
            (pgettext("printed form", "Stage"), notice.stage),
            (_("Requested or found"), notice.request),
        ),
        *parts.section(pgettext("printed form", "Decision"), Paragraph(notice.decision)),
        *parts.section(_("Legal basis"), Items(notice.basis)),
        *parts.section(_("Fees and charges"), Paragraph(notice.money)),
        Signatures(
            right=parts.signed_by(notice.signer, notice.demonstration),
            recipients_label=pgettext("printed form", "To:"),
            recipients=(_("The applicant;"), _("Filed with the dossier.")),
        ),
        parts.check(notice.proof, parts.coded(notice.dossier)),
    ]
    title = gettext_lazy("Notice that processing of the dossier stops")
    return parts.page(notice, title, parts.form_label("05"), blocks, (parts.coded(notice.dossier),))


def form06(slip: Form06) -> Page:
    """Form 06: the chain of hands, one row for each handover."""
    blocks: list[Block] = [
        parts.who_asks_what(slip),
        parts.fields(
            (pgettext("printed form", "Accepted"), written_moment(slip.accepted)),
            (_("Result due"), written_moment(slip.due)),
        ),
        *parts.section(_("Handovers"), _handovers(slip.handovers)),
        parts.check(slip.proof, parts.coded(slip.dossier)),
    ]
    title = gettext_lazy("Process control slip")
    return parts.page(slip, title, parts.form_label("06"), blocks, (parts.coded(slip.dossier),))


def _handovers(chain: tuple[Handover, ...]) -> Table:
    head = (
        pgettext("printed form", "No."),
        _("Handed over by"),
        _("Taken over by"),
        pgettext("printed form", "At"),
        pgettext("printed form", "Due"),
        pgettext("printed form", "Result"),
    )
    rows = tuple(
        (
            str(number),
            parts.officer_named(each.giver),
            parts.officer_named(each.taker),
            short_moment(each.given),
            short_moment(each.due) if each.due else "–",
            f"{_kept(each.result)}\n{each.note}" if each.note else _kept(each.result),
        )
        for number, each in enumerate(chain, 1)
    )
    return Table(head, rows, (0, 5, 5, 3, 3, 3), "cllccl")


def _kept(result: str) -> str:
    return {
        "before": pgettext("step result", "Before time"),
        "on_time": pgettext("step result", "On time"),
        "late": pgettext("step result", "Late"),
        "open": pgettext("step result", "Under way"),
    }[result]
