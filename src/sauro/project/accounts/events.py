"""What happened at sign-in, for the log: constant names, the person's identifier, never what was typed."""

from typing import Any

import structlog
from allauth.account import signals as account
from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa import signals as factor
from allauth.mfa.models import Authenticator
from allauth.usersessions.internal.flows.sessions import end_other_sessions
from django.contrib.auth.models import User
from django.dispatch import receiver
from django.http import HttpRequest

from sauro.core.models import Account
from sauro.project.accounts.standing import ADDED_HERE

log = structlog.get_logger()


def told(event: str, user: Any = None, **more: Any) -> None:
    """Write one line; of the user only the identifier of the person behind the login."""
    if user is not None:
        person = Account.objects.filter(user_id=user.pk).values_list("person", flat=True).first()
        more["subject"] = str(person) if person else None
    log.info(event, **more)


@receiver(account.user_logged_in)
def signed_in(request: HttpRequest, user: User, **more: Any) -> None:
    """Somebody has signed in, by these means."""
    means = [
        str(record.get("type") or record.get("method"))
        for record in get_authentication_records(request, user)
    ]
    told("account.signed_in", user, kind=",".join(means))


@receiver(account.user_logged_out)
def signed_out(request: HttpRequest, user: User, **more: Any) -> None:
    """Somebody has signed out."""
    told("account.signed_out", user)


@receiver(account.password_changed)
@receiver(account.password_set)
def password_changed(request: HttpRequest, user: User, **more: Any) -> None:
    """A new password: all other sessions have ended by that."""
    told("account.password_changed", user)


@receiver(account.password_reset)
def password_reset(request: HttpRequest, user: User, **more: Any) -> None:
    """A new password by mail: its holder is not kept out by the attempts of others."""
    from allauth.account.adapter import get_adapter

    get_adapter(request).forgive(request, user)
    told("account.password_reset", user)


@receiver(factor.authenticator_added)
def factor_added(request: HttpRequest, user: User, authenticator: Any, **more: Any) -> None:
    """A new factor. Whoever made it has it, so this session need not show it again.

    The first one ends all other sessions: they began with the password alone, and could make a factor of their own.
    """
    if authenticator.type != authenticator.Type.RECOVERY_CODES:
        request.session[ADDED_HERE] = user.pk
        factors = Authenticator.objects.filter(user=user).exclude(type=Authenticator.Type.RECOVERY_CODES)
        if factors.count() == 1:
            end_other_sessions(request, user)
    told("account.factor_added", user, kind=str(authenticator.type))


@receiver(factor.authenticator_removed)
def factor_removed(request: HttpRequest, user: User, authenticator: Any, **more: Any) -> None:
    """One factor less."""
    told("account.factor_removed", user, kind=str(authenticator.type))


@receiver(factor.authenticator_used)
def factor_used(request: HttpRequest, user: User, authenticator: Any, **more: Any) -> None:
    """A second factor was shown."""
    told("account.factor_used", user, kind=str(authenticator.type))


@receiver(factor.authentication_failed)
def factor_failed(request: HttpRequest, user: User, authenticator: Any, **more: Any) -> None:
    """A code was wrong, or was used before."""
    told("account.factor_failed", user, kind=str(authenticator.type))
