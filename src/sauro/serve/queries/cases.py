"""One dossier: opened by an officer or its subject, with its history; and the list of a person's own."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from django.db import connection

from sauro.core.queries.reading import Opened, open_case
from sauro.core.queries.visibility import Reader
from sauro.serve.actions.subject import DOSSIER
from sauro.serve.queries.queue import _COLUMNS, Line, line_of

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
    return open_case(reader, "serve.read_dossier", DOSSIER, id_, purpose="settle_dossier", how=how)


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


def own(person: UUID, limit: int = 100) -> list[Line]:
    """A person's own dossiers, newest first, without anything personal."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {_COLUMNS} FROM serve_dossier d JOIN core_commitment c ON c.id = d.id WHERE d.applicant = %s"  # noqa: S608 — constant columns
            " ORDER BY d.submitted_at DESC LIMIT %s",
            [person, limit],
        )
        return [line_of(row, None) for row in cursor.fetchall()]


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
