"""The office in which an official acts, and the switch between several."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from sauro.core.queries.visibility import Reader
from sauro.serve.pages.people import CHOSEN, Office, office_among, offices_of, person_of
from sauro.serve.queries.authority import somewhere

P = ParamSpec("P")
LIST, ASSIST, ACCEPT = "serve.list_dossiers", "serve.assist_filing", "serve.accept_dossier"
_KEPT = "_sauro_official"


@dataclass(frozen=True)
class Official:
    """Who is at the desk: the person, the office in which they act now, and the others that they hold."""

    reader: Reader
    office: Office
    held: list[Office]
    may: frozenset[str] = field(default=frozenset())


def official_of(request: HttpRequest) -> Official | None:
    """The official behind a request, or None for a stranger or a citizen. Looked up once per request."""
    if not hasattr(request, _KEPT):
        setattr(request, _KEPT, _official(request))
    found: Official | None = getattr(request, _KEPT)
    return found


def _official(request: HttpRequest) -> Official | None:
    person = person_of(request)
    held = offices_of(person) if person else []
    office = office_among(request, held)
    if person is None or office is None:
        return None
    reader = Reader(person, office.position)
    return Official(reader, office, held, somewhere(reader, (LIST, ASSIST, ACCEPT)))


def for_officials(
    view: Callable[Concatenate[HttpRequest, Official, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Give the view the official; a stranger is sent to sign in, and for a citizen there is nothing here."""

    @wraps(view)
    def inner(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        official = official_of(request)
        if official is None and person_of(request) is None:
            return redirect_to_login(request.get_full_path())
        if official is None:
            raise Http404
        return view(request, official, *args, **kwargs)

    return inner


@require_POST
@for_officials
def choose(request: HttpRequest, official: Official) -> HttpResponse:
    """Act in another office from now on."""
    chosen = request.POST.get("position", "")
    if chosen in {str(office.position) for office in official.held}:
        request.session[CHOSEN] = chosen
    back = request.POST.get("next", "")
    allowed = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
    return redirect(back if allowed else reverse("serve:today"))
