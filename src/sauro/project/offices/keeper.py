"""Who keeps the register of offices: anybody with a grant to register, appoint, or give and revoke authority."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast
from uuid import UUID

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponseBase
from django.utils.functional import cached_property

from sauro.core.doorway import Ask, Outcome, act
from sauro.core.queries.visibility import Reader
from sauro.project.offices.directory import KEEPS, Seen, seen_by
from sauro.serve.pages.officer.office import Official, official_of
from sauro.web.authority import grants_here
from sauro.web.people import person_of

P = ParamSpec("P")
_KEPT = "_sauro_keeps"
REVIEW = "core.review_access"
ACCOUNTS = ("core.open_account", "core.close_account", "core.reopen_account", "core.send_way_in")
CONTESTS = ("core.answer_contest", "core.explain_read")
ASKED = (*KEEPS, REVIEW, *CONTESTS, *ACCOUNTS)


@dataclass
class Keeper:
    """Who asks, in which office if in any, and which of these acts some grant of theirs lets them do somewhere."""

    reader: Reader
    official: Official | None
    may: frozenset[str]
    everywhere: frozenset[str] = frozenset()
    """Of these, what they may do anywhere: a person belongs to no agency."""

    @cached_property
    def seen(self) -> Seen:
        """Which organisations they keep: a condition on ``core_actor``."""
        return seen_by(self.reader)

    def do(
        self, request: HttpRequest, action: str, payload: dict[str, Any], subject: UUID | None = None
    ) -> Outcome:
        """Ask the doorway, once for each form that was opened."""
        key = request.POST.get("key") or secrets.token_hex(16)
        return act(Ask(action, self.reader.person, key, payload, subject, self.reader.position))


def keeper_of(request: HttpRequest) -> Keeper | None:
    """Who is behind a request, or None for a stranger. Looked up once per request."""
    if not hasattr(request, _KEPT):
        setattr(request, _KEPT, _keeper(request))
    found: Keeper | None = getattr(request, _KEPT)
    return found


def _keeper(request: HttpRequest) -> Keeper | None:
    person = person_of(request)
    if person is None:
        return None
    official = official_of(request)
    reader = official.reader if official else Reader(person)
    grants = grants_here(request, reader, *ASKED)
    everywhere = frozenset(grant.action for grant in grants if grant.scope.kind == "all")
    return Keeper(reader, official, frozenset(grant.action for grant in grants), everywhere)


def may_keep(request: HttpRequest) -> bool:
    """Whether the pages of the register are of use to this reader."""
    found = keeper_of(request)
    return found is not None and bool(found.may.intersection(KEEPS))


def may_review(request: HttpRequest) -> bool:
    """Whether the reader may ask who can see a case."""
    found = keeper_of(request)
    return found is not None and REVIEW in found.may


def may_open_accounts(request: HttpRequest) -> bool:
    """Whether the reader keeps the accounts of this installation."""
    found = keeper_of(request)
    return found is not None and bool(found.everywhere.intersection(ACCOUNTS))


def for_keepers(
    allowed: Callable[[HttpRequest], bool] = may_keep,
) -> Callable[
    [Callable[Concatenate[HttpRequest, Keeper, P], HttpResponseBase]],
    Callable[Concatenate[HttpRequest, P], HttpResponseBase],
]:
    """Give the view the keeper; a stranger signs in, for everybody else there is nothing here."""

    def decorate(
        view: Callable[Concatenate[HttpRequest, Keeper, P], HttpResponseBase],
    ) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
        @wraps(view)
        def inner(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            keeper = keeper_of(request)
            if keeper is None:
                return redirect_to_login(request.get_full_path())
            if not allowed(request):
                raise Http404
            return view(request, keeper, *args, **kwargs)

        return cast(Callable[Concatenate[HttpRequest, P], HttpResponseBase], inner)

    return decorate
