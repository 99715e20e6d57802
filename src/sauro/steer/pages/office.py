"""The office in which somebody steers: the one they chose, else the one whose turn it is, else one that may list tasks."""

from dataclasses import dataclass, field
from uuid import UUID

from django.http import HttpRequest

from sauro.core.models import Commitment
from sauro.core.queries.visibility import Reader
from sauro.steer.models import Task
from sauro.steer.queries.authority import offices_that_may
from sauro.steer.queries.tasks import LIST
from sauro.web.authority import grants_here
from sauro.web.people import CHOSEN, Office, held_by, office_among, officials, person_of

REGISTER, ENTER, DRAFT = "steer.register_instrument", "steer.enter_text", "steer.draft_task"
_KEPT = "_sauro_steering"


@dataclass(frozen=True)
class Official:
    """Who is at the desk: the person, the office in which they act now, the others they hold, what they may do somewhere.

    ``whole``: the office lists every task there is, not only those in which its agency takes part.
    """

    reader: Reader
    office: Office
    held: list[Office]
    may: frozenset[str] = field(default=frozenset())
    whole: bool = False
    started: bool = False


def official_of(request: HttpRequest) -> Official | None:
    """The official behind a request who may list tasks, or None. Looked up once per request."""
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
    grants = grants_here(request, reader, LIST, REGISTER, ENTER, DRAFT)
    may = frozenset(grant.action for grant in grants)
    whole = any(grant.action == LIST and grant.scope.kind == "all" for grant in grants)
    return Official(reader, office, held, may, whole, start is not None) if LIST in may else None


def _start(request: HttpRequest, person: UUID, held: list[Office]) -> Office | None:
    """Where somebody with several offices begins who has chosen none."""
    if len(held) < 2 or request.session.get(CHOSEN) in {str(office.position) for office in held}:
        return None
    listing = offices_that_may(person, [office.position for office in held], LIST)
    steering = [office for office in held if office.position in listing]
    asked = request.resolver_match.kwargs.get("task") if request.resolver_match else None
    turn = named_by(asked) if isinstance(asked, UUID) else set()
    return next((o for o in steering if o.position in turn), steering[0] if steering else None)


def named_by(task: UUID) -> set[UUID | None]:
    """The offices that a task names."""
    row = Task.objects.filter(pk=task).values_list("assigner", "verifier").first()
    promise = Commitment.objects.filter(pk=task).values_list("position", flat=True).first()
    return {promise, *(row or ())} - {None}


for_officials = officials(official_of)
"""Gives a view the official; for who may list no task there is nothing here."""
