"""The officers' queue: masked identity only, keyset pages, no counting over millions."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from sauro.core.queries.visibility import Reader, visible
from sauro.core.vault import keyring
from sauro.core.vault.parts import read_masks
from sauro.core.vault.tokens import having_all
from sauro.serve.actions.subject import DOSSIER

PAGE = 50

_COLUMNS = """d.id, d.code, d.reference, d.procedure, d.procedure_code, d.status, d.step, d.supplements, d.assister,
  d.submitted_at, d.accepted_at, d.answered_at, c.due, c.due_original, c.finished_at, c.closed_how, c.position,
  d.received_by, d.competent, d.channel, c.version, c.simulated"""
_TURN = """(c.position = %s OR (c.position IS NULL AND d.plan->'positions'->>d.step = %s))
  AND d.status IN (1, 2, 4, 5, 6, 9)"""
NEAR = timedelta(days=2)
OPEN = (1, 2, 4, 5, 6, 9)
_IS_OPEN = "d.status IN (1, 2, 4, 5, 6, 9)"
SORTS = {"due": "c.due", "submitted": "d.submitted_at"}


@dataclass(frozen=True, slots=True)
class Filter:
    """What the officer asked for; every part is in the address of the page.

    ``mine``: it is this office's turn, also before acceptance, when only the plan names the office. ``late`` and
    ``near`` speak of the due in force and of clocks that run: one that stands still is neither.
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
    who: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the queue and where the next one begins."""

    lines: list[Line]
    following: str


def queue(reader: Reader, asked: Filter, now: datetime) -> Page:
    """Dossiers that the reader may list, filtered and sorted; ``asked.after`` continues a page."""
    condition, values = _conditions(reader, asked, now)
    column = SORTS.get(asked.sort, "c.due")
    if asked.after:
        moment, _sep, id_ = asked.after.partition("~")
        condition += f" AND (coalesce({column}, 'infinity'), d.id) > (%s::timestamptz, %s::uuid)"
        values += [moment, id_]
    sql = (
        f"SELECT {_COLUMNS}, coalesce({column}, 'infinity')::text FROM serve_dossier d JOIN core_commitment c ON c.id = d.id"  # noqa: S608 — constant parts; values are parameters
        f" WHERE {condition} ORDER BY coalesce({column}, 'infinity'), d.id LIMIT {PAGE + 1}"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        rows = cursor.fetchall()
        masks = read_masks(cursor, keyring.current(), [row[0] for row in rows[:PAGE]])
    lines = [line_of(row, masks.get(row[0])) for row in rows[:PAGE]]
    following = f"{rows[PAGE - 1][22]}~{rows[PAGE - 1][0]}" if len(rows) > PAGE else ""
    return Page(lines, following)


def line_of(row: tuple[Any, ...], who: dict[str, Any] | None) -> Line:
    """A line from the columns of ``_COLUMNS``."""
    values: list[Any] = [*row[:8], row[8] is not None, *row[9:22], who]
    return Line(*values)


def counts(reader: Reader, asked: Filter, now: datetime) -> dict[int, int | None]:
    """How many open dossiers stand in each status; None for the endings, which grow for ever and are not counted."""
    condition, values = _conditions(reader, replace(asked, statuses=OPEN, after=""), now)
    sql = (
        "SELECT d.status, count(*) FROM serve_dossier d JOIN core_commitment c ON c.id = d.id"  # noqa: S608 — constant parts; values are parameters
        f" WHERE {condition} GROUP BY 1"
    )
    found: dict[int, int | None] = {status: 0 if status in OPEN else None for status in range(1, 11)}
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return found | dict(cursor.fetchall())


def every(reader: Reader, asked: Filter, now: datetime, most: int) -> Iterator[Line]:
    """All lines that fit, page after page, at most ``most`` of them: for an export."""
    given = 0
    asked = replace(asked, after="")
    while True:
        page = queue(reader, asked, now)
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
    condition, values = _conditions(reader, Filter(), now)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT d.procedure_code, count(*), count(*) FILTER (WHERE c.due < %s AND c.finished_at IS NULL"  # noqa: S608 — constant parts; values are parameters
            " AND d.status NOT IN (5, 6))"
            " FROM serve_dossier d JOIN core_commitment c ON c.id = d.id"
            f" WHERE {condition} AND {_IS_OPEN} GROUP BY 1 ORDER BY 1",
            [now, *values],
        )
        return [Tally(*row) for row in cursor.fetchall()]


def _conditions(reader: Reader, asked: Filter, now: datetime) -> tuple[str, list[Any]]:
    seen, values = visible(reader, "serve.list_dossiers", DOSSIER)
    parts = [_qualified(seen)]
    if asked.statuses and set(asked.statuses) <= set(OPEN):
        # Said in these words, the partial index on open dossiers serves: endings are four in five, and grow.
        parts.append(_IS_OPEN)
    if asked.statuses and asked.statuses != OPEN:
        parts.append("d.status = ANY(%s)")
        values.append(list(asked.statuses))
    if asked.procedure:
        parts.append("d.procedure_code = %s")
        values.append(asked.procedure)
    if asked.late:
        parts.append("c.due < %s AND c.finished_at IS NULL AND d.status NOT IN (5, 6)")
        values.append(now)
    if asked.near:
        parts.append("c.due >= %s AND c.due < %s AND c.finished_at IS NULL AND d.status NOT IN (5, 6)")
        values += [now, now + NEAR]
    if asked.mine:
        parts.append(_TURN)
        values += [reader.position, str(reader.position)]
    if asked.assisted:
        parts.append("d.assister IS NOT NULL")
    if asked.text.strip():
        sql, more = _text(asked.text.strip())
        parts.append(sql)
        values += more
    return " AND ".join(parts), values


def _qualified(condition: str) -> str:
    for column in ("applicant =", "involved &&"):
        condition = condition.replace(column, f"d.{column}")
    return condition.replace("(id = %s", "(d.id = %s").replace("OR id = %s", "OR d.id = %s")


def _text(text: str) -> tuple[str, list[Any]]:
    """A code, a reference, an ID number, or words of a name: each by its keyed tokens."""
    ring = keyring.current()
    number, number_values = having_all(ring, "number", text)
    name, name_values = having_all(ring, "name", text)
    return (
        f"(d.code = %s OR d.reference = %s OR c.unit IN ({number}) OR c.unit IN ({name}))",
        [text.upper(), text.upper(), *number_values, *name_values],
    )
