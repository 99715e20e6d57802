"""Today: what waits for this office now, and what it should know."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from sauro.core.moment import now
from sauro.core.queries.visibility import Reader
from sauro.serve.models import Dossier, Notice
from sauro.serve.pages.officer.office import ASSIST, LIST, Official, elsewhere, for_officials
from sauro.serve.pages.officer.rows import rows_of
from sauro.serve.queries import queue as queries
from sauro.serve.queries.queue import Filter

KINDS = ("half_time", "due_soon", "breached")
MOST = 20


@for_officials
def today(request: HttpRequest, official: Official) -> HttpResponse:
    """What it is their turn to do, by due; then the notices, which count as read once they were shown."""
    at = now()
    mine = queries.queue(official.reader, Filter(mine=True), at)
    context = {
        "here": "today", "official": official, "rows": rows_of(mine.lines, at), "more": bool(mine.following),
        "notices": notices(official.reader, KINDS), "mine": f"{reverse('serve:queue')}?mine=1",
        "lists": LIST in official.may, "assists": ASSIST in official.may,
        "elsewhere": [] if mine.lines else elsewhere(official),
    }  # fmt: skip
    return render(request, "serve/officer/today.html", context)


def notices(reader: Reader, kinds: tuple[str, ...]) -> list[dict[str, Any]]:
    """What the person was told of dossiers, newest first; shown once, they are read."""
    rows = list(Notice.objects.filter(person=reader.person, kind__in=kinds).order_by("-at")[:MOST])
    titles = {
        d.id: d.code or d.reference for d in Dossier.objects.filter(pk__in=[row.dossier for row in rows])
    }
    words = {
        "half_time": _("Half of the time is used"), "due_soon": _("Due soon"), "breached": _("The deadline has passed"),
    }  # fmt: skip
    shown = [
        {
            "row": row,
            "title": titles.get(row.dossier, ""),
            "words": words.get(row.kind, row.kind),
            "new": row.read_at is None,
        }
        for row in rows
    ]
    Notice.objects.filter(pk__in=[row.pk for row in rows], read_at=None).update(read_at=now())
    return shown
