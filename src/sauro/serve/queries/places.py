"""Where a filing goes: the receiving counter and the competent agency for a procedure and a commune."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils.translation import get_language

from sauro.core.queries.competence import COMPETENT, FOUNDED
from sauro.core.text import sort_key
from sauro.serve.rules.procedures import Procedure

_COMPETENT = COMPETENT.format(start="b.id", procedure="%s::text", area="%s::text")
SERVING = f"""
FROM unnest(%s::text[]) AS t(type) CROSS JOIN LATERAL (
  SELECT {_COMPETENT} AS current FROM (SELECT c.id FROM core_actor c
  WHERE c.kind = 'organisation' AND c.type = t.type AND c.area IN (%s, '', (
    SELECT p.area FROM core_actor o JOIN core_actor p ON p.id = o.parent
    WHERE o.area = %s AND o.kind = 'organisation' AND p.level = 'province' ORDER BY o.code LIMIT 1))
    AND (c.area <> '' OR c.level IN ('ministry', 'central')) AND NOT {FOUNDED.format(organisation="c.id")}
  ORDER BY CASE c.area WHEN %s THEN 0 WHEN '' THEN 2 ELSE 1 END, c.code LIMIT 1) b) s
"""  # noqa: S608 — constants of ours
"""For each type of organisation the one that serves a commune: there, in its province, or (without an area) in the
centre; and what a split gave to a part, that part. Columns ``t.type`` and ``s.current``; the parameters are those of ``serving``."""


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


@dataclass(frozen=True, slots=True)
class Places:
    """Where a filing is received, who decides it, and every organisation that has a step in it."""

    received_by: UUID
    competent: UUID
    involved: list[UUID]


def serving(procedure: Procedure, area: str, channel: int) -> list[Any]:
    """The parameters of ``SERVING``: the types of organisation that have a part in a filing, and the commune."""
    receiving = {r.organisation for r in procedure.terms.receiving if channel in r.channels}
    units = {step.unit for step in procedure.terms.steps}
    return [
        sorted({procedure.terms.competent.organisation, *receiving, *units}),
        procedure.code,
        area,
        area,
        area,
        area,
    ]


def places_among(procedure: Procedure, serves: Mapping[str, UUID], channel: int) -> Places | None:
    """The places of a filing by a channel, from the organisations by type that serve its commune."""
    competent = serves.get(procedure.terms.competent.organisation)
    if competent is None:
        return None
    receiving = [r.organisation for r in procedure.terms.receiving if channel in r.channels]
    received_by = next((serves[kind] for kind in receiving if kind in serves), competent)
    others = {serves[step.unit] for step in procedure.terms.steps if step.unit in serves}
    return Places(received_by, competent, sorted({received_by, competent, *others}))


def places_for(procedure: Procedure, area: str, channel: int) -> Places | None:
    """The places of a filing from a commune by a channel, or None where nobody is competent there."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT t.type, s.current {SERVING}", serving(procedure, area, channel))
        return places_among(procedure, dict(cursor.fetchall()), channel)


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


def commune_names(areas: Collection[str]) -> dict[str, str]:
    """Names of a few communes by their area codes."""
    if not areas:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT area, {_name()} FROM core_actor WHERE area = ANY(%s) AND kind = 'organisation'"  # noqa: S608 — one of two columns of ours
            " AND type = 'commune-committee' AND current = id",
            [sorted(areas)],
        )
        return {area: place(name) for area, name in cursor.fetchall()}


def names(ids: list[UUID]) -> dict[UUID, str]:
    """Names of organisations and positions in the language in use."""
    name = _name()
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id, {name} FROM core_actor WHERE id = ANY(%s)", [ids])  # noqa: S608 — one of two columns of ours
        return dict(cursor.fetchall())


def standing_for(position: UUID) -> UUID | None:
    """The position that stands today for one which a merger may have moved."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current FROM core_actor WHERE id = %s", [position])
        row = cursor.fetchone()
    return row[0] if row else None


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
