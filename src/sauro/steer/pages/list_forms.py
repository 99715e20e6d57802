"""The forms of an import: the file; how it is to be read; what is to be done with it."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms as django_forms
from django.utils.translation import gettext as _

from sauro.steer.queries import agencies, instruments
from sauro.steer.rules.columns import FIELDS, NEEDED, guess, header_row, letter
from sauro.steer.sheets import LARGEST
from sauro.web import forms
from sauro.web.forms.base import say_what_to_do

PREVIEW = 6
_REAL_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def said(cell: str) -> str:
    """A cell as a reader knows it: a real date with its day first."""
    return f"{cell[8:10]}/{cell[5:7]}/{cell[:4]}" if _REAL_DATE.fullmatch(cell) else cell


def field_words(field: str) -> str:
    """What a column holds."""
    words = {
        "code": _("Code of the task"), "task": _("Task"), "instrument": _("Number of the instrument"),
        "paragraph": _("Article, clause, point"), "lead": _("Lead agency"), "position": _("Responsible office"),
        "coordinating": _("Coordinating agencies"), "output": _("Output"), "acceptance": _("Acceptance test"),
        "due": _("Last day"), "verifier": _("Verifier"), "note": _("Note"),
    }  # fmt: skip
    return words.get(field, "")


class UploadForm(forms.Form):
    """The file of a list."""

    def __init__(self, data: Mapping[str, Any] | None = None, files: Any = None) -> None:
        super().__init__(data, files)
        self.fields["file"] = forms.FileField(
            label=_("The list, as XLSX"), max_bytes=LARGEST, accept=".xlsx",
            help_text=_("At most 2,000 rows. Titles above the names of the columns may stay."),
        )  # fmt: skip
        say_what_to_do(self.fields["file"])


class ColumnsForm(forms.Form):
    """Which sheet, which row names the columns, what each column holds, and what stands for empty cells."""

    def __init__(self, sheets: Sequence[Mapping[str, Any]], data: Mapping[str, Any] | None = None, *, initial: Mapping[str, Any] | None = None) -> None:  # fmt: skip
        super().__init__(data, initial=dict(initial or {}))
        self.sheets = sheets
        self.sheet = self._number("sheet", len(sheets) - 1)
        rows = sheets[self.sheet]["rows"]
        self.header = max(1, self._number("header", len(rows), least=1))
        names = rows[self.header - 1]
        width = max((len(row) for row in rows), default=0)
        columns = [(str(at), f"{letter(at)} – {names[at][:60] if at < len(names) and names[at] else '…'}") for at in range(width)]  # fmt: skip
        until = self.header + PREVIEW
        shown = enumerate(rows[:until][-PREVIEW - 4 :], max(1, min(until, len(rows)) - PREVIEW - 3))
        self.preview = [(at, [said(cell)[:60] for cell in (*row, *[""] * (width - len(row)))]) for at, row in shown]  # fmt: skip
        self.letters = [letter(at) for at in range(width)]
        if len(sheets) > 1:
            self._add("sheet", django_forms.ChoiceField(label=_("Sheet"), choices=[(str(at), sheet["title"]) for at, sheet in enumerate(sheets)]))  # fmt: skip
        narrow = django_forms.TextInput(attrs={"class": "govuk-input--width-3", "inputmode": "numeric"})
        self._add("header", django_forms.IntegerField(label=_("Row with the names of the columns"), min_value=1, max_value=len(rows), widget=narrow))  # fmt: skip
        for name in FIELDS:
            empty = _("Choose the column") if name in NEEDED else _("Not in this list")
            self._add(name, django_forms.ChoiceField(label=field_words(name), choices=[("", empty), *columns], required=name in NEEDED))  # fmt: skip
        law = [(str(id_), title) for id_, title in instruments.in_force()]
        judges = [(str(seat.id), f"{seat.name}, {seat.organisation_name}") for seat in agencies.verifiers() if seat.held]  # fmt: skip
        self._add("default_instrument", django_forms.ChoiceField(label=_("Instrument of rows that name none"), choices=[("", _("Choose the instrument")), *law], required=False, help_text=_("Needed unless a column names it")))  # fmt: skip
        self._add("default_verifier", django_forms.ChoiceField(label=_("Verifier of rows that name none"), choices=[("", _("Not named yet")), *judges], required=False))  # fmt: skip
        self._add("doubles", django_forms.BooleanField(label=_("Make a task also where one with the same words, lead and instrument stands already"), required=False))  # fmt: skip

    def _add(self, name: str, field: django_forms.Field) -> None:
        say_what_to_do(field)
        self.fields[name] = field

    def _number(self, name: str, most: int, least: int = 0) -> int:
        given = str(self.data.get(name, "") if self.is_bound else self.initial.get(name, "")).strip()
        return min(max(int(given), least), most) if given.isascii() and given.isdigit() and len(given) < 6 else least  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """No column holds two things; a row's authority comes from the file or from here."""
        given = self.cleaned_data
        taken: dict[str, str] = {}
        for name in FIELDS:
            column = given.get(name)
            if column and column in taken:
                self.add_error(name, _("This column is chosen already: it holds “%(field)s”") % {"field": field_words(taken[column])})  # fmt: skip
            elif column:
                taken[column] = name
        if not given.get("instrument") and not given.get("default_instrument"):
            self.add_error("default_instrument", _("Choose the instrument that these tasks rest on, or the column that names it"))  # fmt: skip
        return given

    def reading(self) -> dict[str, Any]:
        """How the list is to be read, as it is kept."""
        given = self.cleaned_data
        return {
            "header": given["header"] - 1, "columns": {name: int(given[name]) for name in FIELDS if given[name]},
            "instrument": given["default_instrument"], "verifier": given["default_verifier"], "doubles": given["doubles"],
        }  # fmt: skip


def initial_of(content: Mapping[str, Any]) -> dict[str, Any]:
    """The form as it was kept or guessed."""
    given = content["reading"]
    return {
        "sheet": content["sheet"], "header": given["header"] + 1, **{name: str(at) for name, at in given["columns"].items()},
        "default_instrument": given["instrument"] or "", "default_verifier": given["verifier"] or "", "doubles": given["doubles"],
    }  # fmt: skip


def chosen_anew(content: Mapping[str, Any], data: Mapping[str, Any]) -> dict[str, Any]:
    """The form after another sheet or header row was chosen: columns are guessed anew, the rest stays as typed."""
    form = ColumnsForm(content["sheets"], data)
    rows = form.sheets[form.sheet]["rows"]
    header = form.header
    if form.sheet != content["sheet"]:
        found = header_row(rows)
        header = header if found is None else found + 1
    kept = {name: data.get(name, "") for name in ("default_instrument", "default_verifier", "doubles")}
    columns = {name: str(at) for name, at in guess(rows[header - 1]).items()}
    return {**kept, "sheet": form.sheet, "header": header, **columns}
