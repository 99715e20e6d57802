"""Who a login is to this installation: whether they are an official, and whether they have a second factor."""

from dataclasses import dataclass
from uuid import UUID

from allauth.account.internal.flows.login import get_authentication_records
from django.db import connection
from django.http import HttpRequest

from sauro.core.doorway.decide import local_day
from sauro.core.moment import now

_STANDING = """
SELECT a.person,
  EXISTS (SELECT 1 FROM core_holding h WHERE h.person = a.person AND h.valid_from <= %(today)s
    AND (h.valid_to IS NULL OR h.valid_to >= %(today)s))
  OR EXISTS (SELECT 1 FROM core_grant g JOIN core_definition d ON d.id = g.role WHERE g.holder = a.person
    AND d.code <> 'citizen' AND g.revoked_at IS NULL AND g.valid_from <= %(now)s
    AND (g.valid_to IS NULL OR g.valid_to > %(now)s)),
  EXISTS (SELECT 1 FROM mfa_authenticator m WHERE m.user_id = a.user_id AND m.type <> 'recovery_codes')
FROM core_account a WHERE a.user_id = %(user)s
"""
ADDED_HERE = "second_factor_added_here"
"""In the session in which a factor was made: making it proved that one has it."""


@dataclass(frozen=True, slots=True)
class Standing:
    """``official``: holds an office today, or a right of their own beyond a citizen's."""

    person: UUID
    official: bool
    second_factor: bool


def standing(user: int) -> Standing | None:
    """Who a login is; None for one that belongs to nobody in the register. Never kept from one request to the next."""
    moment = now()
    with connection.cursor() as cursor:
        cursor.execute(_STANDING, {"user": user, "today": local_day(moment), "now": moment})
        row = cursor.fetchone()
    return Standing(*row) if row else None


def proved(request: HttpRequest) -> bool:
    """Whether this session began with a second factor, or one was made in it."""
    user = request.user
    if not user.is_authenticated:
        return False
    records = get_authentication_records(request, user)
    return any(record.get("method") == "mfa" for record in records) or (
        request.session.get(ADDED_HERE) == user.pk
    )
