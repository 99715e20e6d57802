"""The watching room's entry of the left rail."""

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from sauro.watch.pages.office import official_of
from sauro.web.navigation import RailEntry, add_to_rail


def register() -> None:
    """Add the entry; called once, when the application starts."""
    add_to_rail(RailEntry("watch", _("Watch"), "watch:desk", _reads, 15))


def _reads(request: HttpRequest) -> bool:
    return official_of(request) is not None
