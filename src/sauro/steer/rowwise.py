"""One row of a task list as one task: its cells read, whom they name looked up, what cannot stand told beside its column."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from sauro.steer.queries.directory import Directory, Law, laws, number
from sauro.steer.rules import cells
from sauro.steer.rules.cells import Unclear
from sauro.steer.rules.columns import is_numbering

LONGEST_CODE, LONGEST_LEAD, LONGEST_WORDS = 64, 300, 4_000


@dataclass(frozen=True)
class Reading:
    """How a sheet is read: where its header stands, which column holds what, and what stands for empty cells."""

    header: int
    columns: dict[str, int]
    instrument: UUID | None = None
    verifier: UUID | None = None
    doubles: bool = False


@dataclass
class Row:
    """A row of the list: what it says of a task, or what is wrong with it.

    ``at`` counts from 1 as the spreadsheet does. ``problems`` are pairs of field and reason; ``remarks`` say what was
    left out or put in its place. ``heading``: it names a part of the list and no task.
    """

    at: int
    terms: dict[str, Any] = field(default_factory=dict)
    problems: list[tuple[str, str]] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    heading: bool = False


class Reader:
    """Reads the rows of one sheet. Everything it looks up is looked up once."""

    def __init__(self, rows: Sequence[Sequence[str]], reading: Reading, office: UUID | None = None) -> None:
        self.rows, self.reading = rows, reading
        self.directory = Directory(office)
        self.laws = laws()
        self.by_id = {law.id: law for law in self.laws.values()}
        due = reading.columns.get("due")
        dates = [row[due] for row in rows[reading.header + 1 :] if due is not None and due < len(row)]
        self.mixed = cells.month_first(dates)

    def read(self) -> Iterator[Row]:
        """Every row below the header that holds something, in order."""
        first = True
        for at in range(self.reading.header + 1, len(self.rows)):
            raw = self.rows[at]
            if not any(cell.strip() for cell in raw):
                continue
            if first and is_numbering(raw):
                continue
            first = False
            yield self._row(at + 1, raw)

    def _row(self, at: int, raw: Sequence[str]) -> Row:
        row = Row(at)
        said: dict[str, str] = {}
        for name, column in self.reading.columns.items():
            text = cells.plain(raw[column]) if column < len(raw) else ""
            try:
                cells.refuse_fault(text)
            except Unclear as unclear:
                row.problems.append((name, str(unclear)))
            said[name] = text
        told = [name for name, text in said.items() if text and name != "code"]
        if told in ([], ["task"]) and "lead" in self.reading.columns and not row.problems:
            row.heading = True
            return row
        law = self._law(row, said.get("instrument", ""))
        row.terms = {
            "code": self._within(row, "code", said.get("code", ""), LONGEST_CODE), "task": self._task(row, said.get("task", "")),
            "output": self._output(row, said), "instrument": law.id if law else None, "due_on": self._due(row, said.get("due", ""), law),
        }  # fmt: skip
        lead = self._lead(row, said.get("lead", ""))
        row.terms |= {
            "lead": lead, "position": self._position(row, lead, said.get("position", "")),
            "verifier": self._verifier(row, said.get("verifier", "")),
        }  # fmt: skip
        row.terms["coordinating"], unknown = self._coordinating(row, lead, said.get("coordinating", ""))
        row.terms["paragraph"], elsewhere = self._paragraph(row, law, said.get("paragraph", ""))
        words = [self._within(row, "note", said.get("note", ""), LONGEST_WORDS), elsewhere, unknown]
        row.terms["note"] = "\n".join(part for part in words if part)
        return row

    def _within(self, row: Row, name: str, text: str, most: int) -> str:
        if len(text) > most:
            row.problems.append((name, _("it has %(count)d characters; shorten it to %(most)d") % {"count": len(text), "most": most}))  # fmt: skip
        return text

    def _task(self, row: Row, text: str) -> str:
        if not text:
            row.problems.append(("task", _("the task is not stated")))
        return self._within(row, "task", text, LONGEST_WORDS)

    def _output(self, row: Row, said: dict[str, str]) -> str:
        """The output and, below it, how it will be judged: the verifier judges by both."""
        parts = [part for part in (said.get("output", ""), said.get("acceptance", "")) if part]
        return self._within(row, "output", "\n".join(dict.fromkeys(parts)), LONGEST_WORDS)

    def _law(self, row: Row, text: str) -> Law | None:
        if not text:
            law = self.by_id.get(self.reading.instrument) if self.reading.instrument else None
            if law is None:
                row.problems.append(("instrument", _("no instrument is named, and none was chosen for such rows")))  # fmt: skip
            return law
        found = self.laws.get(number(text))
        if found is None:
            row.problems.append(("instrument", _("no instrument “%(number)s” is registered; register it first") % {"number": text[:80]}))  # fmt: skip
        return found

    def _due(self, row: Row, text: str, law: Law | None) -> date | None:
        if not text:
            return None
        try:
            due = cells.read_day(text, mixed=self.mixed)
        except Unclear as unclear:
            row.problems.append(("due", str(unclear)))
            return None
        if law is not None and law.issued is not None and due < law.issued:
            row.problems.append(("due", _("it comes before the instrument was issued (%(day)s)") % {"day": f"{law.issued:%d/%m/%Y}"}))  # fmt: skip
        return due

    def _lead(self, row: Row, text: str) -> UUID | None:
        if not text:
            row.problems.append(("lead", _("no agency is named that leads")))
            return None
        if len(self._within(row, "lead", text, LONGEST_LEAD)) > LONGEST_LEAD:
            return None
        found = self.directory.agency(text)
        if len(found) == 1:
            return next(iter(found))
        several = cells.listed(text)
        if found:
            why = _("several agencies are called “%(name)s”; write the code of the one that is meant")
        elif len(several) > 1 or self.directory.agencies_in(text):
            why = _("“%(name)s” are several agencies; exactly one leads, the others coordinate")
        else:
            near = self.directory.nearest(text)
            why = _("there is no agency “%(name)s”; was it “%(near)s”?") if near else _("there is no agency “%(name)s”")  # fmt: skip
            why = why.replace("%(near)s", near.replace("%", "%%"))
        row.problems.append(("lead", why % {"name": text[:120]}))
        return None

    def _position(self, row: Row, lead: UUID | None, text: str) -> UUID | None:
        """The office that is named; else the head of the agency that leads."""
        if lead is None:
            return None
        if not text:
            return self.directory.head(lead)
        found = self.directory.seat(lead, text)
        if len(found) == 1:
            return next(iter(found))
        offices = ", ".join(seat.name for seat in self.directory.seats(lead)[:6])
        row.problems.append(("position", _("the agency that leads has no office “%(name)s”; it has: %(offices)s") % {"name": text[:120], "offices": offices}))  # fmt: skip
        return None

    def _verifier(self, row: Row, text: str) -> UUID | None:
        if not text:
            return self.reading.verifier
        found = self.directory.judge(text)
        if len(found) == 1:
            return next(iter(found))
        why = _("several verifiers are called “%(name)s”; name the agency too") if found else _("there is no verifier “%(name)s”")  # fmt: skip
        row.problems.append(("verifier", why % {"name": text[:120]}))
        return None

    def _coordinating(self, row: Row, lead: UUID | None, text: str) -> tuple[list[UUID], str]:
        """The agencies beside the lead; who is none of them ("các địa phương liên quan") stays as words in the note."""
        found: list[UUID] = []
        unknown: list[str] = []
        for name in cells.listed(text):
            fits = self.directory.agency(name)
            several = {next(iter(fits))} if len(fits) == 1 else self.directory.agencies_in(name)
            if several is None:
                unknown.append(name)
            else:
                found += sorted(several, key=str)
        if unknown:
            row.remarks.append(_("coordinating, but no agency by name: %(names)s; it stands in the note") % {"names": "; ".join(unknown)})  # fmt: skip
        words = "Phối hợp: " + "; ".join(unknown) if unknown else ""
        return [id_ for id_ in dict.fromkeys(found) if id_ != lead], words

    def _paragraph(self, row: Row, law: Law | None, text: str) -> tuple[UUID | None, str]:
        """The paragraph that is meant; a place that its text does not have stays as words in the note."""
        if not text or law is None:
            return None, ""
        found = law.places.get(cells.place_in(text))
        if found is None:
            row.remarks.append(_("the text of the instrument has no “%(place)s”; it stands in the note") % {"place": text[:120]})  # fmt: skip
            return None, f"Dẫn chiếu: {text}"
        return found, ""
