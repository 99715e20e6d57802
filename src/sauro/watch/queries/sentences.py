"""Findings and formulas in words: sentences made from the facts that a finding keeps, in both languages."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import get_language, ngettext, override
from django.utils.translation import gettext as _

from sauro.core.rules.symbols import issuer_of
from sauro.packs.facts import Text
from sauro.web.wording import number, percent

Said = Mapping[str, Any]


def both(say: Callable[[], str]) -> Text:
    """The same sentence in Vietnamese and in English."""
    found = {}
    for language in ("vi", "en"):
        with override(language):
            found[language] = say()
    return Text(**found)


def here(text: Text) -> str:
    """A text in the language in use."""
    return text.en if (get_language() or "vi").startswith("en") else text.vi


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit by its code, with its names; ``one`` is the English singular."""

    code: str
    name: Text
    one: str | None = None


@dataclass(frozen=True, slots=True)
class Names:
    """What sentences name: indicators and their units by id, sources by code."""

    indicators: Mapping[str, Text]
    units: Mapping[str, Unit]
    sources: Mapping[str, str]

    def indicator(self, said: Said) -> str:
        found = self.indicators.get(str(said.get("indicator")))
        return here(found) if found else ""

    def source(self, said: Said) -> str:
        return self.sources.get(said["source"], said["source"])

    def amount(self, said: Said) -> str:
        """A claim as it was printed: over 20 %, about 4,000 firms."""
        value = Decimal(said["value"])
        return amount(
            value, said["bound"], decimals(said["value"]), self.units.get(str(said.get("indicator")))
        )


def decimals(printed: str) -> int:
    """The decimals of a printed number."""
    return len(printed.partition(".")[2])


def amount(value: Decimal, bound: str, places: int | None, unit: Unit | None) -> str:
    """A number in words, with what it is bound to and its unit."""
    if unit is not None and unit.code == "percent":
        written = percent(value, places)
    elif unit is not None and unit.code == "rank":
        written = _("rank %(rank)s") % {"rank": number(value, 0)}
    else:
        written = f"{number(value, places)} {_unit(value, unit)}".rstrip()
    return bounded(bound, written)


def _unit(value: Decimal, unit: Unit | None) -> str:
    if unit is None:
        return ""
    single = unit.one and value == 1 and (get_language() or "vi").startswith("en")
    return str(unit.one) if single else here(unit.name)


def bounded(bound: str, written: str) -> str:
    """About, over, at least … a number."""
    match bound:
        case "about":
            return _("about %s") % written
        case "over":
            return _("over %s") % written
        case "at_least":
            return _("at least %s") % written
        case "under":
            return _("under %s") % written
        case "at_most":
            return _("at most %s") % written
    return written


def period(code: str) -> str:
    """2025, quarter 1 of 2025, 11/2025 or 12/11/2025."""
    if "Q" in code:
        return _("quarter %(quarter)s of %(year)s") % {"quarter": code[5], "year": code[:4]}
    return "/".join(reversed(code.split("-")))


def sentence(rule: str, said: Said, names: Names) -> str:
    """What was found, in the language in use."""
    return _SENTENCES[rule](said, names) if rule in _SENTENCES else rule


def _two_claims(said: Said, names: Names) -> str:
    one, other = said["values"]
    words = {
        "name": names.indicator(one), "period": period(one["period"]), "one": names.source(one),
        "first": names.amount(one), "other": names.source(other), "second": names.amount(other),
    }  # fmt: skip
    return _("%(name)s, %(period)s: “%(one)s” says %(first)s, “%(other)s” says %(second)s. Both cannot be true.") % words  # fmt: skip


def _formula(said: Said, names: Names) -> str:
    claim = said["claim"]
    words = {
        "name": names.indicator(claim), "period": period(claim["period"]), "source": names.source(claim),
        "value": names.amount(claim), "computed": names.amount({**claim, "value": said["computed"], "bound": "is"}),
        "part": _together(said["parts"], names), "whole": _together(said["whole"], names),
        "first": _together(said["parts"][:1], names), "rest": _together(said["parts"][1:], names),
    }  # fmt: skip
    match said["evaluator"]:
        case "sum":
            return _("%(name)s, %(period)s: “%(source)s” says %(value)s, but its parts together are %(computed)s.") % words  # fmt: skip
        case "difference":
            return _("%(name)s, %(period)s: “%(source)s” says %(value)s, but %(first)s less %(rest)s is %(computed)s.") % words  # fmt: skip
    return _("%(name)s, %(period)s: “%(source)s” says %(value)s, but %(part)s of %(whole)s is %(computed)s.") % words  # fmt: skip


def _together(claims: Sequence[Said], names: Names) -> str:
    if len(claims) == 1:
        claim = claims[0]
        return bounded(claim["bound"], number(Decimal(claim["value"]), decimals(claim["value"])))
    return number(sum((Decimal(claim["value"]) for claim in claims), Decimal(0)))


def _growth(said: Said, names: Names) -> str:
    years = Decimal(said["years"])
    words = {
        "name": names.indicator(said["before"]), "before": names.amount(said["before"]),
        "after": names.amount(said["after"]), "start": period(said["before"]["period"]),
        "end": period(said["after"]["period"]), "times": number(Decimal(said["times"])),
        "years": ngettext("%s year", "%s years", 1 if years == 1 else 2) % number(years),
        "rate": percent(Decimal(said["rate"])), "plausible": percent(Decimal(said["plausible"])),
    }  # fmt: skip
    return _("%(name)s: from %(before)s (%(start)s) to %(after)s (%(end)s) is ×%(times)s in %(years)s, %(rate)s a year; at most %(plausible)s a year is plausible.") % words  # fmt: skip


def _part_words(said: Said, names: Names) -> dict[str, str]:
    part, whole = said["part"], said["whole"]
    return {
        "name": names.indicator(part), "part": names.amount(part), "period": period(part["period"]),
        "whole_name": names.indicator(whole), "whole": names.amount(whole), "of": period(whole["period"]),
    }  # fmt: skip


def _share(said: Said, names: Names) -> str:
    words = _part_words(said, names) | {
        "share": percent(Decimal(said["share"])), "plausible": percent(Decimal(said["plausible"])),
    }  # fmt: skip
    return _("%(name)s: %(part)s (%(period)s) is %(share)s of %(whole)s (%(whole_name)s, %(of)s); at most %(plausible)s is plausible.") % words  # fmt: skip


def _part_of(said: Said, names: Names) -> str:
    return _("%(name)s: %(part)s (%(period)s) is more than the whole of which it is a part, %(whole)s (%(whole_name)s, %(of)s).") % _part_words(said, names)  # fmt: skip


def _citation(said: Said, names: Names) -> str:
    issuer = issuer_of(said["issuer"])
    words = {
        "source": names.source(said), "number": said["number"], "likely": said["likely"],
        "issuer": issuer_name(issuer.code) if issuer else said["issuer"], "looks_like": issuer_name(said["looks_like"]),
    }  # fmt: skip
    return _("“%(source)s” cites %(number)s of %(issuer)s, but numbers like this are those of %(looks_like)s. Probably %(likely)s is meant.") % words  # fmt: skip


def issuer_name(code: str) -> str:
    """Who issues instruments, within a sentence."""
    words = {
        "politburo": _("the Politburo"), "secretariat": _("the Secretariat"),
        "steering_committee": _("the Central Steering Committee"), "assembly": _("the National Assembly"),
        "government": _("the Government"), "prime_minister": _("the Prime Minister"),
        "committee": _("a People’s Committee"), "council": _("a People’s Council"),
    }  # fmt: skip
    return words.get(code, code)


_SENTENCES: dict[str, Callable[[Said, Names], str]] = {
    "two_claims": _two_claims,
    "formula": _formula,
    "growth": _growth,
    "share": _share,
    "part_of": _part_of,
    "citation": _citation,
}


def formula(body: Mapping[str, Any], names: Mapping[str, Text]) -> Text:
    """A formula as it is read: Completed ÷ (Completed + Overdue) × 100. ``names`` are by code."""

    def said(codes: Sequence[str], sign: str) -> str:
        joined = f" {sign} ".join(here(names[code]) for code in codes)
        return f"({joined})" if len(codes) > 1 else joined

    def say() -> str:
        if body["evaluator"] == "ratio":
            scale = f" × {body['scale']}" if body.get("scale", 1) != 1 else ""
            return f"{said(body['parts'], '+')} ÷ {said(body['whole'], '+')}{scale}"
        return said(body["parts"], "+" if body["evaluator"] == "sum" else "−").strip("()")

    return both(say)
