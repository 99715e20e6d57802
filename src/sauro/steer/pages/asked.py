"""The board's filter in the address of the page: reading it, and writing it with one part changed."""

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from sauro.steer.queries.tasks import COUNTED, STATES, Filter
from sauro.web.shapes import Chip

LONGEST = 200
ALL = "all"
CHIPS = ("open", "near", "overdue", "not_started", "pending", "green_red", "done", "late", "declined", "draft", "cancelled")  # fmt: skip

BESIDE = ("on_time", "in_time", "on_time_original", "judged")
"""States that numbers lead to; they have no chip of their own."""


def state_words(state: str) -> str:
    words = {
        "open": _("Not completed"), "near": _("Due within 7 days"), "overdue": _("Past the deadline"),
        "in_time": _("Within the deadline"), "not_started": _("Not started"), "pending": _("Waiting to be judged"),
        "green_red": _("Green report, red evidence"), "done": _("Completed"), "on_time": _("Completed on time"),
        "on_time_original": _("Completed on time against the original promise"), "judged": _("Completed or past the deadline"),
        "late": _("Completed late"), "declined": _("Declined"), "draft": _("Being drafted"), "cancelled": _("Withdrawn"),
    }  # fmt: skip
    return words[state]


@dataclass(frozen=True)
class Asked:
    """What an address asks for: the open tasks, unless it says otherwise."""

    filter: Filter

    @classmethod
    def read(cls, sent: QueryDict) -> "Asked":
        """Parts that make no sense are passed over."""
        state = sent.get("state", "open")
        state = "" if state == ALL else state if state in STATES else "open"
        text = sent.get("q", "").strip()[:LONGEST].replace("\x00", "")
        lead, instrument, parent = (uuid_of(sent.get(name, "")) for name in ("lead", "instrument", "parent"))
        return cls(Filter(state, lead, instrument, parent, sent.get("mine") == "1", text, sent.get("after", "")))  # fmt: skip

    def href(self, **changed: Any) -> str:
        """The address with some parts changed; always from the first page unless it says otherwise."""
        asked = replace(self.filter, **{"after": "", **changed})
        query = QueryDict(mutable=True)
        parts = {
            "state": "" if asked.state == "open" else asked.state or ALL, "q": asked.text, "lead": asked.lead,
            "instrument": asked.instrument, "parent": asked.parent, "mine": "1" if asked.mine else "", "after": asked.after,
        }  # fmt: skip
        query.update({name: str(value) for name, value in parts.items() if value})
        return reverse("steer:board") + (f"?{query.urlencode()}" if query else "")

    def export(self, kind: str) -> str:
        """The address of the list as a file."""
        address = self.href()
        return f"{address}{'&' if '?' in address else '?'}export={kind}"

    def chips(self, green_red: int) -> list[Chip]:
        """Where tasks stand, as links; what is reported done and not shown with its count."""
        made = [Chip(_("All"), self.href(state=""), self.filter.state == "")]
        for state in CHIPS:
            active = self.filter.state == state
            count = green_red if state == "green_red" else None
            shown = min(count, COUNTED) if count is not None else None
            href = self.href(state="open" if active and state != "open" else state)
            made.append(Chip(state_words(state), href, active, shown, more=(count or 0) > COUNTED))
        if self.filter.state in BESIDE:
            made.append(Chip(state_words(self.filter.state), self.href(state="open"), True))
        return made

    def others(self, names: dict[UUID, str]) -> list[Chip]:
        """The other filters that are on, each with the way to take it away."""
        made = [Chip(_("My turn"), self.href(mine=not self.filter.mine), self.filter.mine)]
        for part in ("lead", "instrument", "parent"):
            if (id_ := getattr(self.filter, part)) is not None:
                made.append(Chip(names.get(id_) or "–", self.href(**{part: None}), True))
        if self.filter.text:
            made.append(Chip(f"“{self.filter.text}”", self.href(text=""), True))
        return made

    def hidden(self) -> list[tuple[str, str]]:
        """The parts that the search form carries along, without those it asks for."""
        query = QueryDict(self.href(text="", lead=None, instrument=None).partition("?")[2])
        return [(name, str(value)) for name, value in query.items()]


def uuid_of(text: str) -> UUID | None:
    """The id that a text is, or None."""
    try:
        return UUID(text)
    except ValueError:
        return None
