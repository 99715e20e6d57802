"""The officials' entries of the left rail: each shows only to whom it is of use."""

from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from sauro.serve.pages.officer.office import ACCEPT, ASSIST, LIST, official_of
from sauro.serve.pages.showing import event_words, status_words
from sauro.web.authority import frame_asks, grants_here
from sauro.web.navigation import PromiseKind, RailEntry, add_promise_kind, add_to_rail

READ = "serve.read_dossier"
_OPENS = "_sauro_opens_dossiers"


def register() -> None:
    """Add the entries; called once, when the application starts."""
    frame_asks(LIST, ASSIST, ACCEPT, READ)
    add_to_rail(RailEntry("dossiers", _("Dossiers"), "serve:queue", _lists, 20))
    add_to_rail(RailEntry("counter", _("Counter"), "serve:counter", _assists, 30))
    add_to_rail(RailEntry("head", _("Head of agency"), "serve:head", _leads, 40))
    add_promise_kind(PromiseKind("dossier", _address, lambda stage: status_words(int(stage)), event_words))


def _lists(request: HttpRequest) -> bool:
    official = official_of(request)
    return official is not None and LIST in official.may


def _assists(request: HttpRequest) -> bool:
    official = official_of(request)
    return official is not None and ASSIST in official.may


def _leads(request: HttpRequest) -> bool:
    official = official_of(request)
    return official is not None and official.office.head and LIST in official.may


def _address(request: HttpRequest, dossier: UUID) -> str:
    """Only for whose office opens dossiers at all, not just their own; whether this one is theirs, its page says."""
    if not hasattr(request, _OPENS):
        official = official_of(request)
        grants = grants_here(request, official.reader, READ) if official is not None else []
        setattr(request, _OPENS, any(grant.scope.kind != "own" for grant in grants))
    return reverse("serve:case", args=[dossier]) if getattr(request, _OPENS) else ""
