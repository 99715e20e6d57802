"""Pages of signed-in people are kept by nobody: no proxy, no browser on a shared machine."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_cache_control


class PersonalPageMiddleware:
    """Forbids storing whatever is answered within a session; the catalogue for strangers may be kept."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self._get_response(request)
        # By the cookie, not by the user: asking who it is would cost a stranger's page a query.
        name = settings.SESSION_COOKIE_NAME
        if name in request.COOKIES or name in response.cookies:
            patch_cache_control(response, private=True, no_store=True)
        if name in response.cookies and response.cookies[name]["max-age"] == 0:
            # Signed out: what this browser still holds goes too, on a machine that others use after.
            response["Clear-Site-Data"] = '"cache", "storage"'
        return response
