"""The gate: who is signed in and may not go on yet, or not here. Asked at every request, so that it holds at once."""

from collections.abc import Callable
from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from sauro.core.refusal import Refusal
from sauro.project.accounts.standing import proved, standing
from sauro.web.refusals import answer

_NOBODYS = ("/i18n/", "/static/", "/livez", "/healthz", "/readyz", "/metrics", "/tiep-can/")
OPEN = ("/accounts/", *_NOBODYS)
"""What stays open to who has no second factor: the pages on which one is made, and what concerns nobody."""
SHOWING = (
    "/accounts/2fa/reauthenticate/",
    "/accounts/2fa/passkeys/reauthenticate/",
    "/accounts/logout/",
    *_NOBODYS,
)
"""What stays open to who has one and has not shown it in this session."""


class GateMiddleware:
    """Officials without a second factor are led to where they make one; citizens do not stay in a back office."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self._stopped(request) or self._get_response(request)

    def _stopped(self, request: HttpRequest) -> HttpResponse | None:
        citizens, required = settings.SAURO_CITIZEN_ACCOUNTS, settings.SAURO_SECOND_FACTOR_REQUIRED
        if (citizens and not required) or settings.SESSION_COOKIE_NAME not in request.COOKIES:
            return None
        if not request.user.is_authenticated:
            return None
        found = standing(request.user.pk)
        if not citizens and (found is None or not found.official):
            logout(request)
            return answer(request, not_here())
        if not required or found is None or not found.official:
            return None
        # Whoever has a factor shows it before anything else, or could make another with the password alone.
        open_to = SHOWING if found.second_factor else OPEN
        if request.path.startswith(open_to) or (found.second_factor and proved(request)):
            return None
        if request.path.startswith("/api/") or request.headers.get("HX-Request"):
            return answer(request, second_factor_wanted())
        back = request.get_full_path() if request.method == "GET" else "/"
        ways = get_adapter(request).get_reauthentication_methods(request.user) if found.second_factor else []
        shown = next((way["url"] for way in ways if way["id"].startswith("mfa")), reverse("mfa_index"))
        return redirect(f"{shown}?{urlencode({'next': back})}")


def not_here() -> Refusal:
    """Why a citizen does not come in where local accounts of citizens are off."""
    message = _(
        "Citizens and firms do not sign in here. Use the National Public Service Portal, or come to the counter."
    )
    return Refusal("citizens_elsewhere", "profile: back-office", message, status=403)


def second_factor_wanted() -> Refusal:
    """Why an official may not act yet."""
    message = _(
        "Officials need a passkey or one-time codes to work here. Sign in in your browser and set one up first."
    )
    return Refusal("second_factor_wanted", "settings: SAURO_SECOND_FACTOR", message, status=403)
