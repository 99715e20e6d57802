"""Group 2 of Decision 766 for a scope, exactly, for who may open the cases that it judges."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from sauro.core.moment import now
from sauro.watch.measuring import NATION
from sauro.watch.pages.asked import Asked
from sauro.watch.pages.behind import procedure_name
from sauro.watch.pages.office import Official, for_officials
from sauro.watch.queries.index766 import group2
from sauro.watch.queries.offices import agency as find


@require_safe
@for_officials
def index766(request: HttpRequest, official: Official, agency: UUID) -> HttpResponse:
    """Items 2.1, 2.2 and the online rate of the days asked for."""
    place = find(agency) if agency != NATION else None
    scope = place.id if place else NATION
    if (place is None and agency != NATION) or not official.opens.may(scope):
        raise Http404
    asked = Asked.read(request.GET, scope)
    found = group2(scope, asked.first, asked.last, now())
    context = {
        "here": "watch", "official": official, "asked": asked, "title": place.name if place else _("The whole nation"),
        "found": found, "times": [(procedure_name(time.procedure), time) for time in found.times],
        "back": asked.href(agency=None if scope == official.seen.root else scope), "periods": asked.judged(scope),
    }  # fmt: skip
    return render(request, "watch/desk/index766.html", context)
