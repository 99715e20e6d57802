"""The ranking of who leads tasks, and of instruments: each number stands with what it is of, and leads to its list."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from sauro.core.doorway.decide import local_day
from sauro.core.moment import now
from sauro.core.text import sort_key
from sauro.steer.pages.asked import Asked
from sauro.steer.pages.office import Official, for_officials
from sauro.steer.queries import agencies, instruments, matrices
from sauro.steer.queries.tasks import Filter
from sauro.steer.rules.matrix import Rate
from sauro.steer.rules.ranking import KEYS, Ranked, ranked
from sauro.web import spreadsheet
from sauro.web.shapes import Chip
from sauro.web.spreadsheet import inert
from sauro.web.wording import percent

OF = ("ministry", "province", "instrument")


@for_officials
def ranking(request: HttpRequest, official: Official) -> HttpResponse:
    """The ranking as a page, or as a file."""
    of, by = request.GET.get("of", ""), request.GET.get("by", "")
    of, by = of if of in OF else OF[0], by if by in KEYS else "on_time"
    at = now()
    found, without = ranked(_rows(of, at), by)
    kind = request.GET.get("export", "")
    if kind in ("csv", "xlsx"):
        return spreadsheet.attachment(
            _table(found, without), f"xep-hang-{of}-{local_day(at):%Y-%m-%d}", kind, _("Ranking")
        )
    context = {
        "here": "tasks", "official": official, "rows": [_line(row, of) for row in found], "without": [_line(row, of) for row in without],
        "of": [Chip(words, _href(each, by), each == of) for each, words in _of_words().items()],
        "by": [Chip(words, _href(of, each), each == by) for each, words in _by_words().items()],
        "first": _of_words()[of], "csv": _href(of, by, "csv"), "xlsx": _href(of, by, "xlsx"), "at": at,
    }  # fmt: skip
    return render(request, "steer/ranking.html", context)


def _rows(of: str, at: datetime) -> list[Ranked]:
    """Everybody of a kind who has tasks, by name."""
    if of == "instrument":
        names = instruments.titles(instruments.every())
        owners = {id_: id_ for id_ in names}
    else:
        owners, names = agencies.topmost(of)
    found = matrices.standings(owners, at)
    made = [Ranked(id_, names[id_], each.matrix, each.overdue_days) for id_, each in found.items()]
    return sorted((row for row in made if row.matrix.all), key=lambda row: sort_key(row.name))


def _href(of: str, by: str, kind: str = "") -> str:
    return f"{reverse('steer:ranking')}?of={of}&by={by}" + (f"&export={kind}" if kind else "")


def _of_words() -> dict[str, str]:
    return {"ministry": _("Ministries"), "province": _("Provinces"), "instrument": _("Instruments")}


def _by_words() -> dict[str, str]:
    return {
        "on_time": _("On time"), "on_time_original": _("On time, original"), "completion": _("Completion"),
        "overdue": _("Overdue tasks"), "days": _("Overdue days"),
    }  # fmt: skip


def _line(row: Ranked, of: str) -> dict[str, Any]:
    """A row with the lists behind its numbers."""
    plain = Asked(Filter("", instrument=row.id) if of == "instrument" else Filter("", lead=row.id))
    rates = [(row.matrix.on_time, "on_time", "done"), (row.matrix.on_time_original, "on_time_original", "done"), (row.matrix.completion, "done", "judged")]  # fmt: skip
    return {
        "row": row, "href": plain.href(), "overdue": plain.href(state="overdue"), "open": plain.href(state="open"),
        "rates": [(rate, plain.href(state=above), plain.href(state=below)) for rate, above, below in rates],
    }  # fmt: skip


def _table(found: Sequence[Ranked], without: Sequence[Ranked]) -> Iterator[list[str]]:
    """The ranking as rows of text, headings first; those with nothing to rank at its end, without a rank."""
    heads = [_("Rank"), _("Name")]
    for words in (_("On time"), _("On time, original"), _("Completion")):
        heads += [
            words,
            _("%(rate)s: numerator") % {"rate": words},
            _("%(rate)s: denominator") % {"rate": words},
        ]
    yield [*heads, _("Overdue tasks"), _("Overdue days"), _("All tasks")]
    for row in (*found, *without):
        m = row.matrix
        rates = [cell for rate in (m.on_time, m.on_time_original, m.completion) for cell in _cells(rate)]
        yield [
            str(row.rank or ""),
            inert(row.name),
            *rates,
            str(m.open_overdue),
            str(row.overdue_days),
            str(m.all),
        ]


def _cells(rate: Rate) -> list[str]:
    exact = rate.percent()
    return [percent(exact, 2) if exact is not None else "", str(rate.numerator), str(rate.denominator)]
