"""What several forms print alike: the head, who applies for what, the components, the check code."""

import re

from django.utils import translation
from django.utils.functional import Promise as Lazy
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from sauro.serve.documents import qr
from sauro.serve.documents.dates import money, place_and_date
from sauro.serve.documents.development import WITHOUT_VALUE
from sauro.serve.documents.facts import Case, Component, Fee, Officer, Proof, Result, Sheet, Signatory
from sauro.serve.documents.sheet import (
    Block,
    Check,
    Fields,
    Head,
    Heading,
    Items,
    Page,
    Paragraph,
    SignatureLine,
    Table,
)


def page(
    sheet: Sheet,
    title: Lazy | str,
    running: str,
    blocks: list[Block],
    subtitles: tuple[str, ...] = (),
    about: str = "",
) -> Page:
    """The sheet with its head, title and strip. `running` names the form in the footer of every page."""
    translated = sheet.language != "vi"
    # A sheet that comes loose from its first page still says whose it is.
    if isinstance(sheet, Case | Result) and sheet.dossier:
        running = f"{running} · {sheet.dossier}"
    if translated:
        with translation.override("vi"):
            original = str(title)
        if original != str(title):
            subtitles = (*subtitles, original)
        running = f"{running}. {_('Rendered in English for convenience; the Vietnamese text prevails.')}"
    return Page(
        language=sheet.language,
        issued=sheet.issued,
        head=_head(sheet, translated),
        title=str(title).upper(),
        about=about,
        subtitles=subtitles,
        running_title=running,
        strip=WITHOUT_VALUE if sheet.demonstration else "",
        strip_detail=_("Demonstration: nobody's rights depend on this paper") if sheet.demonstration else "",
        blocks=tuple(blocks),
    )


def _head(sheet: Sheet, translated: bool) -> Head:
    letterhead = sheet.letterhead
    return Head(
        superior=letterhead.superior.upper(),
        agency=letterhead.agency.upper(),
        number=_("No.: %(number)s") % {"number": letterhead.number} if letterhead.number else "",
        place_and_date=place_and_date(letterhead.place, sheet.issued),
        motto_translated=_("Socialist Republic of Viet Nam: Independence - Freedom - Happiness")
        if translated
        else "",
    )


def coded(dossier: str) -> str:
    """The dossier's code with its label."""
    return _("Dossier code: %(code)s") % {"code": dossier}


def form_label(number: str) -> str:
    """ "Mẫu số 01, Thông tư 03/2025/TT-VPCP", as the circular wants it named."""
    return _("Form %(number)s, Circular 03/2025/TT-VPCP") % {"number": number}


def fields(*rows: tuple[str, str]) -> Fields:
    """Label and value lines; those without a value are left out."""
    return Fields(tuple((label, value) for label, value in rows if value))


def who_asks_what(case: Case) -> Fields:
    """The applicant and what they ask for."""
    applicant = case.applicant
    return fields(
        (pgettext("printed form", "Applicant"), applicant.name),
        (pgettext("printed form", "Address"), applicant.address),
        (
            pgettext("printed form", "Contact"),
            "; ".join(way for way in (applicant.phone, applicant.email) if way),
        ),
        (pgettext("printed form", "Request"), f"{case.procedure_name} ({case.procedure_code})"),
    )


def section(title: str, *blocks: Block) -> list[Block]:
    """A heading with what stands under it; nothing under it, no heading."""
    kept = [block for block in blocks if not _empty(block)]
    return [Heading(title), *kept] if kept else []


def _empty(block: Block) -> bool:
    match block:
        case Paragraph(text=text):
            return not text.strip()
        case Items(items=rows) | Fields(rows=rows) | Table(rows=rows):
            return not rows
        case _:
            return False


def components(received: tuple[Component, ...]) -> Table:
    """The components table; a column nobody used keeps its place, as on the printed form."""
    rows = tuple(
        (str(number), _named(part), _count(part.originals), _count(part.copies), _count(part.electronic))
        for number, part in enumerate(received, 1)
    )
    head = (
        pgettext("printed form", "No."),
        pgettext("printed form", "Component"),
        pgettext("printed form", "Originals"),
        pgettext("printed form", "Copies"),
        pgettext("printed form", "Electronic"),
    )
    return Table(head=head, rows=rows, widths=(0, 1, 0, 0, 0), align="clccc")


def _named(part: Component) -> str:
    return f"{part.name}\n({part.note})" if part.note else part.name


def _count(number: int) -> str:
    return str(number) if number else "–"


def fees(due: tuple[Fee, ...]) -> tuple[str, str]:
    """The field row of the fees: each with whether it is paid, and their sum. No fee is said too."""
    label = pgettext("printed form", "Fees")
    if not due:
        return label, pgettext("printed form", "none")
    each = [f"{fee.name} {money(fee.amount)} ({_paid(fee)})" for fee in due]
    if len(due) > 1:
        each.append(_("total %(sum)s") % {"sum": money(sum(fee.amount for fee in due))})
    return label, "; ".join(each)


def _paid(fee: Fee) -> str:
    return pgettext("printed form", "paid") if fee.paid else pgettext("printed form", "not yet paid")


def officer_named(officer: Officer) -> str:
    """ "Nguyễn Văn A, công chức một cửa", or the position alone."""
    return ", ".join(part for part in (officer.name, officer.position) if part)


def contact(officer: Officer) -> str:
    """Whom to ask, with the number where there is one."""
    named = officer_named(officer)
    if not officer.phone:
        return named
    # A telephone number stays on one line.
    return _("%(officer)s, phone %(phone)s") % {
        "officer": named,
        "phone": officer.phone.replace(" ", "\u00a0"),
    }


def help_from(officer: Officer) -> list[Block]:
    """Whom to ask; left out where nobody is named."""
    asked = contact(officer)
    return (
        [Paragraph(_("If anything is unclear, please ask %(officer)s.") % {"officer": asked})]
        if asked
        else []
    )


def signed_by(signatory: Signatory, demonstration: bool) -> SignatureLine:
    """The block of somebody who signs the file itself."""
    titles = tuple(line.upper() for line in (signatory.authority, signatory.position) if line)
    hint = _("(development signature)") if demonstration else _("(digital signature)")
    return SignatureLine(titles, hint, signatory.name)


def by_hand(title: str, name: str) -> SignatureLine:
    """The block of somebody who signs on paper."""
    return SignatureLine((title.upper(),), _("(signature and full name)"), name)


def check(proof: Proof, *lines: str, signers: tuple[SignatureLine, ...] = ()) -> Check:
    """The QR code, the same link in letters, and the journal's state it carries."""
    small: tuple[str, ...] = ()
    if proof.checkpoint:
        size, root = _state(proof.checkpoint)
        entries = ngettext("%(size)s entry", "%(size)s entries", size) % {"size": size}
        small = (_("Journal: %(entries)s, root %(root)s") % {"entries": entries, "root": root},)
    return Check(
        qr=qr.svg(qr.payload(proof)).decode(),
        qr_alt=_("QR code that opens %(url)s") % {"url": proof.url},
        lines=lines,
        invitation=_("Check this paper: scan the code, or open"),
        url=proof.url,
        small=small,
        signers=signers,
    )


def _state(checkpoint: str) -> tuple[int, str]:
    """Size and root of a C2SP checkpoint: its second and third line."""
    found = re.match(r"[^\n]+\n([0-9]{1,18})\n([A-Za-z0-9+/=]{1,100})\n", checkpoint)
    if found is None:
        raise ValueError("not a checkpoint: origin, size and root hash expected on the first three lines")
    return int(found[1]), found[2]
