"""Where a visitor is on a walk: kept in their session, moved on by what they open and do."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import cached_property

from sauro.core.models import Event
from sauro.core.moment import now
from sauro.project.simulation import preload
from sauro.project.walk.routes import WALKS, Step, Walk
from sauro.web.people import person_of

KEY = "walk"
MOST_EVENTS = 200


@dataclass(frozen=True)
class Strip:
    """What the guide says on top of a page."""

    walk: Walk
    at: int

    @property
    def step(self) -> Step:
        return self.walk.steps[self.at]

    @property
    def number(self) -> int:
        return self.at + 1

    @property
    def count(self) -> int:
        return len(self.walk.steps)

    @property
    def last(self) -> bool:
        return self.number == self.count

    @property
    def href(self) -> str:
        """Where the step is done, if it begins at one place."""
        step = self.step
        return reverse(step.view, args=[step.code] if step.code else []) if step.view else ""


def offered() -> list[Walk]:
    """The walks, in a demonstration only, and only where its accounts may come in without a second factor."""
    if settings.SAURO_PROFILE != "demonstration" or settings.SAURO_SECOND_FACTOR_REQUIRED:
        return []
    return list(WALKS.values())


def begin(request: HttpRequest, walk: Walk) -> None:
    """Put the visitor at the first step."""
    request.session[KEY] = {"name": walk.name, "at": 0, "off": False, "began": now().isoformat()}


def kept(request: HttpRequest) -> dict[str, Any]:
    """What the session says, or nothing. No session is begun by asking."""
    if not offered() or settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return {}
    found = request.session.get(KEY) or {}
    return found if found.get("name") in WALKS else {}


def move(request: HttpRequest, **changed: Any) -> None:
    """Change where the visitor is, within the walk."""
    found = {**kept(request), **changed}
    if found.get("name"):
        found["at"] = max(0, min(found["at"], len(WALKS[found["name"]].steps) - 1))
        request.session[KEY] = found


def _reached(request: HttpRequest, walk: Walk, found: dict[str, Any]) -> int:
    """The step after the last that was really done, never before the one that the visitor had reached."""
    view = request.resolver_match.view_name if request.resolver_match else ""
    acts = {name for step in walk.steps[found["at"] :] for name in step.done}
    person = person_of(request) if acts else None
    since = datetime.fromisoformat(found["began"])
    did = (
        set(Event.objects.filter(person=person, name__in=acts, recorded__gte=since).values_list("name", flat=True)[:MOST_EVENTS])
        if person else set()
    )  # fmt: skip
    at = int(found["at"])
    for number, step in enumerate(walk.steps[at:-1], at):
        if did.intersection(step.done):
            at = number + 1
        elif view in step.seen and number == at:
            return number + 1
    return at


class Guide:
    """What templates ask: the walks that are offered here, and the strip of the one that this visitor is on."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    @property
    def offered(self) -> list[Walk]:
        return offered()

    @property
    def filling(self) -> bool:
        """Whether the days that the demonstration begins with are still being made."""
        return preload.filling()

    @cached_property
    def strip(self) -> Strip | None:
        """The present step; it is remembered when it moves on."""
        found = kept(self._request)
        if not found or found["off"]:
            return None
        walk = WALKS[found["name"]]
        at = _reached(self._request, walk, found)
        if at != found["at"]:
            move(self._request, at=at)
        return Strip(walk, at)

    @property
    def left(self) -> Strip | None:
        """The walk that was left on the way, to be taken up again."""
        found = kept(self._request)
        return Strip(WALKS[found["name"]], found["at"]) if found.get("off") else None


def guide(request: HttpRequest) -> dict[str, Guide]:
    """Give templates the guide (a context processor)."""
    return {"guide": Guide(request)}
