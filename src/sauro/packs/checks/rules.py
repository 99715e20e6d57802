"""The rules of a procedure (invariant I11): evaluator named, facts known, reachable, and run both ways."""

from collections.abc import Iterator
from datetime import date

from sauro.core.expressions import EvaluationFailed, ExpressionRefused, compile_rule
from sauro.packs import schema, vocabulary
from sauro.packs.checks.book import Finding, structs
from sauro.packs.checks.procedures import Desk


def check_rules(desk: Desk) -> Iterator[Finding]:
    """Every rule of the procedure."""
    yield from desk.once(desk.procedure.rules, "$.rules")
    used = _used(desk.procedure)
    for index, rule in enumerate(desk.procedure.rules):
        path = f"$.rules[{index}]"
        yield from _kind(desk, path, rule)
        if rule.kind == "condition" and rule.id not in used:
            yield desk.at(path, f"nothing refers to the condition {rule.id!r}: it can never be reached")
        try:
            names = compile_rule({"evaluator": rule.evaluator, "expression": rule.expression}).names()
        except ExpressionRefused as error:
            yield desk.at(f"{path}.expression", f"the expression does not compile: {error}")
            continue
        for name in sorted(names - desk.fields.keys() - vocabulary.CONTEXT.keys()):
            yield desk.at(f"{path}.expression", f"no question of the form is named {name!r}")
        yield from _examples(desk, path, rule, names)


def names_of(rule: schema.Rule) -> frozenset[str]:
    """The facts a rule asks of; none when it does not compile."""
    try:
        return compile_rule({"evaluator": rule.evaluator, "expression": rule.expression}).names()
    except ExpressionRefused:
        return frozenset()


def _kind(desk: Desk, path: str, rule: schema.Rule) -> Iterator[Finding]:
    if rule.kind == "condition":
        if rule.field is not None or rule.message is not None:
            yield desk.at(path, "a condition has no field and no message: it refuses nothing")
        if rule.unanswered:
            yield desk.at(
                path, "a condition of an unanswered question does not hold; only a check may look at it"
            )
        return
    if rule.message is None:
        yield desk.at(path, "a check needs a message that says what to do")
    if rule.field is None or rule.field not in desk.fields:
        yield desk.at(
            f"{path}.field", f"a check is shown beside a question; there is none named {rule.field!r}"
        )
    elif rule.field not in names_of(rule):
        yield desk.at(f"{path}.field", f"the check does not look at {rule.field!r}, beside which it is shown")


def _examples(desk: Desk, path: str, rule: schema.Rule, names: frozenset[str]) -> Iterator[Finding]:
    for wanted in (True, False):
        if not any(example.holds is wanted for example in rule.examples):
            yield desk.at(f"{path}.examples", f"no example in which {rule.id} is {str(wanted).lower()}")
    for index, example in enumerate(rule.examples):
        place = f"{path}.examples[{index}]"
        if example.facts.keys() != names:
            said = ", ".join(sorted(names ^ example.facts.keys()))
            yield desk.at(f"{place}.facts", f"an example gives exactly the facts of the rule; see {said}")
            continue
        wrong = list(_wrong_types(desk, rule, example))
        for name, kind in wrong:
            yield desk.at(f"{place}.facts.{name}", f"{name!r} is of type {kind.__name__}")
        if not wrong:
            yield from _run(desk, place, rule, example)


def _run(desk: Desk, path: str, rule: schema.Rule, example: schema.Example) -> Iterator[Finding]:
    try:
        expression = compile_rule({"evaluator": rule.evaluator, "expression": rule.expression})
        found = expression.holds(example.facts)
    except EvaluationFailed as error:
        yield desk.at(path, f"the rule {rule.id} cannot be evaluated with these facts: {error}")
        return
    if found is not example.holds:
        yield desk.at(
            path, f"the rule {rule.id} says {str(found).lower()}, the example {str(example.holds).lower()}"
        )


def _wrong_types(desk: Desk, rule: schema.Rule, example: schema.Example) -> Iterator[tuple[str, type]]:
    for name, value in example.facts.items():
        if value is None and rule.unanswered:
            continue
        kind = vocabulary.CONTEXT.get(name)
        question = desk.fields.get(name)
        if kind is None and question is not None:
            kind = vocabulary.FACT_TYPES.get(question.type, str)
            if question.choices and value not in {choice.value for choice in question.choices}:
                yield name, type(value)
        if kind is not None and not vocabulary.is_of(value, kind):
            yield name, kind


def typed(procedure: schema.Procedure, facts: dict[str, object]) -> dict[str, object]:
    """Facts of a stored example (dates as ISO text) as the evaluator wants them."""
    kinds = {f.id: f.type for section in procedure.form.sections for f in section.fields}
    return {
        name: date.fromisoformat(value)
        if isinstance(value, str) and (name == "today" or kinds.get(name) == "date")
        else value
        for name, value in facts.items()
    }


def _used(procedure: schema.Procedure) -> frozenset[str]:
    """Every rule that something of the procedure refers to."""
    return frozenset(
        when for _, item in structs(procedure) if isinstance(when := getattr(item, "when", None), str)
    )
