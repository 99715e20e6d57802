"""Addresses of the whole deployment."""

from django.urls import URLPattern, URLResolver, include, path

from sauro.project import health
from sauro.serve.api import api

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
    path("accounts/", include("allauth.account.urls")),
    path("api/", api.urls),
    path("", include("sauro.web.urls")),
    path("", include("sauro.serve.pages.urls")),
]

handler400 = "sauro.web.errors.bad_request"
handler403 = "sauro.web.errors.forbidden"
handler404 = "sauro.web.errors.not_found"
handler500 = "sauro.web.errors.server_error"
