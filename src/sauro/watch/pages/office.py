"""The office in which somebody watches: the one they chose, else one that may read numbers."""

from dataclasses import dataclass
from uuid import UUID

from django.http import HttpRequest

from sauro.core.queries.visibility import Reader
from sauro.watch.queries.counts import OPEN_UP, READ, Seen, places
from sauro.watch.queries.offices import offices_that_may
from sauro.web.people import CHOSEN, Office, held_by, office_among, officials, person_of

_KEPT = "_sauro_watching"


@dataclass(frozen=True)
class Official:
    """Who watches: the person, the office they act in, the others they hold, and what their grants open.

    ``seen`` is of what they may read numbers, ``opens`` of what they may list the cases.
    """

    reader: Reader
    office: Office
    held: list[Office]
    seen: Seen
    opens: Seen
    started: bool = False


def official_of(request: HttpRequest) -> Official | None:
    """The official behind a request who may read numbers, or None. Looked up once per request."""
    if not hasattr(request, _KEPT):
        setattr(request, _KEPT, _official(request))
    found: Official | None = getattr(request, _KEPT)
    return found


def _official(request: HttpRequest) -> Official | None:
    person = person_of(request)
    held = held_by(request, person) if person else []
    office = office_among(request, held)
    if person is None or office is None:
        return None
    start = _start(request, person, held)
    office = start or office
    reader = office.reader(person)
    seen = places(reader)
    if not seen.scopes:
        return None
    return Official(reader, office, held, seen, places(reader, OPEN_UP), start is not None)


def _start(request: HttpRequest, person: UUID, held: list[Office]) -> Office | None:
    """Where somebody with several offices begins who has chosen none."""
    if len(held) < 2 or request.session.get(CHOSEN) in {str(office.position) for office in held}:
        return None
    reading = offices_that_may(person, [office.position for office in held], READ)
    return next((office for office in held if office.position in reading), None)


for_officials = officials(official_of)
"""Gives a view the official; for who may read no number there is nothing here."""
