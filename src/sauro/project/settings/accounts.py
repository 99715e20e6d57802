"""Signing in: by user name and password, passkey or another provider, with a second factor for officials."""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sauro.project.settings.table import WrongSetting, number, text

AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
ACCOUNT_ADAPTER = "sauro.project.accounts.adapter.Accounts"
ACCOUNT_FORMS = {
    "login": "sauro.web.forms.accounts.SignIn",
    "signup": "sauro.web.forms.accounts.SignUp",
    "reauthenticate": "sauro.web.forms.accounts.Reauthenticate",
    "change_password": "sauro.web.forms.accounts.ChangePassword",
    "set_password": "sauro.web.forms.accounts.SetPassword",
    "reset_password": "sauro.project.accounts.address_pages.ResetPassword",
    "reset_password_from_key": "sauro.web.forms.accounts.NewPassword",
}
# User names only: no address for mail of a person is ever stored in the clear, so allauth's own table stays empty.
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "sauro.project.accounts.addresses.ResetTokens"  # noqa: S105 — a class
PASSWORD_RESET_TIMEOUT = 60 * 60
# Whoever sets a new password by mail signs in with it, and is then asked for the second factor like everybody.
ACCOUNT_LOGIN_ON_PASSWORD_RESET = False
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
# Attempts are counted by the name that is tried and by the visitor's address. The header that proxies write the
# address into is believed only from as many of them as there are: anybody can send one. A whole agency may share one
# address, so what succeeds is limited only as far as it costs the machine; docs/decisions/0022-sign-in.md.
ALLAUTH_TRUSTED_PROXY_COUNT = number("SAURO_TRUSTED_PROXIES", 0, 9)
ATTEMPTS_OF_ONE_KEY = "5/5m/key"
ACCOUNT_RATE_LIMITS = {
    "login": "300/m/ip",
    "login_failed": f"10/m/ip,{ATTEMPTS_OF_ONE_KEY}",
    "reset_password": "20/m/ip,5/h/key",
}
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = False
LOGIN_REDIRECT_URL = "/"
LOGIN_URL = "account_login"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS: list[dict[str, Any]] = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

# The second factor. A code is good once and for its own half minute: a longer life would outlast the memory of
# which codes were used.
MFA_ADAPTER = "sauro.project.accounts.second_factor.SecondFactor"
MFA_SUPPORTED_TYPES = ["webauthn", "totp", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_TOLERANCE = 0
MFA_TOTP_ISSUER = "Sáu Rõ"
MFA_RATE_LIMITS = {"webauthn_login": "300/m/ip"}
MFA_FORMS = {
    "authenticate": "sauro.web.forms.second_factor.Authenticate",
    "reauthenticate": "sauro.web.forms.second_factor.Reauthenticate",
    "activate_totp": "sauro.web.forms.second_factor.ActivateCodes",
    "add_webauthn": "sauro.web.forms.second_factor.AddPasskey",
    "authenticate_webauthn": "sauro.web.forms.second_factor.AuthenticatePasskey",
    "login_webauthn": "sauro.web.forms.second_factor.SignInPasskey",
    "reauthenticate_webauthn": "sauro.web.forms.second_factor.ReauthenticatePasskey",
}


def second_factor(profile: str) -> bool:
    """Whether who holds an office needs a second factor: as set, else everywhere but in a demonstration."""
    chosen = text("SAURO_SECOND_FACTOR")
    return chosen == "required" or (chosen == "by-profile" and profile != "demonstration")


# Signing in at another provider
SOCIALACCOUNT_ADAPTER = "sauro.project.accounts.federation.Federated"
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_LOGIN_ON_GET = False
SOCIALACCOUNT_REQUESTS_TIMEOUT = 10
PROVIDER_ID = "oidc"


def provider(https: bool) -> dict[str, Any]:
    """Give the provider of identities of the settings, or nothing. Raises WrongSetting for half of one."""
    issuer, client = text("SAURO_OIDC_ISSUER"), text("SAURO_OIDC_CLIENT")
    if not issuer:
        return {}
    parts = urlsplit(issuer)
    if parts.scheme not in (("https",) if https else ("https", "http")) or not parts.hostname or parts.query:
        raise WrongSetting(
            "SAURO_OIDC_ISSUER is not the address of a provider. Write it as https://host/path."
        )
    if not client:
        raise WrongSetting(
            "SAURO_OIDC_CLIENT is empty. Give the name under which the provider knows this installation."
        )
    return {
        "provider_id": PROVIDER_ID,
        "name": text("SAURO_OIDC_NAME"),
        "client_id": client,
        "secret": _secret(),
        "settings": {
            "server_url": issuer.rstrip("/"),
            "oauth_pkce_enabled": True,
            "scope": text("SAURO_OIDC_SCOPE").split(),
            "person_claim": text("SAURO_OIDC_PERSON_CLAIM"),
        },
    }


def _secret() -> str:
    path = text("SAURO_OIDC_SECRET_FILE")
    if not path:
        return ""
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise WrongSetting(f"SAURO_OIDC_SECRET_FILE cannot be read: {error.strerror}.") from None


def origin_of(provider: dict[str, Any]) -> str:
    """The origin to which the form of the sign-in page leads, or nothing."""
    if not provider:
        return ""
    parts = urlsplit(str(provider["settings"]["server_url"]))
    return f"{parts.scheme}://{parts.netloc}"
