"""What happens in one province: planned from the seed alone, in office time, before any act is done.

Offices are queues: each does so many acts in a slot, in the order in which they come. A well staffed one keeps its
deadlines; one with too few people falls behind; one step of one procedure is broken for a while, and everything that
has to pass it piles up in front of it. Lateness is what follows from that, it is drawn nowhere.
"""

import heapq
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from random import Random
from uuid import UUID

from sauro.packs.ids import id_of
from sauro.project.simulation import work
from sauro.project.simulation.hours import SLOT_HOURS, Hours
from sauro.project.simulation.places import COUNTER, MIX, ONLINE, Province, Way
from sauro.project.simulation.work import Errand

WEEK = (1.35, 1.15, 1.0, 0.95, 0.9, 0.14, 0.1)
"""How much is filed on Monday … Sunday; on other days off as on a Sunday."""
SHARE_ONLINE, SHARE_ASSISTED = 0.55, 0.12
FATES = (
    ("plain", 840), ("ask_first", 50), ("ask_later", 45), ("refuse", 20), ("draft_back", 20), ("withdraw", 15),
    ("stop", 10),
)  # fmt: skip
"""What becomes of a thousand filings, apart from lateness: an assumption of ours."""
NEVER_ANSWERED, NEVER_FETCHED, DECIDED_NO = 0.12, 0.04, 0.03
PLENTY = 8.0
"""Acts of a well staffed office in one slot."""
AT_LEAST = 0.25
"""The part of a slot that lies at least between two acts on a dossier."""
UNDERSTAFFED = 0.05
AT_ONCE, IN_TIME = 0.07, 0.3
"""Which part of the hours that the pack gives a step it mostly takes: where the limit is the same day, and elsewhere."""
BROKEN_KIND, BROKEN_FROM, BROKEN_TO, BROKEN_SPEED = "consult", 0.3, 0.7, 0.4
"""Which kind of step breaks in the broken province, from which part of the time to which, and how much of what comes
it still does."""


@dataclass(slots=True)
class Case:
    """One dossier: its number in the province, its way, who files it, and what will become of it."""

    id: UUID
    way: Way
    citizen: int
    assisted: bool
    fate: str
    refused: bool
    todo: list["Todo"] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Todo:
    """One act to come: its verb, the step it is about, the office that does it (None: the citizen), its effort in slots."""

    verb: str
    step: str
    office: UUID | None
    effort: float


@dataclass(frozen=True, slots=True, order=True)
class Planned:
    """One act in its slot; ``order`` is that in which they come up, ``at`` which act of its case this is."""

    slot: int
    order: int
    case: Case | Errand = field(compare=False)
    at: int = field(compare=False)

    @property
    def verb(self) -> str:
        return self.case.todo[self.at].verb


def plan(
    province: Province, count: int, hours: Hours, seed: str, people: int, *, broken: bool
) -> list[Planned]:
    """Everything that happens to ``count`` dossiers of a province, in order."""
    chance = Random(f"{seed}:{province.code}")
    if not province.ways or not hours.working:
        return []
    filings = sorted(_filings(province, count, hours, chance, seed, people), key=lambda filing: filing[0])
    pace = _pace([case for _slot, case in filings], hours, chance)
    return sorted(_run(filings, hours, pace, chance, broken=broken))


def tasks(who: work.Offices, count: int, hours: Hours, seed: str) -> list[Planned]:
    """Everything that happens to the tasks of the nation, in order."""
    made = work.plan(who, count, hours, seed)
    return sorted(Planned(slot, order, errand, at) for order, (slot, errand, at) in enumerate(made))


def _filings(
    province: Province, count: int, hours: Hours, chance: Random, seed: str, people: int
) -> Iterator[tuple[int, Case]]:
    ways = list(province.ways.items())
    weights = [MIX[code] * (1.0 + 0.5 * (number % 3)) for number, ((code, _area), _known) in enumerate(ways)]
    slots = range(len(hours.slots))
    busy = [_busy(hours, number) for number in slots]
    open_ = [weight if hours.slots[number].open else 0.0 for number, weight in enumerate(busy)]
    for number in range(count):
        (_code, area), known = chance.choices(ways, weights)[0]
        channel = (
            ONLINE
            if ONLINE in known and (COUNTER not in known or chance.random() < SHARE_ONLINE)
            else COUNTER
        )
        (slot,) = chance.choices(slots, busy if channel == ONLINE else open_)
        helper = province.assisters.get(area)
        helped = helper is not None and channel == COUNTER and helper[1] in known[channel].places.involved
        assisted = chance.random() < SHARE_ASSISTED / (1 - SHARE_ONLINE) and helped
        fate = chance.choices([name for name, _ in FATES], [weight for _, weight in FATES])[0]
        case = Case(
            id_of(f"simulation/{seed}/{province.code}/{number}"), known[channel], chance.randrange(people), assisted,
            fate, chance.random() < DECIDED_NO,
        )  # fmt: skip
        case.todo = _course(case, chance)
        yield slot, case


def _busy(hours: Hours, number: int) -> float:
    """How much is filed in a slot: by the day of the week, more at the turn of a month, and growing over the season."""
    slot = hours.slots[number]
    day: date = slot.at.date()
    rest = not any(
        each.open for each in hours.slots[max(0, number - 4) : number + 5] if each.at.date() == day
    )
    weight = WEEK[6] if rest else WEEK[day.weekday()]
    if day.day <= 5 or day.day >= 28:
        weight *= 1.2
    return weight * (1 if slot.open else 0.8) * (1 + 0.25 * number / len(hours.slots))


def _course(case: Case, chance: Random) -> list[Todo]:
    """The acts that the fate of a case leads to, filing first."""
    way, first = case.way, case.way.steps[0]
    reception = way.plan[first.id]
    made = [Todo("assist" if case.assisted else "submit", first.id, None, 0.0)]
    if case.fate == "refuse" and way.procedure.terms.refusals:
        return [*made, Todo("refuse", first.id, reception, 0.2)]
    if case.fate == "ask_first":
        made += _asked(first.id, reception, chance)
        if len(made) == 2:
            return made
    made.append(Todo("accept", first.id, reception, 0.2))
    for step in way.steps[1:]:
        made += _at(case, step.id, step.kind, way.plan[step.id], _effort(way, step.hours, chance), chance)
        if made[-1].verb in ("ask", "withdraw", "stop"):
            return made
    if case.way.channel == COUNTER and chance.random() < NEVER_FETCHED:
        made.pop()
    return made


def _at(case: Case, step: str, kind: str, office: UUID, effort: float, chance: Random) -> list[Todo]:
    """What is done at one step."""
    if kind == "sign":
        if case.fate in ("stop", "withdraw"):
            return [Todo(case.fate, step, office if case.fate == "stop" else None, effort)]
        if case.fate == "draft_back":
            return [
                Todo("send_back", step, office, effort),
                *_again(case, step, effort),
                Todo("sign", step, office, effort),
            ]
        return [Todo("sign", step, office, effort)]
    if kind == "draft" and case.fate == "ask_later":
        asked = _asked(step, office, chance)
        return asked if len(asked) == 1 else [*asked, Todo("draft", step, office, effort)]
    if kind == "return":
        return [Todo("return", step, office, effort + (chance.lognormvariate(0.6, 0.9) if case.way.channel == COUNTER else 0.1))]  # fmt: skip
    verbs = {"assign": "assign", "draft": "draft", "issue": "issue"}
    return [Todo(verbs.get(kind, "complete"), step, office, effort)]


def _again(case: Case, until: str, effort: float) -> Iterator[Todo]:
    """The draft, and whatever comes between it and the signature, once more."""
    ids = [each.id for each in case.way.steps]
    first = next(at for at, each in enumerate(case.way.steps) if each.kind == "draft")
    for step in case.way.steps[first : ids.index(until)]:
        yield Todo("draft" if step.kind == "draft" else "complete", step.id, case.way.plan[step.id], effort)


def _asked(step: str, office: UUID, chance: Random) -> list[Todo]:
    """A supplement is asked for; most people answer within days, some never."""
    ask = Todo("ask", step, office, 0.3)
    if chance.random() < NEVER_ANSWERED:
        return [ask]
    return [ask, Todo("answer", step, None, 1.5 + chance.lognormvariate(1.7, 0.7))]


def _effort(way: Way, hours: float, chance: Random) -> float:
    """How long a step takes once it is begun: mostly less than the hours that the pack gives it."""
    amount, _unit = way.procedure.limit(way.holds)
    return float(hours) / SLOT_HOURS * (IN_TIME if amount else AT_ONCE) * chance.lognormvariate(0.0, 0.5)


def _pace(cases: Sequence[Case], hours: Hours, chance: Random) -> dict[UUID, tuple[float, float]]:
    """How many acts each office does in a slot: plenty, or hardly as many as come; and while its step is broken."""
    come = Counter(todo.office for case in cases for todo in case.todo if todo.office is not None)
    pace = {}
    for office, count in sorted(come.items()):
        rate = count / len(hours.working)
        short = chance.random() < UNDERSTAFFED
        usual = rate * chance.uniform(0.93, 1.06) if short else max(PLENTY, rate * chance.uniform(1.25, 2.0))
        pace[office] = (usual, rate * BROKEN_SPEED)
    return pace


def _run(
    filings: Sequence[tuple[int, Case]],
    hours: Hours,
    pace: dict[UUID, tuple[float, float]],
    chance: Random,
    *,
    broken: bool,
) -> Iterator[Planned]:
    """Let every case go from office to office, whoever is ready first."""
    waiting: list[tuple[float, int, int, Case, int]] = []
    free: dict[UUID, float] = {}
    whole = len(hours.working)
    order = 0
    for slot, case in filings:
        yield Planned(slot, order, case, 0)
        order += 1
        ready = hours.office_time(slot) + chance.uniform(AT_LEAST, 0.9)
        heapq.heappush(waiting, (ready, order, slot, case, 1))
    while waiting:
        ready, _order, slot, case, at = heapq.heappop(waiting)
        if at >= len(case.todo):
            continue
        todo = case.todo[at]
        done = ready + todo.effort
        if todo.office is not None:
            speed = pace[todo.office][broken and _is_broken(case, todo, ready / whole)]
            begun = max(ready, free.get(todo.office, 0.0))
            free[todo.office] = begun + 1 / speed
            done = begun + max(todo.effort, 1 / speed if speed < 1 else 0.0)
        found = hours.slot_at(done)
        if found is None:
            continue
        order += 1
        found = max(found, slot)
        yield Planned(found, order, case, at)
        heapq.heappush(waiting, (max(done, hours.office_time(found)) + AT_LEAST, order, found, case, at + 1))


def _is_broken(case: Case, todo: Todo, part: float) -> bool:
    kind = case.way.procedure.steps[todo.step].kind
    return kind == BROKEN_KIND and todo.verb == "complete" and BROKEN_FROM <= part < BROKEN_TO
