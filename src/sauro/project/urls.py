"""Addresses of the whole deployment."""

from collections.abc import Callable

from allauth.account import views as accounts
from allauth.mfa.base import views as second_factor
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as codes
from allauth.mfa.webauthn import views as passkeys
from django.http import HttpResponseBase
from django.urls import URLPattern, URLResolver, include, path, reverse_lazy

from sauro.project import health, home, metrics, operations
from sauro.project.accounts import address_pages, federation, pages, sessions
from sauro.project.offices import accounts as logins
from sauro.project.offices import leave, office, people, rail, register, review
from sauro.project.reads import desk as contests
from sauro.project.reads import mine as reads
from sauro.project.reads import rail as reads_rail
from sauro.project.reorganisation import pages as reorganisation
from sauro.project.reorganisation import split_pages as splitting
from sauro.project.walk import pages as walk
from sauro.serve.api import api

REMOVE_PASSKEY = passkeys.RemoveWebAuthnView.as_view(success_url=reverse_lazy("mfa_index"))

# Only what is needed: allauth's other pages would keep people's e-mail addresses in the clear. A link in a letter, once
# opened, goes on at an address without its secret.
ACCOUNTS: tuple[tuple[str, Callable[..., HttpResponseBase], str], ...] = (
    ("", pages.home, "account_home"),
    ("login/", accounts.login, "account_login"),
    ("logout/", accounts.logout, "account_logout"),
    ("signup/", accounts.signup, "account_signup"),
    ("inactive/", accounts.account_inactive, "account_inactive"),
    ("reauthenticate/", accounts.reauthenticate, "account_reauthenticate"),
    ("password/change/", accounts.password_change, "account_change_password"),
    ("password/set/", accounts.password_set, "account_set_password"),
    ("password/reset/", accounts.password_reset, "account_reset_password"),
    ("password/reset/done/", accounts.password_reset_done, "account_reset_password_done"),
    (
        "password/reset/key/<uidb36>/<key>/",
        accounts.password_reset_from_key,
        "account_reset_password_from_key",
    ),
    (
        "password/reset/key/done/",
        accounts.password_reset_from_key_done,
        "account_reset_password_from_key_done",
    ),
    ("address/", address_pages.address, "account_address"),
    ("address/<key>/", address_pages.confirm_address, "account_confirm_address"),
    ("sessions/", sessions.devices, "usersessions_list"),
    ("2fa/", second_factor.index, "mfa_index"),
    ("2fa/authenticate/", second_factor.authenticate, "mfa_authenticate"),
    ("2fa/reauthenticate/", second_factor.reauthenticate, "mfa_reauthenticate"),
    ("2fa/codes/activate/", codes.activate_totp, "mfa_activate_totp"),
    ("2fa/codes/deactivate/", codes.deactivate_totp, "mfa_deactivate_totp"),
    ("2fa/recovery/", recovery.view_recovery_codes, "mfa_view_recovery_codes"),
    ("2fa/recovery/generate/", recovery.generate_recovery_codes, "mfa_generate_recovery_codes"),
    ("2fa/passkeys/add/", passkeys.add_webauthn, "mfa_add_webauthn"),
    ("2fa/passkeys/reauthenticate/", passkeys.reauthenticate_webauthn, "mfa_reauthenticate_webauthn"),
    ("2fa/passkeys/login/", passkeys.login_webauthn, "mfa_login_webauthn"),
    ("2fa/passkeys/<int:pk>/remove/", REMOVE_PASSKEY, "mfa_remove_webauthn"),
    ("<provider_id>/login/", federation.sign_in, "openid_connect_login"),
    ("<provider_id>/login/callback/", federation.come_back, "openid_connect_callback"),
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("livez", health.alive, name="livez"),
    path("readyz", health.ready, name="readyz"),
    path("healthz", health.healthy, name="healthz"),
    path("metrics", metrics.metrics, name="metrics"),
    *(path(f"accounts/{address}", view, name=name) for address, view, name in ACCOUNTS),
    path("ai-da-xem/", reads.who_looked, name="who_looked"),
    path("ai-da-xem/<uuid:access>/phan-doi/", reads.contest_new, name="contest_new"),
    path("ai-da-xem/phan-doi/<uuid:contest>/", reads.my_contest, name="my_contest"),
    path("ai-da-xem/phan-doi/<uuid:contest>/rut/", reads.withdraw, name="my_contest_withdraw"),
    path("can-bo/phan-doi/", contests.desk, name="contests"),
    path("can-bo/phan-doi/<uuid:contest>/", contests.contest, name="contest"),
    path("can-bo/phan-doi/<uuid:contest>/<slug:verb>/", contests.do, name="contest_act"),
    path("can-bo/van-hanh/", operations.operations, name="operations"),
    path("can-bo/nghi-phep/", leave.leave, name="leave"),
    path("can-bo/nghi-phep/<uuid:delegation>/ket-thuc/", leave.end, name="leave_end"),
    path("can-bo/to-chuc/", register.listed, name="register"),
    path("can-bo/to-chuc/tai-khoan/", logins.listed, name="accounts"),
    path("can-bo/to-chuc/tai-khoan/moi/", logins.new, name="account_new"),
    path("can-bo/to-chuc/tai-khoan/<uuid:person>/", logins.one, name="account_of"),
    path("can-bo/to-chuc/tai-khoan/<uuid:person>/<slug:verb>/", logins.change, name="account_change"),
    path("can-bo/to-chuc/can-bo/", people.official, name="official"),
    path("can-bo/to-chuc/ho-so/", review.review, name="access_review"),
    path("can-bo/to-chuc/<uuid:organisation>/", register.organisation, name="organisation"),
    path("can-bo/to-chuc/chuc-vu/<uuid:position>/", office.office, name="office"),
    path("can-bo/to-chuc/chuc-vu/<uuid:position>/<slug:verb>/", office.change, name="office_change"),
    path("can-bo/sap-xep/", reorganisation.listed, name="reorganisations"),
    path("can-bo/sap-xep/moi/", reorganisation.choose, name="reorganisation_new"),
    path("can-bo/sap-xep/xem-truoc/", reorganisation.look, name="reorganisation_preview"),
    path("can-bo/sap-xep/tach/", splitting.choose, name="split_new"),
    path("can-bo/sap-xep/tach/xem-truoc/", splitting.look, name="split_preview"),
    path("can-bo/sap-xep/<uuid:reorganisation>/", reorganisation.one, name="reorganisation"),
    path(
        "can-bo/sap-xep/<uuid:reorganisation>/huy/", reorganisation.call_off, name="reorganisation_call_off"
    ),
    path("dan-duong/<slug:name>/", walk.walk, name="walk"),
    path("api/", api.urls),
    path("", include("sauro.web.urls")),
    path("", include("sauro.serve.pages.urls")),
    path("", include("sauro.steer.pages.urls")),
    path("", include("sauro.watch.pages.urls")),
]

operations.register()
rail.register()
reads_rail.register()
home.register()
reorganisation.register()

handler400 = "sauro.web.errors.bad_request"
handler403 = "sauro.web.errors.forbidden"
handler404 = "sauro.web.errors.not_found"
handler500 = "sauro.web.errors.server_error"
