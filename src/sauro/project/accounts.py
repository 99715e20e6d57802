"""How people get a local account: user names only, and for citizens only where the profile allows it."""

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest


class Accounts(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """Opens sign-up only where citizens may have local accounts."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Say whether a visitor may make an account here."""
        return bool(settings.SAURO_CITIZEN_ACCOUNTS)
