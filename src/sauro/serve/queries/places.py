"""Where a filing goes: the receiving counter and the competent agency for a procedure and a commune."""

import re
from dataclasses import dataclass
from uuid import UUID

from django.db import connection
from django.utils.translation import get_language

from sauro.core.text import sort_key
from sauro.serve.rules.procedures import Procedure

_COMPETENT = """
SELECT c.current FROM core_actor c
WHERE c.kind = 'organisation' AND c.type = %s AND (c.area = %s OR c.level IN ('ministry', 'central') OR c.area = (
  SELECT p.area FROM core_actor o JOIN core_actor p ON p.id = o.parent
  WHERE o.area = %s AND o.kind = 'organisation' AND p.level = 'province' ORDER BY o.code LIMIT 1))
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
        cursor.execute(_COMPETENT, [kind, area, area])
        row = cursor.fetchone()
    return row[0] if row else None


@dataclass(frozen=True, slots=True)
class Places:
    """Where a filing is received, who decides it, and every organisation that has a step in it."""

    received_by: UUID
    competent: UUID
    involved: list[UUID]


def places_for(procedure: Procedure, area: str, channel: int) -> Places | None:
    """The places of a filing from a commune by a channel, or None where nobody is competent there."""
    competent = organisation_of_type(procedure.terms.competent.organisation, area)
    if competent is None:
        return None
    received_by = competent
    for receiving in procedure.terms.receiving:
        if channel in receiving.channels:
            found = organisation_of_type(receiving.organisation, area)
            if found is not None:
                received_by = found
                break
    units = {step.unit for step in procedure.terms.steps}
    others = {organisation_of_type(unit, area) for unit in sorted(units)}
    involved = sorted({received_by, competent, *(id_ for id_ in others if id_ is not None)})
    return Places(received_by, competent, involved)


def communes(province: str = "") -> list[Commune]:
    """Communes (of one province by area code, or all), by province and name."""
    name = _name()
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT c.area, c.{name}, p.{name} FROM core_actor c JOIN core_actor p ON p.id = c.parent"  # noqa: S608 — one of two columns of ours
            " WHERE c.type = 'commune-committee' AND c.current = c.id AND (%s = '' OR p.area = %s) ORDER BY p.code, c.code",
            [province, province],
        )
        found = [(area, place(of), place(above)) for area, of, above in cursor.fetchall()]
    return [Commune(*row) for row in sorted(found, key=lambda row: (sort_key(row[2]), sort_key(row[1])))]


def names(ids: list[UUID]) -> dict[UUID, str]:
    """Names of organisations and positions in the language in use."""
    name = _name()
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id, {name} FROM core_actor WHERE id = ANY(%s)", [ids])  # noqa: S608 — one of two columns of ours
        return dict(cursor.fetchall())


def provinces() -> list[tuple[str, str]]:
    """Provinces and centrally-run cities that have communes here, as (area code, name)."""
    name = _name()
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT p.area, p.{name} FROM core_actor p WHERE p.kind = 'organisation' AND p.type = 'province-committee'"  # noqa: S608 — one of two columns of ours
            " AND EXISTS (SELECT 1 FROM core_actor c WHERE c.parent = p.id AND c.level = 'commune')"
        )
        return sorted(
            ((area, place(name)) for area, name in cursor.fetchall()), key=lambda row: sort_key(row[1])
        )


def place(committee: str) -> str:
    """The place that a People's Committee serves, as people call it: `Phường Trấn Biên`."""
    name = re.sub(r"^(Ủy ban nhân dân|People[’']s Committee of) ", "", committee)
    return name[:1].upper() + name[1:]


def province_of(area: str) -> str:
    """The area code of a commune's province, or empty."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT p.area FROM core_actor c JOIN core_actor p ON p.id = c.parent"
            " WHERE c.area = %s AND c.type = 'commune-committee' LIMIT 1",
            [area],
        )
        row = cursor.fetchone()
    return row[0] if row else ""


def _name() -> str:
    return "name_en" if (get_language() or "vi").startswith("en") else "name_vi"
