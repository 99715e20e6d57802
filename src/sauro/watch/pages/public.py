"""Numbers of the nation for everybody, as the newest edition tells them; provinces; the editions."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from sauro.core.models import Actor
from sauro.watch.models import Edition
from sauro.watch.pages import numbers as shown
from sauro.watch.pages import words as said
from sauro.watch.pages.behind import leaf_href
from sauro.watch.pages.desk import grade_words
from sauro.watch.pages.files import attachment
from sauro.watch.pages.tiles import Tile, Value, province_names, tiles
from sauro.watch.queries import editions
from sauro.watch.queries import indicators as queries
from sauro.watch.queries.sentences import period as said_period
from sauro.watch.rules.rates import Rate, grade_of_late
from sauro.watch.rules.tables import CHANNELS, OUTCOMES, Table
from sauro.web.shapes import Chip, Status, Text
from sauro.web.spreadsheet import inert
from sauro.web.wording import number, percent

RATE = "rate"
MAPS = (RATE, "open_late", "late", "received", "online")
LATE = ("late", "open_late")
MOST_DOUBTS = 5


def measure_words() -> dict[str, tuple[str, str]]:
    """What the public is told, and what each number counts."""
    return {
        "received": (_("Dossiers received"), _("accepted in the month; from acceptance on the deadline runs")),
        "in_time": (_("Finished in time"), _("of those received in the month, finished not after their deadline")),
        "late": (_("Finished late"), _("of those received in the month, finished after their deadline, or after more than one request for a supplement")),
        "open": (_("Open and in time"), _("of those received in the month, being handled, the deadline not passed")),
        "open_late": (_("Open and late"), _("of those received in the month, being handled, the deadline passed")),
        "online": (_("Sent online"), _("of those received in the month, sent by the applicant online")),
        "assisted": (_("Filed with help"), _("of those received in the month, filed for the applicant at a counter")),
    }  # fmt: skip


def channel_words() -> dict[str, str]:
    return {"online": _("Online, by the applicant"), "counter": _("At the counter"), "post": _("By post"), "assisted": _("At the counter, with help")}  # fmt: skip


def told(table: Table, measure: str, areas: Collection[str] | None = None) -> int:
    """A measure of a table: a sum of what is told, so there are at least so many."""
    channels = (measure,) if measure in CHANNELS else None
    outcomes = (measure,) if measure in OUTCOMES else None
    return table.total(areas, channels, outcomes)


def rate_of(table: Table, areas: Collection[str] | None = None) -> Rate:
    """In time, finished or still within the deadline, of all received (Decision 766/QĐ-TTg, item 2.1)."""
    return Rate(table.total(areas, None, ("in_time", "open")), table.total(areas))


@dataclass(frozen=True)
class Province:
    """A province in the table under the map."""

    area: str
    name: str
    href: str
    values: list[int]
    rate: Rate

    @property
    def status(self) -> Status:
        return Status(self.rate.grade, grade_words(self.rate.grade))


class Shown:
    """An edition as a page shows it: this month beside the last, the map, the table."""

    def __init__(self, edition: Edition, request: HttpRequest, address: str) -> None:
        self.edition, self._address = edition, address
        known = editions.periods(edition)
        asked = request.GET.get("period", "")
        self.period = asked if asked in known else (known[0] if known else "")
        self.months = known[:2]
        self._tables = {
            each: editions.published(edition, each) for each in {self.period, *self.months} if each
        }
        wanted = request.GET.get("map", RATE)
        self.map = wanted if wanted in MAPS else RATE
        self.names = province_names()
        self.known = known

    @property
    def table(self) -> Table:
        return self._tables.get(self.period) or Table("", {})

    @property
    def words(self) -> str:
        return said_period(self.period) if self.period else ""

    @property
    def heads(self) -> list[tuple[str, bool]]:
        """The months, each with whether simulated dossiers are among what it counts."""
        simulated = self.edition.body.get("simulated", ())
        return [(said_period(each), each in simulated) for each in self.months]

    @property
    def lines(self) -> list[tuple[str, str, str, list[int]]]:
        """Each measure with its anchor, its meaning, and its value in each month."""
        return [
            (measure, name, meaning, [told(self._tables[each], measure) for each in self.months])
            for measure, (name, meaning) in measure_words().items()
        ]

    @property
    def rates(self) -> list[tuple[Rate, Status]]:
        made = [rate_of(self._tables[each]) for each in self.months]
        return [(rate, Status(rate.grade, grade_words(rate.grade))) for rate in made]

    def _href(self, **changed: str) -> str:
        parts = {"period": self.period if self.known and self.period != self.known[0] else "", "map": self.map if self.map != RATE else "", **changed}  # fmt: skip
        query = "&".join(f"{name}={value}" for name, value in parts.items() if value)
        return f"{self._address}?{query}" if query else self._address

    @property
    def maps(self) -> list[Chip]:
        words = {
            RATE: _("In time, of all received"),
            **{m: name for m, (name, _meaning) in measure_words().items()},
        }
        return [Chip(words[name], self._href(map=name if name != RATE else "") + "#map", name == self.map) for name in MAPS]  # fmt: skip

    @property
    def periods(self) -> list[Chip]:
        return [
            Chip(said_period(each), self._href(period=each), each == self.period) for each in self.known[:12]
        ]

    @property
    def csv(self) -> str:
        return self._href(export="csv")

    @property
    def xlsx(self) -> str:
        return self._href(export="xlsx")

    @property
    def tiles(self) -> list[Tile]:
        """The map: every province, with what the edition tells of it."""
        return tiles({area: self._value(area) for area in self.names})

    def _value(self, area: str) -> Value:
        href = reverse("watch:province", args=[area])
        if self.map == RATE:
            rate = rate_of(self.table, (area,))
            shown: Text = percent(rate.percent, 0) if rate.percent is not None else "–"
            return Value(
                shown, rate.grade, grade_words(rate.grade) if rate.denominator else _("nothing told"), href
            )
        count = told(self.table, self.map, (area,))
        if self.map in LATE:
            return Value(
                number(count) if count else "–",
                grade_of_late(count or None),
                _("late") if count else _("not told"),
                href,
            )
        return Value(number(count) if count else "–", "neutral", measure_words()[self.map][0], href)

    @property
    def provinces(self) -> list[Province]:
        return [
            Province(area, name, reverse("watch:province", args=[area]), [told(self.table, m, (area,)) for m in measure_words()], rate_of(self.table, (area,)))
            for area, name in self.names.items()
        ]  # fmt: skip

    def rows(self) -> Iterator[list[str]]:
        """Every cell that the edition tells, as rows of text; one that is not there is under five."""
        channels = channel_words()
        outcomes = {name: words for name, (words, _meaning) in measure_words().items()}
        yield [_("Edition"), _("Period"), _("Province code"), _("Province"), _("Channel"), _("Outcome"), _("Dossiers"), _("Journal position")]  # fmt: skip
        for cell, count in sorted(self.table.shown.items()):
            area, channel, outcome = cell
            yield [str(self.edition.number), self.period, area, inert(self.names.get(area, _("central agencies"))), channels[channel], outcomes[outcome], str(count), str(self.edition.leaf_index)]  # fmt: skip


def _context(request: HttpRequest, edition: Edition | None, address: str) -> dict[str, Any]:
    if edition is None:
        return {"edition": None, "shown": None}
    return {
        "edition": edition, "shown": Shown(edition, request, address), "proof": leaf_href(edition.leaf_index - 1 if edition.leaf_index else None),
        "permanent": request.build_absolute_uri(reverse("watch:edition", args=[edition.number])),
        "tasks_simulated": edition.body.get("tasks_simulated", False),
        "tasks": [(said.name(f"task_{stage}"), count) for stage, count in sorted((edition.body.get("tasks") or {}).items())],
    }  # fmt: skip


@require_safe
def nation(request: HttpRequest) -> HttpResponse:
    """The newest edition; then what is to be reached, what is claimed, and what is doubted."""
    edition = editions.latest()
    context = _context(request, edition, reverse("watch:nation"))
    if (kind := request.GET.get("export")) in ("csv", "xlsx") and context["shown"]:
        return attachment(context["shown"].rows(), f"so-lieu-ky-{edition.number}" if edition else "", kind or "", _("Numbers"))  # fmt: skip
    known, seen = (
        queries.indicators(),
        queries.observations(place=queries.NATION, withdrawn=False, newest=True),
    )
    found = queries.conflicts("open")
    context |= {
        "aims": shown.aims(known, seen), "claims": shown.said(known, seen, ("claimed",)),
        "doubts": shown.doubts(found[:MOST_DOUBTS]), "count": len(found),
    }  # fmt: skip
    return render(request, "watch/public/nation.html", context)


@require_safe
def editions_list(request: HttpRequest) -> HttpResponse:
    """Every edition that was published, the newest first."""
    return render(
        request, "watch/public/editions.html", {"editions": editions.editions(), "most": editions.MOST}
    )


@require_safe
def edition(request: HttpRequest, number: int) -> HttpResponse:
    """One edition, at an address that stays."""
    found = editions.one(number)
    if found is None:
        raise Http404
    context = _context(request, found, reverse("watch:edition", args=[number]))
    if (kind := request.GET.get("export")) in ("csv", "xlsx"):
        return attachment(context["shown"].rows(), f"so-lieu-ky-{number}", kind or "", _("Numbers"))
    newest = editions.latest()
    return render(request, "watch/public/edition.html", {**context, "newest": newest})


@require_safe
def province(request: HttpRequest, area: str) -> HttpResponse:
    """What the newest edition tells of one province, and what is observed and claimed of it."""
    names = province_names()
    if area not in names:
        raise Http404
    place = Actor.objects.filter(kind="organisation", code=f"P{area}").values_list("id", flat=True).first()
    address = reverse("watch:province", args=[area])
    context = _context(request, editions.latest(), address)
    if context["shown"]:
        view: Shown = context["shown"]
        words = measure_words()
        context |= {
            "outcomes": [words[outcome][0] for outcome in OUTCOMES],
            "rows": [(name, [view.table.cell(area, channel, outcome) for outcome in OUTCOMES], view.table.total((area,), (channel,)))
                     for channel, name in channel_words().items()],
            "totals": [told(view.table, outcome, (area,)) for outcome in OUTCOMES], "total": told(view.table, "received", (area,)),
            "rate": rate_of(view.table, (area,)),
        }  # fmt: skip
        context["rate_status"] = Status(context["rate"].grade, grade_words(context["rate"].grade))
    known = queries.indicators()
    seen = queries.observations(place=place, withdrawn=False, newest=True) if place else []
    context |= {
        "name": names[area],
        "area": area,
        "said": shown.said(known, seen, ("measured", "computed", "claimed")),
    }
    return render(request, "watch/public/province.html", context)
