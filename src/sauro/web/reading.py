"""Requests that no page can use: they are refused once, before any page sees them."""

from collections.abc import Callable, Iterable
from typing import Any

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict

NUL = "\x00"


class ReadableMiddleware:
    """Answers 400 to a NUL character in an address or a form: no text holds one, and the database refuses it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self._get_response(request)

    def process_view(
        self,
        request: HttpRequest,
        view: Callable[..., HttpResponseBase],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> None:
        """Look once the page is known; the form was read by then, for its secret. The API says it in its own words."""
        if request.path.startswith("/api/"):
            return
        if NUL in request.path or any(NUL in text for text in _texts((request.GET, request.POST))):
            raise BadRequest


def _texts(sent: Iterable[QueryDict]) -> Iterable[str]:
    return (text for part in sent for name, values in part.lists() for text in (name, *values))
