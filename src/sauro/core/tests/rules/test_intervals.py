"""What a stated number says as an interval, and what formulas make of intervals."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sauro.core.rules import formulas
from sauro.core.rules.intervals import BOUNDS, INFINITY, Interval, over, printed, stated

D = Decimal
numbers = st.decimals(min_value=-10_000, max_value=10_000, places=3, allow_nan=False, allow_infinity=False)
positive = st.decimals(min_value="0.001", max_value=10_000, places=3, allow_nan=False, allow_infinity=False)
bounds = st.sampled_from(BOUNDS)
places = st.one_of(st.none(), st.integers(0, 3))


@pytest.mark.parametrize(
    ("one", "other", "both"),
    [
        (("8.6", "is", 1), ("20", "over", 0), False),
        (("8.6", "is", 1), ("8.64", "is", 2), True),
        (("8.6", "is", 1), ("8.65", "is", 2), True),
        (("8.6", "is", 1), ("8.66", "is", 2), False),
        (("98", "is", 0), ("99", "is", 0), False),
        (("1298", "is", None), ("1297", "is", None), False),
        (("1298", "is", None), ("1298", "is", None), True),
        (("4000", "about", None), ("4199", "is", None), True),
        (("4000", "about", None), ("4201", "is", None), False),
        (("20", "over", None), ("20", "is", None), False),
        (("20", "at_least", None), ("20", "is", None), True),
        (("20", "under", None), ("20", "at_least", None), False),
        (("20", "at_most", None), ("20", "at_least", None), True),
        (("20", "over", None), ("900", "over", None), True),
        (("2000000", "is", -6), ("2400000", "is", None), True),
        (("2000000", "is", -6), ("2600000", "is", None), False),
    ],
)
def test_whether_two_statements_can_both_be_true(
    one: tuple[str, str, int | None], other: tuple[str, str, int | None], both: bool
) -> None:
    first, second = (stated(D(value), bound, decimals) for value, bound, decimals in (one, other))
    assert first.meets(second) is both
    assert second.meets(first) is both


@given(numbers, bounds, places)
def test_a_statement_agrees_with_itself(value: D, bound: str, decimals: int | None) -> None:
    said = stated(value, bound, decimals)
    assert said.meets(said)
    assert said.low <= value <= said.high


@given(numbers, numbers, places, places)
def test_what_rounds_to_a_printed_number_may_be_it(
    value: D, other: D, decimals: int | None, theirs: int | None
) -> None:
    """Two roundings of one number never conflict; two different counts always do."""
    first = round(value, decimals) if decimals is not None else value
    second = round(value, theirs) if theirs is not None else value
    assert stated(first, "is", decimals).closed().meets(stated(second, "is", theirs).closed())
    assert stated(value).meets(stated(other)) is (value == other)


def test_an_unknown_bound_is_no_bound() -> None:
    with pytest.raises(ValueError, match="nearly"):
        stated(D(1), "nearly")


@given(st.lists(positive, min_size=1, max_size=4), st.lists(positive, min_size=1, max_size=3), bounds)
def test_a_formula_of_intervals_holds_what_it_gives_for_numbers_in_them(
    parts: list[D], whole: list[D], bound: str
) -> None:
    formula = {"evaluator": "ratio", "scale": 100}
    exact = formulas.value(formula, parts, whole)
    loose = formulas.compute(
        formula, [stated(v, bound, 1) for v in parts], [stated(v, "is", 3) for v in whole]
    )
    assert exact is not None
    if loose is not None:
        assert loose.low <= exact <= loose.high


def test_a_quotient_by_what_may_be_nothing_has_no_value() -> None:
    assert over(Interval(D(1), D(1)), Interval(D(0), D(2))) is None
    assert formulas.value({"evaluator": "ratio"}, [D(1)], [D(0)]) is None
    assert over(Interval(D(1), INFINITY), Interval(D(2), INFINITY)) == Interval(D(0), INFINITY)


def test_the_three_evaluators() -> None:
    parts, whole = [D(16051)], [D(16051), D(223)]
    rate = formulas.value({"evaluator": "ratio", "scale": 100}, parts, whole)
    assert rate is not None and round(rate, 2) == D("98.63")
    assert formulas.value({"evaluator": "sum"}, whole, []) == 16274
    assert formulas.value({"evaluator": "difference"}, [D(10), D(3), D(2)], []) == 5
    with pytest.raises(ValueError, match="guess"):
        formulas.value({"evaluator": "guess"}, parts, whole)


GOOD = {"evaluator": "ratio", "parts": ["a"], "whole": ["b"], "scale": 100, "example": {"parts": ["3"], "whole": ["4"], "gives": "75"}}  # fmt: skip


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({}, None),
        ({"evaluator": None}, "does not name an evaluator"),
        ({"evaluator": "guess"}, "does not name an evaluator"),
        ({"whole": []}, "has not the parts"),
        ({"evaluator": "sum"}, "has not the parts"),
        ({"example": None}, "is not run by an example"),
        ({"example": {"parts": ["3", "1"], "whole": ["4"], "gives": "75"}}, "other parts"),
        ({"example": {"parts": ["3"], "whole": ["4"], "gives": "74"}}, "gives 75 on its example, which should be 74"),
        ({"example": {"parts": ["3"], "whole": ["0"], "gives": "74"}}, "gives nothing on its example"),
    ],
)  # fmt: skip
def test_a_formula_names_its_evaluator_and_is_run_by_its_example(
    change: dict[str, object], said: str | None
) -> None:
    found = formulas.faults("indicator x", GOOD | change)
    assert [bool(said) and str(said) in each for each in found] == ([True] if said else [])


@pytest.mark.parametrize(
    ("value", "decimals", "shown"),
    [("8.600000", 1, "8.6"), ("1298.000000", None, "1298"), ("0.766000", None, "0.766"), ("2000000", -6, "2000000")],
)  # fmt: skip
def test_a_claim_is_told_as_it_was_printed(value: str, decimals: int | None, shown: str) -> None:
    assert printed(D(value), "is", decimals, "s", "2025")["value"] == shown
