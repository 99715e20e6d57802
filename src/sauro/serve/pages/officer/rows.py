"""A line of an officials' list in words: masked person, status, mark, time left, step, and whose turn it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from sauro.core.queries import successors
from sauro.serve.pages.showing import Shown, lines_of
from sauro.serve.queries.places import names
from sauro.serve.queries.queue import Line
from sauro.serve.rules.statuses import Status


@dataclass(frozen=True)
class Row:
    """One row: ``acceptable`` where it waits to be accepted."""

    shown: Shown
    who: str
    number: str
    left: str
    whose: str
    acceptable: bool

    @property
    def line(self) -> Line:
        return self.shown.line

    @property
    def title(self) -> str:
        return self.line.code or self.line.reference

    @property
    def choose(self) -> str:
        """What its box says."""
        return _("Choose %(title)s") % {"title": self.title}


def rows_of(lines: Sequence[Line], at: datetime) -> list[Row]:
    """Lines in words."""
    # What has ended names the office that did it; what is open, the one that has it today.
    offices = names([line.office for line in lines]) | successors.said(
        [line.office for line in lines if line.finished_at is None]
    )
    made = []
    for shown in lines_of(lines, at):
        line, mask = shown.line, shown.line.who or {}
        acceptable = line.accepted_at is None and line.status in (
            Status.SUBMITTED,
            Status.SUPPLEMENT_REQUESTED,
        )
        whose = offices.get(line.office, "")
        made.append(
            Row(
                shown,
                str(mask.get("name", "–")),
                str(mask.get("number", "")),
                left(line, at),
                whose,
                acceptable,
            )
        )
    return made


def left(line: Line, at: datetime) -> str:
    """How much time is left, in its largest whole unit; nothing where the clock does not run."""
    paused = line.status in (Status.SUPPLEMENT_REQUESTED, Status.FINANCE_REQUESTED)
    if line.due is None or line.finished_at is not None or paused or line.due < at:
        return ""
    rest = line.due - at
    if rest.days:
        return ngettext("%(count)d day left", "%(count)d days left", rest.days) % {"count": rest.days}
    hours = rest.seconds // 3600
    if hours:
        return ngettext("%(count)d hour left", "%(count)d hours left", hours) % {"count": hours}
    return _("less than an hour left")
