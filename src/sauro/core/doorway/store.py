"""The doorway's SQL, written by hand: this one path is the only place where the ORM is too slow (ADR 0004)."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

from django.db import connection
from psycopg import Connection, Cursor

from sauro.core.doorway.registry import Query, Row, Subject, Where
from sauro.core.doorway.tables import bind
from sauro.core.doorway.work import Change, GrantRow, NumberWanted
from sauro.core.journal.tables import TableSpec
from sauro.core.rules.scopes import Place, Scope

Raw = Connection[tuple[Any, ...]]


@contextmanager
def transaction() -> Iterator[Cursor[tuple[Any, ...]]]:
    """A cursor inside one transaction; inside a savepoint when the caller already holds a transaction."""
    connection.ensure_connection()
    raw: Raw = connection.connection
    nested = connection.in_atomic_block
    with Cursor(raw) as cursor:
        cursor.execute("SAVEPOINT doorway" if nested else "BEGIN")
        try:
            yield cursor
        except BaseException:
            if not raw.closed:
                cursor.execute("ROLLBACK TO SAVEPOINT doorway" if nested else "ROLLBACK")
            raise
        cursor.execute("RELEASE SAVEPOINT doorway" if nested else "COMMIT")


@dataclass(slots=True)
class Locked:
    """A subject as it stands, locked: its rows by table, its place, and its unit's wrapped key."""

    rows: dict[str, Row]
    place: Place
    wrapped: bytes | None


@cache
def _subject_sql(subject: Subject) -> tuple[str, tuple[tuple[str, tuple[str, ...]], ...]]:
    names = tuple((spec.name, tuple(name for name, _ in spec.columns)) for spec in subject.tables)
    columns = [f't{i}."{column}"' for i, (_, cols) in enumerate(names) for column in cols]
    joins = [f"{names[0][0]} t0"]
    joins += [f"JOIN {name} t{i} ON t{i}.id = t0.id" for i, (name, _) in enumerate(names) if i]

    def owned(column: str | None, otherwise: str) -> str:
        for i, (_, cols) in enumerate(names):
            if column in cols:
                return f"t{i}.{column}"
        return otherwise

    columns.append(owned(subject.owner, "NULL::uuid"))
    for i, column in enumerate(subject.organisations):
        joins.append(f"LEFT JOIN core_actor o{i} ON o{i}.id = {owned(column, 'NULL')}")
        joins.append(f"LEFT JOIN core_actor c{i} ON c{i}.id = o{i}.current")
        columns += [f"c{i}.id", f"c{i}.path"]
    if subject.unit:
        joins.append(f"LEFT JOIN core_unit_key k ON k.unit = {owned(subject.unit, 'NULL')}")
        columns.append("k.wrapped")
    else:
        columns.append("NULL::bytea")
    sql = f"SELECT {', '.join(columns)} FROM {' '.join(joins)} WHERE t0.id = ANY(%s::uuid[]) ORDER BY t0.id FOR UPDATE OF t0"
    return sql, names


def lock(cursor: Cursor[Any], subject: Subject, ids: Sequence[UUID]) -> dict[UUID, Locked]:
    """The subjects, locked in id order; missing ones are left out."""
    sql, names = _subject_sql(subject)
    found: dict[UUID, Locked] = {}
    for values in cursor.execute(sql, [list(ids)], prepare=True, binary=True):
        rows, at = {}, 0
        for name, columns in names:
            rows[name] = dict(zip(columns, values[at : at + len(columns)], strict=True))
            at += len(columns)
        owner, *organisations, wrapped = values[at:]
        id_ = rows[names[0][0]]["id"]
        current = frozenset(o for o in organisations[::2] if o is not None)
        place = Place(id_, owner, current, tuple(p for p in organisations[1::2] if p))
        found[id_] = Locked(rows, place, wrapped)
    return found


_GRANTS = """
SELECT g.id, g.holder, g.role, g.scope, g.scope_id, g.purpose, g.basis, g.limits, c.id, c.path, a.person, a.position, a.action
FROM unnest(%s::uuid[], %s::uuid[], %s::text[]) AS a(person, position, action)
JOIN core_grant g ON g.holder = a.person OR g.holder = a.position
JOIN core_definition r ON r.id = g.role AND r.body->'actions' ? a.action
LEFT JOIN core_actor s ON s.id = g.scope_id
LEFT JOIN core_actor c ON c.id = s.current
WHERE g.revoked_at IS NULL AND g.valid_from <= %s AND (g.valid_to IS NULL OR g.valid_to > %s)
  AND (g.holder = a.person OR EXISTS (
    SELECT 1 FROM core_holding h WHERE h.position = g.holder AND h.person = a.person
      AND h.valid_from <= %s AND (h.valid_to IS NULL OR h.valid_to >= %s)))
ORDER BY g.id
"""


@dataclass(frozen=True, slots=True)
class LiveGrant:
    """A grant that is in force now, held by the actor in person or through a position held today."""

    row: GrantRow
    scope: Scope
    person: UUID
    position: UUID | None
    action: str


def live_grants(
    cursor: Cursor[Any], actors: Sequence[tuple[UUID, UUID | None, str]], now: Any, today: Any
) -> list[LiveGrant]:
    """Grants in force for (person, position, action) triples, straight from the tables: never cached."""
    persons, positions, actions = zip(*actors, strict=True)
    rows = cursor.execute(
        _GRANTS, [list(persons), list(positions), list(actions), now, now, today, today], prepare=True, binary=True
    ).fetchall()
    return [
        LiveGrant(
            GrantRow(id_, holder, role, scope, scope_id, purpose, basis, limits),
            Scope(scope, scope_id, current, path or ""),
            person,
            position,
            action,
        )
        for id_, holder, role, scope, scope_id, purpose, basis, limits, current, path, person, position, action in rows
    ]


def places_of(cursor: Cursor[Any], wheres: Sequence[Where]) -> list[Locked]:
    """The places of things about to be created, each with the wrapped key of its retention unit if it has one."""
    organisations = list({id_ for where in wheres for id_ in where.organisations})
    units = [where.unit for where in wheres if where.unit is not None]
    current: dict[UUID, tuple[UUID, str]] = {}
    wrapped: dict[UUID, bytes] = {}
    rows = cursor.execute(
        "SELECT o.id, c.id, c.path, NULL FROM core_actor o JOIN core_actor c ON c.id = o.current"
        " WHERE o.id = ANY(%s::uuid[]) UNION ALL SELECT unit, NULL, NULL, wrapped FROM core_unit_key"
        " WHERE unit = ANY(%s::uuid[])",
        [organisations, units],
        prepare=True,
        binary=True,
    )
    for id_, successor, path, key in rows:
        if key is None:
            current[id_] = (successor, path)
        else:
            wrapped[id_] = key
    return [_placed(where, current, wrapped) for where in wheres]


def _placed(where: Where, current: dict[UUID, tuple[UUID, str]], wrapped: dict[UUID, bytes]) -> Locked:
    found = [current[id_] for id_ in where.organisations if id_ in current]
    place = Place(None, where.owner, frozenset(id_ for id_, _ in found), tuple(path for _, path in found))
    return Locked({}, place, wrapped.get(where.unit) if where.unit else None)


def facts(cursor: Cursor[Any], query: Query | None) -> list[Row]:
    """Rows of an action's own query, as dictionaries; none where it asks nothing."""
    if query is None:
        return []
    result = cursor.execute(query[0], query[1], prepare=True)
    names = [column.name for column in result.description or ()]
    return [dict(zip(names, values, strict=True)) for values in result]


def take_numbers(cursor: Cursor[Any], series: str, scope: str, count: int) -> int:
    """Reserve ``count`` numbers; returns the first. The row stays locked until the transaction ends."""
    row = cursor.execute(
        "INSERT INTO core_number (series, scope, last) VALUES (%s, %s, %s) ON CONFLICT (series, scope)"
        " DO UPDATE SET last = core_number.last + excluded.last RETURNING last",
        [series, scope, count],
        prepare=True,
    ).fetchone()
    assert row is not None
    return int(row[0]) - count + 1


def give_number(cursor: Cursor[Any], wanted: NumberWanted) -> None:
    wanted.give(take_numbers(cursor, wanted.series, wanted.scope, 1))


EVENT_COLUMNS = "id, name, person, position, grant_id, subject, key, request, recorded, body"
_EVENT = (
    f"INSERT INTO core_event ({EVENT_COLUMNS}) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
    " ON CONFLICT (person, name, key) DO NOTHING"
)


def insert_event(cursor: Cursor[Any], values: Sequence[Any]) -> bool:
    """Insert one event; false when the same person has done the same action under the same key before."""
    return cursor.execute(_EVENT, values, prepare=True).rowcount == 1


@cache
def _insert_sql(spec: TableSpec, count: int) -> str:
    columns = ", ".join(f'"{name}"' for name, _ in spec.columns)
    one = "(" + ", ".join(f"%s::{kind}" for _, kind in spec.columns) + ")"
    return f"INSERT INTO {spec.name} ({columns}) VALUES {', '.join([one] * count)}"


def write_state(cursor: Cursor[Any], changes: Sequence[Change]) -> None:
    """All changed rows in one statement: each table's inserts and updates are parts of it."""
    parts: list[str] = []
    values: list[Any] = []
    inserts: dict[TableSpec, list[Row]] = {}
    for change in changes:
        if change.touched is None:
            inserts.setdefault(change.spec, []).append(change.row)
            continue
        touched = [(name, kind) for name, kind in change.spec.columns if name in change.touched]
        sets = ", ".join(f'"{name}" = %s::{kind}' for name, kind in touched)
        parts.append(f"UPDATE {change.spec.name} SET {sets} WHERE id = %s::uuid")
        values += [bind(kind, change.row[name]) for name, kind in touched]
        values.append(change.row["id"])
    for spec, rows in inserts.items():
        parts.append(_insert_sql(spec, len(rows)))
        values += [bind(kind, row[name]) for row in rows for name, kind in spec.columns]
    if len(parts) > 1:
        named = ", ".join(f"w{i} AS ({part})" for i, part in enumerate(parts[:-1]))
        cursor.execute(f"WITH {named} {parts[-1]}", values, prepare=True)
    elif parts:
        cursor.execute(parts[0], values, prepare=True)
