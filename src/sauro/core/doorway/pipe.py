"""Prepared statements in libpq's pipeline mode, on the connection that Django owns.

An act is a handful of small statements. Sent one by one through a cursor they cost about three times the client CPU
that they cost here, mostly in bookkeeping (docs/benchmarks.md); psycopg's own pipeline mode saves round trips only.
Its C transformer still encodes and decodes every value.
"""

import re
import select
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

import orjson
from psycopg import Connection, errors, pq
from psycopg.adapt import AdaptersMap, Transformer
from psycopg.types.json import set_json_dumps, set_json_loads

from sauro.core.doorway import arrays, observing

_COMMAND, _TUPLES, _SYNC, _FATAL = (
    int(pq.ExecStatus[name]) for name in ("COMMAND_OK", "TUPLES_OK", "PIPELINE_SYNC", "FATAL_ERROR")
)
OID = {
    "uuid": 2950, "uuid[]": 2951, "text": 25, "text[]": 1009, "integer": 23, "smallint": 21, "bigint": 20,
    "boolean": 16, "bytea": 17, "bytea[]": 1001, "timestamptz": 1184, "date": 1082, "jsonb": 3802, "numeric": 1700,
    "integer[]": 1007, "bigint[]": 1016,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL with ``$1`` … parameters, their PostgreSQL types, and the name it is prepared under."""

    name: bytes
    sql: bytes
    types: tuple[int, ...]


@lru_cache(maxsize=512)
def statement(sql: str, kinds: tuple[str, ...] = ()) -> Statement:
    """A statement from SQL with ``%s`` marks, one for each kind."""
    pieces = sql.split("%s")
    if len(pieces) != len(kinds) + 1:
        raise ValueError(f"{len(pieces) - 1} marks and {len(kinds)} kinds")
    numbered = pieces[0] + "".join(f"${at}{piece}" for at, piece in enumerate(pieces[1:], 1))
    name = f"sr_{hash((sql, kinds)) & (1 << 64) - 1:x}"
    return Statement(name.encode(), numbered.encode(), tuple(OID[kind] for kind in kinds))


Asked = tuple[Statement, Sequence[Any]]
_MARK = re.compile(r"%s(?:::([a-z]+(?:\[\])?))?|%\((\w+)\)s(?:::([a-z]+(?:\[\])?))?")
_SAME = {"int": "integer", "int[]": "integer[]"}
_KIND_OF: dict[type, str] = {
    UUID: "uuid", str: "text", int: "bigint", bool: "boolean", datetime: "timestamptz", date: "date", bytes: "bytea"
}  # fmt: skip


@lru_cache(maxsize=256)
def _marks(sql: str) -> tuple[str, tuple[tuple[str | None, str | None], ...]]:
    """SQL with plain marks, and for each its name (if it has one) and the kind that its cast says."""
    found = tuple((m.group(2), m.group(1) or m.group(3)) for m in _MARK.finditer(sql))
    return _MARK.sub("%s", sql), found


def asked(sql: str, params: Sequence[Any] | Mapping[str, Any]) -> Asked:
    """A statement with ``%s`` or ``%(name)s`` marks and its values; the kind of a mark is its cast, or the value's type.

    Raises TypeError for a value whose kind neither says.
    """
    text, marks = _marks(sql)
    values = [params[str(name)] for name, _kind in marks] if isinstance(params, Mapping) else list(params)
    kinds = [_SAME.get(k, k) if k else _kind(v) for (_name, k), v in zip(marks, values, strict=True)]
    return statement(text, tuple(kinds)), values


def _kind(value: Any) -> str:
    if type(value) is list and value:
        return f"{_kind(value[0])}[]"
    if type(value) not in _KIND_OF:
        raise TypeError(f"Say the kind of {value!r} by a cast")
    return _KIND_OF[type(value)]


BEGIN, COMMIT, ROLLBACK = statement("BEGIN"), statement("COMMIT"), statement("ROLLBACK")
SAVEPOINT, RELEASE = statement("SAVEPOINT doorway"), statement("RELEASE SAVEPOINT doorway")
BACK = statement("ROLLBACK TO SAVEPOINT doorway")


class Context:
    """How values are adapted: as Django's connection does, but JSON is read and written as objects."""

    def __init__(self, link: Connection[Any]) -> None:
        self.connection = link
        self.adapters = AdaptersMap(link.adapters)
        set_json_loads(orjson.loads, self)
        set_json_dumps(orjson.dumps, self)
        arrays.write_quickly(self.adapters)


class Pipe:
    """The pipe of one connection; keeps what has been prepared there."""

    def __init__(self, link: Connection[Any]) -> None:
        self.pg = link.pgconn
        self.link = link
        self.context = Context(link)
        self.reader = Transformer(self.context)
        # The C class is no type for the checker.
        self.writers: dict[bytes, tuple[Any, list[Any]]] = {}
        self.columns: dict[bytes, tuple[str, ...]] = {}
        self.poll = select.poll()
        self.poll.register(self.pg.socket, select.POLLIN)

    def ask(self, *asked: Asked) -> list[Any]:
        """Send all in one round trip; rows for each query, the row count for each command.

        Raises the first statement's error; what followed it was not done.
        """
        around = observing.around_statements
        if around is None:
            return self._ask(asked)
        with around(len(asked)):
            return self._ask(asked)

    def _ask(self, asked: Sequence[Asked]) -> list[Any]:
        for each, _values in asked:
            if each.name not in self.writers:
                self._prepare(each)
        pg, writers = self.pg, self.writers
        pg.enter_pipeline_mode()
        try:
            for each, values in asked:
                writer, formats = writers[each.name]
                sent = writer.dump_sequence(values, formats) if formats else None
                pg.send_query_prepared(each.name, sent, formats or None, result_format=1)
            pg.pipeline_sync()
            while pg.flush():
                self._wait_to_write()
            return self._answers()
        finally:
            if self.link.pgconn.status == pq.ConnStatus.OK:
                pg.exit_pipeline_mode()

    def _prepare(self, each: Statement) -> None:
        result = self.pg.prepare(each.name, each.sql, each.types)
        if result.status != _COMMAND:
            raise errors.error_from_result(result)
        described = self.pg.describe_prepared(each.name)
        names = (described.fname(at) or b"" for at in range(described.nfields))
        self.columns[each.name] = tuple(name.decode() for name in names)
        writer = Transformer(self.context)
        writer.set_dumper_types(each.types, pq.Format.BINARY)
        self.writers[each.name] = (writer, [pq.Format.BINARY] * len(each.types))

    def _wait_to_write(self) -> None:
        both = select.poll()
        both.register(self.pg.socket, select.POLLIN | select.POLLOUT)
        both.poll()
        self.pg.consume_input()

    def _answers(self) -> list[Any]:
        pg, reader = self.pg, self.reader
        answers: list[Any] = []
        failure: Exception | None = None
        while True:
            # What came while the last of it was being sent is here already, and nothing more may come to wait for.
            while not pg.is_busy():
                result = pg.get_result()
                if result is None:
                    continue
                status = result.status
                if status == _TUPLES:
                    reader.set_pgresult(result)
                    answers.append(reader.load_rows(0, result.ntuples, tuple))
                elif status == _COMMAND:
                    answers.append(result.command_tuples)
                elif status == _SYNC:
                    if failure is not None:
                        raise failure
                    return answers
                elif status == _FATAL:
                    failure = failure or errors.error_from_result(result)
            # Waiting here lets other threads run; get_result() alone would hold the interpreter.
            self.poll.poll()
            pg.consume_input()


def pipe_of(link: Connection[Any]) -> Pipe:
    """The pipe of a psycopg connection; kept on the connection, so that it goes when the connection does."""
    kept = vars(link)
    found: Pipe | None = kept.get("sauro_pipe")
    if found is None:
        found = kept["sauro_pipe"] = Pipe(link)
    return found
