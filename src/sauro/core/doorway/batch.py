"""``act_many()``: the same acts, set-based. One result per ask; equal to ``[act(x) for x in xs]``."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any, cast
from uuid import UUID

import orjson
import psycopg
from django.utils.translation import gettext as _

from sauro.core.doorway import observing, pipe, store
from sauro.core.doorway.act import act, not_found, record_refusal
from sauro.core.doorway.ask import Ask, Outcome
from sauro.core.doorway.decide import (
    decide,
    event_body,
    event_row,
    local_day,
    parse,
    request_digest,
    seal,
)  # fmt: skip
from sauro.core.doorway.ended import stop_timers
from sauro.core.doorway.registry import Action, Query, Row, Where, lookup
from sauro.core.doorway.store import LiveGrant, Locked
from sauro.core.doorway.work import Change, Work
from sauro.core.moment import now
from sauro.core.refusal import Refusal
from sauro.core.vault import keyring
from sauro.core.vault.parts import SealedPart, StalePart, UnitErased, write_personal
from sauro.core.vault.seeds import Shredded

Result = Outcome | Refusal
CHUNK = 1_000
_UNFIT = (
    psycopg.IntegrityError,
    psycopg.DataError,
    psycopg.errors.DeadlockDetected,
    UnitErased,
    Shredded,
    StalePart,
)


@dataclass(slots=True)
class _Item:
    at: int
    ask: Ask
    action: Action
    payload: Any
    digest: bytes


@dataclass(slots=True)
class _Room:
    """What one chunk has read, and what it will write."""

    moment: datetime
    locked: dict[UUID, Locked] = field(default_factory=dict)
    grants: dict[tuple[UUID, UUID | None, str], list[LiveGrant]] = field(default_factory=dict)
    created: dict[int, Locked] = field(default_factory=dict)
    done: dict[tuple[UUID, str, str], tuple[bytes, Outcome]] = field(default_factory=dict)
    works: list[tuple[_Item, Work]] = field(default_factory=list)
    facts: dict[int, list[Row] | Refusal] = field(default_factory=dict)

    def stands(self, item: _Item) -> Locked | None:
        """What the item's act is done to, as read."""
        if item.action.creates:
            return self.created[item.at]
        return self.locked.get(item.ask.subject) if item.ask.subject else None

    def ask_facts(self, doing: store.Transaction, items: Sequence[_Item]) -> None:
        """Ask the actions' own queries, all in one round trip and equal ones once."""
        queries: dict[str, Query] = {}
        names: dict[int, str] = {}
        for item in items:
            locked = self.stands(item)
            if item.action.facts is None or locked is None:
                continue
            envelope = {name: value for row in locked.rows.values() for name, value in row.items()} or None
            try:
                query = item.action.facts(item.ask, item.payload, envelope)
            except Refusal as refusal:
                self.facts[item.at] = refusal
                continue
            if query is not None:
                names[item.at] = name = repr(query)
                queries.setdefault(name, query)
        found = dict(zip(queries, store.all_facts(doing, list(queries.values())), strict=True))
        self.facts |= {at: found[name] for at, name in names.items()}


def act_many(asks: Sequence[Ask]) -> list[Result]:
    """Do many acts in chunks of a thousand, one transaction a chunk; a refused one does not hold up the others.

    Returns one Outcome or Refusal per ask, in order. A chunk ends where a subject or a key comes up again, so that
    the later act sees what the earlier one did. Acts that may change grants or actors (``Action.batch`` false) are
    done one by one, in their place.
    """
    around = observing.around_batch
    return (
        _act_many(asks) if around is None else cast(list[Result], around(len(asks), lambda: _act_many(asks)))
    )


def _act_many(asks: Sequence[Ask]) -> list[Result]:
    results: list[Result | None] = [None] * len(asks)
    pending: list[_Item] = []
    seen: set[Any] = set()
    for at, ask in enumerate(asks):
        try:
            action = lookup(ask.action)
            payload = parse(action, ask)
        except Refusal as refusal:
            record_refusal(ask, refusal)
            results[at] = refusal
            continue
        if not action.may_batch(payload):
            _flush(pending, seen, results)
            try:
                results[at] = act(ask)
            except Refusal as refusal:
                results[at] = refusal
            continue
        # A creating act may name the id of what it creates, and a later one may be done to it.
        marks = {(ask.person, ask.action, ask.key), ask.subject or getattr(payload, "id", None) or at}
        if len(pending) >= CHUNK or seen & (marks | {("acts", ask.person), ("acts", ask.position)}):
            _flush(pending, seen, results)
        seen |= marks
        if action.gives is not None:
            seen.add(("acts", action.gives(payload)))
        pending.append(_Item(at, ask, action, payload, request_digest(keyring.current(), ask, payload)))
    _flush(pending, seen, results)
    return [result for result in results if result is not None]


def _flush(pending: list[_Item], seen: set[Any], results: list[Result | None]) -> None:
    if not pending:
        return
    items, pending[:] = list(pending), []
    seen.clear()
    try:
        with store.transaction() as doing:
            refused = _chunk(doing, items, results)
    except _UNFIT:
        # One of them met what stands already, or somebody else's act: alone, each finds out for itself.
        for item in items:
            try:
                results[item.at] = act(item.ask)
            except Refusal as alone:
                results[item.at] = alone
        return
    for item, refusal in refused:
        record_refusal(item.ask, refusal)


def _chunk(
    doing: store.Transaction, items: list[_Item], results: list[Result | None]
) -> list[tuple[_Item, Refusal]]:
    room = _read(doing, items)
    refused: list[tuple[_Item, Refusal]] = []
    for item in items:
        before = room.done.get((item.ask.person, item.ask.action, item.ask.key))
        result = _one(room, item) if before is None else _as_before(before, item.digest)
        results[item.at] = result
        if isinstance(result, Refusal):
            refused.append((item, result))
    _write(doing, room)
    return refused


def _as_before(before: tuple[bytes, Outcome], digest: bytes) -> Result:
    if before[0] == digest:
        return before[1]
    return Refusal(
        "key_reused",
        "I12",
        _("This was already sent, with other content. Open the form again and send it anew."),
        status=409,
    )


def _one(room: _Room, item: _Item) -> Result:
    ask, action = item.ask, item.action
    try:
        locked = room.stands(item)
        if locked is None:
            raise not_found(action)
        grants = room.grants.get((ask.person, ask.position, action.name), [])
        found = room.facts.get(item.at, [])
        if isinstance(found, Refusal):
            raise found
        work = decide(action, ask, item.payload, locked, found, grants, room.moment)
    except Refusal as refusal:
        return refusal
    room.works.append((item, work))
    # The answer is shared with the work: it receives its official number when numbers are taken, last.
    return Outcome(work.event, work.subject, work.answer)


def _read(doing: store.Transaction, items: Sequence[_Item]) -> _Room:
    room = _Room(now())
    by_subject: dict[Any, set[UUID]] = {}
    for item in items:
        if not item.action.creates and item.ask.subject:
            by_subject.setdefault(item.action.subject, set()).add(item.ask.subject)
    subjects = sorted(by_subject, key=lambda subject: subject.name)
    triples = sorted(
        {(i.ask.person, i.ask.position, i.action.name) for i in items}, key=lambda t: (t[0], str(t[1]), t[2])
    )
    creating = [item for item in items if item.action.creates]
    wheres = [i.action.place(i.ask, i.payload) if i.action.place else Where(i.ask.person) for i in creating]
    # In one round trip, and in this order: what is read after a lock is read as who held it left it.
    *locks, grants, done, places = doing.ask(
        *(store.locking(subject, sorted(by_subject[subject])) for subject in subjects),
        store.granting(triples, room.moment, local_day(room.moment)),
        _asking_done(items),
        *([store.placing(wheres)] if creating else []),
    ) + ([] if creating else [[]])
    for subject, rows in zip(subjects, locks, strict=True):
        room.locked |= store.locked(subject, rows)
    for grant in store.granted(grants):
        room.grants.setdefault((grant.person, grant.position, grant.action), []).append(grant)
    room.created = {
        item.at: locked for item, locked in zip(creating, store.placed(wheres, places), strict=True)
    }
    room.done = _done_before(done)
    room.ask_facts(doing, items)
    return room


_DONE = pipe.statement(
    "SELECT e.person, e.name, e.key, e.id, e.subject, e.request, e.body FROM unnest(%s, %s, %s) AS a(person, name, key)"
    " JOIN core_event e ON e.person = a.person AND e.name = a.name AND e.key = a.key",
    ("uuid[]", "text[]", "text[]"),
)


def _asking_done(items: Sequence[_Item]) -> pipe.Asked:
    """Ask which of these were done before, under the same key."""
    return _DONE, [[i.ask.person for i in items], [i.ask.action for i in items], [i.ask.key for i in items]]


def _done_before(rows: Sequence[tuple[Any, ...]]) -> dict[tuple[UUID, str, str], tuple[bytes, Outcome]]:
    return {
        (person, name, key): (
            bytes(request),
            Outcome(id_, subject, orjson.loads(body)["data"]["answer"], True),
        )
        for person, name, key, id_, subject, request, body in rows
    }


def _write(doing: store.Transaction, room: _Room) -> None:
    if not room.works:
        return
    cursor, works = doing.cursor, [work for _, work in room.works]
    stop_timers(doing, works)
    _give_numbers(doing, works)
    units: list[Any] = []
    parts: list[SealedPart] = []
    tokens: list[Any] = []
    events: list[list[Any]] = []
    for item, work in room.works:
        new, sealed, marks = seal(keyring.current(), work)
        units += new
        parts += sealed
        tokens += marks
        events.append(event_row(work, item.digest, event_body(work, sealed)))
    with cursor.copy(f"COPY core_event ({store.EVENT_COLUMNS}) FROM STDIN (FORMAT BINARY)") as copy:
        copy.set_types(
            ["uuid", "text", "uuid", "uuid", "uuid", "uuid", "text", "bytea", "timestamptz", "bytea"]
        )
        for row in events:
            copy.write_row(row)
    if parts:
        write_personal(doing, new=units, parts=parts, tokens=tokens)
    write_rows(doing, [change for _, work in room.works for change in work.changes.values()])


def _give_numbers(doing: store.Transaction, works: Sequence[Work]) -> None:
    wanted: dict[tuple[str, str], list[Any]] = {}
    for work in works:
        for number in work.numbers:
            wanted.setdefault((number.series, number.scope), []).append(number)
    if not wanted:
        return
    counts = {place: len(numbers) for place, numbers in sorted(wanted.items())}
    for place, first in store.take_numbers(doing, counts).items():
        for offset, number in enumerate(wanted[place]):
            number.give(first + offset)


def write_rows(doing: store.Transaction, changes: Sequence[Change]) -> None:
    """Write many rows: COPY for inserts, ``UPDATE … FROM json_to_recordset`` for updates, one statement per table.

    The updates are queued: they go to the server together with the commit, and an error of theirs undoes all of it.
    """
    inserts: dict[Any, list[Row]] = {}
    updates: dict[Any, list[Change]] = {}
    for change in changes:
        if change.touched is None:
            inserts.setdefault(change.spec, []).append(change.row)
        else:
            updates.setdefault(change.spec, []).append(change)
    for spec, rows in inserts.items():
        columns = ", ".join(f'"{name}"' for name, _ in spec.columns)
        with doing.cursor.copy(f"COPY {spec.name} ({columns}) FROM STDIN (FORMAT BINARY)") as copy:
            copy.set_types([kind for _, kind in spec.columns])
            for row in rows:
                copy.write_row([_binary(kind, row[name]) for name, kind in spec.columns])
    for spec, changed in updates.items():
        touched = set().union(*(c.touched or set() for c in changed))
        written = tuple((name, kind) for name, kind in spec.columns if name in touched)
        doing.queue(_updating(spec.name, written, [c.row for c in changed]))


def _binary(kind: str, value: Any) -> Any:
    if kind == "jsonb" and value is not None:
        return psycopg.types.json.Jsonb(value, dumps=orjson.dumps)
    return value


def _updating(table: str, columns: tuple[tuple[str, str], ...], rows: list[Row]) -> pipe.Asked:
    # As JSON in one value: psycopg takes ten times as long to write the same as arrays.
    names = ["id", *(name for name, _ in columns)]
    said = orjson.dumps([{name: row[name] for name in names} for row in rows], default=_as_text)
    return _update_statement(table, columns), [said.decode()]


@cache
def _update_statement(table: str, columns: tuple[tuple[str, str], ...]) -> pipe.Statement:
    kinds = ", ".join(f'"{name}" {kind}' for name, kind in (("id", "uuid"), *columns))
    sets = ", ".join(f'"{name}" = u."{name}"' for name, _ in columns)
    return pipe.statement(
        f"UPDATE {table} t SET {sets} FROM json_to_recordset(%s::json) AS u({kinds}) WHERE t.id = u.id",
        ("text",),
    )


def _as_text(value: Any) -> str:
    """What JSON lacks, as PostgreSQL reads it."""
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, bytes | bytearray | memoryview):
        return "\\x" + value.hex()
    raise TypeError(f"A {type(value).__name__} is no column's value")
