"""The home of an official: sections, each of which a room offers to whom it concerns.

Each room adds its own when it starts; no room knows another, and this page knows none of them. A section says what is
theirs to do today: how much, how much of it is late, and the few things that come first, each with the way to it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from sauro.web.navigation import RailEntry, add_to_rail
from sauro.web.people import CHOSEN, Office, held_by, office_among, person_of
from sauro.web.shapes import Chip, Status, Text

FIRST = 5
"""So many things of a section are named; the rest is a link away."""


@dataclass(frozen=True)
class Line:
    """One thing to do: what it is and where, how it stands, and what else to know: by when, and who waits for it."""

    title: Text
    href: str
    status: Status | None = None
    notes: Sequence[Text] = ()
    code: str = ""
    new: bool = False


@dataclass(frozen=True)
class Elsewhere:
    """Another office of the same person in which something waits: what is said of it."""

    position: UUID
    words: str
    button: str


@dataclass(frozen=True)
class Section:
    """What one room says to one reader. ``figures`` are counts that are links; ``empty`` is said where no line is.

    ``more`` is the address and the words of the whole list; ``act`` those of what the reader begins here.
    """

    title: Text
    lines: Sequence[Line] = ()
    figures: Sequence[Chip] = ()
    empty: Text = ""
    more: tuple[str, Text] | None = None
    act: tuple[str, Text] | None = None
    elsewhere: Sequence[Elsewhere] = ()
    said: Text = ""

    @property
    def idle(self) -> bool:
        """Whether it only says that nothing waits."""
        return bool(self.empty) and not self.lines and not any(chip.count for chip in self.figures)


Show = Callable[[HttpRequest], Section | None]
Begin = Callable[[HttpRequest, list[Office]], UUID | None]
Others = Callable[[Office, list[Office]], Sequence[Elsewhere]]


@dataclass(frozen=True)
class Source:
    """A room's section: nothing for whom it does not concern.

    ``begin`` says in which of several offices work of this room waits, for who has chosen none of them yet;
    ``elsewhere`` in which others, for who has chosen one in which nothing does.
    """

    key: str
    show: Show
    order: int = 100
    begin: Begin | None = None
    elsewhere: Others | None = None


@dataclass(frozen=True)
class Seat:
    """The office in which the reader acts, and the others that they hold."""

    office: Office
    held: list[Office] = field(default_factory=list)


_sources: dict[str, Source] = {}


def register() -> None:
    """Add the page to the rail; whoever sees a rail has a home. Called once, when the application starts."""
    add_to_rail(
        RailEntry("today", _("Today"), "web:today", lambda request: person_of(request) is not None, 10)
    )


def add_to_home(source: Source) -> None:
    """Offer a section, once; called when a room starts."""
    _sources[source.key] = source


def sources() -> list[Source]:
    """All that are offered, in order."""
    return sorted(_sources.values(), key=lambda source: (source.order, source.key))


def sections(request: HttpRequest) -> list[tuple[str, Section]]:
    """What the rooms have to say to this reader; where nothing waits comes after all else."""
    shown = [(source.key, source.show(request)) for source in sources()]
    found = [(key, section) for key, section in shown if section is not None]
    return sorted(found, key=lambda pair: pair[1].idle)


@require_safe
@never_cache
def today(request: HttpRequest) -> HttpResponseBase:
    """What is theirs to do today. For who holds no office and keeps nothing there is no such page."""
    person = person_of(request)
    if person is None:
        return redirect_to_login(request.get_full_path())
    seat = _seated(request, held_by(request, person))
    shown = sections(request)
    if seat is None and not shown:
        raise Http404
    context = {"here": "today", "official": seat, "sections": shown, "elsewhere": _elsewhere(seat, shown)}
    return render(request, "web/pages/today.html", context)


def _elsewhere(seat: Seat | None, shown: list[tuple[str, Section]]) -> list[Elsewhere]:
    """Where work waits for who sees none here: said on top, once, whatever rooms this office leads to."""
    if seat is None or len(seat.held) < 2 or any(section.lines for _key, section in shown):
        return []
    return [found for s in sources() if s.elsewhere for found in s.elsewhere(seat.office, seat.held)]


def at_home(request: HttpRequest) -> bool:
    """Whether this reader has a home here: an office, or something that they keep in person."""
    person = person_of(request)
    return person is not None and bool(held_by(request, person) or sections(request))


def _seated(request: HttpRequest, held: list[Office]) -> Seat | None:
    """The office that was chosen; of several of which none was, the one in which something waits. There they stay."""
    if len(held) > 1 and request.session.get(CHOSEN) not in {str(office.position) for office in held}:
        begins = (found for s in sources() if s.begin and (found := s.begin(request, held)) is not None)
        if (first := next(begins, None)) is not None:
            request.session[CHOSEN] = str(first)
    office = office_among(request, held)
    return Seat(office, held) if office else None
