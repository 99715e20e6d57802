"""What a person was told."""

from typing import Any
from uuid import UUID

import msgspec
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language

from sauro.core.moment import now
from sauro.core.queries import definitions
from sauro.core.queries.visibility import Reader
from sauro.serve import jobs
from sauro.serve.documents import notices as words
from sauro.serve.documents.facts import Language
from sauro.serve.models import Dossier, Notice
from sauro.serve.rules.forms import say
from sauro.serve.rules.procedures import procedure
from sauro.web.people import signed_in

MOST = 100


def procedure_name(dossier: UUID) -> str:
    """What the dossier is about, in the language in use."""
    return say(definitions.get(Dossier.objects.get(pk=dossier).procedure).compiled(procedure).terms.name)


@signed_in
def notices(request: HttpRequest, reader: Reader) -> HttpResponse:
    """The inbox; opening it marks what it shows as read."""
    language: Language = "en" if (get_language() or "").startswith("en") else "vi"
    rows = list(Notice.objects.filter(person=reader.person, kind__in=words.STEPS).order_by("-at")[:MOST])
    own = set(
        Dossier.objects.filter(applicant=reader.person, pk__in=[r.dossier for r in rows]).values_list(
            "id", flat=True
        )
    )
    shown: list[dict[str, Any]] = []
    for row in rows:
        told = jobs.facts_of(row.dossier)
        said = words.write(
            row.kind, msgspec.structs.replace(told, procedure=procedure_name(row.dossier)), language
        )
        # The particulars, the address and the closing are for letters: here the dossier is one press away.
        shown.append(
            {
                "row": row,
                "subject": said.subject,
                "body": said.body.partition("\n\n")[0],
                "own": row.dossier in own,
                "new": row.read_at is None,
            }
        )
    Notice.objects.filter(pk__in=[r.pk for r in rows], read_at=None).update(read_at=now())
    return render(request, "serve/citizen/inbox.html", {"notices": shown})
