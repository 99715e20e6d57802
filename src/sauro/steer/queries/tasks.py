"""Tasks that a reader may list, and one task with its parts, reports, evidence and history."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
from django.db import connection

from sauro.core.queries.paging import Page, mark, marked
from sauro.core.queries.reading import Opened, open_case
from sauro.core.queries.visibility import Reader, visible
from sauro.core.text import words
from sauro.steer.actions.subject import TASK
from sauro.steer.models import Evidence, Report
from sauro.steer.rules.matrix import OPEN

PAGE = 30
COUNTED = 1_000
NEAR = timedelta(days=7)
LIST, READ = "steer.list_tasks", "steer.read_task"
_COLUMNS = """t.id, t.code, c.task, t.instrument, t.parent, t.lead, c.position, t.assigner, t.verifier, t.stage, c.reported,
  c.evidenced, t.shown, t.late, t.due, c.due_original, c.extensions, t.progress, t.children, t.difficulty, t.reported_at,
  c.version, t.due_on, c.output, c.finished_at, c.simulated"""


@dataclass(frozen=True, slots=True)
class Filter:
    """What was asked for; every part is in the address of the page.

    ``state`` is one of ``STATES``. ``mine``: it is this office's turn.
    """

    state: str = ""
    lead: UUID | None = None
    instrument: UUID | None = None
    parent: UUID | None = None
    mine: bool = False
    text: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A task in a list; the three statuses stand side by side and are never one."""

    id: UUID
    code: str
    task: str
    instrument: UUID
    parent: UUID | None
    lead: UUID
    position: UUID | None
    assigner: UUID | None
    verifier: UUID | None
    stage: str
    reported: str
    evidenced: str
    shown: bool
    late: int
    due: datetime | None
    due_original: datetime | None
    extensions: int
    progress: int
    children: int
    difficulty: bool
    reported_at: datetime | None
    version: int
    due_on: Any
    output: str
    finished_at: datetime | None
    simulated: bool

    def overdue(self, now: datetime) -> bool:
        return self.stage in OPEN and self.due is not None and self.due < now

    def overdue_original(self, now: datetime) -> bool:
        """Whether the first promise is broken, whatever was extended since."""
        until = self.finished_at or (now if self.stage in OPEN else None)
        return until is not None and self.due_original is not None and self.due_original < until


_NOW = timedelta(0)
_STATES: dict[str, tuple[tuple[str, ...], str, tuple[timedelta, ...]]] = {
    # stages, what else must hold, and its values, from the moment on
    "open": (OPEN, "", ()),
    "overdue": (OPEN, "t.due < %s", (_NOW,)),
    "near": (OPEN, "t.due >= %s AND t.due < %s", (_NOW, NEAR)),
    "pending": (("reported",), "", ()),
    "green_red": (("reported",), "NOT t.shown", ()),
    "in_time": (OPEN, "t.due >= %s", (_NOW,)),
    "not_started": (("assigned",), "", ()),
    "done": (("done",), "", ()),
    "on_time": (("done",), "t.late < 2", ()),
    "on_time_original": (("done",), "t.late = 0", ()),
    "judged": (("done", *OPEN), "(t.stage = 'done' OR t.due < %s)", (_NOW,)),
    "late": (("done",), "t.late = 2", ()),
    "declined": (("declined",), "", ()),
    "draft": (("draft",), "", ()),
    "cancelled": (("cancelled",), "", ()),
}
STATES = tuple(_STATES)
# Whose turn it is, by the stages in which it is theirs: each by an index of its own, and no task stands in two of them.
_TURNS: tuple[tuple[tuple[str, ...], str], ...] = (
    (
        ("assigned", "working"),
        "SELECT w.* FROM core_commitment k JOIN steer_task w ON w.id = k.id"
        " WHERE k.position = %s AND k.state = 'assigned' AND w.stage IN ('assigned', 'working')",
    ),
    (("reported",), "SELECT * FROM steer_task WHERE stage = 'reported' AND verifier = %s"),
    (
        ("draft", "declined"),
        "SELECT * FROM steer_task WHERE stage IN ('draft', 'declined') AND assigner = %s",
    ),
)
# What it led under a name that it took over counts as its own (invariant I7).
_OWN = "SELECT a.id FROM core_actor a JOIN core_actor c ON c.current = a.current WHERE c.id = %s"

_WORDS = "to_tsvector('simple', t.folded) @@"
# Materialized: the planner then reckons with all of them, and goes by the index of words.
_FEW = f"""
WITH found AS MATERIALIZED (SELECT t.id FROM steer_task t WHERE {_WORDS} to_tsquery('simple', %s))
SELECT id FROM found LIMIT %s
"""  # noqa: S608 — constants of ours
FEW = 2_000


def listed(reader: Reader, asked: Filter, now: datetime, *, most: int = PAGE) -> Page[Line]:
    """A page of the tasks that the reader may list, the nearest deadline first."""
    source, parts, values = asked_of(reader, asked, now)
    if after := marked(asked.after):
        parts.append("(coalesce(t.due, 'infinity'::timestamptz), t.id) > (%s::timestamptz, %s::uuid)")
        values += after
    # Their promises are looked up for the page alone, not for everything that is sorted.
    sql = (
        f"SELECT {_COLUMNS}, coalesce(t.due, 'infinity'::timestamptz)::text FROM (SELECT * FROM {source}"  # noqa: S608 — constant parts; values are parameters
        f" WHERE {' AND '.join(parts)} ORDER BY coalesce(t.due, 'infinity'::timestamptz), t.id LIMIT {most + 1}) t"
        " JOIN core_commitment c ON c.id = t.id ORDER BY coalesce(t.due, 'infinity'::timestamptz), t.id"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        rows = cursor.fetchall()
    lines = [Line(*row[:-1]) for row in rows[:most]]
    return Page(lines, mark(rows[most - 1][-1], lines[-1].id) if len(rows) > most else "")


def counted(reader: Reader, asked: Filter, now: datetime) -> int:
    """How many tasks that is, up to ``COUNTED`` and one: a list says where it stops counting."""
    source, parts, values = asked_of(reader, asked, now)
    sql = (
        f"SELECT count(*) FROM (SELECT 1 FROM {source}"  # noqa: S608 — constant parts; values are parameters
        f" WHERE {' AND '.join(parts)} LIMIT {COUNTED + 1}) n"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return int(cursor.fetchone()[0])


def listing(reader: Reader) -> tuple[str, list[Any]]:
    """The condition for the tasks that the reader may list, as ``t``, and its values."""
    condition, values = visible(reader, LIST, TASK)
    return condition.replace("involved &&", "t.involved &&").replace("id = %s", "t.id = %s"), values


def among(may: tuple[str, list[Any]], task: UUID) -> bool:
    """Whether a task is one of those of ``listing``."""
    condition, values = may
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT 1 FROM steer_task t WHERE t.id = %s AND {condition}", [task, *values])  # noqa: S608 — a constant condition; values are parameters
        return cursor.fetchone() is not None


def asked_of(reader: Reader, asked: Filter, now: datetime) -> tuple[str, list[str], list[Any]]:
    """From what a filter selects ``t``, by which conditions, the reader's own among them; and the values of both."""
    stages, other, moments = _STATES.get(asked.state, ((), "", ()))
    source = "steer_task t"
    may, values = listing(reader)
    if asked.mine:
        # Where none of these stages is anybody's turn, the condition on stages leaves nothing of any.
        turns = [sql for when, sql in _TURNS if not stages or set(when) & set(stages)] or [_TURNS[-1][1]]
        # OFFSET 0 keeps the planner from the other conditions until then: it takes those of a reader of everything for rare.
        source = f"({' UNION ALL '.join(turns)} OFFSET 0) t"
        values = [*[reader.position] * len(turns), *values]
    parts = [may]
    if stages:
        parts.append(f"t.stage IN ({', '.join(map(repr, stages))})")
    if other:
        parts.append(other)
        values += [now + moment for moment in moments]
    if asked.lead is not None:
        own = _ids(_OWN, [asked.lead])
        # One agency's tasks lie in the order of the list.
        parts.append("t.lead = %s" if len(own) == 1 else "t.lead = ANY(%s)")
        values.append(own[0] if len(own) == 1 else own)
    for column in ("instrument", "parent"):
        if (wanted := getattr(asked, column)) is not None:
            parts.append(f"t.{column} = %s")
            values.append(wanted)
    if said_words := words(asked.text)[:8]:
        condition, value = _holding(" & ".join(f"{word}:*" for word in said_words))
        parts.append(condition)
        values.append(value)
    return source, parts, values


def _holding(query: str) -> tuple[str, Any]:
    """The condition for tasks whose words match: their ids where they are few, else to be looked at on the way.

    Few stand far apart in the order of deadlines, where a walk would look at almost every task before it finds a page of them.
    """
    ids = _ids(_FEW, [query, FEW + 1])
    return ("t.id = ANY(%s)", ids) if len(ids) <= FEW else (f"{_WORDS} to_tsquery('simple', %s)", query)


def _ids(sql: str, values: list[Any]) -> list[UUID]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return [id_ for (id_,) in cursor.fetchall()]


@dataclass(frozen=True, slots=True)
class Happening:
    """One event of a task: what, when, in which office; and its facts that are not personal."""

    name: str
    at: datetime
    position: UUID | None
    data: dict[str, Any]
    leaf_index: int | None


@dataclass(frozen=True, slots=True)
class OpenTask:
    """One task, opened: its line, its sealed words by part, its parts, reports, evidence and history."""

    line: Line
    opened: Opened
    reports: list[Report]
    evidence: list[Evidence]
    happenings: list[Happening]
    path: list[Line]


_ONE = (
    f"SELECT {_COLUMNS} FROM steer_task t JOIN core_commitment c ON c.id = t.id WHERE t.id = ANY(%s::uuid[])"  # noqa: S608 — constant parts
)
_HISTORY = """
SELECT e.name, e.recorded, e.position, e.body, l.leaf_index FROM core_event e LEFT JOIN core_leaf l ON l.event_id = e.id
WHERE e.subject = %s ORDER BY e.recorded, e.id
"""


def open_task(reader: Reader, id_: UUID) -> OpenTask:
    """Open a task; the read of its sealed words is recorded. Raises Refusal ``not_found``."""
    opened = open_case(reader, READ, TASK, id_, purpose="steer")
    above = opened.rows["steer_task"]["path"]
    with connection.cursor() as cursor:
        cursor.execute(_ONE, [[*above, id_]])
        lines = {row[0]: Line(*row) for row in cursor.fetchall()}
        cursor.execute(_HISTORY, [id_])
        happenings = [
            Happening(name, at, position, orjson.loads(bytes(body))["data"], leaf)
            for name, at, position, body, leaf in cursor.fetchall()
        ]
    reports = list(Report.objects.filter(task=id_).order_by("number"))
    evidence = list(Evidence.objects.filter(task=id_).order_by("at", "id"))
    return OpenTask(lines[id_], opened, reports, evidence, happenings, [lines[each] for each in above])
