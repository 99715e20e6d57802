"""Fees as decision tables: every combination of answers has exactly one line."""

from collections.abc import Iterator
from itertools import product

from sauro.packs import schema
from sauro.packs.checks.book import Finding
from sauro.packs.checks.procedures import Desk

ANY = "*"
"""In a line: whatever the answer."""


def check_fees(desk: Desk) -> Iterator[Finding]:
    """Every fee of the procedure."""
    yield from desk.once(desk.procedure.fees, "$.fees")
    kinds = desk.book.catalogue("fee_kinds", "code")
    times = desk.book.catalogue("collection_times", "code")
    for index, fee in enumerate(desk.procedure.fees):
        path = f"$.fees[{index}]"
        yield from desk.when(path, fee.when)
        yield from _times(desk, f"{path}.times", fee.times)
        yield from desk.known(f"{path}.kind", str(fee.kind), kinds, "kind of fee")
        yield from desk.known(f"{path}.collected", str(fee.collected), times, "time of collection")
        yield from desk.once(fee.waivers, f"{path}.waivers")
        for number, waiver in enumerate(fee.waivers):
            yield from desk.when(f"{path}.waivers[{number}]", waiver.when)
        for number, line in enumerate(fee.lines):
            yield from _amounts(desk, f"{path}.lines[{number}]", line)
        yield from _table(desk, path, fee)


def _amounts(desk: Desk, path: str, line: schema.FeeLine) -> Iterator[Finding]:
    for name in ("counter", "online"):
        least, most = getattr(line, name), getattr(line, f"{name}_max")
        if least is None and line.decided_by is None:
            yield desk.at(path, f"no amount for {name}, and nobody is named who sets it (decided_by)")
        if least is not None and least < 0:
            yield desk.at(f"{path}.{name}", "an amount is not below 0")
        if most is not None and (least is None or most < least):
            yield desk.at(f"{path}.{name}_max", "the most is below the least")


def _times(desk: Desk, path: str, name: str | None) -> Iterator[Finding]:
    question = desk.fields.get(name) if name is not None else None
    if name is not None and (question is None or question.type != "number"):
        yield desk.at(path, f"{name!r} is no question that is answered with a number")


def _table(desk: Desk, path: str, fee: schema.Fee) -> Iterator[Finding]:
    axes: list[list[str]] = []
    for index, name in enumerate(fee.by):
        question = desk.fields.get(name)
        if question is None or not question.choices:
            yield desk.at(f"{path}.by[{index}]", f"{name!r} is no question with choices")
            return
        if not question.required or question.when is not None:
            yield desk.at(f"{path}.by[{index}]", f"{name!r} may stay unanswered, so no line could be chosen")
        axes.append([choice.value for choice in question.choices])
    for number, line in enumerate(fee.lines):
        place = f"{path}.lines[{number}].match"
        if len(line.match) != len(fee.by):
            yield desk.at(place, f"the line matches {len(line.match)} answers; the table has {len(fee.by)}")
            return
        for value, axis in zip(line.match, axes, strict=True):
            if value != ANY and value not in axis:
                yield desk.at(place, f"{value!r} is none of the answers {', '.join(axis)}")
    for answers in product(*axes):
        found = [line for line in fee.lines if _matches(line, answers)]
        if len(found) != 1:
            said = ", ".join(answers) or "every dossier"
            yield desk.at(f"{path}.lines", f"{len(found)} lines match {said}; exactly one must")


def _matches(line: schema.FeeLine, answers: tuple[str, ...]) -> bool:
    return all(want in (ANY, answer) for want, answer in zip(line.match, answers, strict=True))
