"""What every page's frame needs, as the context variable `shell`. Computed only when a template asks for it."""

from functools import cached_property

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from sauro.web.navigation import RailItem, rail

# Each language is offered in its own words: a reader looks for the one that can be read.
OWN_NAMES = {"vi": "Tiếng Việt", "en": "English"}


class Shell:
    """The frame of one page for one reader."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    @property
    def demonstration(self) -> bool:
        """Whether this instance is a demonstration: then every page says so."""
        return getattr(settings, "SAURO_PROFILE", "demonstration") == "demonstration"

    @property
    def citizen_accounts(self) -> bool:
        """Whether a citizen may sign in here at all."""
        return bool(getattr(settings, "SAURO_CITIZEN_ACCOUNTS", True))

    @property
    def source_url(self) -> str:
        """Where the source code is, or nothing where the operator has not said so."""
        return str(getattr(settings, "SAURO_SOURCE_URL", ""))

    @property
    def other_languages(self) -> list[tuple[str, str]]:
        """The languages the page is not in: code and own name."""
        current = (get_language() or "vi")[:2]
        return [(code, OWN_NAMES.get(code, code)) for code, _name in settings.LANGUAGES if code != current]

    @property
    def address(self) -> str:
        """This page, to come back to after a change of language or a sign-in."""
        return self._request.get_full_path()

    @cached_property
    def signed_in(self) -> bool:
        """Whether somebody is signed in."""
        user = getattr(self._request, "user", None)
        return bool(user and user.is_authenticated)

    @property
    def who(self) -> str:
        """The name of who is signed in, as they know it."""
        user = self._request.user if self.signed_in else None
        return user.get_full_name() or user.get_username() if user and user.is_authenticated else ""

    @property
    def own_pages(self) -> list[tuple[str, str]]:
        """The pages of one's own that every page leads to: their names and addresses."""
        pages = ((_("My dossiers"), "serve:my_dossiers"), (_("Inbox"), "serve:inbox"))
        return [(words, address) for words, view in pages if self.signed_in and (address := _address(view))]

    @property
    def sign_in_url(self) -> str:
        """The sign-in page, or nothing where there is none."""
        return _address("account_login")

    @property
    def sign_out_url(self) -> str:
        """The address that a sign-out is sent to."""
        return _address("account_logout")

    @cached_property
    def rail(self) -> list[RailItem]:
        """The left rail of an official's page."""
        return rail(self._request)


def _address(view: str) -> str:
    try:
        return reverse(view)
    except NoReverseMatch:
        return ""


def shell(request: HttpRequest) -> dict[str, Shell]:
    """Give templates the frame (a context processor)."""
    return {"shell": Shell(request)}
