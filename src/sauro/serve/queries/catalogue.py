"""The public catalogue of procedures: found by everyday words, typed with or without diacritics."""

from collections.abc import Sequence
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


@dataclass(frozen=True, slots=True)
class _Text:
    """Folded words of a procedure, each with a space before it: a word is met by its beginning where it stands so."""

    name: str
    summary: str
    body: str
    order: str


def search(typed: str, day: date, *, level: str = "", field: str = "") -> list[Found]:
    """Procedures for what somebody typed, best first; all of them, by name, where nothing was typed.

    Every word must be met, by its beginning, in the name, a synonym, the summary or the papers. A code finds itself.
    Without diacritics short words fit much ("so do"), so where a name or synonym holds the words together, what holds
    them only scattered in its text is left out.
    """
    wanted = words(typed)
    synonyms = _synonyms(day)
    found = []
    for published in definitions.all_in_force("procedure", day):
        item, text = published.compiled(procedure), published.compiled(_text)
        if (level and item.terms.level != level) or (field and item.terms.field != field):
            continue
        score = _score(item.code, text, wanted, typed.strip(), synonyms.get(item.code, ())) if wanted else 1
        if score:
            found.append((score, text.order, item))
    together = PHRASE + SYNONYM * len(wanted)
    if wanted and any(score >= together for score, _order, _item in found):
        found = [line for line in found if line[0] >= SYNONYM * len(wanted)]
    return [Found(item, score) for score, _order, item in sorted(found, key=lambda f: (-f[0], f[1]))]


def _text(published: Published) -> _Text:
    """The text in which a procedure is found; folded once for each version, not for each search."""
    terms = published.compiled(procedure).terms
    return _Text(
        _spaced(f"{terms.name.vi} {terms.name.en}"),
        _spaced(f"{terms.summary.vi} {terms.summary.en}"),
        "".join(_spaced(f"{c.name.vi} {c.name.en}") for c in terms.components),
        fold(terms.name.vi),
    )


def _spaced(text: str) -> str:
    return "".join(f" {word}" for word in words(text))


def _score(code: str, text: _Text, wanted: list[str], typed: str, synonyms: Sequence[str]) -> int:
    if typed and code.startswith(typed):
        return 10 * PHRASE
    fields = ((NAME, text.name), (SYNONYM, "".join(synonyms)), (SUMMARY, text.summary), (BODY, text.body))
    total = 0
    for word in wanted:
        begun = f" {word}"
        best = max((weight for weight, there in fields if begun in there), default=0)
        if not best:
            return 0
        total += best
    phrase = " " + " ".join(wanted)
    if phrase in text.name:
        total += PHRASE + NAME
    if any(phrase in synonym for synonym in synonyms):
        total += PHRASE
    return total


def _synonyms(day: date) -> dict[str, list[str]]:
    """Everyday words for each procedure, folded."""
    found: dict[str, list[str]] = {}
    for published in definitions.all_in_force("synonyms", day):
        for code, phrases in published.compiled(_by_procedure).items():
            found.setdefault(code, []).extend(phrases)
    return found


def _by_procedure(published: Published) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for entry in published.body.get("synonyms", []):
        folded = [_spaced(phrase) for phrase in entry["words"]]
        for code in entry["procedures"]:
            found.setdefault(code, []).extend(folded)
    return found
