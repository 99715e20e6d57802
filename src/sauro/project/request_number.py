"""One number for all that is logged of a request, the same as in the proxy's log: by it two lines are put together.

It is chance, so it names nobody. The proxy's own (`X-Request-ID`) is taken where there is a trusted proxy, and only in the
form that nginx gives it: a visitor must not write into a log.
"""

import re
from collections.abc import Callable
from secrets import token_hex

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from structlog.contextvars import bind_contextvars, unbind_contextvars

from sauro.project.settings.logs import NUMBER

_FORM = re.compile(r"[0-9a-f]{32}")


class RequestNumberMiddleware:
    """Give the request its number, and every line that is logged until its answer is ready."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.META.get("HTTP_X_REQUEST_ID", "") if settings.ALLAUTH_TRUSTED_PROXY_COUNT else ""
        number = given if _FORM.fullmatch(given) else token_hex(16)
        # Held by the request too: Django logs a refusal after the last middleware has gone.
        request.META[NUMBER] = number
        bind_contextvars(request=number)
        try:
            return self._get_response(request)
        finally:
            unbind_contextvars("request")
