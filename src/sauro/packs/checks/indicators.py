"""Indicators and claims: every reference leads somewhere, units agree, and numbers are printed as they say (I6, I11)."""

from collections.abc import Iterator, Mapping

from sauro.core.rules import formulas
from sauro.packs import vocabulary
from sauro.packs.administration import provinces
from sauro.packs.checks.book import Book, Finding, Sheet, twice
from sauro.packs.indicator import Citations, Claim, Claims, Indicator, Indicators
from sauro.packs.pack import CITATIONS, CLAIMS, plain
from sauro.packs.schema import Organisations

FILE = "indicators.yaml"


def check_indicators(book: Book) -> Iterator[Finding]:
    """The definitions themselves."""
    sheet = book.sheet(FILE, Indicators)
    if sheet is None:
        return
    for items in ("units", "families", "indicators"):
        for path, message in twice(getattr(sheet.value, items), "code", f"$.{items}"):
            yield sheet.at(path, message)
    known = {item.code: item for item in sheet.value.indicators}
    units = {unit.code for unit in sheet.value.units}
    families = {family.code for family in sheet.value.families}
    agencies = _agencies(book)
    for index, item in enumerate(sheet.value.indicators):
        path = f"$.indicators[{index}]"
        if item.unit not in units:
            yield sheet.at(f"{path}.unit", f"there is no unit {item.unit!r}")
        if item.family not in families:
            yield sheet.at(f"{path}.family", f"there is no family {item.family!r}")
        if agencies is not None and item.custodian not in agencies:
            yield sheet.at(f"{path}.custodian", f"there is no organisation {item.custodian!r}")
        if item.measure is not None and item.measure not in vocabulary.MEASURES:
            yield sheet.at(f"{path}.measure", f"the program does not count {item.measure!r}")
        yield from _formula(sheet, path, item, known)
        yield from _part(sheet, path, item, known)


def _formula(
    sheet: Sheet[Indicators], path: str, item: Indicator, known: Mapping[str, Indicator]
) -> Iterator[Finding]:
    formula, at = item.formula, f"{path}.formula"
    if formula is None:
        return
    for message in formulas.faults(item.code, plain(formula)):
        yield sheet.at(at, message)
    named = [*formula.parts, *formula.whole]
    for code in named:
        if code not in known:
            yield sheet.at(at, f"the formula names {code!r}, which is no indicator")
    if formula.evaluator not in formulas.EVALUATORS:
        return
    found = {known[code].unit for code in named if code in known}
    # A rate in hundredths and a sum say something only of things of one unit.
    if (formula.evaluator != "ratio" or item.unit == "percent") and len(found) > 1:
        yield sheet.at(at, f"the parts have different units: {', '.join(sorted(found))}")
    elif formula.evaluator != "ratio" and found and found != {item.unit}:
        yield sheet.at(at, f"the parts are in {found.pop()}, the result in {item.unit}")
    if _circle(item.code, known):
        yield sheet.at(at, f"the formula of {item.code} leads back to itself")


def _circle(code: str, known: Mapping[str, Indicator]) -> bool:
    seen: set[str] = set()
    waiting = [code]
    while waiting:
        item = known.get(waiting.pop())
        if item is None or item.formula is None:
            continue
        for part in (*item.formula.parts, *item.formula.whole):
            if part == code:
                return True
            if part not in seen:
                seen.add(part)
                waiting.append(part)
    return False


def _part(
    sheet: Sheet[Indicators], path: str, item: Indicator, known: Mapping[str, Indicator]
) -> Iterator[Finding]:
    whole = known.get(item.part_of or "")
    if item.part_of is not None and whole is None:
        yield sheet.at(f"{path}.part_of", f"there is no indicator {item.part_of!r}")
    if whole is not None and whole.unit != item.unit:
        yield sheet.at(f"{path}.part_of", f"{item.code} is in {item.unit}, its whole in {whole.unit}")
    if whole is not None and whole.code == item.code:
        yield sheet.at(f"{path}.part_of", f"{item.code} is a part of itself")
    if item.plausible is not None and item.plausible.share is not None and item.part_of is None:
        yield sheet.at(f"{path}.plausible", "a plausible share needs part_of: the whole it is a share of")


def check_claims(book: Book) -> Iterator[Finding]:
    """What sources say: of indicators and places that exist, in their unit, printed as they were."""
    sheet, defined = book.sheet(CLAIMS, Claims), book.sheet(FILE, Indicators)
    known = {item.code: item for item in defined.value.indicators} if defined else None
    counted = {unit.code: unit.counted for unit in defined.value.units} if defined else {}
    agencies = _agencies(book)
    seen: set[tuple[str, ...]] = set()
    for index, claim in enumerate(sheet.value.claims if sheet else ()):
        assert sheet is not None
        path = f"$.claims[{index}]"
        same = (claim.indicator, claim.place or "", claim.period, claim.source, claim.edition, claim.value)
        if same in seen:
            yield sheet.at(path, f"this claim of {claim.indicator} occurs twice")
        seen.add(same)
        if agencies is not None and claim.place is not None and claim.place not in agencies:
            yield sheet.at(path, f"there is no organisation {claim.place!r}")
        if known is None:
            continue
        item = known.get(claim.indicator)
        if item is None:
            yield sheet.at(path, f"there is no indicator {claim.indicator!r} in {FILE}")
        elif item.unit != claim.unit:
            yield sheet.at(path, f"{claim.indicator} is in {item.unit}, the claim in {claim.unit}")
        else:
            yield from _printed(sheet, path, claim, counted.get(item.unit, False))


def _printed(sheet: Sheet[Claims], path: str, claim: Claim, counted: bool) -> Iterator[Finding]:
    printed = max(0, -int(claim.exact.as_tuple().exponent))
    if counted and (claim.decimals is not None or printed):
        yield sheet.at(path, f"{claim.unit} are counted one by one: leave decimals empty")
    elif not counted and (claim.decimals is None or max(claim.decimals, 0) != printed):
        yield sheet.at(path, f"decimals are as printed: {claim.value} has {printed}")


def check_citations(book: Book) -> Iterator[Finding]:
    """Citations have a custodian that exists, and none occurs twice."""
    sheet, agencies = book.sheet(CITATIONS, Citations), _agencies(book)
    seen: set[tuple[str, ...]] = set()
    for index, item in enumerate(sheet.value.citations if sheet else ()):
        assert sheet is not None
        path = f"$.citations[{index}]"
        if agencies is not None and item.custodian not in agencies:
            yield sheet.at(path, f"there is no organisation {item.custodian!r}")
        if (item.number, item.issuer, item.source, item.edition) in seen:
            yield sheet.at(path, f"this citation of {item.number} occurs twice")
        seen.add((item.number, item.issuer, item.source, item.edition))


def _agencies(book: Book) -> frozenset[str] | None:
    """Organisations of the centre, and the provinces; None when nobody can tell."""
    listed = book.names("organisations.yaml", Organisations, "organisations")
    return None if listed is None else listed | {f"P{area.code}" for area in provinces()}
