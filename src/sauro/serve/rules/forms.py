"""Checking what was typed into a procedure's form: one answer per problem, said as what to do."""

import re
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from sauro.packs import procedure as pack
from sauro.packs.facts import Text
from sauro.serve.rules.procedures import Procedure

_ID_NUMBER = re.compile(r"\d{9}|\d{12}")
_PHONE = re.compile(r"(\+84|0)\d{9,10}")
_EMAIL = re.compile(r"[^@\s\x00-\x1f]+@[^@\s\x00-\x1f]+\.[^@\s\x00-\x1f]+")
_COMMUNE = re.compile(r"\d{5}")
LONGEST = {"text": 200, "address": 300, "longtext": 4_000, "email": 200}
Answers = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to put right, beside its field."""

    field: str
    message: str


@dataclass(slots=True)
class Checked:
    """Answers made regular, the conditions that hold, and what is wrong."""

    answers: Answers
    holds: frozenset[str] = frozenset()
    problems: list[Problem] = field(default_factory=list)


def say(text: Text) -> str:
    """A pack's text in the language in use, Vietnamese unless English was chosen."""
    return text.en if (get_language() or "vi").startswith("en") else text.vi


def labels(procedure: Procedure) -> dict[str, str]:
    """The label of each question, for a list of them out of their form: where two read alike, after their section's title."""
    read = Counter(say(known.label) for known in procedure.fields.values())
    return {
        known.id: label if read[label := say(known.label)] == 1 else f"{say(section.title)}: {label}"
        for section in procedure.terms.form.sections
        for known in section.fields
    }


def check(
    procedure: Procedure, given: Mapping[str, Any], *, today: date, channel: int, applicant: str,
    section: str | None = None,
) -> Checked:  # fmt: skip
    """Check a whole form, or one section of it (then only that section's problems are told).

    Fields and sections whose condition does not hold carry no value and are not required.
    """
    answers: Answers = {}
    problems: dict[str, str] = {}
    for known in procedure.fields.values():
        raw = given.get(known.id)
        if raw is None or (isinstance(raw, str) and not raw.strip()):
            continue
        try:
            answers[known.id] = regular(known, raw)
        except ValueError as wrong:
            problems[known.id] = str(wrong)
    facts = procedure.facts(answers, today=today, channel=channel, applicant=applicant)
    holds = procedure.conditions(facts)
    shown = {f.id: f for s in shown_sections(procedure, holds) for f in shown_fields(s, holds)}
    kept = {name: value for name, value in answers.items() if name in shown}
    for name, known in shown.items():
        if known.required and name not in kept and name not in problems:
            problems[name] = _needed(known)
    if len(kept) < len(answers):
        answers = kept
        facts = procedure.facts(answers, today=today, channel=channel, applicant=applicant)
        holds = procedure.conditions(facts)
    for rule in procedure.failed_checks(facts):
        if rule.field in shown and rule.field not in problems and rule.message is not None:
            problems[rule.field] = say(rule.message)
    wanted = {f.id for s in procedure.terms.form.sections if section in (None, s.id) for f in s.fields}
    told = [Problem(name, problems[name]) for name in shown if name in problems and name in wanted]
    return Checked(answers, holds, told)


def shown_sections(procedure: Procedure, holds: Collection[str]) -> list[pack.Section]:
    return [s for s in procedure.terms.form.sections if s.when is None or s.when in holds]


def shown_fields(section: pack.Section, holds: Collection[str]) -> list[pack.FormField]:
    return [f for f in section.fields if f.when is None or f.when in holds]


def needed_components(procedure: Procedure, holds: Collection[str]) -> list[pack.Component]:
    """Papers that this filing needs (or may have), without those that are shown at the counter only."""
    return [c for c in procedure.terms.components if c.when is None or c.when in holds]


def missing_components(
    procedure: Procedure, holds: Collection[str], attached: Collection[str]
) -> list[Problem]:
    """Required papers that nothing was attached for."""
    return [
        Problem(f"file-{component.id}", _("Attach: %(name)s") % {"name": say(component.name)})
        for component in needed_components(procedure, holds)
        if component.required and not component.from_form and component.kind != "present"
        and component.id not in attached
    ]  # fmt: skip


def regular(known: pack.FormField, raw: Any) -> Any:
    """One answer in its regular form. Raises ValueError with what to do."""
    text = " ".join(str(raw).split()) if known.type != "longtext" else str(raw).strip()
    if "\x00" in text:
        raise ValueError(_("Type this again without special control characters"))
    match known.type:
        case "date":
            return _date(raw, text)
        case "yesno":
            if text not in ("yes", "no", "True", "False"):
                raise ValueError(_("Choose yes or no"))
            return "yes" if text in ("yes", "True") else "no"
        case "choice":
            if text not in {choice.value for choice in known.choices}:
                raise ValueError(_("Choose one of the answers"))
            return text
        case "number" | "money":
            return _number(known, text)
    return _text(known, text)


def shown_value(known: pack.FormField, value: Any, communes: Mapping[str, str]) -> str:
    """An answer as a person reads it."""
    if value in (None, ""):
        return ""
    if known.type == "choice":
        return next((say(choice.label) for choice in known.choices if choice.value == value), str(value))
    if known.type == "yesno":
        return _("Yes") if value == "yes" else _("No")
    if known.type == "commune":
        return communes.get(str(value), str(value))
    if known.type == "date":
        year, _sep, rest = str(value).partition("-")
        month, _sep, day = rest.partition("-")
        return f"{day}/{month}/{year}" if day else str(value)
    return str(value)


def _text(known: pack.FormField, text: str) -> str:
    compact = re.sub(r"[\s.\-]", "", text)
    match known.type:
        case "id_number":
            if not _ID_NUMBER.fullmatch(compact):
                raise ValueError(_("Enter the 12-digit identity number"))
            return compact
        case "phone":
            if not _PHONE.fullmatch(compact):
                raise ValueError(_("Enter a telephone number such as 0912 345 678"))
            return compact
        case "email":
            if not _EMAIL.fullmatch(text) or len(text) > LONGEST["email"]:
                raise ValueError(_("Enter an e-mail address such as ten@example.vn"))
            return text
        case "commune":
            if not _COMMUNE.fullmatch(text):
                raise ValueError(_("Choose a commune or ward from the list"))
            return text
    longest = known.max or LONGEST.get(known.type, 200)
    if len(text) > longest:
        raise ValueError(_("Shorten this to %(count)d characters") % {"count": longest})
    return text


def _date(raw: Any, text: str) -> str:
    if isinstance(raw, date):
        return raw.isoformat()
    numbers = re.fullmatch(r"(\d{1,2})[/\-. ](\d{1,2})[/\-. ](\d{4})", text)
    try:
        if numbers:
            day, month, year = (int(n) for n in numbers.groups())
            found = date(year, month, day)
        else:
            found = date.fromisoformat(text)
    except ValueError:
        raise ValueError(_("Enter a real date as day, month and year, such as 22 11 2026")) from None
    if not 1900 <= found.year <= 2100:
        raise ValueError(_("Enter a year between 1900 and 2100"))
    return found.isoformat()


def _number(known: pack.FormField, text: str) -> int:
    compact = re.sub(r"[\s.,]", "", text)
    if not re.fullmatch(r"\d{1,15}", compact):
        raise ValueError(_("Enter a whole number in digits"))
    value = int(compact)
    if known.max is not None and value > known.max:
        raise ValueError(_("Enter a number up to %(max)d") % {"max": known.max})
    return value


def _needed(known: pack.FormField) -> str:
    if known.type in ("choice", "yesno", "commune"):
        return _("Choose: %(name)s") % {"name": say(known.label)}
    return _("Enter: %(name)s") % {"name": say(known.label)}
