"""Contests as lists and one by one: a person's own, those an officer answers, those somebody is asked to explain."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from sauro.core.actions.contests import CONTEST, PURPOSE
from sauro.core.doorway.registry import Subject
from sauro.core.models import Contest
from sauro.core.queries.reading import Opened, open_case
from sauro.core.queries.visibility import Reader, visible
from sauro.core.refusal import Refusal
from sauro.project.offices.words import name_of

READ, EXPLAIN = "core.read_contest", "core.explain_read"
MOST = 200
OPEN = ("open", "asked", "explained")


@dataclass(frozen=True, slots=True)
class Line:
    """One contest, without a word of what anybody said in it."""

    id: UUID
    access: UUID
    stage: str
    outcome: str
    consequence: str
    purpose: str
    case: UUID | None
    how: str
    read_from: datetime
    read_until: datetime
    times: int
    explain_due: datetime | None
    due: datetime | None
    opened_at: datetime
    finished_at: datetime | None
    office: str
    agency: str
    deputy: str
    turn_of: UUID | None
    turn_office: str
    turn_agency: str
    machine: bool
    late: bool

    @property
    def who(self) -> str:
        return ", ".join(part for part in (self.office, self.agency) if part)


_LIST = """
SELECT k.id, k.access, k.stage, k.outcome, k.consequence, k.purpose, k."case", k.how, k.read_from, k.read_until, k.times,
  k.explain_due, c.due, c.opened_at, c.finished_at, coalesce({p}, ''), coalesce({o}, ''), coalesce({d}, ''), t.id,
  coalesce({t}, ''), coalesce({u}, ''), k.reader = %(platform)s,
  EXISTS (SELECT 1 FROM core_timer b WHERE b.commitment = k.id AND b.kind = 'breach' AND b.fired_at IS NOT NULL)
FROM (SELECT * FROM core_contest WHERE {where}) k JOIN core_commitment c ON c.id = k.id
  LEFT JOIN core_actor p ON p.id = k.office LEFT JOIN core_actor o ON o.id = k.agency
  LEFT JOIN core_delegation e ON e.id = k.delegation LEFT JOIN core_actor d ON d.id = e.deputy_position
  LEFT JOIN core_actor w ON w.id = c.position LEFT JOIN core_actor t ON t.id = w.current LEFT JOIN core_actor u ON u.id = t.organisation
ORDER BY (k.stage IN ('answered', 'withdrawn')), CASE WHEN k.stage IN ('answered', 'withdrawn') THEN NULL ELSE c.due END,
  c.opened_at DESC, k.id LIMIT {most}
"""


def _lines(where: str, values: Sequence[Any], most: int = MOST) -> list[Line]:
    from sauro.core.doorway.genesis import PLATFORM

    names = {letter: name_of(letter) for letter in "podtu"}
    sql = _LIST.format(where=where, most=int(most), **names).replace("%(platform)s", "%s")
    with connection.cursor() as cursor:
        cursor.execute(sql, [PLATFORM, *values])
        return [Line(*row) for row in cursor.fetchall()]


def own(person: UUID) -> list[Line]:
    """The contests of one person, open ones first."""
    return _lines("person = %s", [person])


def own_by_access(person: UUID, accesses: Sequence[UUID]) -> dict[UUID, Line]:
    """Which of these reads the person contested; one that was withdrawn counts only while no other stands."""
    found = _lines("person = %s AND access = ANY(%s)", [person, list(accesses)])
    return {line.access: line for line in sorted(found, key=lambda line: line.stage != "withdrawn")}


def to_answer(reader: Reader, *, ended: bool = False) -> list[Line]:
    """Contests that the reader may answer by a grant of theirs, the earliest deadline first; none that is their own."""
    where, values = visible(reader, READ, CONTEST)
    persons = list(reader.persons)
    stages = "stage IN ('answered', 'withdrawn')" if ended else "stage IN ('open', 'asked', 'explained')"
    apart = "NOT (person = ANY(%s) OR reader = ANY(%s) OR coalesce(behalf = ANY(%s), false))"
    return _lines(f"({where}) AND {stages} AND {apart}", [*values, persons, persons, persons])


def to_explain(reader: Reader) -> list[Line]:
    """Contests in which the reader is asked to explain: their own read, or one of their agency."""
    return _lines(*_to_explain(reader))


def _to_explain(reader: Reader) -> tuple[str, list[Any]]:
    where, values = visible(reader, EXPLAIN, CONTEST)
    return f"({where}) AND stage = 'asked' AND NOT person = ANY(%s)", [*values, list(reader.persons)]


def waiting(reader: Reader, *, answers: bool, explains: bool) -> int:
    """How many contests wait for this reader now: in the office's turn, or to be explained."""
    found = [line for line in to_answer(reader) if in_turn(reader, line)] if answers else []
    return len(found) + (_count(*_to_explain(reader)) if explains else 0)


def _count(where: str, values: Sequence[Any]) -> int:
    """Every official's page asks: nine tables need not be joined to count what mostly is not there."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM core_contest WHERE {where}", values)  # noqa: S608 — a constant condition; values are parameters
        return int(cursor.fetchone()[0])


def in_turn(reader: Reader, line: Line) -> bool:
    """Whether an open contest waits for the reader's office; a late one, or one without an office, for any above it too."""
    if line.stage not in ("open", "explained"):
        return False
    return line.late or line.turn_of is None or line.turn_of == reader.position


def one(contest: UUID) -> Line | None:
    return next(iter(_lines("id = %s", [contest])), None)


def open_own(reader: Reader, contest: UUID) -> Opened | None:
    """A person's own contest with all its words; None where it is not theirs."""
    if not Contest.objects.filter(pk=contest, person=reader.person).exists():
        return None
    return open_case(Reader(reader.person), READ, CONTEST, contest, purpose=PURPOSE)


def open_to_answer(reader: Reader, contest: UUID) -> Opened | None:
    """A contest with all its words, for an officer who is no party to it; None for everybody else."""
    row = Contest.objects.filter(pk=contest).values("person", "reader", "behalf").first()
    if row is None or set(row.values()) & set(reader.persons):
        return None
    return _open(reader, READ, contest, None)


def open_to_explain(reader: Reader, contest: UUID) -> Opened | None:
    """A contest for who is asked to explain: what is asked and what was explained, never the person's own words."""
    row = Contest.objects.filter(pk=contest).values("person", "asked", "explained").first()
    if row is None or row["person"] in reader.persons or not row["asked"]:
        return None
    asked = [f"question-{n + 1}" for n in range(row["asked"])]
    return _open(
        reader, EXPLAIN, contest, [*asked, *(f"explanation-{n + 1}" for n in range(row["explained"]))]
    )


def _open(reader: Reader, action: str, contest: UUID, parts: list[str] | None) -> Opened | None:
    subject: Subject = CONTEST
    try:
        return open_case(reader, action, subject, contest, purpose=PURPOSE, parts=parts)
    except Refusal as refusal:
        if refusal.status == 404:
            return None
        raise
