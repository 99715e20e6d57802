"""Invariant I11: every configured rule names its evaluator, is reachable, and is run both ways by stored examples."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Any

from sauro.core.expressions import EVALUATORS, ExpressionError, compile_expression
from sauro.core.rules import formulas


def faults(kind: str, body: Mapping[str, Any]) -> list[str]:
    """What is wrong with the rules of a definition's body, one sentence each; empty when it may be published.

    ``body["rules"]`` lists rules: ``id``, ``evaluator``, ``expression``, ``kind`` (``condition`` is referred to by a
    ``when`` somewhere in the form or step graph; ``check`` stands beside a ``field``), and ``examples``. The one rule
    of an indicator is its ``formula``.
    """
    if kind == "indicator":
        formula = body.get("formula")
        return formulas.faults(f"{kind} {body.get('code', '')}", formula) if formula else []
    rules = body.get("rules") or []
    used = set(_values(body, "when"))
    fields = set(_values(body.get("form", {}), "id"))
    found: list[str] = []
    for rule in rules:
        name = f"{kind} {body.get('code', '')}: rule {rule.get('id')}"
        if rule.get("evaluator") not in EVALUATORS:
            found.append(f"{name} does not name an evaluator that exists")
            continue
        if rule.get("kind") == "condition" and rule["id"] not in used:
            found.append(f"{name} is reached from no field, section, step, component or fee")
        if rule.get("kind") == "check" and rule.get("field") not in fields:
            found.append(f"{name} checks the field {rule.get('field')}, which the form does not have")
        found += [f"{name} {fault}" for fault in _run(rule)]
    unknown = used - {rule.get("id") for rule in rules}
    found += [f"{kind} {body.get('code', '')}: there is no rule {name}" for name in sorted(map(str, unknown))]
    return found


def _run(rule: Mapping[str, Any]) -> Iterator[str]:
    try:
        expression = compile_expression(rule["expression"])
    except ExpressionError as error:
        yield f"cannot be read: {error}"
        return
    outcomes = set()
    for example in rule.get("examples") or []:
        expected = example["holds"]
        try:
            holds = bool(expression.evaluate({name: fact(value) for name, value in example["facts"].items()}))
        except ExpressionError as error:
            yield f"fails on its example {example['facts']}: {error}"
            continue
        if holds is not expected:
            yield f"says {holds} on its example {example['facts']}, which should be {expected}"
        outcomes.add(holds)
    if outcomes != {True, False}:
        yield "is not run both ways by its examples"


def fact(value: Any) -> Any:
    """A fact as the evaluator takes it: ISO dates become moments, everything else stays."""
    if isinstance(value, str):
        try:
            return _moment(date.fromisoformat(value)) if len(value) == 10 else value
        except ValueError:
            return value
    return _moment(value) if isinstance(value, date) and not isinstance(value, datetime) else value


def _moment(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _values(tree: Any, name: str) -> Iterator[Any]:
    if isinstance(tree, Mapping):
        for key, value in tree.items():
            if key == name and isinstance(value, str):
                yield value
            elif key != "rules":
                yield from _values(value, name)
    elif isinstance(tree, list):
        for item in tree:
            yield from _values(item, name)
