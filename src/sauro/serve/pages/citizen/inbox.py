"""What a person was told, and who looked at their data."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language

from sauro.core.moment import now
from sauro.core.queries.reading import who_looked as looked
from sauro.core.queries.visibility import Reader
from sauro.serve import jobs
from sauro.serve.documents import notices as words
from sauro.serve.documents.facts import Language
from sauro.serve.models import Dossier, Notice
from sauro.serve.pages.people import signed_in

MOST = 100


@signed_in
def notices(request: HttpRequest, reader: Reader) -> HttpResponse:
    """The inbox; opening it marks what it shows as read."""
    language: Language = "en" if (get_language() or "").startswith("en") else "vi"
    rows = list(Notice.objects.filter(person=reader.person, kind__in=words.STEPS).order_by("-at")[:MOST])
    own = set(Dossier.objects.filter(applicant=reader.person, pk__in=[r.dossier for r in rows]).values_list("id", flat=True))
    shown: list[dict[str, Any]] = []
    for row in rows:
        said = words.write(row.kind, jobs.facts_of(row.dossier), language)
        shown.append({"row": row, "said": said, "own": row.dossier in own, "new": row.read_at is None})
    Notice.objects.filter(pk__in=[r.pk for r in rows], read_at=None).update(read_at=now())
    return render(request, "serve/citizen/inbox.html", {"notices": shown})


@signed_in
def who_looked(request: HttpRequest, reader: Reader) -> HttpResponse:
    """Who opened the person's data: position and agency, case, time, reason."""
    return render(request, "serve/citizen/who_looked.html", {"looked": looked(reader.person)})
