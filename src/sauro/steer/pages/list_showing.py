"""A list's rows in words: what would become of each, or became of it; counts of these; the same as a file."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from sauro.steer.models import TaskList
from sauro.steer.pages.list_forms import field_words, said
from sauro.web.shapes import Chip, Status, StatusKind
from sauro.web.spreadsheet import inert

PAGE = 100
ALL = "all"


def kinds() -> dict[str, tuple[StatusKind, str]]:
    """What becomes of a row, in the order in which it is told."""
    return {
        "refused": ("late", _("cannot be made")), "draft": ("near", _("would be a draft, not clear yet")),
        "clear": ("on_time", _("would be made, all six clear")), "made": ("near", _("made as a draft")),
        "assigned": ("on_time", _("made and assigned")), "withdrawn": ("neutral", _("made, and withdrawn again")), "exists": ("neutral", _("there is such a task already")),
        "imported": ("neutral", _("imported before from this file")), "double": ("neutral", _("stands twice in the list")),
        "heading": ("neutral", _("a heading, no task")),
    }  # fmt: skip


@dataclass(frozen=True)
class Line:
    """A row as the page shows it."""

    at: int
    task: str
    status: Status
    why: list[tuple[str, str]]
    remarks: list[str]
    href: str
    code: str
    rule: str


@dataclass(frozen=True)
class Shown:
    """The part of the rows that an address asks for."""

    lines: list[Line]
    chips: list[Chip]
    counts: Mapping[str, int]
    previous: str
    following: str


def shown(list_: TaskList, content: Mapping[str, Any], kind: str, page: int) -> Shown:
    """One page of the rows of a kind; with refusals first in mind where there are some."""
    verdicts = content.get("verdicts", [])
    counts = Counter(verdict["kind"] for verdict in verdicts)
    wanted = [verdict for verdict in verdicts if kind in (ALL, verdict["kind"])]
    last = max(0, (len(wanted) - 1) // PAGE)
    page = min(page, last)
    here = reverse("steer:list", args=[list_.id])
    words = kinds()
    chips = [Chip(_("All rows"), here, kind == ALL, len(verdicts))]
    chips += [Chip(words[name][1], f"{here}?kind={name}", kind == name, counts[name]) for name in words if counts[name]]  # fmt: skip
    rows, columns = content["sheets"][content["sheet"]]["rows"], content["reading"]["columns"]
    part = wanted[page * PAGE : (page + 1) * PAGE]

    def address(to: int) -> str:
        return f"{here}?kind={kind}&page={to + 1}"

    return Shown(
        [_line(verdict, rows, columns["task"]) for verdict in part], chips, counts,
        address(page - 1) if page else "", address(page + 1) if page < last else "",
    )  # fmt: skip


def _line(verdict: Mapping[str, Any], rows: Sequence[Sequence[str]], column: int) -> Line:
    kind, word = kinds()[verdict["kind"]]
    row = rows[verdict["at"] - 1]
    task = row[column] if column < len(row) else ""
    made = verdict.get("task") if verdict["kind"] not in ("draft", "clear") else ""
    return Line(
        verdict["at"], task, Status(kind, word), [(field_words(name), reason) for name, reason in verdict.get("why", [])],
        verdict.get("remarks", []), reverse("steer:task", args=[made]) if made else "", verdict.get("code", ""), verdict.get("rule", ""),
    )  # fmt: skip


def table(content: Mapping[str, Any]) -> Iterator[list[str]]:
    """The list as it was sent, from its header on, with what became of each row beside it."""
    rows, header = content["sheets"][content["sheet"]]["rows"], content["reading"]["header"]
    told = {verdict["at"]: verdict for verdict in content.get("verdicts", [])}
    words, width = kinds(), max(map(len, rows))
    for at, row in enumerate(rows[header:], header + 1):
        filled = [*map(said, row), *[""] * (width - len(row))]
        if at == header + 1:
            yield [inert(cell) for cell in [*filled, _("Result"), _("Why"), _("Task made")]]
        elif (verdict := told.get(at)) is not None:
            reasons = [
                f"{field_words(name)}: {reason}" if name else reason
                for name, reason in verdict.get("why", [])
            ]
            more = [words[verdict["kind"]][1], "; ".join([*reasons, *verdict.get("remarks", [])]), verdict.get("code", "")]  # fmt: skip
            yield [inert(cell) for cell in [*filled, *more]]
        elif any(row):
            yield [inert(cell) for cell in [*filled, "", "", ""]]
