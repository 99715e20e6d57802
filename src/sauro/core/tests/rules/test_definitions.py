"""Invariant I11: a rule is published only if it names its evaluator, is reached, and is run both ways by its examples."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from sauro.core.rules.definitions import faults


def rule(name: str, at: int, **changes: Any) -> dict[str, Any]:
    return {
        "id": name, "evaluator": "cel", "kind": "condition", "expression": f"amount > {at}",
        "examples": [{"facts": {"amount": at + 1}, "holds": True}, {"facts": {"amount": at}, "holds": False}], **changes,
    }  # fmt: skip


def body(rules: list[dict[str, Any]], whens: list[str]) -> dict[str, Any]:
    fields = [{"id": f"f{at}", "when": name} for at, name in enumerate(whens)]
    return {"code": "x", "rules": rules, "form": {"sections": [{"fields": [*fields, {"id": "amount"}]}]}}


BREAKS: list[tuple[dict[str, Any], str]] = [
    ({"evaluator": None}, "does not name an evaluator"),
    ({"evaluator": "ours"}, "does not name an evaluator"),
    ({"kind": "check", "field": "nowhere"}, "the form does not have"),
    ({"expression": "amount >"}, "cannot be read"),
    ({"expression": "size(amount)"}, "fails on its example"),
    ({"expression": "amount > 1000"}, "should be True"),
    ({"expression": "amount > -1000"}, "should be False"),
    ({"examples": []}, "not run both ways"),
    ({"examples": [{"facts": {"amount": 99}, "holds": True}]}, "not run both ways"),
    ({"examples": [{"facts": {"amount": -99}, "holds": False}] * 2}, "not run both ways"),
]
NAMES = st.lists(st.sampled_from(["a", "b", "c", "d"]), min_size=1, unique=True)


@given(NAMES, st.integers(-9, 9))
def test_what_is_named_reached_and_run_both_ways_is_published(names: list[str], at: int) -> None:
    assert faults("procedure", body([rule(name, at) for name in names], names)) == []


@given(NAMES, st.integers(-9, 9), st.sampled_from(BREAKS), st.data())
def test_one_fault_is_said_of_the_rule_that_has_it(
    names: list[str], at: int, broken: tuple[dict[str, Any], str], data: st.DataObject
) -> None:
    bad = data.draw(st.sampled_from(names))
    found = faults("procedure", body([rule(n, at, **(broken[0] if n == bad else {})) for n in names], names))
    assert any(broken[1] in fault for fault in found)
    assert all(f"rule {bad} " in fault for fault in found)


@given(NAMES, st.data())
def test_a_condition_that_nothing_refers_to_is_a_fault_and_a_reference_to_nothing_too(
    names: list[str], data: st.DataObject
) -> None:
    lost = data.draw(st.sampled_from(names))
    found = faults(
        "procedure", body([rule(name, 1) for name in names], [name for name in names if name != lost])
    )
    assert len(found) == 1 and "reached from no field" in found[0] and f"rule {lost} " in found[0]
    found = faults("procedure", body([rule(name, 1) for name in names if name != lost], names))
    assert found == [f"procedure x: there is no rule {lost}"]
