"""What an address of the duty officer's page asks for: the days, the order, the words of a name, the map's measure."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from sauro.core.doorway.decide import local_day
from sauro.core.moment import now
from sauro.watch.pages.words import COLUMNS
from sauro.web.shapes import Chip

DAYS = (1, 7, 30, 90)
USUAL = 30
NAME, RATE, FIRST = "name", "rate", "open_late"
"""Agencies stand in the order of their late dossiers, unless asked otherwise: what needs eyes comes first."""
MAPS = (RATE, "open_late", "received")
LONGEST = 100


def days_words(days: int) -> str:
    """Today, or the last so many days."""
    return _("Today") if days == 1 else ngettext("Last %(n)d day", "Last %(n)d days", days) % {"n": days}


@dataclass(frozen=True)
class Asked:
    """Where and what; every part is in the address. ``agency`` is None where the reader's own grants begin."""

    agency: UUID | None = None
    days: int = USUAL
    sort: str = FIRST
    text: str = ""
    map: str = RATE

    @classmethod
    def read(cls, sent: QueryDict, agency: UUID | None) -> "Asked":
        """Parts that make no sense are passed over."""
        days = sent.get("days", "")
        sort, shown = sent.get("sort", FIRST), sent.get("map", RATE)
        return cls(
            agency, int(days) if days in map(str, DAYS) else USUAL, sort if sort in (*COLUMNS, RATE, NAME) else FIRST,
            sent.get("q", "").replace("\x00", "").strip()[:LONGEST], shown if shown in MAPS else RATE,
        )  # fmt: skip

    @property
    def last(self) -> date:
        return local_day(now())

    @property
    def first(self) -> date:
        return self.last - timedelta(self.days - 1)

    @property
    def words(self) -> str:
        return days_words(self.days)

    def href(self, **changed: Any) -> str:
        """The address with some parts changed."""
        asked = replace(self, **changed)
        made = reverse("watch:desk_of", args=[asked.agency]) if asked.agency else reverse("watch:desk")
        query = asked._query(sort=asked.sort, q=asked.text, map=asked.map)
        return f"{made}?{query}" if query else made

    def cases(self, agency: UUID, measure: str, **changed: Any) -> str:
        """Where the cases behind a count stand."""
        asked = replace(self, **changed)
        query = asked._query(measure=measure)
        return f"{reverse('watch:cases', args=[agency])}?{query}"

    def _query(self, **parts: str) -> str:
        query = QueryDict(mutable=True)
        usual = {"sort": FIRST, "map": RATE}
        said = {"days": str(self.days) if self.days != USUAL else "", **parts}
        query.update({name: value for name, value in said.items() if value and usual.get(name) != value})
        return query.urlencode()

    def export(self, kind: str) -> str:
        """The address of the table as a file."""
        return self._with("export", kind)

    def part(self, name: str) -> str:
        """The address of a part of the page alone."""
        return self._with("part", name)

    def _with(self, name: str, value: str) -> str:
        address = self.href()
        return f"{address}{'&' if '?' in address else '?'}{name}={value}"

    def periods(self) -> list[Chip]:
        return [Chip(days_words(days), self.href(days=days), days == self.days) for days in DAYS]

    def judged(self, agency: UUID) -> list[Chip]:
        """The periods of the page of Decision 766."""
        return [Chip(days_words(days), self.index(agency, days=days), days == self.days) for days in DAYS]

    def index(self, agency: UUID, **changed: Any) -> str:
        """Where an agency is judged by Decision 766."""
        query = replace(self, **changed)._query()
        address = reverse("watch:index766", args=[agency])
        return f"{address}?{query}" if query else address

    def maps(self, words: dict[str, str]) -> list[Chip]:
        return [Chip(words[name], self.href(map=name), name == self.map) for name in MAPS]

    @property
    def plain(self) -> str:
        """The address without the words asked for."""
        return self.href(text="")

    def hidden(self) -> list[tuple[str, str]]:
        """The parts that the search form carries along, without the words it asks for."""
        return [(name, str(value)) for name, value in QueryDict(self.href(text="").partition("?")[2]).items()]
