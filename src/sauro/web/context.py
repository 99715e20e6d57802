"""What every page's frame needs, as the context variable `shell`. Computed only when a template asks for it."""

import re
from datetime import datetime
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from sauro.web.navigation import RailItem, address_of, rail
from sauro.web.people import held_by, person_of

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
        if not self.signed_in:
            return []
        person = person_of(self._request)
        desk = ((_("Today"), "web:today"),) if person and held_by(self._request, person) else ()
        pages = (*desk, (_("My dossiers"), "serve:my_dossiers"), (_("Inbox"), "serve:inbox"))
        return [(words, address) for words, view in pages if (address := _address(view))]

    @property
    def sign_in_here(self) -> str:
        """The sign-in page, with the way back to this one; from the first page everybody goes on to their own."""
        address = self._request.get_full_path()
        return self.sign_in_url if address == "/" else f"{self.sign_in_url}?{urlencode({'next': address})}"

    @property
    def account_url(self) -> str:
        """The reader's own account, or nothing where there is none."""
        return _address("account_home")

    @property
    def sends_mail(self) -> bool:
        """Whether letters are sent here."""
        return bool(getattr(settings, "SAURO_SENDS_MAIL", False))

    @property
    def provider(self) -> dict[str, Any]:
        """The other provider at which one may sign in, or nothing."""
        return dict(getattr(settings, "SAURO_OIDC", {}))

    @property
    def passkeys(self) -> bool:
        """Whether the site is open under a name: a passkey cannot belong to a number (Web Authentication, 5.1.3)."""
        host = self._request.get_host().rpartition(":")[0] or self._request.get_host()
        return re.fullmatch(r"[0-9.]+|\[.*", host) is None

    @property
    def named_address(self) -> str:
        """This page under the name of the reader's own machine, where that is what they look at."""
        host, _colon, port = self._request.get_host().partition(":")
        own = host == "127.0.0.1" and "localhost" in settings.ALLOWED_HOSTS
        return f"{self._request.scheme}://localhost:{port}{self._request.path}" if own and port else ""

    @property
    def next_page(self) -> str:
        """The page that the reader was on the way to, if it is one of this site."""
        wanted = self._request.GET.get("next", "")
        own = url_has_allowed_host_and_scheme(
            wanted, {self._request.get_host()}, require_https=self._request.is_secure()
        )
        return wanted if own else "/"

    @property
    def new_sign_in(self) -> dict[str, Any]:
        """Word of a sign-in from a browser that was never seen: when, and what browser; mostly nothing."""
        word = self._request.session.get("new_sign_in") if self.signed_in else None
        return {"at": datetime.fromisoformat(word["at"]), "device": word["device"]} if word else {}

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
        return address_of(view)
    except NoReverseMatch:
        return ""


def shell(request: HttpRequest) -> dict[str, Shell]:
    """Give templates the frame (a context processor)."""
    return {"shell": Shell(request)}
