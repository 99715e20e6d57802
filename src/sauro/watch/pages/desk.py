"""The duty officer's page: the numbers of what their grants cover, as they stand now; each opens to its cases."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from sauro.core.text import sort_key, words
from sauro.watch.measuring import NATION
from sauro.watch.pages import words as said
from sauro.watch.pages.asked import NAME, RATE, Asked
from sauro.watch.pages.files import attachment
from sauro.watch.pages.office import Official, for_officials
from sauro.watch.pages.tiles import Tile, Value, tiles
from sauro.watch.queries import counts
from sauro.watch.queries.counts import Agency
from sauro.watch.queries.offices import agency as find
from sauro.watch.rules.measures import STOCKS
from sauro.watch.rules.rates import Rate, grade_of_late
from sauro.web import live
from sauro.web.shapes import Status, Text
from sauro.web.spreadsheet import inert
from sauro.web.wording import number, percent

COUNTED = (*said.DOSSIERS, "simulated", *said.TASKS, "task_simulated")
TOPICS = ("numbers",)
PARTS = {"now": "watch/desk/numbers.html", "below": "watch/desk/agencies.html"}
"""What changes by itself, each part fetched again when the numbers have moved."""
FINISHED = ("done_in_time", "done_late")


@dataclass(frozen=True)
class Cell:
    """A count: the page of the cases behind it, and, where one is one too many, of who answers for it."""

    measure: str
    count: int
    href: str
    red: bool
    answers: str = ""


@dataclass(frozen=True)
class Line:
    """A measure, today and in the days chosen; what has no day stands once."""

    name: str
    meaning: str
    today: Cell | None
    period: Cell


@dataclass(frozen=True)
class Row:
    """An agency of the table."""

    agency: Agency
    href: str
    answers: str
    cells: list[Cell]
    rate: Rate

    @property
    def status(self) -> Status:
        return Status(self.rate.grade, grade_words(self.rate.grade))


def grade_words(grade: str) -> str:
    """How a rate stands, in a word."""
    return {"on_time": _("good"), "near": _("fair"), "late": _("poor"), "neutral": _("nothing finished")}[
        grade
    ]


@require_safe
@for_officials
def desk(request: HttpRequest, official: Official, agency: UUID | None = None) -> HttpResponse:
    """The numbers of one scope and of the agencies right below it; or only what changes, or the table as a file."""
    asked = Asked.read(request.GET, agency)
    begun = agency or official.seen.root
    place = find(begun) if begun != NATION else None
    # For an agency that was merged its successor stands, under the reader's grants as they reach it.
    scope = place.id if place else NATION
    if (place is None and begun != NATION) or not official.seen.may(scope):
        raise Http404
    numbers = Numbers(official, asked, scope)
    if request.GET.get("export") in ("csv", "xlsx"):
        return attachment(numbers.table(), "so-lieu", request.GET["export"], _("Numbers"))
    up = place.parent if place and agency and place.parent and official.seen.may(place.parent) else None
    context = {
        "here": "watch", "official": official, "asked": asked, "numbers": numbers,
        "title": place.name if place else _("The whole nation"), "periods": asked.periods(),
        "up": asked.href(agency=up if up != official.seen.root else None, text="") if up else "",
        "answers": _answers(scope, "") if place else "", "index766": asked.index(scope) if official.opens.may(scope) else "", "csv": asked.export("csv"), "xlsx": asked.export("xlsx"),
    }  # fmt: skip
    wanted = request.GET.get("part")
    if wanted in PARTS:
        return live.fragment(request, official.reader, TOPICS, PARTS[wanted], context)
    shown = {
        name: live.part(request, official.reader, TOPICS, asked.part(name), template, context)
        for name, template in PARTS.items()
        if name != "below" or numbers.below
    }
    return render(request, "watch/desk/desk.html", {**context, **shown})


def _answers(agency: UUID, measure: str) -> str:
    address = reverse("watch:answers", args=[agency])
    return f"{address}?measure={measure}" if measure else address


class Numbers:
    """The counts of a scope and of what lies right below it, read once: the same few statements however many agencies."""

    def __init__(self, official: Official, asked: Asked, scope: UUID) -> None:
        self._asked, self.scope = asked, scope
        self.below = counts.below(scope)
        known = [scope, *(agency.id for agency in self.below)]
        self._opens = official.opens.among(known)
        self._today = counts.sums([scope], COUNTED, asked.last, asked.last)
        self._period = counts.sums(known, COUNTED, asked.first, asked.last)
        self.age = counts.age()

    def cell(self, agency: UUID, measure: str, *, today: bool = False) -> Cell:
        counted = self._today if today else self._period
        count = counted[agency, measure]
        href = (
            self._asked.cases(agency, measure, **({"days": 1} if today else {}))
            if agency in self._opens
            else ""
        )
        red = measure in said.RED and count > 0
        return Cell(measure, count, href, red, _answers(agency, measure) if red and agency != NATION else "")

    def _lines(self, measures: Sequence[str]) -> list[Line]:
        return [
            Line(
                said.name(measure), said.meaning(measure),
                None if measure in STOCKS else self.cell(self.scope, measure, today=True), self.cell(self.scope, measure),
            )
            for measure in measures
        ]  # fmt: skip

    @property
    def dossiers(self) -> list[Line]:
        """The simulated are told apart wherever there are any."""
        simulated = ("simulated",) if self._period[self.scope, "simulated"] else ()
        return self._lines((*said.DOSSIERS, *simulated))

    @property
    def tasks(self) -> list[Cell]:
        """The simulated are told apart wherever there are any."""
        simulated = ("task_simulated",) if self.cell(self.scope, "task_simulated").count else ()
        return [self.cell(self.scope, measure) for measure in (*said.TASKS, *simulated)]

    @property
    def task_lines(self) -> list[tuple[str, Cell]]:
        return [(said.name(cell.measure), cell) for cell in self.tasks]

    @property
    def rate(self) -> Rate:
        return self.rate_of(self.scope)

    @property
    def rate_status(self) -> Status:
        return Status(self.rate.grade, grade_words(self.rate.grade))

    def rate_of(self, agency: UUID) -> Rate:
        """Finished in time, of all that was finished."""
        in_time, late = (self._period[agency, measure] for measure in FINISHED)
        return Rate(in_time, in_time + late)

    @property
    def heads(self) -> list[tuple[str, str, bool]]:
        """The columns: what each is called, its order as an address, whether the table stands in it."""
        named = [(NAME, _("Agency")), *((m, said.name(m)) for m in said.COLUMNS), (RATE, _("Finished in time, of all finished"))]  # fmt: skip
        return [(text, self._asked.href(sort=column), column == self._asked.sort) for column, text in named]

    @property
    def rows(self) -> list[Row]:
        """The agencies whose names hold the words asked for, in the order asked for: the largest number first."""
        wanted = words(self._asked.text)[:8]
        made = []
        for agency in self.below:
            own = words(f"{agency.name} {agency.code}") if wanted else []
            if all(any(word.startswith(part) for word in own) for part in wanted):
                cells = [self.cell(agency.id, measure) for measure in said.COLUMNS]
                made.append(
                    Row(agency, self._asked.href(agency=agency.id, text=""), _answers(agency.id, ""), cells, self.rate_of(agency.id))
                )  # fmt: skip
        by_name = sorted(made, key=lambda row: (row.agency.level, sort_key(row.agency.name)))
        return by_name if self._asked.sort == NAME else sorted(by_name, key=self._weight, reverse=True)

    def _weight(self, row: Row) -> Any:
        if self._asked.sort == RATE:
            return -1 if row.rate.percent is None else row.rate.percent
        return self._period[row.agency.id, self._asked.sort]

    @property
    def map_words(self) -> dict[str, str]:
        return {
            RATE: _("Finished in time"),
            "open_late": said.name("open_late"),
            "received": said.name("received"),
        }

    @property
    def maps(self) -> Any:
        return self._asked.maps(self.map_words)

    @property
    def tiles(self) -> list[Tile]:
        """The map, where provinces lie right below."""
        values = {agency.area: self._value(agency) for agency in self.below if agency.area and agency.level == "province"}  # fmt: skip
        return tiles(values) if len(values) > 1 else []

    def _value(self, agency: Agency) -> Value:
        href = self._asked.href(agency=agency.id, text="")
        if self._asked.map == RATE:
            rate = self.rate_of(agency.id)
            shown: Text = percent(rate.percent, 0) if rate.percent is not None else "–"
            return Value(shown, rate.grade, grade_words(rate.grade), href)
        count = self._period[agency.id, self._asked.map]
        if self._asked.map == "open_late":
            return Value(number(count), grade_of_late(count), _("late") if count else _("none late"), href)
        return Value(number(count), "neutral", said.name(self._asked.map), href)

    def table(self) -> Iterator[list[str]]:
        """The table as rows of text, headings first; numbers as plain figures."""
        yield [_("Code"), _("Agency"), *(said.name(measure) for measure in said.COLUMNS), _("Finished in time, of all finished"),
               _("From"), _("To"), _("Journal position")]  # fmt: skip
        for row in self.rows:
            rate = "" if row.rate.percent is None else f"{row.rate.percent:.2f}"
            counted = [str(cell.count) for cell in row.cells]
            yield [inert(row.agency.code), inert(row.agency.name), *counted, rate, f"{self._asked.first}", f"{self._asked.last}", str(self.age.leaf_index)]  # fmt: skip
