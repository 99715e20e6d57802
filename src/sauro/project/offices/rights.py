"""Grants in words: who holds which, over what, on which basis, until when; and why somebody may do something or not."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from django.db import connection
from django.utils.translation import gettext as _

from sauro.core.doorway.decide import local_day
from sauro.core.moment import now
from sauro.core.queries.seats import SEATS
from sauro.project.offices.words import name_of, said


@dataclass(frozen=True, slots=True)
class Right:
    """One grant, in words. ``state``: in force, not yet begun, over, revoked."""

    id: UUID
    holder: UUID
    holder_name: str
    role: str
    purpose: str
    scope: str
    scope_id: UUID | None
    scope_name: str
    basis: str
    valid_from: datetime
    valid_to: datetime | None
    revoked_at: datetime | None
    actions: list[str]
    code: str
    delegable: bool
    state: str

    @property
    def reach(self) -> str:
        """Over what, in words."""
        words = {
            "all": _("everything"), "own": _("what is the holder’s own"), "subject": _("one dossier or task alone"),
            "agency": _("%(agency)s, and what was merged into it"), "subtree": _("%(agency)s and all below it"),
        }  # fmt: skip
        named = words[self.scope]
        return named % {"agency": self.scope_name} if "%" in named else named


_RIGHTS = """
SELECT g.id, g.holder, coalesce({h}, ''), r.body->'name', r.body->'purpose', g.scope, g.scope_id, coalesce({s}, ''), g.basis,
  g.valid_from, g.valid_to, g.revoked_at, r.body->'actions', r.code, r.body->'delegable' IS DISTINCT FROM 'false'::jsonb
FROM core_grant g JOIN core_definition r ON r.id = g.role LEFT JOIN core_actor h ON h.id = g.holder
  LEFT JOIN core_actor s ON s.id = g.scope_id
WHERE {where}
ORDER BY (g.revoked_at IS NULL AND (g.valid_to IS NULL OR g.valid_to > %(now)s)) DESC, g.valid_from DESC, g.id LIMIT {most}
"""
MOST = 200


def of_holders(holders: Sequence[UUID]) -> list[Right]:
    """The grants of offices or persons, those in force first."""
    return _rights("g.holder = ANY(%(holders)s)", {"holders": list(holders)})


def one(grant: UUID) -> Right | None:
    """One grant."""
    return next(iter(_rights("g.id = %(grant)s", {"grant": grant})), None)


def _rights(where: str, values: dict[str, Any]) -> list[Right]:
    moment = now()
    sql = _RIGHTS.format(h=name_of("h"), s=name_of("s"), where=where, most=MOST)
    with connection.cursor() as cursor:
        cursor.execute(sql, {**values, "now": moment})
        return [_right(row, moment) for row in cursor.fetchall()]


def _right(row: tuple[Any, ...], moment: datetime) -> Right:
    name, purpose, actions = (_read(row[at]) for at in (3, 4, 12))
    state = "now"
    if row[11] is not None:
        state = "revoked"
    elif row[10] is not None and row[10] <= moment:
        state = "over"
    elif row[9] > moment:
        state = "coming"
    named: list[Any] = [
        *row[:3], said(name), said(purpose), *row[5:12], list(actions or ()), row[13], row[14], state,
    ]  # fmt: skip
    return Right(*named)


def _read(value: Any) -> Any:
    return orjson.loads(value) if isinstance(value, str | bytes) else value


@dataclass(frozen=True, slots=True)
class Sitting:
    """An office in which a person may act today: their own, or for whom they deputise and until when."""

    position: UUID
    office: str
    organisation: UUID
    organisation_name: str
    kind: str
    holder: UUID | None
    until: datetime | None
    delegation: UUID | None
    roles: list[str]


_SITTINGS = """
SELECT p.id, {p}, o.id, {o}, s.kind, s.holder, s.until, s.delegation, d.roles FROM ({seats}) s
LEFT JOIN core_delegation d ON d.id = s.delegation JOIN core_actor p ON p.id = s.position JOIN core_actor o ON o.id = p.organisation
WHERE s.person = %(person)s ORDER BY s.holder IS NOT NULL, p.code
"""


def sittings(person: UUID) -> list[Sitting]:
    """The offices in which a person may act today."""
    moment = now()
    with connection.cursor() as cursor:
        cursor.execute(
            _SITTINGS.format(p=name_of("p"), o=name_of("o"), seats=SEATS),
            {"person": person, "now": moment, "today": local_day(moment)},
        )
        rows: list[list[Any]] = [[*row[:-1], _read(row[-1]) or []] for row in cursor.fetchall()]
    return [Sitting(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class Opening:
    """A grant by which a case may be opened, and the persons who sit in the office that holds it."""

    right: Right
    persons: list[tuple[UUID, str]]


def openings(
    action: str, organisations: Sequence[UUID], paths: Sequence[str], subject: UUID
) -> list[Opening]:
    """Every grant in force by which somebody other than the owner may do ``action`` there; at most ``MOST`` of them."""
    where = """r.body->'actions' ? %(action)s AND g.revoked_at IS NULL AND g.valid_from <= %(now)s
  AND (g.valid_to IS NULL OR g.valid_to > %(now)s) AND (g.scope = 'all'
    OR g.scope = 'subject' AND g.scope_id = %(subject)s
    OR g.scope = 'agency' AND g.scope_id IN (SELECT id FROM core_actor WHERE current = ANY(%(organisations)s))
    OR g.scope = 'subtree' AND g.scope_id IN (SELECT t.id FROM core_actor t JOIN core_actor c ON c.id = t.current
      WHERE c.path <> '' AND EXISTS (SELECT 1 FROM unnest(%(paths)s::text[]) u(path) WHERE starts_with(u.path, c.path))))"""
    found = _rights(where, {"action": action, "organisations": list(organisations), "paths": list(paths), "subject": subject})  # fmt: skip
    moment = now()
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT s.position, s.person, s.kind, e.roles FROM ({SEATS}) s LEFT JOIN core_delegation e ON e.id = s.delegation"  # noqa: S608 — constants of ours
            " WHERE s.position = ANY(%(positions)s) ORDER BY s.position, s.kind DESC, s.person",
            {"positions": [right.holder for right in found], "now": moment, "today": local_day(moment)},
        )
        seated: dict[UUID, list[tuple[UUID, str, list[str] | None]]] = {}
        for position, person, kind, roles in cursor.fetchall():
            seated.setdefault(position, []).append((person, kind, _read(roles)))
        cursor.execute(
            "SELECT id FROM core_actor WHERE kind = 'person' AND id = ANY(%s)",
            [[right.holder for right in found]],
        )
        persons = {id_ for (id_,) in cursor.fetchall()}
    made = []
    for right in found:
        sitting = [
            (person, kind) for person, kind, roles in seated.get(right.holder, [])
            if roles is None or (right.code in roles and right.delegable)
        ]  # fmt: skip
        made.append(Opening(right, [(right.holder, "person")] if right.holder in persons else sitting))
    return made
