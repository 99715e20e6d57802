"""What the head of an agency answers for: what is late, what will be, gaps to close, and how each procedure stands."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from sauro.core.doorway.decide import local_day
from sauro.core.models import Commitment
from sauro.core.moment import now
from sauro.serve.models import Dossier
from sauro.serve.pages.officer.notices import notices
from sauro.serve.pages.officer.office import LIST, Official, for_officials
from sauro.serve.pages.officer.rows import rows_of
from sauro.serve.queries import queue as queries
from sauro.serve.queries.catalogue import procedures
from sauro.serve.queries.queue import Filter
from sauro.serve.rules.forms import say
from sauro.web.shapes import Head, Part, Table


@for_officials
def overview(request: HttpRequest, official: Official) -> HttpResponse:
    """Only for who heads an agency, and lists its dossiers."""
    if not official.office.head or LIST not in official.may:
        raise Http404
    at, reader = now(), official.reader
    late, near = queries.queue(reader, Filter(late=True), at), queries.queue(reader, Filter(near=True), at)
    address = reverse("serve:queue")
    context = {
        "here": "head", "official": official, "late": rows_of(late.lines, at), "near": rows_of(near.lines, at),
        "more_late": f"{address}?late=1" if late.following else "", "more_near": f"{address}?near=1" if near.following else "",
        "gaps": _gaps(official), "notices": notices(reader, ("breached",)), "tallies": _tallies(official),
    }  # fmt: skip
    return render(request, "serve/officer/head.html", context)


def _gaps(official: Official) -> list[dict[str, Any]]:
    """Gaps of the state's own making that this office must close (invariant I1)."""
    rows = list(
        Commitment.objects.filter(kind="gap", position__in=list(queries.turns_of([official.office.position])))
        .exclude(state__in=["closed", "cancelled"])
        .order_by("opened_at")[:100]
    )
    titles = {
        d.id: d.code or d.reference
        for d in Dossier.objects.filter(pk__in=[row.parent for row in rows if row.parent])
    }
    return [{"row": row, "title": titles.get(row.parent, "") if row.parent else ""} for row in rows]


def _tallies(official: Official) -> Table:
    at = now()
    known = {item.code: say(item.terms.name) for item in procedures(local_day(at))}
    address = reverse("serve:queue")
    rows: list[list[object]] = [
        [
            Part(known.get(t.procedure_code, t.procedure_code), t.procedure_code, f"{address}?procedure={t.procedure_code}"),
            t.open,
            Part(str(t.late), "", f"{address}?procedure={t.procedure_code}&late=1") if t.late else 0,
        ]
        for t in queries.by_procedure(official.reader, at)
    ]  # fmt: skip
    heads = [Head(_("Procedure")), Head(_("Open"), numeric=True), Head(_("Late"), numeric=True)]
    return Table(_("By procedure"), heads, rows, _("There is no open dossier."), dense=True)
