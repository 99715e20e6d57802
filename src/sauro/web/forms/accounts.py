"""Sign-in and sign-up in our words: allauth speaks no Vietnamese. Named by ACCOUNT_FORMS in the settings."""

from typing import Any

from allauth.account.forms import (
    ChangePasswordForm,
    LoginForm,
    ReauthenticateForm,
    ResetPasswordKeyForm,
    SetPasswordForm,
    SignupForm,
)
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from sauro.web.forms.base import say_what_to_do
from sauro.web.shapes import Text

_LABELS: dict[str, Text] = {
    "login": _("User name"),
    "username": _("User name"),
    "password": _("Password"),
    "password1": _("Password"),
    "password2": _("Password, once more"),
    "oldpassword": _("Present password"),
    "email": _("E-mail address"),
    "code": _("One-time code"),
    "name": _("Name of this passkey"),
}
_HINTS: dict[str, Text] = {
    "password1": _("At least 10 characters"),
    "code": _("6 digits from your app, or one of your recovery codes"),
}
_ERRORS: dict[str, Text] = {
    "enter_current_password": _("This is not your present password. Write it again."),
    "incorrect_password": _("This is not your password. Write it again."),
    "rate_limited": _("Too many attempts. Wait a few minutes, then try again."),
    "account_inactive": _("This account is closed. Ask the person who manages accounts."),
    "password_entirely_numeric": _("Choose a password that is not only digits"),
    "password_mismatch": _("Write the same password twice"),
    "password_too_common": _("Choose a password that is harder to guess"),
    "password_too_short": _("Choose a password of at least 10 characters"),
    "password_too_similar": _("Choose a password that is not like the user name"),
    "too_many_login_attempts": _("Too many attempts. Wait a few minutes, then try again."),
    "username_blacklisted": _("Choose another user name: this one is not allowed"),
    "username_password_mismatch": _("User name and password do not match. Check both and try again."),
    "username_taken": _("Choose another user name: somebody has this one"),
}


class InOurWords:
    """Labels, hints and errors of allauth's forms, said as all others of this site."""

    fields: dict[str, Any]
    use_required_attribute = False

    def label(self) -> None:
        """Give each field its label and hint."""
        for name, field in self.fields.items():
            field.label = _LABELS.get(name, field.label)
            field.widget.attrs.pop("placeholder", None)
            field.help_text = _HINTS.get(name, "")
            say_what_to_do(field)

    def add_error(self, field: str | None, error: Any) -> None:
        """Put an error in the form, in our words where its code is known."""
        if isinstance(error, ValidationError) and not hasattr(error, "error_dict"):
            error = ValidationError([_said(one) for one in error.error_list])
        super().add_error(field, error)  # type: ignore[misc]  # a form stands after this class


def _said(error: ValidationError) -> ValidationError:
    ours = _ERRORS.get(error.code or "")
    return ValidationError(str(ours), code=error.code) if ours else error


class SignIn(InOurWords, LoginForm):  # type: ignore[misc]  # allauth ships no types
    """User name and password."""

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.label()


class SignUp(InOurWords, SignupForm):  # type: ignore[misc]  # allauth ships no types
    """A new account: user name and a password twice."""

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.label()


class Reauthenticate(InOurWords, ReauthenticateForm):  # type: ignore[misc]  # allauth ships no types
    """One's own password, before something that only its holder may do."""

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.label()


class _New(InOurWords):
    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.label()
        for name, words in (("password1", _("New password")), ("password2", _("New password, once more"))):
            self.fields[name].label = words
            say_what_to_do(self.fields[name])


class ChangePassword(_New, ChangePasswordForm):  # type: ignore[misc]  # allauth ships no types
    """The present password, and a new one twice."""


class SetPassword(_New, SetPasswordForm):  # type: ignore[misc]  # allauth ships no types
    """A password for who has none, twice."""


class NewPassword(_New, ResetPasswordKeyForm):  # type: ignore[misc]  # allauth ships no types
    """A new password twice, by the link of a letter."""
