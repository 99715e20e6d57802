"""Where a filing goes: the receiving counter and the competent agency for a procedure and a commune."""

from dataclasses import dataclass
from uuid import UUID

from django.db import connection
from django.utils.translation import get_language

from sauro.serve.rules.procedures import Procedure

_COMPETENT = """
WITH RECURSIVE place AS (
  SELECT id, parent, type, level, current FROM core_actor WHERE kind = 'organisation' AND area = %s AND level = 'commune'
    AND parent IS NOT NULL
  UNION
  SELECT a.id, a.parent, a.type, a.level, a.current FROM core_actor a JOIN place p ON a.id = p.parent)
SELECT c.current FROM core_actor c
WHERE c.kind = 'organisation' AND c.type = %s AND (c.id IN (SELECT id FROM place) OR c.parent IN (SELECT id FROM place)
  OR c.level IN ('ministry', 'central'))
ORDER BY CASE c.level WHEN 'commune' THEN 0 WHEN 'province' THEN 1 ELSE 2 END, c.code LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class Commune:
    """A commune or ward, as the list of places shows it."""

    area: str
    name: str
    province: str


@dataclass(frozen=True, slots=True)
class Organisation:
    id: UUID
    code: str
    name: str


def organisation_of_type(kind: str, area: str) -> UUID | None:
    """The organisation of a type that serves a commune: there, in its province, or in the centre."""
    with connection.cursor() as cursor:
        cursor.execute(_COMPETENT, [area, kind])
        row = cursor.fetchone()
    return row[0] if row else None


def places_for(procedure: Procedure, area: str, channel: int) -> tuple[UUID, UUID] | None:
    """(receiving, competent) for a filing from a commune by a channel, or None where nobody is competent there."""
    competent = organisation_of_type(procedure.terms.competent.organisation, area)
    if competent is None:
        return None
    for receiving in procedure.terms.receiving:
        if channel in receiving.channels:
            found = organisation_of_type(receiving.organisation, area)
            if found is not None:
                return found, competent
    return competent, competent


def communes(province: str = "") -> list[Commune]:
    """Communes (of one province by area code, or all), by province and name."""
    name = "name_en" if (get_language() or "vi").startswith("en") else "name_vi"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT c.area, c.{name}, p.{name} FROM core_actor c JOIN core_actor p ON p.id = c.parent"
            " WHERE c.kind = 'organisation' AND c.level = 'commune' AND p.level = 'province' AND c.current = c.id"
            " AND (%s = '' OR p.area = %s) AND c.parent = p.id ORDER BY p.code, c.code",
            [province, province],
        )
        return [Commune(*row) for row in cursor.fetchall()]


def names(ids: list[UUID]) -> dict[UUID, str]:
    """Names of organisations and positions in the language in use."""
    name = "name_en" if (get_language() or "vi").startswith("en") else "name_vi"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id, {name} FROM core_actor WHERE id = ANY(%s)", [ids])
        return dict(cursor.fetchall())
