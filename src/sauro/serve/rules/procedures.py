"""A procedure, compiled once from its published definition: its steps, conditions, limits and fees."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cached_property
from typing import Any
from uuid import UUID

import msgspec

from sauro.core.expressions import Expression, ExpressionError, compile_expression
from sauro.core.queries.definitions import Published
from sauro.core.shapes import prepared
from sauro.packs import procedure as pack

Facts = Mapping[str, Any]
SHAPE = prepared(pack.Procedure)


@dataclass(frozen=True)
class Procedure:
    """A procedure in one version. ``terms`` is what the pack says; the rest is made from it."""

    id: UUID
    terms: pack.Procedure
    basis: str
    _expressions: dict[str, Expression] = field(default_factory=dict, compare=False, repr=False)

    @property
    def code(self) -> str:
        return self.terms.code

    @cached_property
    def rules(self) -> dict[str, pack.Rule]:
        return {rule.id: rule for rule in self.terms.rules}

    @cached_property
    def steps(self) -> dict[str, pack.Step]:
        return {step.id: step for step in self.terms.steps}

    @cached_property
    def fields(self) -> dict[str, pack.FormField]:
        return {f.id: f for section in self.terms.form.sections for f in section.fields}

    @cached_property
    def components(self) -> dict[str, pack.Component]:
        return {component.id: component for component in self.terms.components}

    @property
    def first_step(self) -> pack.Step:
        return self.terms.steps[0]

    def expression(self, rule: str) -> Expression:
        if rule not in self._expressions:
            self._expressions[rule] = compile_expression(self.rules[rule].expression)
        return self._expressions[rule]

    def facts(self, answers: Facts, *, today: date, channel: int, applicant: str) -> dict[str, Any]:
        """Facts as rules see them: answers by field, and the circumstances of the filing."""
        found: dict[str, Any] = {
            "today": datetime(today.year, today.month, today.day, tzinfo=UTC),
            "channel": channel,
            "online": channel == 2,
            "applicant": applicant,
        }
        for name, value in answers.items():
            known = self.fields.get(name)
            if known is not None and value not in (None, ""):
                found[name] = _typed(known.type, value)
        return found

    def holds(self, rule: str, facts: Facts) -> bool:
        """Whether a condition holds; one that names something without a value does not."""
        expression = self.expression(rule)
        if not expression.names() <= facts.keys():
            return False
        return bool(expression.evaluate(facts))

    def conditions(self, facts: Facts) -> frozenset[str]:
        """All conditions that hold for these facts."""
        return frozenset(r.id for r in self.terms.rules if r.kind == "condition" and self.holds(r.id, facts))

    def failed_checks(self, facts: Facts) -> Iterator[pack.Rule]:
        """Checks that were run and do not hold; one that names something without a value is run if it says so."""
        for rule in self.terms.rules:
            if rule.kind != "check":
                continue
            expression = self.expression(rule.id)
            names = expression.names()
            if not (rule.unanswered or names <= facts.keys()):
                continue
            try:
                passed = bool(expression.evaluate(dict.fromkeys(names) | dict(facts)))
            except ExpressionError:
                passed = False
            if not passed:
                yield rule

    def next_step(self, step: str, holds: Collection[str]) -> pack.Step | None:
        """The step after ``step``: the first branch whose rule holds, else the plain way on; None at the end."""
        for way in self.steps[step].next:
            if isinstance(way, str):
                return self.steps[way]
            if way.when in holds:
                return self.steps[way.to]
        return None

    def limit(self, holds: Collection[str]) -> tuple[int, pack.TimeUnit]:
        """The legal limit as (amount, unit): the first variant whose rule holds, else the ordinary one."""
        for variant in self.terms.time_limit.variants:
            if variant.when in holds:
                return variant.amount, variant.unit
        return self.terms.time_limit.amount, self.terms.time_limit.unit

    def fees(self, answers: Facts, holds: Collection[str], channel: int) -> list[tuple[pack.Fee, int | None]]:
        """Fees that apply, in VND; None where an authority sets the amount later. A waived fee is 0."""
        found: list[tuple[pack.Fee, int | None]] = []
        for fee in self.terms.fees:
            if fee.when is not None and fee.when not in holds:
                continue
            if any(waiver.when is not None and waiver.when in holds for waiver in fee.waivers):
                found.append((fee, 0))
                continue
            line = _line(fee, answers)
            if line is not None:
                amount = line.online if channel == 2 else line.counter
                found.append((fee, None if amount is None else amount * _times(fee, answers)))
        return found


def _times(fee: pack.Fee, answers: Facts) -> int:
    """How often the amount is paid; once where the number was not asked or not given."""
    given = answers.get(fee.times) if fee.times is not None else None
    return 1 if given in (None, "") else int(given)


def _line(fee: pack.Fee, answers: Facts) -> pack.FeeLine | None:
    for line in fee.lines:
        if all(
            m == "*" or m == str(answers.get(name, "")) for m, name in zip(line.match, fee.by, strict=True)
        ):
            return line
    return None


def _typed(kind: str, value: Any) -> Any:
    if kind == "date":
        day = value if isinstance(value, date) else date.fromisoformat(str(value))
        return datetime(day.year, day.month, day.day, tzinfo=UTC)
    if kind == "yesno":
        return value if isinstance(value, bool) else str(value) == "yes"
    if kind in ("number", "money"):
        return int(value)
    return str(value)


def procedure(published: Published) -> Procedure:
    """Compile a published definition of kind ``procedure``. Raises msgspec.ValidationError on a foreign shape."""
    terms = msgspec.convert(published.body, SHAPE, strict=False)
    return Procedure(published.id, terms, published.basis)
