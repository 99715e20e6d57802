"""Passkeys and codes in our words. Named by MFA_FORMS in the settings."""

from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.totp.internal.auth import TOTP
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from django.utils.translation import gettext_lazy as _

from sauro.web.forms.accounts import InOurWords

_DIGITS = {"autocomplete": "one-time-code", "inputmode": "numeric", "spellcheck": "false"}


class _Code(InOurWords):
    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.label()
        self.fields["code"].widget.attrs.update({**_DIGITS, "class": "govuk-input--width-10"})


class Authenticate(_Code, AuthenticateForm):  # type: ignore[misc]  # allauth ships no types
    """A one-time code or a recovery code, at sign-in."""


class Reauthenticate(_Code, ReauthenticateForm):  # type: ignore[misc]  # allauth ships no types
    """A code, before something that only the account's holder may do."""


class ActivateCodes(_Code, ActivateTOTPForm):  # type: ignore[misc]  # allauth ships no types
    """The first code of a new app."""

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.fields["code"].help_text = _("The 6 digits that the app shows now")

    def clean_code(self) -> str:
        """The code that sets the app up is used by that, like any other."""
        code: str = super().clean_code()
        if not TOTP(Authenticator(user_id=self.user.pk))._mark_code_used(code):
            raise get_adapter().validation_error("incorrect_code")
        return code


class AddPasskey(InOurWords, AddWebAuthnForm):  # type: ignore[misc]  # allauth ships no types
    """A name for a new passkey; the rest comes from the device."""

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.label()
        self.fields["name"].widget.attrs.update({"autocomplete": "off", "maxlength": "60"})
        self.fields["name"].max_length = 60
        alone = self.fields["passwordless"]
        alone.label, alone.initial = _("Sign in with this passkey alone, without a password"), True
        alone.help_text = _("The device then asks for your finger, face or PIN")
        self.fields["credential"].error_messages["required"] = _(
            "The passkey was not made. Press the button again."
        )


class AuthenticatePasskey(InOurWords, AuthenticateWebAuthnForm):  # type: ignore[misc]  # allauth ships no types
    """A passkey as the second factor."""


class SignInPasskey(InOurWords, LoginWebAuthnForm):  # type: ignore[misc]  # allauth ships no types
    """A passkey instead of user name and password."""


class ReauthenticatePasskey(InOurWords, ReauthenticateWebAuthnForm):  # type: ignore[misc]  # allauth ships no types
    """A passkey, before something that only the account's holder may do."""
