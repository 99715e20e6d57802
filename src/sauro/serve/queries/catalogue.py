"""The public catalogue of procedures: found by everyday words, typed with or without diacritics."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sauro.core.queries import definitions
from sauro.core.queries.definitions import Published
from sauro.core.text import fold, words
from sauro.serve.rules.procedures import Procedure, procedure

NAME, SYNONYM, SUMMARY, BODY = 8, 6, 3, 1
PHRASE = 100


@dataclass(frozen=True, slots=True)
class Found:
    """A procedure and how well it fits what was typed."""

    procedure: Procedure
    score: int


def procedures(day: date) -> list[Procedure]:
    """Every procedure in force, in the order of their codes."""
    return [published.compiled(procedure) for published in definitions.all_in_force("procedure", day)]


def by_code(code: str, day: date) -> Procedure | None:
    published = definitions.in_force("procedure", code, day)
    return published.compiled(procedure) if published else None


def search(typed: str, day: date, *, level: str = "", field: str = "") -> list[Found]:
    """Procedures for what somebody typed, best first; all of them, by name, where nothing was typed.

    Every word must be met, by its beginning, in the name, a synonym, the summary or the papers. A code finds itself.
    Without diacritics short words fit much ("so do"), so where a name or synonym holds the words together, what holds
    them only scattered in its text is left out.
    """
    wanted = words(typed)
    synonyms = _synonyms(day)
    found = []
    for item in procedures(day):
        if (level and item.terms.level != level) or (field and item.terms.field != field):
            continue
        score = _score(item, wanted, typed.strip(), synonyms.get(item.code, ())) if wanted else 1
        if score:
            found.append(Found(item, score))
    together = PHRASE + SYNONYM * len(wanted)
    if wanted and any(f.score >= together for f in found):
        found = [f for f in found if f.score >= SYNONYM * len(wanted)]
    return sorted(found, key=lambda f: (-f.score, fold(f.procedure.terms.name.vi)))


def _score(item: Procedure, wanted: list[str], typed: str, synonyms: Iterable[str]) -> int:
    if typed and item.code.startswith(typed):
        return 10 * PHRASE
    name = words(f"{item.terms.name.vi} {item.terms.name.en}")
    fields = (
        (NAME, name),
        (SYNONYM, [word for phrase in synonyms for word in words(phrase)]),
        (SUMMARY, words(f"{item.terms.summary.vi} {item.terms.summary.en}")),
        (BODY, [word for c in item.terms.components for word in words(f"{c.name.vi} {c.name.en}")]),
    )
    total = 0
    for word in wanted:
        best = max((weight for weight, text in fields if any(t.startswith(word) for t in text)), default=0)
        if not best:
            return 0
        total += best
    phrase = " " + " ".join(wanted)
    if phrase in " " + " ".join(name):
        total += PHRASE + NAME
    if any(phrase in " " + " ".join(words(synonym)) for synonym in synonyms):
        total += PHRASE
    return total


def _synonyms(day: date) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for published in definitions.all_in_force("synonyms", day):
        for code, phrases in published.compiled(_by_procedure).items():
            found.setdefault(code, []).extend(phrases)
    return found


def _by_procedure(published: Published) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for entry in published.body.get("synonyms", []):
        for code in entry["procedures"]:
            found.setdefault(code, []).extend(entry["words"])
    return found
