"""Who can see this dossier, and why; and who did. Without reading anything personal of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from sauro.core.models import Commitment
from sauro.core.moment import now
from sauro.core.queries.visibility import Reader, explain, place
from sauro.core.rules.scopes import Place
from sauro.project.offices import directory, rights
from sauro.project.offices.keeper import REVIEW, Keeper, for_keepers, may_review
from sauro.project.offices.people import SUBJECTS
from sauro.project.offices.words import name_of
from sauro.serve.models import Dossier

READS = {"dossier": "serve.read_dossier", "task": "steer.read_task"}
LONGEST, MOST = 80, 100


@for_keepers(may_review)
def review(request: HttpRequest, keeper: Keeper) -> HttpResponse:
    """By the code or id of a dossier or task: every grant that opens it, who sits behind each, and who opened it."""
    text = request.GET.get("q", "")[:LONGEST].strip()
    found = _found(keeper.reader, text) if text else None
    context: dict[str, Any] = {"here": "review", "official": keeper.official, "text": text, "found": found}
    if found is not None:
        kind, where = found
        assert where.subject is not None
        openings = rights.openings(READS[kind], list(where.organisations), list(where.paths), where.subject)
        people = directory.known([person for opening in openings for person, _kind in opening.persons])
        context |= {
            "openings": [(o.right, [(people[p], how) for p, how in o.persons if p in people]) for o in openings],
            "looked": _looked(where.subject), "kind": kind, "most": rights.MOST, "case": where.subject,
            "full": len(openings) >= rights.MOST,
        }  # fmt: skip
    return render(request, "offices/review.html", context, status=404 if text and found is None else 200)


def _found(reader: Reader, text: str) -> tuple[str, Place] | None:
    """The case of this code or id, if it is the reader's to review; the same answer for what does not exist."""
    id_ = Dossier.objects.filter(code=text.upper()).values_list("id", flat=True).first()
    id_ = id_ or Dossier.objects.filter(reference=text.upper()).values_list("id", flat=True).first()
    if id_ is None:
        try:
            id_ = UUID(text)
        except ValueError:
            return None
    kind = Commitment.objects.filter(pk=id_).values_list("kind", flat=True).first()
    where = place(SUBJECTS[kind], id_) if kind in SUBJECTS else None
    if kind is None or where is None or not explain(reader, REVIEW, where).allowed:
        return None
    return kind, where


@dataclass(frozen=True, slots=True)
class Look:
    """One line of the ledger of reads, for who reviews: the reader is masked, the office is not."""

    name: str
    office: str
    organisation: str
    purpose: str
    how: str
    first_at: datetime
    last_at: datetime
    times: int


_LOOKED = """
SELECT a.reader, coalesce({p}, ''), coalesce({o}, ''), a.purpose, a.how, a.first_at, a.last_at, a.times
FROM core_access a LEFT JOIN core_actor p ON p.id = a.position LEFT JOIN core_actor o ON o.id = p.organisation
WHERE a.commitment = %s AND (a.sealed_until IS NULL OR a.sealed_until <= %s) ORDER BY a.last_at DESC LIMIT {most}
"""


def _looked(case: UUID) -> list[Look]:
    with connection.cursor() as cursor:
        cursor.execute(_LOOKED.format(p=name_of("p"), o=name_of("o"), most=MOST), [case, now()])
        rows = cursor.fetchall()
    people = directory.known([row[0] for row in rows])
    return [Look(people[row[0]].name if row[0] in people else "", *row[1:]) for row in rows]
