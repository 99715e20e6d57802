"""The board: how the tasks stand, as a matrix and as rates with both their numbers; then the list."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from sauro.core.doorway.decide import local_day
from sauro.core.moment import now
from sauro.core.queries import successors
from sauro.steer.models import Task
from sauro.steer.pages import export
from sauro.steer.pages.asked import Asked
from sauro.steer.pages.office import DRAFT, Official, for_officials
from sauro.steer.pages.showing import rows_of
from sauro.steer.pages.warnings import told
from sauro.steer.queries import agencies, instruments, matrices, tasks
from sauro.steer.queries.tasks import Filter
from sauro.steer.rules.matrix import Matrix, Rate
from sauro.web import spreadsheet


@dataclass(frozen=True)
class Cell:
    """A number of the matrix, as a link to its tasks."""

    label: str
    count: int
    href: str


@for_officials
def board(request: HttpRequest, official: Official) -> HttpResponse:
    """One page of the list under the matrix, or the whole list as a file."""
    asked, at = Asked.read(request.GET), now()
    if request.GET.get("export") in ("csv", "xlsx"):
        return _file(official, asked, request.GET["export"], at)
    page = tasks.listed(official.reader, asked.filter, at)
    green_red = replace(asked.filter, state="green_red", after="")
    known = successors.said([asked.filter.lead])
    known |= instruments.titles([asked.filter.instrument] if asked.filter.instrument else [])
    if asked.filter.parent:
        known |= dict(Task.objects.filter(pk=asked.filter.parent).values_list("id", "code"))
    context = {
        "here": "tasks", "official": official, "asked": asked, "rows": rows_of(page.lines, at), "drafts": DRAFT in official.may,
        "chips": asked.chips(tasks.counted(official.reader, green_red, at)), "others": asked.others(known),
        "leads": agencies.found_by("", {asked.filter.lead} if asked.filter.lead else set()),
        "law": instruments.in_force(), "following": asked.href(after=page.following) if page.following else "",
        "first": asked.href() if asked.filter.after else "", "csv": asked.export("csv"), "xlsx": asked.export("xlsx"),
        "untouched": asked.filter == Filter("open"), "warnings": told(official), **_standing(official, at),
    }  # fmt: skip
    return render(request, "steer/board.html", context)


def _standing(official: Official, at: datetime) -> dict[str, Any]:
    """The matrix of what the office's agency leads; for who lists everything, of everything."""
    if official.whole:
        scopes, lead = instruments.every(), None
    else:
        scopes, lead = agencies.heirs_of(official.office.organisation), official.office.organisation
    if not scopes:
        return {"matrix": None}
    matrix = matrices.standing(scopes, at).matrix
    return {"matrix": matrix, "cells": _cells(matrix, lead), "rates": rates(matrix)}


def _cells(m: Matrix, lead: UUID | None) -> dict[str, Cell]:
    counts = {
        "on_time": m.done_on_time, "late": m.done_late, "done": m.done, "in_time": m.open_in_time,
        "overdue": m.open_overdue, "open": m.open, "not_started": m.not_started, "pending": m.pending,
        "green_red": m.green_red, "declined": m.declined, "cancelled": m.cancelled,
    }  # fmt: skip
    plain = Asked(Filter("open", lead=lead))
    return {state: Cell(state, count, plain.href(state=state)) for state, count in counts.items()}


def rates(m: Matrix) -> list[tuple[str, Rate]]:
    """Each rate with what it is of."""
    return [
        (_("Completion: completed of completed and past the deadline"), m.completion),
        (_("Overdue: not completed past the deadline, of the same"), m.overdue),
        (_("On time: completed within the deadline in force, of completed"), m.on_time),
        (_("On time against the original promise, of completed"), m.on_time_original),
    ]


def _file(official: Official, asked: Asked, kind: str, at: datetime) -> HttpResponse:
    rows = export.table(official.reader, asked.filter, at)
    return spreadsheet.attachment(rows, f"nhiem-vu-{local_day(at):%Y-%m-%d}", kind, _("Tasks"))
