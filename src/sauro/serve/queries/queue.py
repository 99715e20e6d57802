"""The officers' queue: masked identity only, keyset pages, no counting over millions."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from sauro.core.queries.paging import Page, mark, marked
from sauro.core.queries.visibility import Reader, visible
from sauro.core.vault import keyring
from sauro.core.vault.parts import read_masks
from sauro.core.vault.tokens import having_all, tokens_for
from sauro.serve.actions.subject import DOSSIER

PAGE = 30

_COLUMNS = """d.id, d.code, d.reference, d.procedure, d.procedure_code, d.status, d.step, d.supplements, d.assister,
  d.submitted_at, d.accepted_at, d.answered_at, c.due, c.due_original, c.finished_at, c.closed_how, c.position,
  d.received_by, d.competent, d.channel, c.version, c.simulated, d.plan->'positions'->>d.step"""
# Whose turn it is stands in the commitment; the plan says the same unless it was moved to another office. What the
# dossier itself can say comes first, so that few commitments are looked at, each by its id.
_TURN = """(d.plan->'positions'->>d.step = ANY(%s::text[])
    OR d.id IN (SELECT id FROM core_commitment WHERE position = ANY(%s::uuid[]) AND state = 'assigned'))
  AND (SELECT coalesce(c.position::text, d.plan->'positions'->>d.step) = ANY(%s::text[])
    FROM core_commitment c WHERE c.id = d.id)"""
NEAR = timedelta(days=2)
OPEN = (1, 2, 4, 5, 6, 9)
_IS_OPEN = "d.status IN (1, 2, 4, 5, 6, 9)"
SORTS = {"due": "coalesce(d.due, 'infinity')", "submitted": "d.submitted_at"}
COUNTED, EXPORTED, GATHERED = 10_000, 2_000, 50_000
"""Open dossiers are counted as far as this; lines of one reading of an export; and so many dossiers that have ended
are gathered and sorted, while of more the newest are sought along the order of filing."""
_LISTED = r"ARRAY\(SELECT [^()]*(?:\([^()]*\)[^()]*)*\)"
Seen = tuple[str, list[Any]]
_REFERENCE = re.compile(r"SR-[A-Z2-7]{4}-[A-Z2-7]{4}$")


@dataclass(frozen=True, slots=True)
class Filter:
    """What the officer asked for; every part is in the address of the page.

    ``mine``: it is this office's turn, also before acceptance, when only the plan names the office. ``late`` and
    ``near`` speak of the due in force and of clocks that run: one that stands still, or has ended, is neither.
    """

    statuses: tuple[int, ...] = ()
    procedure: str = ""
    late: bool = False
    near: bool = False
    mine: bool = False
    assisted: bool = False
    text: str = ""
    sort: str = "due"
    after: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One dossier in a list. ``who`` is masked; showing it is no personal read."""

    id: UUID
    code: str | None
    reference: str
    procedure: UUID
    procedure_code: str
    status: int
    step: str
    supplements: int
    assisted: bool
    submitted_at: datetime
    accepted_at: datetime | None
    answered_at: datetime | None
    due: datetime | None
    due_original: datetime | None
    finished_at: datetime | None
    closed_how: str | None
    position: UUID | None
    received_by: UUID
    competent: UUID
    channel: int
    version: int
    simulated: bool
    planned: UUID | None
    who: dict[str, Any] | None

    @property
    def office(self) -> UUID:
        """Whose turn it is: the position of the promise, before acceptance the plan's; else who received it."""
        return self.position or self.planned or self.received_by


def queue(
    reader: Reader, asked: Filter, now: datetime, *, most: int = 0, seen: Seen | None = None
) -> Page[Line]:
    """Dossiers that the reader may list, filtered and sorted; ``asked.after`` continues a page of ``most`` lines."""
    seen = seen or listed(reader)
    condition, values = _conditions(reader, asked, now, seen)
    key, compared, way = _order(asked)
    # Along the order of filing lies everything that ever ended, everywhere: no way to what is open or is few.
    gathered = "OFFSET 0" if is_open(asked) or asked.text or _few(seen) else ""
    size, after = most or PAGE, marked(asked.after)
    if after:
        condition += f" AND ({key}, d.id) {compared} (%s::timestamptz, %s::uuid)"
        values += after
    # The sort carries ids only; the wide rows are fetched for the one page.
    sql = (
        f"SELECT {_COLUMNS}, k.key::text FROM (SELECT g.id, g.key FROM (SELECT d.id, {key} AS key FROM serve_dossier d"  # noqa: S608 — constant parts; values are parameters
        f" WHERE {condition} {gathered}) g ORDER BY g.key {way}, g.id {way} LIMIT {size + 1}) k"
        " JOIN serve_dossier d ON d.id = k.id JOIN core_commitment c ON c.id = k.id"
        f" ORDER BY k.key {way}, k.id {way}"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        rows = cursor.fetchall()
        masks = read_masks(cursor, keyring.current(), [row[0] for row in rows[:size]])
    lines = [line_of(row, masks.get(row[0])) for row in rows[:size]]
    return Page(lines, mark(rows[size - 1][23], rows[size - 1][0]) if len(rows) > size else "")


def is_open(asked: Filter) -> bool:
    """Whether only open dossiers can fit; what has ended is four in five, and grows for ever."""
    named = bool(asked.statuses) and set(asked.statuses) <= set(OPEN)
    return named or asked.mine or asked.late or asked.near


def _order(asked: Filter) -> tuple[str, str, str]:
    """Sort key, comparison and direction. Among what has ended nothing presses: the newest filing comes first."""
    if not is_open(asked):
        return "d.submitted_at", "<", "DESC"
    return SORTS.get(asked.sort, SORTS["due"]), ">", "ASC"


def _few(seen: Seen) -> bool:
    """Whether all that the reader may list is little enough to be gathered and sorted."""
    condition, values = seen
    sql = f"SELECT count(*) FROM (SELECT 1 FROM serve_dossier d WHERE {condition} LIMIT {GATHERED + 1}) f"  # noqa: S608 — constant parts; values are parameters
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return bool(cursor.fetchone()[0] <= GATHERED)


def line_of(row: tuple[Any, ...], who: dict[str, Any] | None) -> Line:
    """A line from the columns of ``_COLUMNS``."""
    values: list[Any] = [*row[:8], row[8] is not None, *row[9:22], UUID(row[22]) if row[22] else None, who]
    return Line(*values)


@dataclass(frozen=True, slots=True)
class Counts:
    """Open dossiers by status; where not ``whole``, there are at least so many."""

    by_status: dict[int, int]
    whole: bool


def counts(reader: Reader, asked: Filter, now: datetime, seen: Seen | None = None) -> Counts:
    """How many open dossiers stand in each status, as far as ``COUNTED`` of them; the endings are not counted."""
    wanted = replace(asked, statuses=OPEN, after="")
    condition, values = _conditions(reader, wanted, now, seen or listed(reader))
    sql = (
        f"SELECT f.status, count(*) FROM (SELECT d.status FROM serve_dossier d WHERE {condition} LIMIT {COUNTED}) f"  # noqa: S608 — constant parts; values are parameters
        " GROUP BY 1"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        found: dict[int, int] = dict(cursor.fetchall())
    return Counts(dict.fromkeys(OPEN, 0) | found, sum(found.values()) < COUNTED)


@dataclass(frozen=True, slots=True)
class Standing:
    """How many open dossiers fit, how many of them are late and how many nearly; where not ``whole``, at least so many."""

    open: int
    late: int
    near: int
    whole: bool


def standing(reader: Reader, asked: Filter, now: datetime, seen: Seen | None = None) -> Standing:
    """The three counts in one question, as far as ``COUNTED``."""
    condition, values = _conditions(reader, asked, now, seen or listed(reader))
    runs = "f.status NOT IN (5, 6)"
    sql = (
        f"SELECT count(*), count(*) FILTER (WHERE f.due < %s AND {runs}),"  # noqa: S608 — constant parts; values are parameters
        f" count(*) FILTER (WHERE f.due >= %s AND f.due < %s AND {runs})"
        f" FROM (SELECT d.status, d.due FROM serve_dossier d WHERE {condition} LIMIT {COUNTED}) f"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [now, now, now + NEAR, *values])
        count, late, near = cursor.fetchone()
    return Standing(count, late, near, count < COUNTED)


def every(reader: Reader, asked: Filter, now: datetime, most: int) -> Iterator[Line]:
    """All lines that fit, page after page, at most ``most`` of them: for an export."""
    given = 0
    asked = replace(asked, after="")
    while True:
        page = queue(reader, asked, now, most=EXPORTED)
        yield from page.lines[: most - given]
        given += len(page.lines)
        if not page.following or given >= most:
            return
        asked = replace(asked, after=page.following)


@dataclass(frozen=True, slots=True)
class Tally:
    """One procedure: how many dossiers are open, and how many of those are past their due."""

    procedure_code: str
    open: int
    late: int


def by_procedure(reader: Reader, now: datetime) -> list[Tally]:
    """Open and late dossiers of each procedure that the reader may list."""
    condition, values = listed(reader)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT d.procedure_code, count(*), count(*) FILTER (WHERE d.due < %s AND d.status NOT IN (5, 6))"  # noqa: S608 — constant parts; values are parameters
            f" FROM serve_dossier d WHERE {condition} AND {_IS_OPEN} GROUP BY 1 ORDER BY 1",
            [now, *values],
        )
        return [Tally(*row) for row in cursor.fetchall()]


def _conditions(reader: Reader, asked: Filter, now: datetime, seen: Seen) -> Seen:
    parts, values = [seen[0]], list(seen[1])
    if is_open(asked):
        # Said in these words, the partial index on open dossiers serves.
        parts.append(_IS_OPEN)
    if asked.statuses and asked.statuses != OPEN:
        parts.append("d.status = ANY(%s)")
        values.append(list(asked.statuses))
    if asked.procedure:
        parts.append("d.procedure_code = %s")
        values.append(asked.procedure)
    if asked.late:
        parts.append("d.due < %s AND d.status NOT IN (5, 6)")
        values.append(now)
    if asked.near:
        parts.append("d.due >= %s AND d.due < %s AND d.status NOT IN (5, 6)")
        values += [now, now + NEAR]
    if asked.mine:
        parts.append(_TURN)
        named = list(turns_of([reader.position] if reader.position else []))
        texts = [str(position) for position in named]
        values += [texts, named, texts]
    if asked.assisted:
        parts.append("d.assister IS NOT NULL")
    if asked.text.strip():
        sql, more = _text(asked.text.strip(), is_open(asked))
        parts.append(sql)
        values += more
    return " AND ".join(parts), values


def turns_of(offices: Collection[UUID]) -> dict[UUID, set[UUID]]:
    """The offices in whose name these offices act, each with those that do: themselves, and who was merged into them.

    A merger moves no dossier: its plan goes on naming the office that was absorbed.
    """
    found: dict[UUID, set[UUID]] = {office: {office} for office in offices}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, current FROM core_actor WHERE kind = 'position' AND current = ANY(%s)",
            [list(offices)],
        )
        for named, heir in cursor.fetchall():
            found.setdefault(named, set()).add(heir)
    return found


def listed(reader: Reader) -> Seen:
    """The condition on ``d`` for what the reader may list now: asked once for all that one page shows."""
    condition, values = _settled(*visible(reader, "serve.list_dossiers", DOSSIER))
    return _qualified(condition), values


def _settled(condition: str, values: list[Any]) -> Seen:
    """The condition with its lists of organisations looked up first.

    The planner then sees from its statistics how many dossiers an organisation has, and walks an order or gathers
    and sorts accordingly; of a subquery's result it would assume one in a hundred, for a hamlet and for a capital.
    """
    pieces, kept, left = [], [], list(values)
    for piece in re.split(f"({_LISTED})", condition):
        own = [left.pop(0) for _mark in range(piece.count("%s"))]
        if piece.startswith("ARRAY("):
            with connection.cursor() as cursor:
                cursor.execute(f"SELECT {piece}", own)
                own = [row[0] for row in cursor.fetchall()]
            piece = "%s::uuid[]"
        pieces.append(piece)
        kept += own
    return "".join(pieces), kept


def _qualified(condition: str) -> str:
    for column in ("applicant =", "involved &&"):
        condition = condition.replace(column, f"d.{column}")
    return condition.replace("(id = %s", "(d.id = %s").replace("OR id = %s", "OR d.id = %s")


def _text(text: str, few: bool) -> Seen:
    """A code, a reference, an ID number, or words of a name: each by its index. A dossier's unit has its id.

    Codes and numbers have digits and names have none, so words alone are sought among names alone. A family name is
    shared by millions: where ``few`` dossiers are left, each is asked whether it has the words.
    """
    ring = keyring.current()
    name, name_values = having_all(ring, "name", text)
    if any(c.isdigit() for c in text) or _REFERENCE.match(text.upper()):
        number, number_values = having_all(ring, "number", text)
        return (
            f"d.id IN (SELECT id FROM serve_dossier WHERE code = %s UNION ALL"  # noqa: S608 — constant parts; values are parameters
            f" SELECT id FROM serve_dossier WHERE reference = %s UNION ALL {number} UNION ALL {name})",
            [text.upper(), text.upper(), *number_values, *name_values],
        )
    tokens = tokens_for(ring, "name", text)
    if few and tokens:
        has = (
            "SELECT count(*) FROM core_token t WHERE t.unit = d.id AND t.kind = 'name' AND t.token = ANY(%s)"
        )
        return f"({has}) = %s", [tokens, len(tokens)]
    return f"d.id IN ({name})", name_values
