"""What a result says beside its words: answers as they were declared, and what its drafter enters."""

from collections.abc import Collection, Mapping
from typing import Any

from django.utils.translation import gettext as _

from sauro.packs import procedure as pack
from sauro.serve.documents.dates import money
from sauro.serve.rules.forms import Problem, regular, say, shown_fields, shown_sections, shown_value
from sauro.serve.rules.procedures import Procedure

LONGEST = 500
Rows = tuple[tuple[str, str], ...]


def place_of(entry: str) -> str:
    """The field in which an entry is typed, as refusals name it."""
    return f"entry-{entry}"


def check_entries(found: Procedure, given: Mapping[str, str]) -> tuple[dict[str, str], list[Problem]]:
    """What the drafter entered, made regular, and what is wrong with it."""
    entered: dict[str, str] = {}
    problems = []
    for entry in found.terms.result.entries:
        typed = given.get(entry.id, "").strip()
        if not typed:
            if entry.required:
                problems.append(
                    Problem(place_of(entry.id), _("Enter: %(name)s") % {"name": say(entry.label)})
                )
            continue
        try:
            entered[entry.id] = str(regular(_question(entry), typed))
        except ValueError as wrong:
            problems.append(Problem(place_of(entry.id), str(wrong)))
    return entered, problems


def entered_rows(found: Procedure, entered: Mapping[str, str]) -> Rows:
    """The entries with their labels, as a person reads them."""
    return _rows([_question(entry) for entry in found.terms.result.entries], entered, {})


def stated_rows(
    found: Procedure, answers: Mapping[str, Any], holds: Collection[str], places: Mapping[str, str]
) -> tuple[tuple[str, Rows], ...]:
    """The declared answers that the result prints, each run of one section under that section's title.

    The title says whose name it is: two people of one form have the same labels. What was not asked, or left open, is
    left out. ``places`` are names of communes by their codes.
    """
    inside = {f.id: (say(s.title), f) for s in shown_sections(found, holds) for f in shown_fields(s, holds)}
    runs: list[tuple[str, list[pack.FormField]]] = []
    for title, known in (inside[name] for name in found.terms.result.states if name in inside):
        if not runs or runs[-1][0] != title:
            runs.append((title, []))
        runs[-1][1].append(known)
    made = [(title, _rows(questions, answers, places)) for title, questions in runs]
    return tuple((title, rows) for title, rows in made if rows)


def _rows(questions: list[pack.FormField], values: Mapping[str, Any], places: Mapping[str, str]) -> Rows:
    shown = [(say(known.label), _shown(known, values.get(known.id), places)) for known in questions]
    return tuple((label, value) for label, value in shown if value)


def _shown(known: pack.FormField, value: object, places: Mapping[str, str]) -> str:
    if known.type == "money" and value not in (None, ""):
        return money(int(str(value)))
    return shown_value(known, value, places)


def _question(entry: pack.Entry) -> pack.FormField:
    """An entry is judged and shown as an answer of its kind is."""
    longest = LONGEST if entry.kind == "text" else None
    return pack.FormField(
        id=entry.id, label=entry.label, type=entry.kind, personal=True, required=entry.required, max=longest
    )
