"""What is wrong with claims, by rules that know no indicator: formulas, growth, shares, citations. Pure.

That two claims of the same indicator, place and period cannot both hold is found in the act itself (``core.observe``).
Every rule compares intervals (``sauro.core.rules.intervals``) and raises only what holds for every number in them, so
that rounding, *about* and *over* never make a finding. What has different units, or is not defined, is not compared.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise, product
from typing import Any
from uuid import UUID

from sauro.core.rules import formulas
from sauro.core.rules.intervals import INFINITY, printed
from sauro.core.rules.symbols import doubt
from sauro.watch.rules.claims import Claim, Defined, Raised, sorted_ids
from sauro.watch.rules.periods import last_day, years_between

NEAR = Decimal(2)
"""Years between a part and the whole it is held against, at most: numbers of other times say nothing of each other."""

Definitions = Mapping[UUID, Defined]
_Key = tuple[UUID, UUID | None, str]


class Shelf:
    """Claims by indicator, place and period."""

    def __init__(self, claims: Iterable[Claim]) -> None:
        self.by_key: dict[_Key, list[Claim]] = defaultdict(list)
        self.periods: dict[tuple[UUID, UUID | None], set[str]] = defaultdict(set)
        for claim in sorted(claims, key=lambda each: each.id):
            self.by_key[claim.indicator, claim.place, claim.period].append(claim)
            self.periods[claim.indicator, claim.place].add(claim.period)

    def at(self, indicator: UUID, place: UUID | None, period: str) -> list[Claim]:
        return self.by_key.get((indicator, place, period), [])

    def nearest(self, indicator: UUID, place: UUID | None, period: str) -> list[Claim]:
        """The claims at the period nearest to this one, if one is near enough; of two, the earlier."""
        found = [
            (abs(years_between(each, period)), each) for each in self.periods.get((indicator, place), ())
        ]
        if not found or min(found)[0] > NEAR:
            return []
        return self.at(indicator, place, min(found)[1])


Rule = Callable[[Definitions, Shelf], Iterator[Raised]]


def findings(definitions: Definitions, claims: Iterable[Claim]) -> list[Raised]:
    """Everything that the rules find among these claims; each finding once."""
    shelf = Shelf(claims)
    found: dict[tuple[str, tuple[UUID, ...]], Raised] = {}
    for rule in RULES:
        for each in rule(definitions, shelf):
            found.setdefault((each.rule, each.claims), each)
    return list(found.values())


def formula(definitions: Definitions, shelf: Shelf) -> Iterator[Raised]:
    """A claimed number against what its formula makes of the claims of its parts.

    Where one source gives all of them, it contradicts its own arithmetic: a doubt. Where several do, they cannot all be
    right: a conflict. Parts are taken from the source of the result where it gives them.
    """
    for claim, defined in _claims(definitions, shelf):
        if defined.formula is None or not _units_fit(definitions, defined):
            continue
        names = list(dict.fromkeys((*defined.parts, *defined.whole)))
        choices = [_preferred(shelf.at(name, claim.place, claim.period), claim.source) for name in names]
        for chosen in product(*choices):
            given = dict(zip(names, chosen, strict=True))
            yield from _against(claim, defined, given)


def _against(claim: Claim, defined: Defined, given: Mapping[UUID, Claim]) -> Iterator[Raised]:
    assert defined.formula is not None
    parts, whole = ([given[name] for name in names] for names in (defined.parts, defined.whole))
    computed = formulas.compute(
        defined.formula, [each.interval for each in parts], [each.interval for each in whole]
    )
    if computed is None or computed.closed().meets(claim.interval.closed()):
        return
    exact = formulas.value(defined.formula, [each.value for each in parts], [each.value for each in whole])
    if exact is None:
        return
    one_source = {each.source for each in given.values()} == {claim.source}
    facts = {
        "claim": _said(claim), "parts": [_said(each) for each in parts], "whole": [_said(each) for each in whole],
        "evaluator": defined.formula["evaluator"], "computed": _rounded(exact, claim.decimals),
    }  # fmt: skip
    yield Raised(
        "doubt" if one_source else "conflict", "formula", claim.indicator, sorted_ids([claim, *given.values()]), facts
    )  # fmt: skip


def growth(definitions: Definitions, shelf: Shelf) -> Iterator[Raised]:
    """Two levels of one number at two periods that follow each other, and the growth per year that they imply."""
    for (indicator, place), periods in sorted(shelf.periods.items(), key=str):
        defined = definitions.get(indicator)
        if defined is None or defined.growth is None:
            continue
        for before, after in pairwise(sorted(periods, key=last_day)):
            # Within a year nothing is plausible that is not in a whole one.
            years = max(Decimal(1), years_between(before, after))
            for one, other in product(shelf.at(indicator, place, before), shelf.at(indicator, place, after)):
                yield from _too_fast(defined, one, other, years)


def _too_fast(defined: Defined, before: Claim, after: Claim, years: Decimal) -> Iterator[Raised]:
    assert defined.growth is not None
    high, low = before.interval.high, after.interval.low
    if high <= 0 or high == INFINITY or low <= 0 or _rate(high, low, years) <= defined.growth:
        return
    facts = {
        "before": _said(before), "after": _said(after), "years": _plain(years.normalize()),
        "times": _plain((after.value / before.value).quantize(Decimal("0.1")).normalize()),
        "rate": _rounded(_rate(before.value, after.value, years), 0), "plausible": _plain(defined.growth),
    }  # fmt: skip
    yield Raised("doubt", "growth", before.indicator, sorted_ids([before, after]), facts)


def _rate(before: Decimal, after: Decimal, years: Decimal) -> Decimal:
    """Per cent a year."""
    return ((after / before) ** (1 / years) - 1) * 100


def share(definitions: Definitions, shelf: Shelf) -> Iterator[Raised]:
    """A part against its whole, at the period nearest to it: above the whole it is a conflict, beyond what is plausible a doubt."""
    for claim, defined in _claims(definitions, shelf):
        whole = definitions.get(defined.part_of) if defined.part_of else None
        if whole is None or whole.unit != defined.unit:
            continue
        for other in shelf.nearest(whole.id, claim.place, claim.period):
            least, most = claim.interval.low, other.interval.high
            facts: dict[str, Any] = {"part": _said(claim), "whole": _said(other)}
            if least > most:
                yield Raised("conflict", "part_of", claim.indicator, sorted_ids([claim, other]), facts)
            elif defined.share is not None and 0 < most < INFINITY and 100 * least / most > defined.share:
                facts |= {
                    "share": _rounded(100 * claim.value / other.value, 0), "plausible": _plain(defined.share),
                }  # fmt: skip
                yield Raised("doubt", "share", claim.indicator, sorted_ids([claim, other]), facts)


RULES: Sequence[Rule] = (formula, growth, share)


@dataclass(frozen=True, slots=True)
class Computed:
    """What a formula makes of claims, where each part is claimed, and all who claim it say the same exact number."""

    indicator: UUID
    place: UUID | None
    period: str
    value: Decimal
    claims: tuple[UUID, ...]


def computed(definitions: Definitions, claims: Iterable[Claim]) -> Iterator[Computed]:
    """The values of formulas that claims alone give, by indicator, place and period: ours, beside what is claimed."""
    shelf = Shelf(claims)
    for defined in definitions.values():
        if defined.formula is None or not _units_fit(definitions, defined):
            continue
        names = list(dict.fromkeys((*defined.parts, *defined.whole)))
        for place, period in sorted({key[1:] for key in shelf.by_key if key[0] == names[0]}, key=str):
            given = {name: shelf.at(name, place, period) for name in names}
            if not all(_agreed(found) for found in given.values()):
                continue
            values = {name: found[0].value for name, found in given.items()}
            value = formulas.value(
                defined.formula,
                [values[each] for each in defined.parts],
                [values[each] for each in defined.whole],
            )
            if value is not None:
                used = sorted_ids([each for found in given.values() for each in found])
                yield Computed(defined.id, place, period, value, used)


def _agreed(claims: Sequence[Claim]) -> bool:
    return len({each.value for each in claims}) == 1 and all(each.bound == "is" for each in claims)


def citation(id_: UUID, number: str, issuer: str, source: str) -> Raised | None:
    """An instrument under a number that its issuer does not use: whose it looks like, and what was probably meant."""
    found = doubt(number, issuer)
    if found is None:
        return None
    facts = {
        "number": number, "issuer": issuer, "source": source, "looks_like": found.looks_like, "likely": found.likely,
    }  # fmt: skip
    return Raised("conflict", "citation", None, (id_,), facts)


def concerned(definitions: Definitions, indicators: Iterable[UUID]) -> frozenset[UUID]:
    """The indicators whose claims may be found wrong, or may be needed to find it, when these have new claims."""
    asked = set(indicators)
    found = set(asked)
    for defined in definitions.values():
        if defined.id in asked or defined.related & asked:
            found |= {defined.id, *defined.related}
    return frozenset(found)


def _claims(definitions: Definitions, shelf: Shelf) -> Iterator[tuple[Claim, Defined]]:
    for claims in shelf.by_key.values():
        for claim in claims:
            if claim.indicator in definitions:
                yield claim, definitions[claim.indicator]


def _units_fit(definitions: Definitions, defined: Defined) -> bool:
    """Whether the parts have one unit between them (and, but for a ratio, that of the result)."""
    assert defined.formula is not None
    named = [definitions.get(each) for each in (*defined.parts, *defined.whole)]
    units = {each.unit for each in named if each is not None}
    if None in named or not units:
        return False
    if defined.formula["evaluator"] == "ratio":
        return len(units) == 1 or defined.unit != "percent"
    return units == {defined.unit}


def _preferred(claims: Sequence[Claim], source: str) -> list[Claim]:
    """The claims by this source, or else those of the others; of those that say the same, the first."""
    found = [each for each in claims if each.source == source] or claims
    told: dict[tuple[Decimal, str, int | None], Claim] = {}
    for each in found:
        told.setdefault((each.value, each.bound, each.decimals), each)
    return list(told.values())


def _said(claim: Claim) -> dict[str, str]:
    return {
        **printed(claim.value, claim.bound, claim.decimals, claim.source, claim.period),
        "indicator": str(claim.indicator),
    }


def _rounded(value: Decimal, decimals: int | None) -> str:
    return f"{value:.{max(decimals or 0, 0)}f}"


def _plain(value: Decimal) -> str:
    return f"{value:f}"
