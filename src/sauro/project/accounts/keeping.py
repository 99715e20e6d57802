"""Accounts of officials, kept by administrators: the act in the journal, and the login it is about, in one transaction."""

from typing import Any
from uuid import UUID

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from sauro.core.doorway import Ask, Outcome, act
from sauro.core.models import Account
from sauro.core.refusal import Refusal
from sauro.project.accounts import addresses, events, letters


def open_account(ask: Ask) -> Outcome:
    """Make somebody's account and send them the letter by which they choose a password. Nobody else ever knows one."""
    login, email = str(ask.payload["login"]), str(ask.payload["identity"]["email"])

    def make(person: UUID) -> None:
        try:
            with transaction.atomic():
                user = User.objects.create_user(login)
        except IntegrityError:
            said = _("Choose another user name: somebody has this one")
            raise Refusal("login_taken", "I1: a clear person", said, field="login", status=409) from None
        Account.objects.create(user=user, person=person)
        addresses.confirm(user.pk, email)
        letters.queue("invited", user.pk)
        events.told("account.opened", user)

    return _together(ask, make)


def close_account(ask: Ask) -> Outcome:
    """Nobody comes in with it, and whoever is in is out at the next click. The password is gone, what was done stays."""

    def close(person: UUID) -> None:
        user = _user(person)
        user.is_active = False
        # Else the sessions of today would be good again on the day on which the account is opened again.
        user.set_unusable_password()
        user.save(update_fields=["is_active", "password"])
        open_ = UserSession.objects.filter(user=user)
        Session.objects.filter(session_key__in=open_.values("session_key")).delete()
        open_.delete()
        events.told("account.closed", user)

    return _together(ask, close)


def reopen_account(ask: Ask) -> Outcome:
    """Let somebody in again, by a letter and a password that they choose anew."""

    def reopen(person: UUID) -> None:
        user = _user(person)
        user.is_active = True
        user.save(update_fields=["is_active"])
        letters.queue("invited", user.pk)
        events.told("account.reopened", user)

    return _together(ask, reopen)


def send_way_in(ask: Ask) -> Outcome:
    """Send the letter again; to another address where the first was wrong, which ends the links sent there."""

    def send(person: UUID) -> None:
        user = _user(person)
        if email := str(ask.payload.get("email", "")):
            addresses.confirm(user.pk, email)
        letters.queue("invited", user.pk)
        events.told("account.way_in_sent", user)

    return _together(ask, send)


DOES = {
    "core.open_account": open_account, "core.close_account": close_account, "core.reopen_account": reopen_account,
    "core.send_way_in": send_way_in,
}  # fmt: skip


def asked(action: str, payload: dict[str, Any], *who: Any) -> Ask:
    """An ask that says whether letters are sent at all: the journal then tells later what became of it."""
    person, key, subject, position = who
    return Ask(action, person, key, {**payload, **_letter(action)}, subject, position)


def _letter(action: str) -> dict[str, bool]:
    return {} if action == "core.close_account" else {"letter": bool(settings.SAURO_SENDS_MAIL)}


def _user(person: UUID) -> User:
    return Account.objects.select_related("user").get(person=person).user


def _together(ask: Ask, then: Any) -> Outcome:
    """The act and what follows from it, or neither. A refusal is kept, so it must not undo what is around it."""
    with transaction.atomic():
        try:
            outcome = act(ask)
        except Refusal as refusal:
            refused = refusal
        else:
            if not outcome.repeated:
                then(outcome.subject)
            return outcome
    raise refused
