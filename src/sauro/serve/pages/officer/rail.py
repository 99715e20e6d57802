"""The officials' entries of the left rail: each shows only to whom it is of use."""

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from sauro.serve.pages.officer.office import ASSIST, LIST, official_of
from sauro.web.navigation import RailEntry, add_to_rail


def register() -> None:
    """Add the entries; called once, when the application starts."""
    add_to_rail(RailEntry("today", _("Today"), "serve:today", _is_official, 10))
    add_to_rail(RailEntry("dossiers", _("Dossiers"), "serve:queue", _lists, 20))
    add_to_rail(RailEntry("counter", _("Counter"), "serve:counter", _assists, 30))
    add_to_rail(RailEntry("head", _("Head of agency"), "serve:head", _leads, 40))


def _is_official(request: HttpRequest) -> bool:
    return official_of(request) is not None


def _lists(request: HttpRequest) -> bool:
    official = official_of(request)
    return official is not None and LIST in official.may


def _assists(request: HttpRequest) -> bool:
    official = official_of(request)
    return official is not None and ASSIST in official.may


def _leads(request: HttpRequest) -> bool:
    official = official_of(request)
    return official is not None and official.office.head and LIST in official.may
