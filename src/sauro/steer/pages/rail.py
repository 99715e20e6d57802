"""The steering room's entries of the left rail."""

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from sauro.steer.pages.office import official_of
from sauro.steer.queries import warnings
from sauro.web.navigation import RailEntry, add_to_rail


def register() -> None:
    """Add the entries; called once, when the application starts."""
    add_to_rail(RailEntry("tasks", _("Tasks"), "steer:board", _lists, 50))
    add_to_rail(RailEntry("instruments", _("Instruments"), "steer:instruments", _lists, 60))
    add_to_rail(RailEntry("warnings", _("Warnings"), "steer:warnings", _lists, 55, _unread))


def _lists(request: HttpRequest) -> bool:
    return official_of(request) is not None


def _unread(request: HttpRequest) -> int | None:
    official = official_of(request)
    return (warnings.unread(official.reader.person) or None) if official else None
