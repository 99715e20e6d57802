"""Browsers in which somebody has signed in before.

A stranger who tries passwords uses up the attempts of an account for everybody who is not known to it. A browser that
has been signed in holds a signed mark, and has attempts of its own: nobody else can use those up. A new password ends
all marks. The mark says nothing about whom it is for without the installation's secret.
"""

import secrets
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core import signing
from django.http import HttpRequest, HttpResponseBase
from django.utils.crypto import constant_time_compare, salted_hmac

COOKIE = "sauro_known"
AGE = 180 * 24 * 60 * 60
MOST = 6
"""Accounts that one browser remembers; a counter's machine is shared."""
_SALT = "sauro.project.accounts.devices"


def name() -> str:
    """What the mark is called: over HTTPS so that no other host can plant one. Its path forbids the stricter prefix."""
    return f"__Secure-{COOKIE}" if settings.SESSION_COOKIE_SECURE else COOKIE


def mark_of(request: HttpRequest, user: User) -> str:
    """The random name of this browser for this account, or nothing for one that never signed in to it."""
    kept = _kept(request).get(_whose(user), "")
    mark, _, seal = kept.partition(".")
    return mark if seal and constant_time_compare(seal, _seal(user, mark)) else ""


def remember(request: HttpRequest, response: HttpResponseBase, user: User) -> None:
    """Mark the browser in which this person has just signed in."""
    mark = mark_of(request, user) or secrets.token_hex(12)
    others = {whose: kept for whose, kept in _kept(request).items() if whose != _whose(user)}
    marks = dict([*others.items(), (_whose(user), f"{mark}.{_seal(user, mark)}")][-MOST:])
    response.set_cookie(
        name(), signing.dumps(marks, salt=_SALT, compress=True), max_age=AGE, httponly=True, samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE, path="/accounts/",
    )  # fmt: skip


def _kept(request: HttpRequest) -> dict[str, str]:
    try:
        found: Any = signing.loads(request.COOKIES.get(name(), ""), salt=_SALT, max_age=AGE)
    except signing.BadSignature:
        return {}
    return found if isinstance(found, dict) else {}


def _whose(user: User) -> str:
    return salted_hmac(_SALT, str(user.pk), algorithm="sha256").hexdigest()[:16]


def _seal(user: User, name: str) -> str:
    return salted_hmac(_SALT, f"{user.pk}:{name}:{user.password}", algorithm="sha256").hexdigest()[:32]
