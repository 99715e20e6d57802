"""The steps of a procedure: a graph without a dead end, done by those who may, in the hours of the legal limit."""

from collections.abc import Iterator

from sauro.packs import schema, vocabulary
from sauro.packs.checks.book import Finding
from sauro.packs.checks.near import near
from sauro.packs.checks.procedures import Desk, statuses


def check_steps(desk: Desk) -> Iterator[Finding]:
    """Who does what, where it leads, and how long it takes."""
    steps = desk.procedure.steps
    yield from desk.once(steps, "$.steps")
    if not steps:
        yield desk.at("$.steps", "there are no steps")
        return
    business = statuses(desk)
    published = len(desk.procedure.published_steps)
    for index, step in enumerate(steps):
        path = f"$.steps[{index}]"
        yield from desk.known(f"{path}.status", step.status, business, "business status")
        yield from _doer(desk, path, step)
        if step.hours < 0:
            yield desk.at(f"{path}.hours", "hours are not below 0")
        if step.published is not None and not 1 <= step.published <= published:
            yield desk.at(f"{path}.published", f"there is no published step {step.published}")
    yield from _ends(desk)
    yield from _signing(desk)
    broken = list(_graph(desk))
    yield from broken
    if not broken:
        yield from _hours(desk)


def _doer(desk: Desk, path: str, step: schema.Step) -> Iterator[Finding]:
    if step.action not in vocabulary.ACTIONS:
        yield desk.at(f"{path}.action", f"there is no action {step.action!r}")
    types = desk.book.names("organisations.yaml", schema.Organisations, "types")
    yield from desk.known(f"{path}.unit", step.unit, types, "type of organisation")
    offices = desk.book.sheet("positions.yaml", schema.Positions)
    if offices is not None:
        office = next((item for item in offices.value.positions if item.code == step.position), None)
        if office is None:
            offers = near(step.position, [item.code for item in offices.value.positions])
            yield desk.at(
                f"{path}.position", f"there is no office {step.position!r} in positions.yaml{offers}"
            )
        elif step.unit not in office.organisations:
            yield desk.at(f"{path}.position", f"{step.position} is no office of {step.unit}")
        elif step.role not in office.roles:
            yield desk.at(f"{path}.role", f"{step.position} is not given the role {step.role}")
    roles = desk.book.sheet("roles.yaml", schema.Roles)
    if roles is not None:
        role = next((item for item in roles.value.roles if item.code == step.role), None)
        if role is None:
            yield desk.at(f"{path}.role", f"there is no role {step.role!r}")
        elif step.action not in role.actions:
            yield desk.at(f"{path}.action", f"the role {step.role} does not grant {step.action}")


def _ends(desk: Desk) -> Iterator[Finding]:
    steps = desk.procedure.steps
    first, last = steps[0], [(i, step) for i, step in enumerate(steps) if not step.next]
    if first.kind != "accept" or first.action != "serve.accept_dossier":
        yield desk.at("$.steps[0]", "the first step accepts the dossier")
    if first.unit not in {place.organisation for place in desk.procedure.receiving}:
        yield desk.at("$.steps[0].unit", f"{first.unit} accepts, but is none of the receiving places")
    if len(last) != 1:
        yield desk.at(
            "$.steps", f"{len(last)} steps lead nowhere; exactly one, the return of the result, must"
        )
    for index, step in last:
        if step.kind != "return" or step.hours or step.status != "9":
            message = "the last step returns the result: kind return, hours 0, status 9"
            yield desk.at(f"$.steps[{index}]", message)


def _signing(desk: Desk) -> Iterator[Finding]:
    procedure, steps = desk.procedure, list(enumerate(desk.procedure.steps))
    signing = [(index, step) for index, step in steps if step.kind == "sign"]
    drafting = [(index, step) for index, step in steps if step.kind == "draft"]
    if len(signing) != 1 or not drafting:
        yield desk.at("$.steps", "a decision is drafted, and signed once")
        return
    index, sign = signing[0]
    if (sign.unit, sign.position) != (procedure.competent.organisation, procedure.competent.signer):
        yield desk.at(f"$.steps[{index}]", "who signs is not the competent authority of the procedure")
    for number, draft in drafting:
        if (draft.unit, draft.position) == (sign.unit, sign.position):
            yield desk.at(f"$.steps[{number}]", "who drafts cannot be who signs")


def _graph(desk: Desk) -> Iterator[Finding]:
    steps = {step.id: step for step in desk.procedure.steps}
    lost = False
    for index, step in enumerate(desk.procedure.steps):
        path = f"$.steps[{index}]"
        plain = [way for way in step.next if isinstance(way, str)]
        if step.next and (len(plain) != 1 or not isinstance(step.next[-1], str)):
            yield desk.at(f"{path}.next", "branches come first, then exactly one step without a condition")
        for number, way in enumerate(step.next):
            target = way if isinstance(way, str) else way.to
            if target not in steps:
                lost = True
                yield desk.at(f"{path}.next", f"there is no step {target!r}")
            if isinstance(way, schema.Branch):
                yield from desk.when(f"{path}.next[{number}]", way.when)
    reached = _reached(desk.procedure.steps)
    for index, step in enumerate(desk.procedure.steps):
        if not lost and step.id not in reached:
            yield desk.at(f"$.steps[{index}]", f"the step {step.id!r} cannot be reached")
    if _circle(steps, desk.procedure.steps[0].id, ()):
        yield desk.at("$.steps", "the steps run in a circle")


def _reached(steps: list[schema.Step]) -> set[str]:
    ways = {step.id: {w if isinstance(w, str) else w.to for w in step.next} for step in steps}
    reached, fresh = set[str](), {steps[0].id}
    while fresh:
        reached |= fresh
        fresh = {target for step in fresh for target in ways.get(step, ())} - reached
    return reached


def _circle(steps: dict[str, schema.Step], at: str, before: tuple[str, ...]) -> bool:
    if at in before:
        return True
    ways = steps[at].next if at in steps else []
    return any(_circle(steps, w if isinstance(w, str) else w.to, (*before, at)) for w in ways)


def _hours(desk: Desk) -> Iterator[Finding]:
    """The default path takes the limit; the path of a variant takes the variant; no path takes more than the most."""
    limit = desk.procedure.time_limit
    spent = _path(desk.procedure.steps, frozenset())
    if spent != limit.hours:
        yield desk.at("$.steps", f"the steps add up to {spent} hours; the legal limit is {limit.hours}")
    most = limit.hours
    for index, variant in enumerate(limit.variants):
        wanted = vocabulary.limit_hours(variant.amount, variant.unit)
        most = max(most, wanted)
        spent = _path(desk.procedure.steps, frozenset({variant.when}))
        if spent != wanted:
            message = f"under {variant.when} the steps add up to {spent} hours; the limit is {wanted}"
            yield desk.at(f"$.time_limit.variants[{index}]", message)
    branches = {w.when for step in desk.procedure.steps for w in step.next if isinstance(w, schema.Branch)}
    for rule in sorted(branches - {variant.when for variant in limit.variants}):
        if (spent := _path(desk.procedure.steps, frozenset({rule}))) > most:
            yield desk.at("$.steps", f"under {rule} the steps add up to {spent} hours; the most is {most}")


def _path(steps: list[schema.Step], true: frozenset[str]) -> int:
    """Hours from the first step to the last when these rules hold and no others."""
    by_id, step, hours = {item.id: item for item in steps}, steps[0], 0
    while True:
        hours += step.hours
        if not step.next:
            return hours
        taken = (w for w in step.next if isinstance(w, str) or w.when in true)
        way = next(taken)
        step = by_id[way if isinstance(way, str) else way.to]
