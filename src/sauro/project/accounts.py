"""How people get a local account: user names only, and for citizens only where the profile allows it."""

from typing import Any
from uuid import UUID

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest

from sauro.core.doorway import Ask, act
from sauro.core.doorway.decide import local_day
from sauro.core.doorway.genesis import PLATFORM
from sauro.core.ids import new_id
from sauro.core.models import Account, Definition
from sauro.core.moment import now


class Accounts(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """Opens sign-up only where citizens may have local accounts, and makes a person of everybody who signs up."""

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
