"""The list as a file: masked as on the page, and with nothing in it that a spreadsheet would run."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from sauro.serve.pages.officer.rows import Row, rows_of
from sauro.serve.queries.queue import PAGE, Line
from sauro.web.spreadsheet import inert
from sauro.web.wording import moment

MOST = 10_000


def table(lines: Sequence[Line], at: datetime) -> Iterator[list[str]]:
    """The list as rows of text, headings first."""
    yield [_("Code"), _("Reference"), _("Procedure"), _("Name of the procedure"), _("Applicant (masked)"), _("ID number (masked)"),
           _("Status"), _("Filed"), _("Due"), _("Schedule"), _("Step"), _("With"), _("Assisted")]  # fmt: skip
    for start in range(0, len(lines), PAGE):
        for row in rows_of(lines[start : start + PAGE], at):
            yield [inert(cell) for cell in _cells(row)]


def _cells(row: Row) -> list[str]:
    line = row.line
    return [
        line.code or "", line.reference, line.procedure_code, row.shown.name, row.who, row.number, row.shown.status,
        moment(line.submitted_at), moment(line.due) if line.due else "", str(row.shown.schedule.said), row.shown.step,
        row.whose, _("yes") if line.assisted else _("no"),
    ]  # fmt: skip
