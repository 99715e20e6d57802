"""What stood around a contested read: was it the reader's turn, which grant allowed it, what else they read there."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from django.db import connection

from sauro.core.models import Commitment, Contest, Event
from sauro.project.offices import rights
from sauro.serve.actions.subject import turn_of
from sauro.serve.models import Dossier

MOST = 400


@dataclass(frozen=True, slots=True)
class Context:
    """``turn``: *theirs* (the step was the reader's office's), *planned* (the office has another step of the case), *not*,
    or *unknown* where no plan names an office. ``others`` counts the reader's other reads of this case."""

    turn: str
    right: rights.Right | None
    others: int


def context_of(contest: Contest) -> Context:
    """Read from the journal as it stood at that time, without opening the case."""
    right = rights.one(contest.read_under) if contest.read_under else None
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM core_access WHERE reader = %s AND commitment = %s AND id <> %s",
            [contest.reader, contest.case, contest.access],
        )
        (others,) = cursor.fetchone()
    return Context(turn_then(contest.case, contest.office, contest.read_from), right, others)


def turn_then(case: UUID | None, office: UUID | None, at: datetime) -> str:
    """Whether an office had the turn in a dossier at a moment, by the after-images of the journal."""
    if case is None or office is None:
        return "unknown"
    images: dict[str, dict[str, Any]] = {}
    wanted = (Dossier._meta.db_table, Commitment._meta.db_table)
    events = Event.objects.filter(subject=case, recorded__lte=at).order_by("-recorded", "-id")
    for body in events.values_list("body", flat=True)[:MOST]:
        for table, op, image, *_version in orjson.loads(bytes(body))["changes"]:
            if op == "put" and table in wanted and image["id"] == str(case):
                images.setdefault(table, image)
        if len(images) == len(wanted):
            break
    else:
        return "unknown"
    # An image leaves out what is null.
    dossier: dict[str, Any] = {"plan": {}, "step": "", **images[wanted[0]]}
    promise: dict[str, Any] = {"position": None, **images[wanted[1]]}
    named = turn_of(promise, dossier)
    planned = dossier["plan"].get("positions", {}).values()
    if named is None:
        return "unknown"
    if str(named) == str(office):
        return "theirs"
    return "planned" if str(office) in set(map(str, planned)) else "not"
