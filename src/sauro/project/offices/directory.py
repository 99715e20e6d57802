"""The register of organisations and offices as an administrator sees it: found by words, walked through as a tree.

Each list is cut to a page by an index; nothing here grows with the number of organisations but the search, which reads
the folded words of those that the reader may see.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection

from sauro.core.doorway import Subject
from sauro.core.doorway.decide import local_day
from sauro.core.models import Actor
from sauro.core.moment import now
from sauro.core.queries.seats import HELD
from sauro.core.queries.visibility import Reader, condition, grants_of
from sauro.core.text import words
from sauro.core.vault import keyring
from sauro.core.vault.parts import read_masks
from sauro.core.vault.tokens import having_all
from sauro.project.offices.words import masked, name_of

ORGANISATION = Subject("organisation", (Actor,), organisations="id")
KEEPS = ("core.register_actor", "core.appoint", "core.end_holding", "core.grant", "core.revoke")
PAGE, MOST_WORDS, MOST_FOUND = 50, 8, 20
Seen = tuple[str, list[Any]]


@dataclass(frozen=True, slots=True)
class Line:
    """One organisation in a list."""

    id: UUID
    code: str
    name: str
    type: str
    valid_to: date | None
    below: bool
    offices: int
    path: str


@dataclass(frozen=True, slots=True)
class Page:
    """One page of organisations, and the path after which the next one begins; empty at the end."""

    lines: list[Line]
    following: str


def seen_by(reader: Reader) -> Seen:
    """The condition on ``core_actor`` for the organisations that the reader keeps, in whatever way."""
    return condition(grants_of(reader, *KEEPS), reader, ORGANISATION)


_LINES = """
SELECT a.id, coalesce(a.code, ''), {name}, a.type, a.valid_to,
  EXISTS (SELECT 1 FROM core_actor b WHERE b.parent = a.id AND b.kind = 'organisation'),
  (SELECT count(*) FROM core_actor p WHERE p.organisation = a.id AND p.kind = 'position'), a.path
FROM (SELECT * FROM core_actor WHERE kind = 'organisation' AND {where} ORDER BY path, id LIMIT {most}) a ORDER BY a.path, a.id
"""


def _page(where: str, values: Sequence[Any], after: str) -> Page:
    if after:
        where, values = f"{where} AND path > %s", [*values, after]
    with connection.cursor() as cursor:
        cursor.execute(_LINES.format(name=name_of("a"), where=where, most=PAGE + 1), list(values))
        found = [Line(*row) for row in cursor.fetchall()]
    return Page(found[:PAGE], found[PAGE - 1].path if len(found) > PAGE else "")


def search(seen: Seen, text: str, after: str = "") -> Page:
    """Organisations whose names or codes have these words, with or without diacritics."""
    asked = words(text)[:MOST_WORDS]
    has = " AND ".join(["words LIKE %s"] * len(asked)) or "FALSE"
    return _page(f"{seen[0]} AND {has}", [*seen[1], *(f"% {word}%" for word in asked)], after)


def below(seen: Seen, parent: UUID, after: str = "") -> Page:
    """The organisations right below one."""
    return _page(f"{seen[0]} AND parent = %s", [*seen[1], parent], after)


def tops(seen: Seen, after: str = "") -> Page:
    """Where the reader's part of the tree begins: what they keep and whose superior they do not."""
    superior = "SELECT 1 FROM core_actor u WHERE u.id = core_actor.parent"
    outside = f"(parent IS NULL OR NOT EXISTS ({superior} AND {_of('u', seen[0])}))"
    if seen[0] == "TRUE":
        return _page("parent IS NULL", [], after)
    return _page(f"{seen[0]} AND {outside}", [*seen[1], *seen[1]], after)


def _of(alias: str, seen: str) -> str:
    return seen.replace("id IN (", f"{alias}.id IN (").replace("(id = ", f"({alias}.id = ").replace("OR id = ", f"OR {alias}.id = ")  # fmt: skip


def kept(seen: Seen, organisation: UUID) -> Actor | None:
    """One organisation that the reader keeps."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id FROM core_actor WHERE kind = 'organisation' AND id = %s AND {seen[0]}",  # noqa: S608 — constant parts
            [organisation, *seen[1]],
        )
        row = cursor.fetchone()
    return Actor.objects.get(pk=row[0]) if row else None


def above(organisation: Actor) -> list[tuple[UUID, str]]:
    """The superiors of an organisation, the topmost first: (id, name)."""
    codes = organisation.path.strip("/").split("/")[:-1]
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT a.code, a.id, {name_of('a')} FROM core_actor a WHERE a.code = ANY(%s)",  # noqa: S608 — one of two columns of ours
            [codes],
        )
        known = {code: (id_, name) for code, id_, name in cursor.fetchall()}
    return [known[code] for code in codes if code in known]


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds an office, or acts in it, or will, or did."""

    id: UUID
    person: UUID
    name: str
    kind: str
    valid_from: date
    valid_to: date | None
    state: str


@dataclass(frozen=True, slots=True)
class OfficeLine:
    """One office of an organisation."""

    id: UUID
    code: str
    name: str
    type: str
    head: bool
    valid_to: date | None
    holders: list[Holder]
    deputies: int
    grants: int


_OFFICES = """
SELECT p.id, coalesce(p.code, ''), {name}, p.type, p.head, p.valid_to,
  (SELECT count(*) FROM core_delegation e WHERE e.position = p.id AND e.ended_at IS NULL AND e.valid_from <= %(now)s AND e.valid_to > %(now)s),
  (SELECT count(*) FROM core_grant g WHERE g.holder = p.id AND g.revoked_at IS NULL AND g.valid_from <= %(now)s
    AND (g.valid_to IS NULL OR g.valid_to > %(now)s))
FROM core_actor p WHERE p.kind = 'position' AND p.organisation = %(organisation)s ORDER BY p.head DESC, p.code, p.id LIMIT {most}
"""


def offices(organisation: UUID) -> list[OfficeLine]:
    """The offices of an organisation, its head first, each with who holds it today."""
    moment = now()
    with connection.cursor() as cursor:
        cursor.execute(
            _OFFICES.format(name=name_of("p"), most=200), {"now": moment, "organisation": organisation}
        )
        rows = cursor.fetchall()
    held = holders([row[0] for row in rows], HELD.format(h="h"))
    lines: list[list[Any]] = [[*row[:6], held.get(row[0], []), *row[6:]] for row in rows]
    return [OfficeLine(*line) for line in lines]


def holders(positions: Sequence[UUID], which: str = "TRUE", most: int = 500) -> dict[UUID, list[Holder]]:
    """Who holds offices, the latest first, by office."""
    today = local_day(now())
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT h.position, h.id, h.person, h.kind, h.valid_from, h.valid_to FROM core_holding h"  # noqa: S608 — constants of ours
            f" WHERE h.position = ANY(%(positions)s) AND {which} ORDER BY h.valid_from DESC, h.id LIMIT {most}",
            {"positions": list(positions), "today": today},
        )
        rows = cursor.fetchall()
        masks = read_masks(cursor, keyring.current(), [row[2] for row in rows])
    found: dict[UUID, list[Holder]] = {}
    for position, id_, person, kind, start, end in rows:
        state = "coming" if start > today else "past" if end is not None and end < today else "now"
        found.setdefault(position, []).append(
            Holder(id_, person, masked(masks.get(person)), kind, start, end, state)
        )
    return found


@dataclass(frozen=True, slots=True)
class Known:
    """A person of the register, as lists show them, with the offices they hold today."""

    id: UUID
    name: str
    login: str
    offices: str


_KNOWN = """
SELECT a.id, coalesce(u.username, ''), coalesce((SELECT string_agg({p} || ', ' || {o}, '; ' ORDER BY p.code) FROM core_holding h
  JOIN core_actor p ON p.id = h.position JOIN core_actor o ON o.id = p.organisation
  WHERE h.person = a.id AND {held}), '')
FROM core_actor a LEFT JOIN core_account c ON c.person = a.id LEFT JOIN auth_user u ON u.id = c.user_id
WHERE a.kind = 'person' AND a.id = ANY(%(ids)s) ORDER BY a.id
"""


def people(text: str) -> list[Known]:
    """Persons by the words of their name, their number, or the name they sign in with; masked, at most a few."""
    text = text.strip()
    if not text:
        return []
    ring = keyring.current()
    kind = "number" if any(each.isdigit() for each in text) else "name"
    named, values = having_all(ring, kind, text)
    parameters: list[Any] = [*values, text]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT a.id FROM core_actor a WHERE a.kind = 'person' AND (a.id IN (" + named + ")"  # noqa: S608 — constant parts
            " OR a.id IN (SELECT c.person FROM core_account c JOIN auth_user u ON u.id = c.user_id WHERE u.username = %s))"
            f" ORDER BY a.id LIMIT {MOST_FOUND}",
            parameters,
        )
        ids = [id_ for (id_,) in cursor.fetchall()]
    return list(known(ids).values())


def known(ids: Sequence[UUID]) -> dict[UUID, Known]:
    """These persons."""
    sql = _KNOWN.format(p=name_of("p"), o=name_of("o"), held=HELD.format(h="h"))
    with connection.cursor() as cursor:
        cursor.execute(sql, {"ids": list(ids), "today": local_day(now())})
        rows = cursor.fetchall()
        masks = read_masks(cursor, keyring.current(), list(ids))
    return {id_: Known(id_, masked(masks.get(id_)), login, offices_) for id_, login, offices_ in rows}
