"""A file to keep is no page: should a browser show it all the same, nothing in it runs, loads, sends or is framed."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

POLICY = "sandbox; default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
SHOWN = frozenset({"text/html", "text/plain", "application/json", "application/problem+json"})
"""What browsers are to show. Everything else is a file to keep, whether its view remembered to say so or not."""


class DownloadMiddleware:
    """Makes a file of whatever is no page, and gives files a policy of their own, in place of the pages'.

    It stands inside the middleware of that policy, which leaves one that is there already, and inside the static files.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self._get_response(request)
        kind = response.get("Content-Type", "").partition(";")[0].strip().lower()
        how, _, name = response.get("Content-Disposition", "").partition(";")
        if how == "attachment" or (kind and kind not in SHOWN):
            response["Content-Disposition"] = f"attachment;{name}" if name else "attachment"
            response["Content-Security-Policy"] = POLICY
        return response
