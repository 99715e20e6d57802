"""What the watching room says on an official's home: what is red in what they watch, and from there who answers for it."""

from uuid import UUID

from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from sauro.watch.measuring import NATION
from sauro.watch.pages import words as said
from sauro.watch.pages.asked import Asked
from sauro.watch.pages.desk import Numbers, Row
from sauro.watch.pages.office import official_of
from sauro.watch.queries.counts import READ
from sauro.watch.queries.offices import agency as find
from sauro.watch.queries.offices import offices_that_may
from sauro.web.home import FIRST, Line, Section, Source, add_to_home
from sauro.web.people import Office, person_of
from sauro.web.shapes import Chip, Status
from sauro.web.wording import number

SHOWN = ("open_late", "task_overdue", "open", "waiting")


def register() -> None:
    """Offer the section; called once, when the application starts."""
    add_to_home(Source("watch", _watched, 35, _begin))


def _begin(request: HttpRequest, held: list[Office]) -> UUID | None:
    person = person_of(request)
    reading = offices_that_may(person, [office.position for office in held], READ) if person else frozenset()
    return next((office.position for office in held if office.position in reading), None)


def _watched(request: HttpRequest) -> Section | None:
    official = official_of(request)
    if official is None:
        return None
    root = official.seen.root
    place = find(root) if root != NATION else None
    scope = place.id if place else NATION
    if not official.seen.may(scope):
        return None
    numbers = Numbers(official, Asked.read(QueryDict(), None), scope)
    late = [row for row in numbers.rows if row.cells[0].count]
    title = _("Numbers: %(place)s") % {"place": place.name if place else _("The whole nation")}
    return Section(
        title, [_line(row) for row in late[:FIRST]], [_figure(numbers, measure) for measure in SHOWN],
        _("No agency has anything that is open and late."), (reverse("watch:desk"), _("All numbers, with the map")),
    )  # fmt: skip


def _figure(numbers: Numbers, measure: str) -> Chip:
    cell = numbers.cell(numbers.scope, measure)
    name = said.name(measure)
    return Chip(f"▲ {name}" if cell.red else name, cell.answers or cell.href or reverse("watch:desk"), count=cell.count)  # fmt: skip


def _line(row: Row) -> Line:
    """An agency, by how much of its work is late; the link says who answers for that."""
    late = row.cells[0]
    words = _("%(count)s open and late") % {"count": number(late.count)}
    return Line(row.agency.name, late.answers or row.answers, Status("late", words), [_("who answers for it, and what they do")])  # fmt: skip
