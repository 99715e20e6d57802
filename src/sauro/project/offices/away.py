"""Who deputises for whom: what an official named or was named for, what they could delegate, and to whom."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
from django.db import connection

from sauro.core.doorway.decide import local_day
from sauro.core.moment import now
from sauro.core.queries.seats import HELD
from sauro.core.text import words
from sauro.core.vault import keyring
from sauro.core.vault.parts import read_masks
from sauro.project.offices.words import masked, name_of, said

MOST_ASKED, MOST_SHOWN, MOST_PAST = 2_000, 60, 20


@dataclass(frozen=True, slots=True)
class Deputising:
    """One delegation, in words; ``state`` is coming, running, ended early, over or broken off by a change of offices."""

    id: UUID
    position: UUID
    office: str
    organisation: str
    deputy_office: str
    deputy: str
    roles: list[str]
    reason: str
    valid_from: datetime
    valid_to: datetime
    ended_at: datetime | None
    state: str

    @property
    def last(self) -> datetime:
        """Within the last day: it ends when that day ends."""
        return self.valid_to - timedelta(microseconds=1)


_LIST = """
SELECT e.id, e.position, {p}, {o}, {d}, e.deputy, e.roles, e.reason, e.valid_from, e.valid_to, e.ended_at,
  EXISTS (SELECT 1 FROM core_holding w WHERE w.position = e.position AND w.person = e.holder AND {w})
  AND EXISTS (SELECT 1 FROM core_holding f WHERE f.position = e.deputy_position AND f.person = e.deputy AND {f})
FROM core_delegation e JOIN core_actor p ON p.id = e.position JOIN core_actor o ON o.id = p.organisation
  JOIN core_actor d ON d.id = e.deputy_position
WHERE e.{column} = %(id)s
ORDER BY (e.ended_at IS NULL AND e.valid_to > %(now)s) DESC, e.valid_from DESC, e.id LIMIT {most}
"""


def named_by(person: UUID) -> list[Deputising]:
    """The deputies that a person named, those that still count first."""
    return _list("holder", person)


def named_for(person: UUID) -> list[Deputising]:
    """For whom a person was named deputy."""
    return _list("deputy", person)


def of_position(position: UUID) -> list[Deputising]:
    """Who deputised in an office."""
    return _list("position", position)


def _list(column: str, id_: UUID) -> list[Deputising]:
    moment = now()
    sql = _LIST.format(
        column=column, most=MOST_PAST, p=name_of("p"), o=name_of("o"), d=name_of("d"), w=HELD.format(h="w"),
        f=HELD.format(h="f"),
    )  # fmt: skip
    known = roles_by_code()
    with connection.cursor() as cursor:
        cursor.execute(sql, {"id": id_, "now": moment, "today": local_day(moment)})
        rows = cursor.fetchall()
        masks = read_masks(cursor, keyring.current(), [row[5] for row in rows])
    return [_said(row, known, masks, moment) for row in rows]


def _said(row: tuple[Any, ...], known: dict[str, str], masks: Any, moment: datetime) -> Deputising:
    id_, position, office, organisation, deputy_office, deputy, roles, reason, start, end, ended, stands = row
    state = "running"
    if ended is not None:
        state = "ended"
    elif end <= moment:
        state = "over"
    elif not stands:
        state = "broken"
    elif start > moment:
        state = "coming"
    return Deputising(
        id_, position, office, organisation, deputy_office, masked(masks.get(deputy)),
        [known.get(code, code) for code in _json(roles)], reason, start, end, ended, state,
    )  # fmt: skip


def roles_by_code() -> dict[str, str]:
    """What each role is called."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT code, body->'name' FROM core_definition WHERE kind = 'role' ORDER BY version")
        return {code: said(_json(name)) or code for code, name in cursor.fetchall()}


def _json(value: Any) -> Any:
    return orjson.loads(value) if isinstance(value, str | bytes) else value


def delegable(position: UUID) -> list[tuple[str, str]]:
    """The roles of an office that its holder may delegate now: (code, name)."""
    moment = now()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT ON (r.code) r.code, r.body->'name', r.body->'purpose' FROM core_grant g"
            " JOIN core_definition r ON r.id = g.role WHERE g.holder = %s AND g.revoked_at IS NULL"
            " AND g.valid_from <= %s AND (g.valid_to IS NULL OR g.valid_to > %s)"
            " AND r.body->'delegable' IS DISTINCT FROM 'false'::jsonb ORDER BY r.code, r.version DESC",
            [position, moment, moment],
        )
        return [
            (code, f"{said(_json(name))}: {said(_json(purpose))}")
            for code, name, purpose in cursor.fetchall()
        ]


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody who holds an office in an agency or below it."""

    person: UUID
    position: UUID
    office: str
    organisation: str
    name: str

    @property
    def key(self) -> str:
        return f"{self.person}~{self.position}"

    @property
    def words(self) -> str:
        return f"{self.office}, {self.organisation} ({self.name})"


_COLLEAGUES = """
SELECT h.person, p.id, {p}, {o}, o.id = c.id FROM core_actor w JOIN core_actor c ON c.id = w.current
JOIN core_actor o ON o.kind = 'organisation' AND o.current = o.id AND c.path <> '' AND starts_with(o.path, c.path)
JOIN core_actor p ON p.kind = 'position' AND p.organisation = o.id AND p.current = p.id
JOIN core_holding h ON h.position = p.id AND {h}
WHERE w.id = %(organisation)s AND h.person <> %(person)s
ORDER BY length(o.path), o.path, p.head DESC, p.code, h.person LIMIT {most}
"""


def colleagues(organisation: UUID, person: UUID, text: str = "", chosen: str = "") -> list[Colleague]:
    """Who may be named deputy: in the agency first, then below it; ``text`` looks among names of offices and agencies."""
    sql = _COLLEAGUES.format(p=name_of("p"), o=name_of("o"), h=HELD.format(h="h"), most=MOST_ASKED)
    with connection.cursor() as cursor:
        cursor.execute(sql, {"organisation": organisation, "person": person, "today": local_day(now())})
        rows = cursor.fetchall()
        asked = words(text)[:8]
        kept = [row for row in rows if f"{row[0]}~{row[1]}" == chosen or _fits(asked, row)][:MOST_SHOWN]
        masks = read_masks(cursor, keyring.current(), [row[0] for row in kept])
    return [Colleague(row[0], row[1], row[2], row[3], masked(masks.get(row[0]))) for row in kept]


def _fits(asked: Sequence[str], row: tuple[Any, ...]) -> bool:
    there = words(f"{row[2]} {row[3]}")
    return all(any(word.startswith(part) for word in there) for part in asked)
