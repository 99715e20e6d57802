"""Logins for the page benchmark: officers of one-stop counters and citizens, each with a session already open."""

import random
from dataclasses import dataclass
from typing import Any
from uuid import UUID


@dataclass(frozen=True)
class Visitor:
    """A signed-in person: the session's key, and the dossiers that they may open."""

    session: str
    dossiers: list[UUID]
    references: list[str]


OFFICERS = """
SELECT h.person, o.id FROM core_holding h JOIN core_actor p ON p.id = h.position
JOIN core_actor o ON o.id = p.organisation
WHERE p.type = 'mot-cua-xa' AND EXISTS (SELECT 1 FROM serve_dossier d WHERE d.received_by = o.id)
ORDER BY p.code, h.person
"""


def officers(count: int) -> list[Visitor]:
    """Officers of different counters, each with fifty dossiers of theirs at every stage."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(OFFICERS)
        rows = cursor.fetchall()
        chosen = list({organisation: person for person, organisation in rows}.items())[:count]
        found = []
        for organisation, person in chosen:
            # By the index of who takes part: a million rows are not read through for each officer.
            cursor.execute(
                "SELECT id, reference FROM serve_dossier WHERE involved @> ARRAY[%s] AND received_by = %s ORDER BY id",
                [organisation, organisation],
            )
            rows = cursor.fetchall()
            some = random.sample(rows, min(50, len(rows)))
            found.append(Visitor(signed_in(person), *([row[i] for row in some] for i in (0, 1))))
    return found


def citizens(persons: list[str]) -> list[Visitor]:
    """Citizens with the last fifty dossiers of theirs."""
    from django.db import connection

    found = []
    with connection.cursor() as cursor:
        for person in persons:
            cursor.execute(
                "SELECT id FROM serve_dossier WHERE applicant = %s ORDER BY id DESC LIMIT 50", [person]
            )
            found.append(Visitor(signed_in(UUID(person)), [row[0] for row in cursor.fetchall()], []))
    return found


def signed_in(person: UUID) -> str:
    """The key of an open session of this person's login, made where there is none."""
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.auth.models import User
    from django.contrib.sessions.backends.db import SessionStore

    from sauro.core.models import Account

    user, _new = User.objects.get_or_create(username=f"bench-{person}")
    Account.objects.get_or_create(user=user, defaults={"person": person})
    session: Any = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return str(session.session_key)
