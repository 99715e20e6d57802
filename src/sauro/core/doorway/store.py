"""The doorway's SQL, written by hand: this one path is the only place where the ORM is too slow (ADR 0004)."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any
from uuid import UUID

import orjson
from django.db import connection
from psycopg import Connection, Cursor
from psycopg.pq import TransactionStatus
from psycopg.types.json import set_json_loads

from sauro.core.doorway import arrays, pipe
from sauro.core.doorway.pipe import Asked, Pipe, statement
from sauro.core.doorway.registry import Query, Row, Subject, Where
from sauro.core.doorway.work import Change, GrantRow, NumberWanted
from sauro.core.rules.scopes import Place, Scope

Raw = Connection[tuple[Any, ...]]


class Transaction:
    """One transaction of the doorway: its pipe for small statements, its cursor for everything else."""

    def __init__(self, raw: Raw, *, nested: bool) -> None:
        self.pipe: Pipe = pipe.pipe_of(raw)
        self.raw = raw
        self.begin = pipe.SAVEPOINT if nested else pipe.BEGIN
        self.end = pipe.RELEASE if nested else pipe.COMMIT
        self.undo = pipe.BACK if nested else pipe.ROLLBACK
        self.open = False
        self.queued: list[Asked] = []
        if nested and raw.pgconn.transaction_status == TransactionStatus.IDLE:
            # psycopg begins the caller's transaction with its first own statement only.
            self.cursor.execute("SELECT 1")

    @cached_property
    def cursor(self) -> Cursor[tuple[Any, ...]]:
        """A cursor of the same transaction, for what is not one small statement; it reads JSON as objects."""
        made: Cursor[tuple[Any, ...]] = Cursor(self.raw)
        set_json_loads(orjson.loads, made)
        arrays.write_quickly(made.adapters)
        return made

    def queue(self, *asked: Asked) -> None:
        """Send statements with the next ones, in their round trip; nobody wants their answers."""
        self.queued += asked

    def ask(self, *asked: Asked) -> list[Any]:
        """Send statements in one round trip, beginning the transaction with the first."""
        first = [] if self.open else [(self.begin, ())]
        before = [*first, *self.queued]
        self.open, self.queued = True, []
        return self.pipe.ask(*before, *asked)[len(before) :]

    def execute(self, query: str, params: Any = (), /) -> "Answer":
        """One statement with ``%s`` or ``%(name)s`` marks, as the vault asks it."""
        sent = pipe.asked(query, params)
        (rows,) = self.ask(sent)
        return Answer(rows if isinstance(rows, list) else [], self.pipe.columns[sent[0].name])

    def finish(self, *asked: Asked) -> list[Any]:
        """Send the last statements and commit, in one round trip. An error of any of them commits nothing."""
        answers = self.ask(*asked, (self.end, ()))[:-1]
        self.open = False
        return answers


@dataclass(frozen=True, slots=True)
class Answer:
    """The rows of a statement, and the names of their columns."""

    rows: list[tuple[Any, ...]]
    columns: tuple[str, ...]

    def fetchall(self) -> list[tuple[Any, ...]]:
        return self.rows

    def fetchone(self) -> tuple[Any, ...] | None:
        return self.rows[0] if self.rows else None


@contextmanager
def transaction() -> Iterator[Transaction]:
    """One transaction; a savepoint when the caller already holds a transaction. What is left open is undone."""
    connection.ensure_connection()
    raw: Raw = connection.connection
    doing = Transaction(raw, nested=connection.in_atomic_block)
    try:
        yield doing
        if doing.open:
            doing.finish()
    finally:
        if doing.open and not raw.closed:
            doing.pipe.ask((doing.undo, ()))


@contextmanager
def cursor() -> Iterator[Cursor[tuple[Any, ...]]]:
    """A cursor inside one transaction."""
    with transaction() as doing:
        doing.ask()
        yield doing.cursor


@dataclass(slots=True)
class Locked:
    """A subject as it stands, locked: its rows by table, its place, its retention unit and that unit's wrapped key."""

    rows: dict[str, Row]
    place: Place
    unit: UUID | None
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
    if subject.organisations:
        named = owned(subject.organisations, "NULL")
        if not is_array(subject, subject.organisations):
            named = f"ARRAY[{named}]"
        joins.append(
            "LEFT JOIN LATERAL (SELECT array_agg(c.id) AS ids, array_agg(c.path) AS paths FROM core_actor o"
            f" JOIN core_actor c ON c.id = o.current WHERE o.id = ANY({named})) w ON true"
        )
        columns += ["w.ids", "w.paths"]
    else:
        columns += ["NULL::uuid[]", "NULL::text[]"]
    if subject.unit:
        joins.append(f"LEFT JOIN core_unit_key k ON k.unit = {owned(subject.unit, 'NULL')}")
        columns.append("k.wrapped")
    else:
        columns.append("NULL::bytea")
    # Every table of the subject is locked: a joined row that is not would be read as it was before the wait.
    own = ", ".join(f"t{i}" for i, _ in enumerate(names))
    sql = f"SELECT {', '.join(columns)} FROM {' '.join(joins)} WHERE t0.id = ANY(%s::uuid[]) ORDER BY t0.id FOR UPDATE OF {own}"
    return sql, names


def is_array(subject: Subject, column: str) -> bool:
    return any(kind == "uuid[]" for spec in subject.tables for name, kind in spec.columns if name == column)


def locking(subject: Subject, ids: Sequence[UUID]) -> Asked:
    """Lock the subjects in id order."""
    return statement(_subject_sql(subject)[0], ("uuid[]",)), [list(ids)]


def locked(subject: Subject, answer: Sequence[tuple[Any, ...]]) -> dict[UUID, Locked]:
    """The subjects that ``locking`` found; missing ones are left out."""
    _sql, names = _subject_sql(subject)
    found: dict[UUID, Locked] = {}
    for values in answer:
        rows, at = {}, 0
        for name, columns in names:
            rows[name] = dict(zip(columns, values[at : at + len(columns)], strict=True))
            at += len(columns)
        owner, organisations, paths, wrapped = values[at:]
        id_ = rows[names[0][0]]["id"]
        place = Place(id_, owner, frozenset(organisations or ()), tuple(paths or ()))
        unit = (
            next((row[subject.unit] for row in rows.values() if subject.unit in row), None)
            if subject.unit
            else None
        )
        found[id_] = Locked(rows, place, unit, wrapped)
    return found


_GRANTS = """
SELECT g.id, g.holder, g.role, g.scope, g.scope_id, g.purpose, g.basis, g.limits, c.id, c.path, a.person, a.position, a.action,
  CASE WHEN g.scope <> 'own' THEN d.id END, CASE WHEN g.scope <> 'own' THEN d.holder END
FROM unnest(%s::uuid[], %s::uuid[], %s::text[]) AS a(person, position, action)
JOIN core_grant g ON g.holder = a.person OR g.holder = a.position
JOIN core_definition r ON r.id = g.role AND r.body->'actions' ? a.action
  AND (r.body->>'scope' IS DISTINCT FROM 'subject' OR g.scope = 'subject' OR r.body->'begins' ? a.action)
LEFT JOIN core_actor s ON s.id = g.scope_id
LEFT JOIN core_actor c ON c.id = s.current
CROSS JOIN (SELECT %s::timestamptz AS now, %s::date AS today) t
LEFT JOIN LATERAL (SELECT 1 AS held FROM core_holding h WHERE h.position = a.position AND h.person = a.person
  AND h.valid_from <= t.today AND (h.valid_to IS NULL OR h.valid_to >= t.today) LIMIT 1) own ON true
LEFT JOIN LATERAL (SELECT e.id, e.holder FROM core_delegation e
  WHERE own.held IS NULL AND e.position = a.position AND e.deputy = a.person
    AND e.ended_at IS NULL AND e.valid_from <= t.now AND e.valid_to > t.now
    AND (g.holder = a.person OR g.scope <> 'own' AND e.roles ? r.code AND r.body->'delegable' IS DISTINCT FROM 'false'::jsonb)
    AND EXISTS (SELECT 1 FROM core_holding h WHERE h.position = e.position AND h.person = e.holder
      AND h.valid_from <= t.today AND (h.valid_to IS NULL OR h.valid_to >= t.today))
    AND EXISTS (SELECT 1 FROM core_holding h WHERE h.position = e.deputy_position AND h.person = e.deputy
      AND h.valid_from <= t.today AND (h.valid_to IS NULL OR h.valid_to >= t.today))
  ORDER BY e.id LIMIT 1) d ON true
WHERE g.revoked_at IS NULL AND g.valid_from <= t.now AND (g.valid_to IS NULL OR g.valid_to > t.now)
  AND (a.position IS NULL OR own.held = 1 OR d.id IS NOT NULL)
ORDER BY g.id
"""


@dataclass(frozen=True, slots=True)
class LiveGrant:
    """A grant in force now, held by the actor in person, or through a position that they hold or deputise in today."""

    row: GrantRow
    scope: Scope
    person: UUID
    position: UUID | None
    action: str


def granting(actors: Sequence[tuple[UUID, UUID | None, str]], now: Any, today: Any) -> Asked:
    """Ask for the grants in force of (person, position, action) triples, straight from the tables: never cached."""
    persons, positions, actions = (list(column) for column in zip(*actors, strict=True))
    return statement(_GRANTS, ("uuid[]", "uuid[]", "text[]", "timestamptz", "date")), [
        persons, positions, actions, now, today,
    ]  # fmt: skip


def granted(answer: Sequence[tuple[Any, ...]]) -> list[LiveGrant]:
    """The grants that ``granting`` found."""
    return [
        LiveGrant(
            GrantRow(id_, holder, role, scope, scope_id, purpose, basis, limits, delegation, behalf),
            Scope(scope, scope_id, current, path or ""),
            person,
            position,
            action,
        )
        for (
            id_,
            holder,
            role,
            scope,
            scope_id,
            purpose,
            basis,
            limits,
            current,
            path,
            person,
            position,
            action,
            delegation,
            behalf,
        ) in answer
    ]


_PLACES = """
SELECT o.id, c.id, c.path, NULL::bytea FROM core_actor o JOIN core_actor c ON c.id = o.current
WHERE o.id = ANY(%s) UNION ALL SELECT unit, NULL, NULL, wrapped FROM core_unit_key WHERE unit = ANY(%s)
"""


def placing(wheres: Sequence[Where]) -> Asked:
    """Ask for the organisations and retention units of things about to be created."""
    organisations = list({id_ for where in wheres for id_ in where.organisations})
    units = [where.unit for where in wheres if where.unit is not None]
    return statement(_PLACES, ("uuid[]", "uuid[]")), [organisations, units]


def placed(wheres: Sequence[Where], answer: Sequence[tuple[Any, ...]]) -> list[Locked]:
    """The places that ``placing`` found, each with the wrapped key of its retention unit if it has one."""
    current = {id_: (successor, path) for id_, successor, path, key in answer if key is None}
    wrapped = {id_: key for id_, _successor, _path, key in answer if key is not None}
    return [_placed(where, current, wrapped) for where in wheres]


def _placed(where: Where, current: dict[UUID, tuple[UUID, str]], wrapped: dict[UUID, bytes]) -> Locked:
    found = [current[id_] for id_ in where.organisations if id_ in current]
    place = Place(None, where.owner, frozenset(id_ for id_, _ in found), tuple(path for _, path in found))
    return Locked({}, place, where.unit, wrapped.get(where.unit) if where.unit else None)


def facts(doing: Transaction, query: Query | None) -> list[Row]:
    """Rows of an action's own query, as dictionaries; none where it asks nothing."""
    return all_facts(doing, [query])[0] if query is not None else []


def all_facts(doing: Transaction, queries: Sequence[Query]) -> list[list[Row]]:
    """The same of many queries, in one round trip."""
    sent = [pipe.asked(*query) for query in queries]
    answers = doing.ask(*sent) if sent else []
    columns = [doing.pipe.columns[each.name] for each, _values in sent]
    return [
        [dict(zip(names, values, strict=True)) for values in rows]
        for names, rows in zip(columns, answers, strict=True)
    ]


_NUMBER = """
INSERT INTO core_number (series, scope, last)
SELECT series, scope, count FROM unnest(%s, %s, %s) WITH ORDINALITY AS n(series, scope, count, place) ORDER BY place
ON CONFLICT (series, scope) DO UPDATE SET last = core_number.last + excluded.last RETURNING series, scope, last
"""


def take_numbers(doing: Transaction, counts: Mapping[tuple[str, str], int]) -> dict[tuple[str, str], int]:
    """Reserve so many numbers of each (series, scope); returns the first of each.

    The rows stay locked until the transaction ends; who takes of several gives them in one order everywhere.
    """
    series, scopes = zip(*counts, strict=True)
    (rows,) = doing.ask(
        (
            statement(_NUMBER, ("text[]", "text[]", "integer[]")),
            [list(series), list(scopes), list(counts.values())],
        )
    )
    return {(series, scope): last - counts[series, scope] + 1 for series, scope, last in rows}


def give_number(doing: Transaction, wanted: NumberWanted) -> None:
    place = (wanted.series, wanted.scope)
    wanted.give(take_numbers(doing, {place: 1})[place])


EVENT_COLUMNS = "id, name, person, position, grant_id, subject, key, request, recorded, body"
EVENT_KINDS = ("uuid", "text", "uuid", "uuid", "uuid", "uuid", "text", "bytea", "timestamptz", "bytea")
_EVENT = f"INSERT INTO core_event ({EVENT_COLUMNS}) VALUES ({', '.join(['%s'] * len(EVENT_KINDS))})"


def inserting_event(values: Sequence[Any]) -> Asked:
    """Insert one event. The same key of the same person and action violates ``event_once``."""
    return statement(_EVENT, EVENT_KINDS), values


def writing_state(changes: Sequence[Change]) -> list[Asked]:
    """All changed rows in one statement: each table's inserts and updates are parts of it."""
    parts: list[str] = []
    kinds: list[str] = []
    values: list[Any] = []
    for change in changes:
        columns = change.spec.columns
        if change.touched is None:
            names = ", ".join(f'"{name}"' for name, _ in columns)
            parts.append(
                f"INSERT INTO {change.spec.name} ({names}) VALUES ({', '.join(['%s'] * len(columns))})"
            )
        else:
            columns = tuple((name, kind) for name, kind in columns if name in change.touched)
            sets = ", ".join(f'"{name}" = %s' for name, _ in columns)
            parts.append(f"UPDATE {change.spec.name} SET {sets} WHERE id = %s")
        kinds += [kind for _, kind in columns]
        values += [change.row[name] for name, _ in columns]
        if change.touched is not None:
            kinds.append("uuid")
            values.append(change.row["id"])
    if not parts:
        return []
    steps = ", ".join(f"w{at} AS ({part})" for at, part in enumerate(parts[:-1]))
    return [(statement(f"WITH {steps} {parts[-1]}" if steps else parts[0], tuple(kinds)), values)]
