"""Agencies and their offices, as a task names them: found by a few words, each office with whether anybody holds it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils.translation import get_language

from sauro.core.doorway.decide import local_day
from sauro.core.moment import now
from sauro.core.queries.successors import Today
from sauro.core.text import sort_key, words

MOST = 80


@dataclass(frozen=True, slots=True)
class Agency:
    id: UUID
    name: str
    level: str


@dataclass(frozen=True, slots=True)
class Seat:
    """An office, where it is, and whether somebody holds it today."""

    id: UUID
    name: str
    organisation: UUID
    organisation_name: str
    head: bool
    held: bool


def _name(of: str) -> str:
    return f"{of}.name_en" if (get_language() or "vi").startswith("en") else f"{of}.name_vi"


_FIRST = "(a.level = 'central' OR a.level IN ('ministry', 'province') AND coalesce(p.level, '') <> a.level)"


def names(ids: Collection[UUID | None]) -> dict[UUID, str]:
    """Names of agencies and offices in the language in use."""
    wanted = [id_ for id_ in set(ids) if id_ is not None]
    if not wanted:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT a.id, {_name('a')} FROM core_actor a WHERE a.id = ANY(%s)", [wanted])  # noqa: S608 — one of two columns of ours
        return dict(cursor.fetchall())


def found_by(text: str, also: Collection[UUID] = (), *, below: str = "") -> list[Agency]:
    """Agencies whose names hold these words, with or without diacritics, and those that are chosen already.

    Without words: the centre, ministries and provinces, or, with ``below`` (a path), everything there.
    """
    asked = words(text)[:8]
    # Only words are looked for among all of them: they are folded here, not in the database.
    if asked:
        where, values = "true", list[Any]()
    elif below:
        where, values = "(starts_with(a.path, %s) OR a.id = ANY(%s::uuid[]))", [below, list(also)]
    else:
        where, values = f"({_FIRST} OR a.id = ANY(%s::uuid[]))", [list(also)]
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT c.id, {_name('c')}, {_name('a')}, c.level, a.name_vi, a.name_en, c.path, a.code, a.id = c.id FROM core_actor a"  # noqa: S608 — one of two columns of ours
            " JOIN core_actor c ON c.id = a.current LEFT JOIN core_actor p ON p.id = a.parent WHERE a.kind = 'organisation'"
            f" AND (c.valid_to IS NULL OR c.valid_to >= %s) AND {where} ORDER BY a.id = c.id DESC, a.code",
            [local_day(now()), *values],
        )
        rows = cursor.fetchall()
    made, seen = [], set[UUID]()
    for id_, name, was, level, vi, en, path, code, itself in rows:
        said = words(f"{vi} {en} {code}") if asked else []
        wanted = all(any(word.startswith(part) for word in said) for part in asked)
        # One that was merged away is found by its old name, and is its successor.
        if id_ not in seen and ((wanted and (itself or asked)) or (itself and id_ in also)):
            seen.add(id_)
            shown = name if itself else str(Today(name, was))
            made.append((id_ not in also, len(path), sort_key(name), Agency(id_, shown, level)))
    return [agency for *_order, agency in sorted(made, key=lambda row: row[:3])[: MOST + len(also)]]


def path_of(organisation: UUID) -> str:
    """Where an agency stands in the hierarchy."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT path FROM core_actor WHERE id = %s", [organisation])
        row = cursor.fetchone()
    return row[0] if row else ""


def heirs_of(organisation: UUID) -> list[UUID]:
    """An agency with those whose successor it is: what tasks were promised under."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM core_actor WHERE current = %s", [organisation])
        return [id_ for (id_,) in cursor.fetchall()]


_TOPMOST = """
SELECT a.id, c.id, {name} FROM core_actor a JOIN core_actor c ON c.id = a.current LEFT JOIN core_actor p ON p.id = c.parent
WHERE a.kind = 'organisation' AND c.level = %s AND coalesce(p.level, '') <> c.level
"""


def topmost(level: str) -> tuple[dict[UUID, UUID], dict[UUID, str]]:
    """The agencies of a level that stand under none of the same: every id they were known by, with theirs; their names."""
    with connection.cursor() as cursor:
        cursor.execute(_TOPMOST.format(name=_name("c")), [level])
        rows = cursor.fetchall()
    return {id_: current for id_, current, _name_ in rows}, {current: name for _id, current, name in rows}


_SEATS = """
SELECT p.id, {name}, o.id, {organisation}, p.head,
  EXISTS (SELECT 1 FROM core_holding h WHERE h.position = c.id AND h.valid_from <= %s AND (h.valid_to IS NULL OR h.valid_to >= %s))
FROM core_actor p JOIN core_actor c ON c.id = p.current JOIN core_actor o ON o.id = c.organisation WHERE p.kind = 'position' AND
"""


def _seats(condition: str, values: Sequence[Any]) -> list[Seat]:
    today = local_day(now())
    sql = _SEATS.format(name=_name("p"), organisation=_name("o")) + condition
    with connection.cursor() as cursor:
        cursor.execute(sql, [today, today, *values])
        return [Seat(*row) for row in cursor.fetchall()]


def seats_of(organisation: UUID) -> list[Seat]:
    """The offices of an agency, its head first."""
    found = _seats("p.current = p.id AND p.organisation = %s", [organisation])
    return sorted(found, key=lambda seat: (not seat.head, sort_key(seat.name)))


def seats(ids: Collection[UUID | None]) -> dict[UUID, Seat]:
    """These offices."""
    wanted = [id_ for id_ in set(ids) if id_ is not None]
    return {seat.id: seat for seat in _seats("p.id = ANY(%s)", [wanted])} if wanted else {}


def verifiers() -> list[Seat]:
    """The offices that may judge evidence somewhere by a grant in force, by agency."""
    judges = """p.current = p.id AND p.id IN (SELECT g.holder FROM core_grant g JOIN core_definition d ON d.id = g.role
  WHERE g.revoked_at IS NULL AND d.code = 'task_verifier')"""
    return sorted(_seats(judges, []), key=lambda seat: sort_key(seat.organisation_name))


def standing_for(ids: Collection[UUID | None]) -> dict[UUID, UUID]:
    """Who stands today for each of these offices (invariant I7)."""
    wanted = [id_ for id_ in set(ids) if id_ is not None]
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, current FROM core_actor WHERE id = ANY(%s)", [wanted])
        return dict(cursor.fetchall())
