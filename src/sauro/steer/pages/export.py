"""The list of tasks as a file, with nothing in it that a spreadsheet would run; an import reads it again."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from sauro.core.queries.visibility import Reader
from sauro.steer.models import Paragraph, Task
from sauro.steer.pages.showing import Row, rows_of
from sauro.steer.queries.agencies import names, seats
from sauro.steer.queries.tasks import Filter, Line, listed
from sauro.web.spreadsheet import inert
from sauro.web.wording import day, moment

MOST, STEP = 10_000, 500


def table(reader: Reader, asked: Filter, at: datetime) -> Iterator[list[str]]:
    """The list as rows of text, headings first."""
    yield [_("Code of the task"), _("Task"), _("Instrument"), _("Lead agency"), _("Responsible office"), _("Output"), _("Stage"),
           _("Reported"), _("Evidence"), _("Deadline in force"), _("Schedule"), _("Original deadline"),
           _("Against the original promise"), _("Extensions"), _("Article, clause, point"), _("Coordinating agencies"),
           _("Last day"), _("Verifier")]  # fmt: skip
    asked = replace(asked, after="")
    for _page in range(MOST // STEP):
        page = listed(reader, asked, at, most=STEP)
        beside = _beside(page.lines)
        for row in rows_of(page.lines, at):
            yield [inert(cell) for cell in (*_cells(row), *beside[row.line.id])]
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


def _beside(lines: Sequence[Line]) -> dict[UUID, list[str]]:
    """What a list does not show and an import asks for: the paragraph, who coordinates, the last day, the verifier."""
    rows: dict[UUID, Any] = {
        id_: (paragraph, coordinating)
        for id_, paragraph, coordinating in Task.objects.filter(
            pk__in=[line.id for line in lines]
        ).values_list("id", "paragraph", "coordinating")
    }
    places = dict(Paragraph.objects.filter(pk__in={row[0] for row in rows.values()} - {None}).values_list("id", "label"))  # fmt: skip
    known = names([id_ for _paragraph, beside in rows.values() for id_ in beside])
    judges = seats([line.verifier for line in lines])
    made = {}
    for line in lines:
        paragraph, beside = rows.get(line.id, (None, []))
        judge = judges.get(line.verifier) if line.verifier else None
        made[line.id] = [
            places.get(paragraph, ""), "; ".join(known[id_] for id_ in beside if id_ in known),
            day(line.due_on) if line.due_on else "", f"{judge.name}, {judge.organisation_name}" if judge else "",
        ]  # fmt: skip
    return made
