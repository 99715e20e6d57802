"""The list of tasks as a file, with nothing in it that a spreadsheet would run."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from django.http import HttpResponse
from django.utils.translation import gettext as _

from sauro.core.queries.visibility import Reader
from sauro.steer.pages.showing import Row, rows_of
from sauro.steer.queries.tasks import Filter, listed
from sauro.web import spreadsheet
from sauro.web.spreadsheet import inert
from sauro.web.wording import moment

MOST, STEP = 10_000, 500


def table(reader: Reader, asked: Filter, at: datetime) -> Iterator[list[str]]:
    """The list as rows of text, headings first."""
    yield [_("Code"), _("Task"), _("Instrument"), _("Lead agency"), _("Responsible office"), _("Output"), _("Stage"),
           _("Reported"), _("Evidence"), _("Deadline in force"), _("Schedule"), _("Original deadline"),
           _("Against the original promise"), _("Extensions")]  # fmt: skip
    asked = replace(asked, after="")
    for _page in range(MOST // STEP):
        page = listed(reader, asked, at, most=STEP)
        for row in rows_of(page.lines, at):
            yield [inert(cell) for cell in _cells(row)]
        if not page.following:
            return
        asked = replace(asked, after=page.following)


def _cells(row: Row) -> list[str]:
    line = row.line
    return [
        line.code, line.task, row.instrument, row.lead, row.office, line.output, row.stage, str(row.reported.said),
        str(row.evidenced.said), moment(line.due) if line.due else "", str(row.schedule.said),
        moment(line.due_original) if line.due_original else "", str((row.original or row.schedule).said),
        str(line.extensions),
    ]  # fmt: skip


def attachment(rows: Iterator[list[str]], name: str, kind: str, title: str) -> HttpResponse:
    """Rows as a file to keep: csv or xlsx."""
    body = spreadsheet.as_csv(rows) if kind == "csv" else spreadsheet.as_xlsx(rows, title)
    media = "text/csv; charset=utf-8" if kind == "csv" else spreadsheet.XLSX
    told = f'attachment; filename="{name}.{kind}"'
    return HttpResponse(body, content_type=media, headers={"Content-Disposition": told})
