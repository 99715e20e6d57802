"""How pages and papers name a deputy: by the office they hold themselves, and for whom they acted."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from sauro.core.doorway.decide import local_day
from sauro.core.moment import now
from sauro.core.queries.seats import SEATS


def deputies(events: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """For the delegations that these events' data name: the office from which the deputy acted, in words."""
    named = {str(data["delegation"]) for data in events if data.get("delegation")}
    if not named:
        return {}
    name = "p.name_en" if (get_language() or "vi").startswith("en") else "p.name_vi"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT e.id::text, {name} FROM core_delegation e JOIN core_actor p ON p.id = e.deputy_position"  # noqa: S608 — one of two columns of ours
            " WHERE e.id = ANY(%s::uuid[])",
            [sorted(named)],
        )
        return dict(cursor.fetchall())


def done_by(office: str, data: Mapping[str, Any], known: Mapping[str, str]) -> str:
    """Who did something in an office: the office, and the deputy where one acted for its holder."""
    deputy = known.get(str(data.get("delegation", "")))
    return (
        _("%(office)s; done by %(deputy)s, acting for the holder") % {"office": office, "deputy": deputy}
        if deputy
        else office
    )


def deputy_of(delegation: object) -> UUID | None:
    """The office from which a deputy acted under a delegation."""
    if not delegation:
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT deputy_position FROM core_delegation WHERE id = %s", [str(delegation)])
        row = cursor.fetchone()
    return row[0] if row else None


_STANDS_IN = f"""
SELECT e.deputy_position FROM ({SEATS}) s JOIN core_delegation e ON e.id = s.delegation
WHERE s.position = %(position)s AND EXISTS (SELECT 1 FROM core_grant g JOIN core_definition r ON r.id = g.role
  WHERE g.holder = s.position AND g.revoked_at IS NULL AND e.roles ? r.code AND r.body->'actions' ? %(action)s)
ORDER BY e.id LIMIT 1
"""  # noqa: S608 — constants of ours


def stands_in(position: UUID, action: str) -> UUID | None:
    """The office from which somebody deputises in this one now, where the delegation is for this action too."""
    moment = now()
    with connection.cursor() as cursor:
        cursor.execute(
            _STANDS_IN, {"position": position, "action": action, "now": moment, "today": local_day(moment)}
        )
        row = cursor.fetchone()
    return row[0] if row else None
