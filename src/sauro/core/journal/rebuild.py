"""The real replay: every table in the journal's scope rebuilt, row by row, in an empty schema beside the original."""

from dataclasses import dataclass
from typing import Any

import orjson
from psycopg import Cursor
from psycopg.sql import SQL, Composed, Identifier

from sauro.core.journal.database import Connection
from sauro.core.journal.images import DEL, PUT, changes
from sauro.core.journal.replay import RANGE
from sauro.core.journal.tables import JOURNALLED, Image, TableSpec

_EVENTS = """
SELECT e.body FROM core_event e LEFT JOIN core_leaf l ON l.event_id = e.id
ORDER BY l.leaf_index NULLS LAST, e.seq
"""


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """How a rebuilt table compares: its rows, and those that only the original or only the rebuilt one has."""

    rows: int
    only_original: int
    only_rebuilt: int

    @property
    def equal(self) -> bool:
        return not self.only_original and not self.only_rebuilt


def rebuild(connection: Connection, schema: str) -> dict[str, Rebuilt]:
    """Create ``schema``, rebuild the journalled tables in it from the events alone, and compare them as SQL does.

    All in one transaction that sees one moment. Excluded columns stay empty. Raises what an unreadable event raises.
    """
    with connection.transaction(), Cursor(connection) as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        cursor.execute(SQL("CREATE SCHEMA {}").format(Identifier(schema)))
        for spec in JOURNALLED.values():
            _create(cursor, schema, spec)
        cursor.execute(_EVENTS, binary=True)
        with Cursor(connection) as writer:
            while rows := cursor.fetchmany(RANGE):
                _apply(writer, schema, [row[0] for row in rows])
        return {spec.name: _compare(cursor, schema, spec) for spec in JOURNALLED.values()}


def _create(cursor: Cursor[Any], schema: str, spec: TableSpec) -> None:
    there = Identifier(schema, spec.name)
    cursor.execute(SQL("CREATE TABLE {} (LIKE {})").format(there, Identifier(spec.name)))
    for name in spec.excluded:
        cursor.execute(SQL("ALTER TABLE {} ALTER {} DROP NOT NULL").format(there, Identifier(name)))
    cursor.execute(SQL("ALTER TABLE {} ADD PRIMARY KEY ({})").format(there, _list(spec.pk)))


def _apply(cursor: Cursor[Any], schema: str, bodies: list[bytes]) -> None:
    """Put and delete what these events say, each row once, as the last of them left it."""
    latest: dict[str, dict[str, tuple[str, Image]]] = {}
    for body in bodies:
        for spec, op, image in changes(orjson.loads(body)):
            latest.setdefault(spec.name, {})[spec.key(image)] = (op, image)
    for name, rows in latest.items():
        spec = JOURNALLED[name]
        puts = [[_record(spec, image)] for op, image in rows.values() if op == PUT]
        dels = [[image[key] for key in spec.pk] for op, image in rows.values() if op == DEL]
        cursor.executemany(_put(schema, spec), puts)
        cursor.executemany(_del(schema, spec), dels)


def _put(schema: str, spec: TableSpec) -> Composed:
    there, names = Identifier(schema, spec.name), _list(spec.names)
    sets = SQL(", ").join(SQL("{0} = excluded.{0}").format(Identifier(name)) for name in spec.names)
    return SQL(
        "INSERT INTO {there} ({names}) SELECT {names} FROM jsonb_populate_record(NULL::{there}, %s::jsonb)"
        " ON CONFLICT ({key}) DO UPDATE SET {sets}"
    ).format(there=there, names=names, key=_list(spec.pk), sets=sets)


def _del(schema: str, spec: TableSpec) -> Composed:
    where = SQL(" AND ").join(SQL("{}::text = %s::text").format(Identifier(name)) for name in spec.pk)
    return SQL("DELETE FROM {} WHERE {}").format(Identifier(schema, spec.name), where)


def _record(spec: TableSpec, image: Image) -> str:
    bound = dict(image)
    for name, kind in spec.columns:
        if kind == "bytea" and name in bound:
            bound[name] = "\\x" + bound[name]
    return orjson.dumps(bound).decode()


def _compare(cursor: Cursor[Any], schema: str, spec: TableSpec) -> Rebuilt:
    here, there = Identifier(spec.name), Identifier(schema, spec.name)
    count = SQL(
        "SELECT count(*) FROM (SELECT {names} FROM {one} t WHERE {rows} EXCEPT ALL"
        " SELECT {names} FROM {other} t WHERE {rows}) AS d"
    )
    rows = SQL(spec.rows)
    names = _list(spec.names)
    statements = (
        SQL("SELECT count(*) FROM {}").format(there),
        count.format(names=names, one=here, other=there, rows=rows),
        count.format(names=names, one=there, other=here, rows=rows),
    )
    found = [cursor.execute(statement).fetchone() for statement in statements]
    return Rebuilt(*(row[0] for row in found if row))


def _list(names: tuple[str, ...]) -> Composed:
    return SQL(", ").join(map(Identifier, names))
