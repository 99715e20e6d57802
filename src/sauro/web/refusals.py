"""Turns a Refusal into a page, or into a problem document for a program (RFC 9457)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from sauro.core.refusal import Refusal
from sauro.web.shapes import Text

_PAGES = {
    403: "web/errors/403.html",
    404: "web/errors/404.html",
    409: "web/errors/409.html",
    429: "web/errors/429.html",
}


@dataclass(frozen=True)
class Difference:
    """A value that two people changed: what the reader wrote, and what stands now."""

    label: Text
    yours: Text
    theirs: Text


class RefusalMiddleware:
    """Answers a Refusal that no page has caught."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self._get_response(request)

    def process_exception(self, request: HttpRequest, raised: Exception) -> HttpResponse | None:
        """Answer a Refusal; leave everything else to Django."""
        return answer(request, raised) if isinstance(raised, Refusal) else None


def answer(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """Say what was refused, on which rule, and what to do, in the form the reader asked for."""
    if _asked_by_program(request):
        response: HttpResponse = problem(refusal)
    else:
        template = _PAGES.get(refusal.status, "web/errors/refused.html")
        response = render(request, template, {"refusal": refusal}, status=refusal.status)
    if "retry_after" in refusal.details:
        response["Retry-After"] = str(refusal.details["retry_after"])
    return response


def conflict(
    request: HttpRequest, refusal: Refusal, differences: Sequence[Difference], href: str
) -> HttpResponse:
    """Say that somebody changed this meanwhile, with both versions; `href` opens what stands now."""
    values = {"refusal": refusal, "differences": differences, "href": href}
    return render(request, "web/errors/409.html", values, status=409)


def problem(refusal: Refusal) -> JsonResponse:
    """Give the refusal as application/problem+json."""
    document = {
        "type": f"urn:sauro:refusal:{refusal.code}",
        "title": refusal.code,
        "status": refusal.status,
        "detail": str(refusal.message),
        "rule": refusal.rule,
        "field": refusal.field,
    }
    return JsonResponse(document, status=refusal.status, content_type="application/problem+json")


def _asked_by_program(request: HttpRequest) -> bool:
    return request.path.startswith("/api/") or not (
        request.accepts("text/html") or request.headers.get("HX-Request")
    )
