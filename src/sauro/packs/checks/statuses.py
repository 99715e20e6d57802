"""The axes of a dossier: closed, reachable, and every move made by an action that somebody may be granted."""

from collections.abc import Iterator

from sauro.packs import schema, vocabulary
from sauro.packs.checks.book import Book, Finding, Sheet, twice


def check_statuses(book: Book) -> Iterator[Finding]:
    """All four axes, each on its own."""
    sheet = book.sheet("statuses.yaml", schema.Statuses)
    if sheet is None:
        return
    axes = {axis.code: axis for axis in sheet.value.axes}
    for name in sorted(vocabulary.AXES - axes.keys()):
        yield sheet.at("$.axes", f"the axis {name} is missing")
    granted = _granted(book)
    for index, axis in enumerate(sheet.value.axes):
        yield from _axis(sheet, f"$.axes[{index}]", axis)
        yield from _transitions(sheet, f"$.axes[{index}].transitions", axis, granted)
    business = axes.get("business")
    if business is not None:
        missing = vocabulary.NATIONAL_STATUSES - {state.code for state in business.states}
        for code in sorted(missing, key=int):
            yield sheet.at("$.axes", f"the national status {code} is missing")


def _granted(book: Book) -> frozenset[str] | None:
    roles = book.sheet("roles.yaml", schema.Roles)
    return (
        None if roles is None else frozenset(action for role in roles.value.roles for action in role.actions)
    )


def _axis(sheet: Sheet[schema.Statuses], path: str, axis: schema.StatusAxis) -> Iterator[Finding]:
    codes = {state.code for state in axis.states}
    for key in ("code", "key"):
        for place, message in twice(axis.states, key, f"{path}.states"):
            yield sheet.at(place, message)
    for code in axis.initial:
        if code not in codes:
            yield sheet.at(f"{path}.initial", f"the initial state {code!r} is not one of the states")
    reached, leaving = _reached(axis), {move.start for move in axis.transitions}
    for index, state in enumerate(axis.states):
        place = f"{path}.states[{index}]"
        if state.code not in reached:
            yield sheet.at(place, f"the state {state.code!r} cannot be reached")
        if state.final and state.code in leaving:
            yield sheet.at(place, f"the state {state.code!r} is final, yet a transition leaves it")
        if not state.final and state.code not in leaving:
            yield sheet.at(place, f"nothing leads out of the state {state.code!r}, and it is not final")


def _transitions(
    sheet: Sheet[schema.Statuses], path: str, axis: schema.StatusAxis, granted: frozenset[str] | None
) -> Iterator[Finding]:
    codes = {state.code for state in axis.states}
    seen: set[tuple[str, str]] = set()
    for index, move in enumerate(axis.transitions):
        place = f"{path}[{index}]"
        for end, code in (("from", move.start), ("to", move.to)):
            if code not in codes:
                yield sheet.at(f"{place}.{end}", f"there is no state {code!r} on the axis {axis.code}")
        if (move.start, move.to) in seen:
            yield sheet.at(place, f"the transition {move.start} → {move.to} occurs twice")
        seen.add((move.start, move.to))
        if move.ground == "law" and move.basis is None:
            yield sheet.at(place, f"the transition {move.start} → {move.to} is law, but no article is named")
        for action in move.actions:
            if action not in vocabulary.ACTIONS:
                yield sheet.at(f"{place}.actions", f"there is no action {action!r}")
            elif granted is not None and action not in granted:
                yield sheet.at(f"{place}.actions", f"no role grants {action}")


def _reached(axis: schema.StatusAxis) -> set[str]:
    reached, fresh = set[str](), set(axis.initial)
    while fresh:
        reached |= fresh
        fresh = {move.to for move in axis.transitions if move.start in reached} - reached
    return reached
