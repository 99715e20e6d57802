"""Pages that belong to no module: the language switch, the accessibility statement, the gallery of components."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe
from django.views.i18n import set_language

from sauro.web import gallery

# A stranger who makes somebody read English has gained nothing; without the secret the form needs no cookie.
switch_language = csrf_exempt(require_POST(set_language))


@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """The accessibility statement."""
    return render(request, "web/pages/accessibility.html")


@require_safe
def how_to_verify(request: HttpRequest) -> HttpResponse:
    """How anybody verifies a receipt, a result and the journal."""
    return render(request, "web/pages/how_to_verify.html")


def components(request: HttpRequest, frame: str = "citizen") -> HttpResponse:
    """Every component in every state; only where nothing is real."""
    if not (settings.DEBUG or getattr(settings, "SAURO_PROFILE", "") == "demonstration"):
        raise Http404
    return render(request, f"web/pages/gallery_{frame}.html", gallery.context(request))
