"""The address for letters about an account, as it is kept: sealed, and found by a keyed token.

allauth keeps addresses in the clear; here they rest under the key of a retention unit of the account's own.
"""

import secrets
from datetime import datetime, timedelta
from uuid import UUID

from allauth.account.utils import user_pk_to_url_str
from django.contrib.auth.models import User
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.db import connection, transaction
from django.utils.crypto import constant_time_compare

from sauro.core.ids import new_id
from sauro.core.models import Account
from sauro.core.moment import now
from sauro.core.vault import keyring
from sauro.core.vault.cipher import CannotOpen, UnitKey, new_unit
from sauro.core.vault.parts import open_part, seal_part, unit_keys, write_personal
from sauro.core.vault.tokens import tokens_for

TO_CONFIRM = timedelta(days=1)
_SEPARATOR = "-"


def address_of(user: int) -> str:
    """The confirmed address of an account, or nothing."""
    return str(_opened(user, "email").get("email", ""))


def pending_of(user: int) -> dict[str, str]:
    """What waits to be confirmed: address, key and until when; empty where nothing does or its day is over."""
    found = _opened(user, "pending")
    return found if found and datetime.fromisoformat(found["until"]) > now() else {}


def address_for(kind: str, user: int) -> str:
    """Where a letter of this kind goes."""
    return pending_of(user).get("email", "") if kind == "confirm" else address_of(user)


def ask_to_confirm(user: int, address: str) -> None:
    """Keep an address until its holder has shown to read it."""
    until = (now() + TO_CONFIRM).isoformat()
    _seal(user, "pending", {"email": address, "key": secrets.token_urlsafe(24), "until": until})


def confirm_key(user: int) -> str:
    """What the letter's link says."""
    return f"{user_pk_to_url_str(User(pk=user))}{_SEPARATOR}{pending_of(user).get('key', '')}"


def awaiting(key: str) -> tuple[int, str] | None:
    """The account, and the address, that a link confirms; None for a link that is old, used or made up."""
    name, _separator, secret = key.partition(_SEPARATOR)
    try:
        user = int(name, 36)
    except ValueError:
        return None
    waiting = pending_of(user) if user < 2**31 else {}
    if not waiting or not constant_time_compare(waiting["key"], secret):
        return None
    return user, waiting["email"]


def confirm(user: int, address: str) -> None:
    """From now on letters go there."""
    (token,) = tokens_for(keyring.current(), "email", address)
    with transaction.atomic():
        _seal(user, "email", {"email": address})
        Account.objects.filter(user_id=user).update(email_token=token, pending=None)


def remove(user: int) -> None:
    """Forget the address of an account."""
    Account.objects.filter(user_id=user).update(email=None, email_token=None, pending=None)


def users_with(address: str) -> list[User]:
    """The open accounts that have confirmed this address."""
    tokens = tokens_for(keyring.current(), "email", address)
    found = Account.objects.filter(email_token__in=tokens, user__is_active=True).select_related("user")
    return [account.user for account in found.order_by("user_id")]


def reset_key(user: User) -> dict[str, str]:
    """The parts of a link that sets a new password."""
    return {"uidb36": user_pk_to_url_str(user), "key": ResetTokens().make_token(user)}


def _opened(user: int, part: str) -> dict[str, str]:
    account = Account.objects.filter(user_id=user).first()
    sealed = getattr(account, part) if account else None
    if account is None or account.unit is None or sealed is None:
        return {}
    try:
        with transaction.atomic():
            found: dict[str, str] = open_part(_key(account.unit), part, 1, sealed)
    except (CannotOpen, KeyError):
        return {}
    return found


def _seal(user: int, part: str, data: dict[str, str]) -> None:
    with transaction.atomic():
        account = Account.objects.select_for_update().get(user_id=user)
        if account.unit is None:
            account.unit = new_id()
            with connection.cursor() as cursor:
                write_personal(cursor, new=[new_unit(keyring.current(), account.unit)])
        setattr(account, part, seal_part(_key(account.unit), part, 1, data).ciphertext)
        account.save(update_fields=["unit", part])


def _key(unit: UUID) -> UnitKey:
    with connection.cursor() as cursor:
        return unit_keys(cursor, keyring.current(), [unit])[unit]


class ResetTokens(PasswordResetTokenGenerator):
    """A link to a new password ends with the password, with a sign-in, and with the address it was sent to."""

    def _make_hash_value(self, user: User, timestamp: int) -> str:
        token = Account.objects.filter(user_id=user.pk).values_list("email_token", flat=True).first()
        return f"{super()._make_hash_value(user, timestamp)}{bytes(token or b'').hex()}"
