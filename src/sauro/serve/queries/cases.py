"""One dossier: opened by an officer or its subject, with its history; and the list of a person's own."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from django.db import connection

from sauro.core.clock import Limit, OutsideCalendar
from sauro.core.doorway.decide import local_day
from sauro.core.models import Event
from sauro.core.queries import courses
from sauro.core.queries.paging import Page, mark, marked
from sauro.core.queries.reading import Opened, open_case
from sauro.core.queries.visibility import Reader
from sauro.serve.actions.subject import DOSSIER
from sauro.serve.models import Dossier
from sauro.serve.queries.queue import _COLUMNS, Line, line_of
from sauro.serve.rules.procedures import Procedure
from sauro.serve.rules.statuses import Status

OWN_PAGE, MOST_WAITING = 20, 10

_HISTORY = """
SELECT e.id, e.name, e.recorded, e.person, e.position, e.grant_id, e.body, l.leaf_index
FROM core_event e LEFT JOIN core_leaf l ON l.event_id = e.id WHERE e.subject = %s ORDER BY e.recorded, e.id
"""


@dataclass(frozen=True, slots=True)
class Happening:
    """One event of a dossier: what, when, by whom in which position, under which grant; and its non-personal facts."""

    event: UUID
    name: str
    at: datetime
    person: UUID
    position: UUID | None
    grant: UUID | None
    data: dict[str, Any]
    basis: str
    leaf_index: int | None


def open_dossier(reader: Reader, id_: UUID, *, how: str = "page") -> Opened:
    """Open a dossier with all its personal parts; the read is recorded (invariant I5)."""
    opened = open_case(reader, "serve.read_dossier", DOSSIER, id_, purpose="settle_dossier", how=how)
    return replace(opened, parts=_as_corrected(opened.parts))


AS_FILED = "former-answers"
"""The name under which an opened dossier carries what was declared before it was corrected."""


def _as_corrected(parts: Mapping[str, dict[str, Any] | None]) -> dict[str, dict[str, Any] | None]:
    """The parts with the answers as they stand: what was corrected in a supplement takes the place of what was filed.

    Everything that reads a dossier (pages, papers, the decision) goes by the present answers, so none can forget.
    """
    filed = parts.get("answers")
    if filed is None:
        return dict(parts)
    present = dict(filed)
    former: dict[str, Any] = {}
    replies = [name for name in parts if name.startswith("answer-")]
    for name in sorted(replies, key=lambda name: [int(n) for n in name.split("-")[1:]]):
        for field, value in ((parts[name] or {}).get("answers") or {}).items():
            if value != present.get(field):
                former[field] = present.get(field)
            present[field] = value
    return {**parts, "answers": present, AS_FILED: former}


def history(id_: UUID) -> list[Happening]:
    """The events of a dossier, oldest first. The caller has opened the dossier before."""
    with connection.cursor() as cursor:
        cursor.execute(_HISTORY, [id_])
        found = []
        for event, name, at, person, position, grant, body, leaf_index in cursor.fetchall():
            said = orjson.loads(bytes(body))
            found.append(
                Happening(event, name, at, person, position, grant, said["data"], said["basis"], leaf_index)
            )
    return found


def answer_by(procedure: Procedure, asked: datetime) -> datetime | None:
    """Until when the applicant is asked to answer a supplement request; None where the calendar does not reach."""
    _id, calendar = courses.calendar(local_day(asked))
    try:
        return Limit(procedure.terms.supplement.answer_days, "day").end(calendar, asked)
    except OutsideCalendar:
        return None


def last_asked(id_: UUID) -> datetime | None:
    """When a supplement was last asked for."""
    asked = Event.objects.filter(subject=id_, name="serve.request_supplement").order_by("-recorded")
    return asked.values_list("recorded", flat=True).first()


def own(person: UUID, after: str = "") -> Page[Line]:
    """A page of a person's own dossiers, newest first, without anything personal."""
    condition, values = "applicant = %s", [person, *(marked(after) or ())]
    if len(values) > 1:
        condition += " AND (submitted_at, id) < (%s::timestamptz, %s::uuid)"
    # The page is cut first, so that its commitments alone are looked at.
    sql = (
        f"SELECT {_COLUMNS}, d.submitted_at::text FROM (SELECT * FROM serve_dossier WHERE {condition}"  # noqa: S608 — constant parts; values are parameters
        f" ORDER BY submitted_at DESC, id DESC LIMIT {OWN_PAGE + 1}) d JOIN core_commitment c ON c.id = d.id"
        " ORDER BY d.submitted_at DESC, d.id DESC"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        rows = cursor.fetchall()
    lines = [line_of(row, None) for row in rows[:OWN_PAGE]]
    return Page(lines, mark(rows[OWN_PAGE - 1][23], lines[-1].id) if len(rows) > OWN_PAGE else "")


def own_waiting(person: UUID) -> list[Line]:
    """A person's dossiers in which something is theirs to do: to supplement, to pay, to collect; a few, oldest first."""
    mine = (
        "applicant = %s AND (status = %s AND answered_at IS NULL OR status = ANY(%s))"
        f" ORDER BY submitted_at, id LIMIT {MOST_WAITING}"
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {_COLUMNS} FROM (SELECT * FROM serve_dossier WHERE {mine}) d"  # noqa: S608 — constant parts
            " JOIN core_commitment c ON c.id = d.id ORDER BY d.status, d.submitted_at, d.id",
            [person, Status.SUPPLEMENT_REQUESTED, [Status.FINANCE_REQUESTED, Status.FINISHED]],
        )
        return [line_of(row, None) for row in cursor.fetchall()]


def own_count(person: UUID) -> int:
    """How many dossiers a person has filed."""
    return Dossier.objects.filter(applicant=person).count()


@dataclass(frozen=True, slots=True)
class PublicFacts:
    """What a stranger may know of a dossier by its code: no person, no words."""

    id: UUID
    code: str | None
    reference: str
    procedure: UUID
    status: int
    submitted_at: datetime
    accepted_at: datetime | None
    due: datetime | None
    due_original: datetime | None
    finished_at: datetime | None
    returned_at: datetime | None
    competent: UUID
    decision: str | None
    result_digest: str | None
    simulated: bool


def public_facts(reference: str) -> PublicFacts | None:
    """A dossier by its reference, for the page behind the QR.

    Never by its code: codes count up by agency and day, so that a stranger could walk through all of them and learn
    what was filed, when, and how much (invariant I6). A reference is 40 random bits.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT d.id, d.code, d.reference, d.procedure, d.status, d.submitted_at, d.accepted_at, c.due,"
            " c.due_original, c.finished_at, d.returned_at, d.competent, d.decision, d.result_digest, c.simulated"
            " FROM serve_dossier d JOIN core_commitment c ON c.id = d.id WHERE d.reference = %s",
            [reference],
        )
        row = cursor.fetchone()
    return PublicFacts(*row) if row else None
