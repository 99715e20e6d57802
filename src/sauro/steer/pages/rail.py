"""The steering room's entries of the left rail."""

from uuid import UUID

from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from sauro.steer.pages.office import DRAFT, ENTER, REGISTER, official_of
from sauro.steer.pages.showing import event_words, stage_words
from sauro.steer.queries import warnings
from sauro.steer.queries.tasks import LIST, among, listing
from sauro.web.authority import frame_asks
from sauro.web.navigation import PromiseKind, RailEntry, add_draft, add_promise_kind, add_to_rail

_MAY = "_sauro_tasks_listed"


def register() -> None:
    """Add the entries; called once, when the application starts."""
    frame_asks(LIST, REGISTER, ENTER, DRAFT)
    add_to_rail(RailEntry("tasks", _("Tasks"), "steer:board", _lists, 50))
    add_to_rail(RailEntry("instruments", _("Instruments"), "steer:instruments", _lists, 60))
    add_promise_kind(PromiseKind("task", _address, stage_words, event_words))
    add_draft("steer", _draft)
    add_to_rail(RailEntry("warnings", _("Warnings"), "steer:warnings", _lists, 55, _unread))


def _lists(request: HttpRequest) -> bool:
    return official_of(request) is not None


def _address(request: HttpRequest, task: UUID) -> str:
    """Only for who may list this task: by it other rooms decide whether they print its words."""
    official = official_of(request)
    if official is None:
        return ""
    if not hasattr(request, _MAY):
        setattr(request, _MAY, listing(official.reader))
    return reverse("steer:task", args=[task]) if official.whole or among(getattr(request, _MAY), task) else ""


def _draft(request: HttpRequest, lead: UUID, note: str) -> str:
    official = official_of(request)
    if official is None or DRAFT not in official.may:
        return ""
    query = QueryDict(mutable=True)
    query.update({"lead": str(lead), "note": note})
    return f"{reverse('steer:draft')}?{query.urlencode()}"


def _unread(request: HttpRequest) -> int | None:
    official = official_of(request)
    return (warnings.unread(official.reader.person) or None) if official else None
