"""Who is at the keyboard: the person behind the login, and the office they act in."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import wraps
from typing import Concatenate, ParamSpec, Protocol, TypeVar, cast
from uuid import UUID

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.db import connection, transaction
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.views.decorators.http import require_POST
from psycopg import Cursor

from sauro.core.doorway import Ask, act
from sauro.core.doorway.decide import local_day
from sauro.core.doorway.genesis import PLATFORM
from sauro.core.ids import new_id
from sauro.core.models import Account, Definition
from sauro.core.moment import now
from sauro.core.queries.seats import SEATS
from sauro.core.queries.visibility import Reader

CHOSEN = "position"
_KEPT, _HELD = "_sauro_person", "_sauro_offices"
P = ParamSpec("P")


@dataclass(frozen=True, slots=True)
class Office:
    """A position that the person holds today; or in which they deputise, for whom and until when."""

    position: UUID
    organisation: UUID
    type: str
    head: bool
    name: str
    organisation_name: str
    behalf: UUID | None = None
    until: datetime | None = None
    delegation: UUID | None = None

    @property
    def last(self) -> datetime | None:
        """Within the last day on which they deputise."""
        return self.until - timedelta(microseconds=1) if self.until else None

    def reader(self, person: UUID) -> Reader:
        """The person who asks in this office."""
        return Reader(person, self.position, self.behalf)


_OFFICES = f"""
SELECT p.id, p.organisation, p.type, p.head, p.name_vi, p.name_en, o.name_vi, o.name_en, s.holder, s.until, s.delegation
FROM ({SEATS}) s JOIN core_actor p ON p.id = s.position JOIN core_actor o ON o.id = p.organisation
WHERE s.person = %(person)s ORDER BY s.holder IS NOT NULL, p.code
"""  # noqa: S608 — constants of ours


def person_of(request: HttpRequest) -> UUID | None:
    """The person behind the login, or None for a stranger. Looked up once per request."""
    if not request.user.is_authenticated:
        return None
    login, person = getattr(request, _KEPT, (None, None))
    if person is None or login != request.user.pk:
        person = Account.objects.filter(user_id=request.user.pk).values_list("person", flat=True).first()
        setattr(request, _KEPT, (request.user.pk, person))
    return person


def offices_of(person: UUID) -> list[Office]:
    """The offices that a person holds today; then those in which they deputise now."""
    moment = now()
    english = (get_language() or "vi").startswith("en")
    connection.ensure_connection()
    # Every official's page asks, and to plan it takes the server six times as long as to answer: Django's cursor prepares nothing.
    with connection.wrap_database_errors, Cursor(connection.connection) as cursor:
        cursor.execute(_OFFICES, {"person": person, "now": moment, "today": local_day(moment)}, prepare=True)
        return [
            Office(id_, organisation, kind, head, en if english else vi, o_en if english else o_vi, *acting)
            for id_, organisation, kind, head, vi, en, o_vi, o_en, *acting in cursor.fetchall()
        ]


def held_by(request: HttpRequest, person: UUID) -> list[Office]:
    """The same, looked up once per request: the frame and several rooms ask."""
    asked, held = getattr(request, _HELD, (None, []))
    if asked != (person, get_language()):
        held = offices_of(person)
        setattr(request, _HELD, ((person, get_language()), held))
    return list(held)


def office_of(request: HttpRequest, person: UUID) -> Office | None:
    """The office in which the person acts now: the one they chose, else their first; None for a citizen."""
    return office_among(request, held_by(request, person))


def office_among(request: HttpRequest, held: list[Office]) -> Office | None:
    """The office that was chosen of those that a person holds, else the first."""
    chosen = request.session.get(CHOSEN)
    return next((office for office in held if str(office.position) == chosen), held[0] if held else None)


def reader(request: HttpRequest) -> Reader | None:
    """Who asks, or None for a stranger."""
    person = person_of(request)
    if person is None:
        return None
    office = office_of(request, person)
    return office.reader(person) if office else Reader(person)


def introduce(user: int) -> UUID:
    """Make the person behind a new local account, with the rights of a citizen; nothing about them is known yet."""
    person = new_id()
    role = Definition.objects.get(kind="role", code="citizen", state="published")
    known = {"id": person, "kind": "person", "valid_from": local_day(now())}
    with transaction.atomic():
        Account.objects.create(user_id=user, person=person)
        act(Ask("core.register_actor", PLATFORM, f"account:{person}", known))
        right = {
            "holder": person,
            "role": role.id,
            "scope": "own",
            "purpose": "citizen",
            "basis": "local account",
        }
        act(Ask("core.grant", PLATFORM, f"account:{person}:citizen", right))
    return person


def signed_in(
    view: Callable[Concatenate[HttpRequest, Reader, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Give the view the reader; send a stranger to sign in, and back to the same page."""

    @wraps(view)
    def inner(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        found = reader(request)
        if found is None and request.user.is_authenticated and settings.SAURO_CITIZEN_ACCOUNTS:
            found = Reader(introduce(request.user.pk))
        if found is None:
            return redirect_to_login(request.get_full_path())
        return view(request, found, *args, **kwargs)

    # Types cannot say that wraps() keeps the signature of ``inner``, not of ``view``.
    return cast(Callable[Concatenate[HttpRequest, P], HttpResponseBase], inner)


class Seated(Protocol):
    """An official as a room knows them: the office in which they act, and whether nobody chose it."""

    @property
    def office(self) -> Office: ...

    @property
    def started(self) -> bool: ...


OfficialT = TypeVar("OfficialT", bound=Seated)


def officials(
    find: Callable[[HttpRequest], OfficialT | None],
) -> Callable[
    [Callable[Concatenate[HttpRequest, OfficialT, P], HttpResponseBase]],
    Callable[Concatenate[HttpRequest, P], HttpResponseBase],
]:
    """A decorator that gives views the official whom a room finds; strangers sign in, for others there is nothing."""

    def decorate(
        view: Callable[Concatenate[HttpRequest, OfficialT, P], HttpResponseBase],
    ) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
        @wraps(view)
        def inner(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            official = find(request)
            if official is None and person_of(request) is None:
                return redirect_to_login(request.get_full_path())
            if official is None:
                raise Http404
            if official.started:
                # It stays theirs while they work there, also when nothing waits in it any more.
                request.session[CHOSEN] = str(official.office.position)
            return view(request, official, *args, **kwargs)

        return inner

    return decorate


@require_POST
def choose_office(request: HttpRequest) -> HttpResponseBase:
    """Act in another of one's offices from now on. For who holds none there is nothing here."""
    person = person_of(request)
    if person is None:
        return redirect_to_login("/")
    held = {str(office.position) for office in held_by(request, person)}
    if not held:
        raise Http404
    chosen = request.POST.get("position", "")
    if chosen in held:
        request.session[CHOSEN] = chosen
    back = request.POST.get("next", "")
    allowed = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
    return redirect(back if allowed else "/")
