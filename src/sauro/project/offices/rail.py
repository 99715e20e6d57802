"""The entries of the left rail that lead to the pages about offices."""

from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from sauro.project.offices.keeper import ASKED, may_keep, may_open_accounts, may_review
from sauro.serve.pages.officer.office import official_of
from sauro.web.authority import frame_asks
from sauro.web.navigation import RailEntry, add_to_rail


def register() -> None:
    """Add them; called once, with the addresses."""
    frame_asks(*ASKED)
    add_to_rail(RailEntry("leave", gettext_lazy("Leave and deputies"), "leave", _holds, 80))
    add_to_rail(RailEntry("register", gettext_lazy("Agencies and offices"), "register", may_keep, 82))
    add_to_rail(RailEntry("accounts", gettext_lazy("Accounts"), "accounts", may_open_accounts, 83))
    add_to_rail(RailEntry("review", gettext_lazy("Who can see a dossier"), "access_review", may_review, 84))


def _holds(request: HttpRequest) -> bool:
    return official_of(request) is not None
