"""Sign-in and sign-up in our words: allauth speaks no Vietnamese. Named by ACCOUNT_FORMS in the settings."""

from typing import Any

from allauth.account.forms import LoginForm, SignupForm
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
}
_ERRORS: dict[str, Text] = {
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


class _InOurWords:
    fields: dict[str, Any]
    use_required_attribute = False

    def _label(self) -> None:
        for name, field in self.fields.items():
            field.label = _LABELS.get(name, field.label)
            field.widget.attrs.pop("placeholder", None)
            field.help_text = _("At least 10 characters") if name == "password1" else ""
            say_what_to_do(field)

    def add_error(self, field: str | None, error: Any) -> None:
        """Put an error in the form, in our words where its code is known."""
        if isinstance(error, ValidationError) and not hasattr(error, "error_dict"):
            error = ValidationError([_said(one) for one in error.error_list])
        super().add_error(field, error)  # type: ignore[misc]  # a form stands after this class


def _said(error: ValidationError) -> ValidationError:
    ours = _ERRORS.get(error.code or "")
    return ValidationError(str(ours), code=error.code) if ours else error


class SignIn(_InOurWords, LoginForm):  # type: ignore[misc]  # allauth ships no types
    """User name and password."""

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self._label()


class SignUp(_InOurWords, SignupForm):  # type: ignore[misc]  # allauth ships no types
    """A new account: user name and a password twice."""

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self._label()
