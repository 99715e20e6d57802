"""The queue's filter in the address of the page: reading it, and writing it with one part changed."""

from dataclasses import dataclass, replace
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from sauro.core.doorway.decide import local_day
from sauro.core.moment import now
from sauro.serve.pages.showing import status_words
from sauro.serve.queries.catalogue import procedures
from sauro.serve.queries.queue import SORTS, Counts, Filter
from sauro.serve.rules.forms import say
from sauro.web.navigation import address_of
from sauro.web.shapes import Chip

OPEN = (1, 2, 4, 5, 6, 9)
FLAGS = ("late", "near", "mine", "assisted")
LONGEST = 200


@dataclass(frozen=True)
class Asked:
    """A filter and which statuses the address names: ``open`` (the default), ``all``, or one code."""

    filter: Filter
    status: str

    @classmethod
    def read(cls, sent: QueryDict) -> "Asked":
        """What an address asks for; parts that make no sense are passed over."""
        status = sent.get("status", "open")
        statuses: tuple[int, ...] = OPEN
        if status == "all":
            statuses = ()
        elif status in {str(code) for code in range(1, 11)}:
            statuses = (int(status),)
        else:
            status = "open"
        flags = {name: sent.get(name) == "1" for name in FLAGS}
        sort = sent.get("sort", "due")
        return cls(
            Filter(
                statuses, sent.get("procedure", "")[:32], text=sent.get("q", "").strip()[:LONGEST].replace("\x00", ""),
                sort=sort if sort in SORTS else "due", after=sent.get("after", ""), **flags,
            ),
            status,
        )  # fmt: skip

    def href(self, **changed: Any) -> str:
        """The address with some parts changed; always from the first page unless it says otherwise."""
        status = changed.pop("status", self.status)
        asked = replace(self.filter, **{"after": "", **changed})
        return self._address(status, asked)

    def export(self, kind: str) -> str:
        """The address of the list as a file."""
        address = self.href()
        return f"{address}{'&' if '?' in address else '?'}export={kind}"

    def _address(self, status: str, asked: Filter) -> str:
        query = QueryDict(mutable=True)
        query.update({name: "1" for name in FLAGS if getattr(asked, name)})
        parts = {"status": status if status != "open" else "", "procedure": asked.procedure, "q": asked.text,
                 "sort": asked.sort if asked.sort != "due" else "", "after": asked.after}  # fmt: skip
        query.update({name: value for name, value in parts.items() if value})
        return address_of("serve:queue") + (f"?{query.urlencode()}" if query else "")

    def statuses(self, counts: Counts) -> list[Chip]:
        """Statuses as links, each with its count."""
        by_status: dict[int, int | None] = dict.fromkeys(range(1, 11))
        made = [
            Chip(_("All that are open"), self.href(status="open"), self.status == "open", None),
            Chip(_("All"), self.href(status="all"), self.status == "all", None),
        ]
        for code, count in (by_status | counts.by_status).items():
            active = self.status == str(code)
            if count == 0 and counts.whole and not active:
                continue
            href = self.href(status="open" if active else str(code))
            made.append(Chip(status_words(code), href, active, count, more=not counts.whole))
        return made

    def flags(self) -> list[Chip]:
        """The other filters, each on or off."""
        words = {
            "mine": _("My turn"),
            "late": _("Late"),
            "near": _("Due within 2 days"),
            "assisted": _("Assisted"),
        }
        made = [
            Chip(word, self.href(**{name: not getattr(self.filter, name)}), getattr(self.filter, name))
            for name, word in words.items()
        ]
        for item in procedures(local_day(now())):
            if item.code == self.filter.procedure:
                made.append(Chip(say(item.terms.name), self.href(procedure=""), True))
        if self.filter.text:
            made.append(Chip(f"“{self.filter.text}”", self.href(text=""), True))
        return made

    def hidden(self) -> list[tuple[str, str]]:
        """The parts that a form in the page carries along, without the text and the procedure that it asks for."""
        query = QueryDict(self.href(text="", procedure="").partition("?")[2])
        return [(name, str(value)) for name, value in query.items()]
