"""How an indicator is computed from others: the evaluators that a formula may name (invariant I11). Pure."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from sauro.core.rules.intervals import Interval, less, over, total

EVALUATORS = frozenset({"ratio", "sum", "difference"})
"""``ratio``: the parts together by the whole together, times the scale; ``sum``; ``difference``: the first part less the others."""


def compute(formula: Mapping[str, Any], parts: Sequence[Interval], whole: Sequence[Interval]) -> Interval | None:  # fmt: skip
    """The value of a formula; None where it has none (a whole of zero). Raises ValueError for an unknown evaluator."""
    match formula.get("evaluator"):
        case "ratio":
            found = over(total(parts), total(whole))
            scale = Decimal(formula.get("scale") or 1)
            return Interval(found.low * scale, found.high * scale) if found else None
        case "sum":
            return total(parts)
        case "difference":
            return less(parts[0], total(parts[1:]))
    raise ValueError(f"{formula.get('evaluator')} is no evaluator of a formula")


def value(formula: Mapping[str, Any], parts: Sequence[Decimal], whole: Sequence[Decimal]) -> Decimal | None:
    """The same of exact numbers."""
    found = compute(formula, [Interval(v, v) for v in parts], [Interval(v, v) for v in whole])
    return found.low if found else None


def faults(name: str, formula: Mapping[str, Any]) -> list[str]:
    """What is wrong with a formula, one sentence each: it names its evaluator, has its parts, and its example agrees."""
    if formula.get("evaluator") not in EVALUATORS:
        return [f"{name}: the formula does not name an evaluator that exists"]
    ratio = formula["evaluator"] == "ratio"
    least = 2 if formula["evaluator"] == "difference" else 1
    if len(formula.get("parts") or []) < least or ratio != bool(formula.get("whole")):
        return [f"{name}: the formula has not the parts that {formula['evaluator']} needs"]
    example = formula.get("example")
    if not example:
        return [f"{name}: the formula is not run by an example"]
    given = [[Decimal(str(each)) for each in example.get(side) or []] for side in ("parts", "whole")]
    if [len(each) for each in given] != [len(formula.get(side) or []) for side in ("parts", "whole")]:
        return [f"{name}: the example of the formula gives other parts than it has"]
    gives = Decimal(str(example["gives"]))
    found = value(formula, *given)
    if found is None or found.quantize(gives) != gives:
        said = "nothing" if found is None else found.quantize(gives)
        return [f"{name}: the formula gives {said} on its example, which should be {gives}"]
    return []
