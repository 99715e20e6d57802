"""Addresses of the whole deployment."""

from allauth.account import views as accounts
from django.urls import URLPattern, URLResolver, include, path

from sauro.project import health, metrics, operations
from sauro.serve.api import api

# Only what is needed: allauth's other pages would keep people's e-mail addresses in the clear.
ACCOUNTS = (
    ("login", accounts.login, "login"),
    ("logout", accounts.logout, "logout"),
    ("signup", accounts.signup, "signup"),
    ("inactive", accounts.account_inactive, "inactive"),
    ("reauthenticate", accounts.reauthenticate, "reauthenticate"),
    ("password/change", accounts.password_change, "change_password"),
    ("password/set", accounts.password_set, "set_password"),
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("livez", health.alive, name="livez"),
    path("readyz", health.ready, name="readyz"),
    path("healthz", health.healthy, name="healthz"),
    path("metrics", metrics.metrics, name="metrics"),
    *(path(f"accounts/{address}/", view, name=f"account_{name}") for address, view, name in ACCOUNTS),
    path("can-bo/van-hanh/", operations.operations, name="operations"),
    path("api/", api.urls),
    path("", include("sauro.web.urls")),
    path("", include("sauro.serve.pages.urls")),
    path("", include("sauro.steer.pages.urls")),
    path("", include("sauro.watch.pages.urls")),
]

operations.register()

handler400 = "sauro.web.errors.bad_request"
handler403 = "sauro.web.errors.forbidden"
handler404 = "sauro.web.errors.not_found"
handler500 = "sauro.web.errors.server_error"
