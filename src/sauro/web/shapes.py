"""What the components show: plain values that any module fills in. No component asks the database."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Literal

from django.utils.functional import Promise as Lazy
from django.utils.translation import gettext_lazy as _

Text = str | Lazy

StatusKind = Literal["on_time", "near", "late", "paused", "claimed", "simulated", "neutral"]
NumberKind = Literal["measured", "computed", "claimed", "simulated"]

MARKS: dict[StatusKind, str] = {
    "on_time": "●",
    "near": "◐",
    "late": "▲",
    "paused": "❚❚",
    "claimed": "◇",
    "simulated": "◌",
    "neutral": "○",
}
WORDS: dict[StatusKind, Text] = {
    "on_time": _("on time"),
    "near": _("due soon"),
    "late": _("late"),
    "paused": _("paused"),
    "claimed": _("claimed"),
    "simulated": _("simulated"),
    "neutral": _("not known yet"),
}
NUMBER_WORDS: dict[NumberKind, Text] = {
    "measured": _("measured"),
    "computed": _("computed"),
    "claimed": _("claimed"),
    "simulated": _("simulated"),
}


@dataclass(frozen=True)
class Status:
    """A status: its kind gives the mark and the colour, `word` what is said (by default the kind's own word)."""

    kind: StatusKind
    word: Text = ""
    note: Text = ""

    @property
    def mark(self) -> str:
        """The shape that tells the status without its colour."""
        return MARKS[self.kind]

    @property
    def said(self) -> Text:
        """The word that tells the status without its colour and shape."""
        return self.word or WORDS[self.kind]

    @property
    def style(self) -> str:
        """The last part of the CSS class."""
        return self.kind.replace("_", "-")


@dataclass(frozen=True)
class Part:
    """One of the six clarities: what it is, a note under it, and where it leads. An empty value is shown as a gap."""

    value: Text
    note: Text = ""
    href: str = ""


@dataclass(frozen=True)
class Promise:
    """A commitment in its six clarities and three statuses, which are never merged."""

    person: Part
    task: Part
    deadline: Part
    responsibility: Part
    output: Part
    authority: Part
    reported: Status
    evidenced: Status
    schedule: Status

    @property
    def parts(self) -> list[tuple[Text, Part]]:
        """The six clarities in their order, each with its name."""
        return [
            (_("Person"), self.person),
            (_("Task"), self.task),
            (_("Deadline"), self.deadline),
            (_("Responsibility"), self.responsibility),
            (_("Output"), self.output),
            (_("Authority"), self.authority),
        ]

    @property
    def statuses(self) -> list[tuple[Text, Status]]:
        """The three statuses in their order, each with its name."""
        return [
            (_("Reported"), self.reported),
            (_("Evidence"), self.evidenced),
            (_("Against the original deadline"), self.schedule),
        ]


@dataclass(frozen=True)
class TimelineEntry:
    """One event: what happened, when, who did it and under which grant. `coming` is expected, not yet true."""

    at: datetime | None
    what: Text
    who: Text = ""
    grant: Text = ""
    note: Text = ""
    href: str = ""
    kind: Literal["done", "late", "coming"] = "done"


@dataclass(frozen=True)
class Number:
    """A number with what makes it honest: unit, age, kind, and the link to what lies behind it (invariant I6)."""

    label: Text
    value: int | Decimal | None
    kind: NumberKind
    href: str = ""
    unit: Text = ""
    as_of: datetime | None = None
    target: int | Decimal | None = None
    trend: Text = ""

    @property
    def kind_status(self) -> Status | None:
        """A mark for what was not measured or computed here."""
        return Status(self.kind) if self.kind in ("claimed", "simulated") else None

    @property
    def kind_word(self) -> Text:
        """Measured, computed, claimed or simulated."""
        return NUMBER_WORDS[self.kind]


@dataclass(frozen=True)
class Row:
    """A line of a summary list; `href` and `action` offer to change it. `value` may be a Status."""

    key: Text
    value: Text | Status
    href: str = ""
    action: Text = ""


@dataclass(frozen=True)
class Chip:
    """A filter in the address: `href` is the page with it added or taken away; `more` where `count` is a least."""

    text: Text
    href: str
    active: bool = False
    count: int | None = None
    more: bool = False


@dataclass(frozen=True)
class Head:
    """A column's heading; a numeric column is aligned right in tabular figures."""

    text: Text
    numeric: bool = False


@dataclass(frozen=True)
class Table:
    """A table: cells are text, numbers, Status or Part (a link). Empty `rows` show `empty` instead."""

    caption: Text
    heads: list[Head]
    rows: list[list[object]] = field(default_factory=list)
    empty: Text = ""
    dense: bool = False
    keyboard: bool = False

    @property
    def aligned(self) -> list[list[tuple[object, bool]]]:
        """The rows, each cell with whether its column is numeric."""
        return [
            [(cell, head.numeric) for cell, head in zip(row, self.heads, strict=True)] for row in self.rows
        ]
