"""The office in which an official acts, and the switch between several."""

from dataclasses import dataclass, field
from uuid import UUID

from django.http import HttpRequest

from sauro.core.queries.visibility import Reader
from sauro.serve.queries.waiting import Waiting, waiting
from sauro.web.authority import grants_here
from sauro.web.people import CHOSEN, Office, held_by, office_among, officials, person_of

LIST, ASSIST, ACCEPT = "serve.list_dossiers", "serve.assist_filing", "serve.accept_dossier"
_KEPT = "_sauro_official"


@dataclass(frozen=True)
class Official:
    """Who is at the desk: the person, the office in which they act now, and the others that they hold.

    ``started``: nobody chose the office; it is the one in which something waits.
    """

    reader: Reader
    office: Office
    held: list[Office]
    may: frozenset[str] = field(default=frozenset())
    started: bool = False


@dataclass(frozen=True)
class Elsewhere:
    """Another office of the same person in which something waits."""

    office: Office
    count: int


def official_of(request: HttpRequest) -> Official | None:
    """The official behind a request, or None for a stranger or a citizen. Looked up once per request."""
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
    start = _start(request, held)
    office = start or office
    reader = office.reader(person)
    may = frozenset(grant.action for grant in grants_here(request, reader, LIST, ASSIST, ACCEPT))
    return Official(reader, office, held, may, start is not None)


def _start(request: HttpRequest, held: list[Office]) -> Office | None:
    """Where somebody with several offices begins who has chosen none: where something waits, if it does anywhere.

    Whoever opens a dossier by its address begins in the office whose turn it is there.
    """
    if len(held) < 2 or request.session.get(CHOSEN) in {str(office.position) for office in held}:
        return None
    asked = request.resolver_match.kwargs.get("dossier") if request.resolver_match else None
    found = _waiting(held, asked if isinstance(asked, UUID) else None)
    return next((office for office in held if found and office.position == found[0].office), None)


def _waiting(held: list[Office], first: UUID | None = None) -> list[Waiting]:
    return waiting([office.position for office in held], [office.organisation for office in held], first)


def where_it_waits(held: list[Office]) -> UUID | None:
    """The office among several in which something waits, the most urgent first."""
    found = _waiting(held)
    return found[0].office if found else None


def elsewhere(here: Office, held: list[Office]) -> list[Elsewhere]:
    """The other offices of the person in which something waits, the most urgent first."""
    if len(held) < 2:
        return []
    offices = {office.position: office for office in held if office != here}
    return [Elsewhere(offices[w.office], w.count) for w in _waiting(held) if w.office in offices]


for_officials = officials(official_of)
"""Gives a view the official; for a citizen there is nothing here."""
