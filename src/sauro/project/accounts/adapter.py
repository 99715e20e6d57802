"""How people get a local account and sign in: user names only, and citizens only where the profile allows them."""

from typing import Any
from uuid import UUID

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.stagekit import clear_login
from allauth.core.internal import ratelimit
from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from sauro.core.doorway import Ask, act
from sauro.core.doorway.decide import local_day
from sauro.core.doorway.genesis import PLATFORM
from sauro.core.ids import new_id
from sauro.core.models import Account, Definition
from sauro.core.moment import now
from sauro.project.accounts import devices, events, letters, sessions
from sauro.project.accounts.gate import not_here
from sauro.project.accounts.standing import standing
from sauro.project.settings.accounts import ATTEMPTS_OF_ONE_KEY
from sauro.web.home import at_home
from sauro.web.refusals import answer

LETTERS = {
    "account/email/password_changed": "password_changed",
    "account/email/password_set": "password_changed",
    "account/email/password_reset": "password_changed",
    "mfa/email/totp_activated": "factor_added",
    "mfa/email/webauthn_added": "factor_added",
    "mfa/email/totp_deactivated": "factor_removed",
    "mfa/email/webauthn_removed": "factor_removed",
    "mfa/email/recovery_codes_generated": "factor_added",
}


class Accounts(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """Who may come in, how often a password may be tried, and what people are told about their account."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Say whether a visitor may make an account here."""
        return bool(settings.SAURO_CITIZEN_ACCOUNTS)

    def save_user(self, request: HttpRequest, user: User, form: Any, commit: bool = True) -> User:
        """Keep the login, and with it the person who may file for themselves. All of it or nothing."""
        with transaction.atomic():
            saved: User = super().save_user(request, user, form, commit)
            if commit:
                Account.objects.create(user=saved, person=new_citizen())
        return saved

    def pre_login(self, request: HttpRequest, user: User, **more: Any) -> HttpResponse | None:
        """Refuse who has no business here, however they have proved who they are."""
        response: HttpResponse | None = super().pre_login(request, user, **more)
        if response is None and not settings.SAURO_CITIZEN_ACCOUNTS:
            found = standing(user.pk)
            if found is None or not found.official:
                clear_login(request)
                events.told("account.refused", user, reason="citizens_elsewhere")
                response = answer(request, not_here())
        return response

    def post_login(self, request: HttpRequest, user: User, **more: Any) -> HttpResponse:
        """Tell the other browsers of a sign-in from one that was never seen, and know this one from now on."""
        strange = not devices.mark_of(request, user)
        response: HttpResponse = super().post_login(request, user, **more)
        if strange:
            sessions.tell_of_new_sign_in(request, user)
        devices.remember(request, response, user)
        return response

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count an attempt: by name and address, or alone where this browser is known to the account."""
        name = str(credentials.get("username", ""))
        user = User.objects.filter(username__iexact=name).first()
        mark = devices.mark_of(request, user) if user else ""
        known = {"login_failed": ATTEMPTS_OF_ONE_KEY} if mark else None
        self._login_failed_rl_usage = ratelimit.consume(
            request, app="allauth.account", action="login_failed", config=known,
            key=f"known:{mark}" if mark else self._get_login_attempts_cache_key(request, **credentials),
        )  # fmt: skip
        if not self._login_failed_rl_usage:
            events.told("account.sign_in_stopped", reason="too_many_attempts")
            raise self.validation_error("too_many_login_attempts")

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Note that somebody failed, and nothing of what they typed."""
        events.told("account.sign_in_failed", reason="password")

    def forgive(self, request: HttpRequest, user: User) -> None:
        """Forget the failed attempts of an account whose holder has just proved to read its mail."""
        key = self._get_login_attempts_cache_key(request, username=user.get_username())
        ratelimit.clear(request, app="allauth.account", action="login_failed", key=key)

    def get_reauthentication_methods(self, user: User) -> list[dict[str, str]]:
        """How somebody who is signed in may show that it is still they, in our words."""
        words = {
            "reauthenticate": _("Use your password"),
            "mfa_reauthenticate": _("Use a one-time code or a recovery code"),
            "mfa_reauthenticate:webauthn": _("Use a passkey"),
        }
        found: list[dict[str, str]] = super().get_reauthentication_methods(user)
        return [{**method, "description": words.get(method["id"], method["description"])} for method in found]

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Where a sign-in leads that nothing else asked for: everybody to what is theirs to do."""
        return reverse("web:today" if at_home(request) else "serve:my_dossiers")

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """Where a new password leads."""
        return reverse("account_home")

    def send_password_reset_mail(self, user: User, email: str, context: dict[str, Any]) -> None:
        """Letters are written and carried by the worker: the page takes as long for an address that nobody has."""
        letters.queue("reset", user.pk)

    def send_notification_mail(self, template_prefix: str, user: User, *args: Any, **more: Any) -> None:
        """Tell of a change to the account, where there is an address to tell it to."""
        letters.queue(LETTERS[template_prefix], user.pk)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """No other letter exists: allauth's own would go out in its words."""
        raise NotImplementedError(template_prefix)


def new_citizen() -> UUID:
    """A person nothing is known of yet, with the right to file and follow their own dossiers."""
    person = new_id()
    payload = {"id": person, "kind": "person", "valid_from": local_day(now())}
    act(Ask("core.register_actor", PLATFORM, f"citizen:{person}", payload))
    role = Definition.objects.get(kind="role", code="citizen", state="published")
    grant = {
        "holder": person,
        "role": role.id,
        "scope": "own",
        "purpose": "citizen",
        "basis": role.basis or "account",
    }
    act(Ask("core.grant", PLATFORM, f"citizen:{person}", grant))
    return person
