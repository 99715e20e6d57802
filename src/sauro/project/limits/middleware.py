"""Refuses, before any page sees it, what is too large or comes too often; in plain words, and with nothing done."""

import ipaddress
from collections.abc import Callable

import structlog
from allauth.core.internal.httpkit import get_client_ip
from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from sauro.core.refusal import Refusal
from sauro.project.limits import rates
from sauro.web.errors import too_large
from sauro.web.refusals import answer

log = structlog.get_logger()

SAFE = ("GET", "HEAD", "OPTIONS", "TRACE")
VERIFY = "/xac-thuc/"
"""Where the code of a receipt opens something: nobody tries codes by the thousand."""
FILES = (".pdf", ".xlsx")
OPEN = ("/livez", "/readyz", "/healthz", "/metrics", "/static/", "/i18n/")
"""What monitors and browsers ask by themselves; each is cheap, and remembered for a second where it asks the database."""


class SizeMiddleware:
    """Answers 413 to a body that says it is larger than anything the pages take, without reading it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH") or "0"
        if length.isascii() and length.isdigit() and int(length) <= settings.SAURO_LARGEST_REQUEST:
            return self._get_response(request)
        return too_large(request)


class RateMiddleware:
    """Counts what changes something, searches, takes lists and papers out, or calls the API; 429 beyond the rates."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        kind = kind_of(request)
        seconds = self._wait(request, kind) if kind else 0
        return answer(request, too_often(kind, seconds)) if seconds else self._get_response(request)

    def _wait(self, request: HttpRequest, kind: str) -> int:
        shares = asked(request, kind)
        try:
            return rates.take(shares) if shares else 0
        except DatabaseError as error:
            # The page behind this needs the same database, and says better what is wrong.
            log.warning("limits.not_counted", error=type(error).__name__)
            return 0


def kind_of(request: HttpRequest) -> str:
    """What is asked for, as a kind with a rate of its own; empty for what is not counted."""
    if request.path.startswith(OPEN):
        return ""
    if request.path.startswith("/api/"):
        return "api"
    if request.method not in SAFE:
        return "sign_in" if request.path.startswith("/accounts/") else "write"
    if request.GET.get("export") or request.path.endswith(FILES) or "/tep/" in request.path:
        return "export"
    return "search" if request.GET.get("q") or request.path.startswith(VERIFY) else ""


def asked(request: HttpRequest, kind: str) -> dict[bytes, float]:
    """The counts that this request is one of, with its share of a minute."""
    rate: rates.Rate = settings.SAURO_RATES[kind]
    found: dict[bytes, float] = {}
    if rate.address:
        found[rates.key_of(kind, "address", address_of(request))] = rates.MINUTE / rate.address
    # Without the session's cookie nobody is signed in: a stranger's request asks nothing more of the database.
    if rate.account and settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated:
        found[rates.key_of(kind, "account", str(request.user.pk))] = rates.MINUTE / rate.account
    return found


def address_of(request: HttpRequest) -> str:
    """The visitor's network address; of IPv6 the network of 64 bits that one connection is given whole."""
    found = get_client_ip(request) or ""
    try:
        address = ipaddress.ip_address(found)
    except ValueError:
        return "unknown"
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)


def too_often(kind: str, seconds: int) -> Refusal:
    """Why this is not answered now, and when it will be."""
    message = _(
        "So much was asked in so short a time that this request was not carried out. Nothing of it was saved or sent. "
        "Go back in your browser, where what you entered still stands, and try again in a moment."
    )
    rule = _(
        "Each account and each network has a limit per minute, so that the site stays open to everybody."
    )
    return Refusal(f"too_often_{kind}", rule, message, status=429, details={"retry_after": seconds})
