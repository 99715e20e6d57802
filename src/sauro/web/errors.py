"""Error pages that Django asks for by name (handler400 … handler500 and CSRF_FAILURE_VIEW)."""

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from sauro.core.refusal import Refusal
from sauro.web.refusals import answer


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400: the browser sent something that cannot be read; 413 where it is only too much."""
    if isinstance(exception, RequestDataTooBig | TooManyFieldsSent | TooManyFilesSent):
        return too_large(request)
    return render(request, "web/errors/400.html", status=400)


def too_large(request: HttpRequest) -> HttpResponse:
    """413: more than one request may hold. Nothing of it was read, and what was kept before is untouched."""
    most = settings.SAURO_LARGEST_REQUEST // (1024 * 1024)
    message = _(
        "This was too much to send at once, so nothing of it was saved. What you saved before is untouched. "
        "Go back in your browser and send less: at most %(most)s MB, with smaller or fewer files."
    ) % {"most": most}
    rule = _("One request holds at most %(most)s MB.") % {"most": most}
    return answer(request, Refusal("too_large", rule, message, status=413))


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403, naming the rule where the code that refused gave one."""
    if isinstance(exception, Refusal):
        return answer(request, exception)
    return render(request, "web/errors/403.html", {"reason": str(exception or "")}, status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404."""
    return render(request, "web/errors/404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """500, in both languages; asks neither the database nor the session, which may be what is broken."""
    return HttpResponse(render_to_string("web/errors/500.html"), status=500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form whose secret is missing or old: nothing was sent, and sending again from a fresh page works."""
    message = _(
        "Nothing was sent. Go back, reload the page, and send the form again. Your browser must allow cookies."
    )
    rule = _("A form is accepted only from a page of this site that is still valid.")
    return answer(request, Refusal("form_not_from_here", rule, message, status=403))
