"""The whole of a simulation: its people, its plan, its processes, and how far it has come."""

import hashlib
import json
import multiprocessing
import multiprocessing.connection
import os
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, connections

from sauro.core.doorway.decide import local_day
from sauro.core.models import Instance
from sauro.core.moment import now
from sauro.core.queries import courses
from sauro.project.cli.command import Exit, Stop
from sauro.project.cli.language import _
from sauro.project.cli.progress import Stages
from sauro.project.simulation import life, merging, people, places, work
from sauro.project.simulation.asking import Cast
from sauro.project.simulation.hours import Hours, hours
from sauro.project.simulation.life import Case, Planned
from sauro.project.simulation.places import Province
from sauro.project.simulation.run import Doing
from sauro.project.simulation.samples import samples

LOCK = 5758
"""Held while a simulation acts in the past: the timers' worker then waits, since it lives today."""
BIGGER = {"01": 2.2, "79": 2.4, "75": 1.4, "48": 1.2, "31": 1.2}
"""How much more is filed in some provinces than in others, by their area codes: an assumption of ours."""
PER_COMMUNE = 200
MOST_COMMUNES = 3


@dataclass(frozen=True)
class Wanted:
    """What is to be simulated: so many days up to ``until``, which is not among them."""

    seed: int
    days: int
    dossiers: int
    tasks: int
    until: date | None = None
    processes: int = 0

    @property
    def series(self) -> str:
        """What every chance and every id begins with: another size is another nation."""
        return f"{self.seed}-{self.days}-{self.dossiers}-{self.tasks}"


@dataclass
class Told:
    """What came of it: acts done or found done, how many were refused and why, in how many seconds."""

    acts: int = 0
    refused: int = 0
    seconds: float = 0.0
    reasons: Counter[str] = field(default_factory=Counter)


@contextmanager
def alone() -> Iterator[None]:
    """Nobody else simulates meanwhile. Raises Stop where somebody does, or where this is no demonstration."""
    if not Instance.is_demonstration():
        raise Stop(
            _("Only a database that was created as a demonstration can be simulated in."), Exit.REFUSED
        )
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            raise Stop(_("A simulation is under way already. Wait until it has ended."), Exit.REFUSED)
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])


def under_way() -> bool:
    """Whether somebody simulates now."""
    if not settings.DEMONSTRATION:
        return False
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND objid = %s AND granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))",
            [LOCK],
        )
        return bool(cursor.fetchone()[0])


def simulate(asked: Wanted, stages: Stages) -> Told:
    """Make what is asked for, or go on with it where it was cut off. Raises Stop."""
    began = time.monotonic()
    kept = Kept(asked)
    wanted = kept.wanted
    if kept.done:
        return Told()
    assert wanted.until is not None
    first, last = wanted.until - timedelta(days=wanted.days), wanted.until - timedelta(days=1)
    when = hours(courses.calendar(last)[1], first, last, wanted.series)
    found, steering = _places(wanted, first, last)
    merger = merging.again(wanted.series)
    pair = None
    if merger is None and found and not merging.others(wanted.series):
        pair = merging.choose(merging.areas(found), first, last, wanted.series)
    both = merging.offices(pair) if pair else merger.offices if merger else set()
    cast = _cast(wanted, found, steering, first, stages, both)
    if pair is not None:
        merger = merging.decide(pair, first, wanted.series)
    plans = _plans(wanted, found, when, len(cast.citizens))
    if steering is not None:
        plans.append(life.tasks(steering, wanted.tasks, when, wanted.series))
    told = _do(wanted, kept, when, cast.with_merger(merger), plans, stages)
    kept.finish()
    told.seconds = time.monotonic() - began
    return told


def _places(wanted: Wanted, first: date, last: date) -> tuple[list[Province], work.Offices | None]:
    """Where dossiers are filed, and who steers."""
    loaded = len(places.communes(1))
    each = max(1, min(MOST_COMMUNES, wanted.dossiers // max(1, loaded * PER_COMMUNE)))
    found = places.provinces(each, first, last) if wanted.dossiers else []
    return found, work.offices(first) if wanted.tasks else None


def _cast(
    wanted: Wanted,
    found: Sequence[Province],
    steering: work.Offices | None,
    first: date,
    stages: Stages,
    merged: Collection[UUID],
) -> Cast:
    citizens = people.citizens(max(5, min(1_500, wanted.dossiers // 12)))
    offices = places.offices_of(found) | (steering.all() if steering else set()) | set(merged)
    people.settle(citizens, stages)
    people.fill(offices, stages)
    procedures = {way.procedure.code: way.procedure for province in found for ways in province.ways.values() for way in ways.values()}  # fmt: skip
    assisters = {area: office for province in found for area, office in province.assisters.items()}
    return Cast(citizens, people.holders(offices), assisters, samples(procedures.values()), first)


def _plans(wanted: Wanted, found: Sequence[Province], when: Hours, citizens: int) -> list[list[Planned]]:
    """The plan of each province; in the second one a step breaks."""
    weights = [BIGGER.get(province.code, 1.0) for province in found]
    counts = [int(wanted.dossiers * weight / sum(weights)) for weight in weights]
    if counts:
        counts[0] += wanted.dossiers - sum(counts)
    broken = min(1, len(found) - 1)
    return [
        life.plan(province, count, when, wanted.series, citizens, broken=number == broken)
        for number, (province, count) in enumerate(zip(found, counts, strict=True))
    ]


def _do(
    wanted: Wanted, kept: "Kept", when: Hours, cast: Cast, plans: Sequence[Sequence[Planned]], stages: Stages
) -> Told:
    """Share the provinces among the processes, and follow them."""
    parts: list[list[Planned]] = [[] for _number in range(wanted.processes)]
    for plan in sorted(plans, key=len, reverse=True):
        min(parts, key=len).extend(plan)
    casts = _casts(cast, parts)
    whole = sum(len(part) + sum(each.verb == "sign" for each in part) for part in parts)
    if len(parts) == 1:
        return _alone(sorted(parts[0]), kept, when, casts[0], lambda acts: stages("acts", acts, whole))
    fork = multiprocessing.get_context("fork")
    told, pipes, running = Told(), [], []
    # Each process opens a connection of its own: one that is shared would mix their words.
    held = connection.connection
    for number, part in enumerate(parts):
        here, there = fork.Pipe(duplex=False)
        process = fork.Process(
            target=_part, args=(number, sorted(part), kept, when, casts[number], there), daemon=True
        )
        process.start()
        there.close()
        pipes.append(here)
        running.append(process)
    assert connection.connection is held
    _follow(pipes, told, whole, stages)
    for process in running:
        process.join()
        if process.exitcode:
            raise Stop(
                _("A part of the simulation ended early. Run it again: it goes on where it was."), Exit.FAULT
            )
    return told


def _casts(cast: Cast, parts: Sequence[Sequence[Planned]]) -> list[Cast]:
    """The cast of each process: the merger is for the one whose clock the two communes go by."""
    areas = cast.merger.areas if cast.merger else frozenset()
    own = [
        any(isinstance(each.case, Case) and each.case.way.area in areas for each in part) for part in parts
    ]
    whose = own.index(True) if True in own else 0
    return [cast if number == whose else replace(cast, merger=None) for number in range(len(parts))]


def _alone(
    plan: Sequence[Planned], kept: "Kept", when: Hours, cast: Cast, tell: Callable[[int], None]
) -> Told:
    """All of it in this process."""
    told = Told()

    def hear(acts: int, refused: int) -> None:
        told.acts += acts
        told.refused += refused
        tell(told.acts)

    doing = Doing(when, cast, plan, hear)
    doing.run(kept.settled(0), lambda slot: kept.settle(0, slot))
    told.reasons = doing.refused
    return told


def _follow(pipes: list[Any], told: Told, whole: int, stages: Stages) -> None:
    while pipes:
        ready: list[Any] = multiprocessing.connection.wait(pipes)
        for pipe in ready:
            try:
                acts, refused, reasons = pipe.recv()
            except EOFError:
                pipes.remove(pipe)
                continue
            told.acts += acts
            told.refused += refused
            told.reasons.update(reasons)
            stages("acts", told.acts, whole)


def _part(number: int, plan: Sequence[Planned], kept: "Kept", when: Hours, cast: Cast, pipe: Any) -> None:
    """One process: its own connection, its own slots; what it did is said through the pipe."""
    for each in connections.all(initialized_only=True):
        # Not closed: the parent still speaks through it.
        each.connection = None
    doing = Doing(when, cast, plan, lambda acts, refused: pipe.send((acts, refused, {})), os.getppid())
    doing.run(kept.settled(number), lambda slot: kept.settle(number, slot))
    pipe.send((0, 0, dict(doing.refused)))
    connection.close()


class Kept:
    """How far a simulation has come, in a file: a run that was cut off goes on there, with the days it began with."""

    def __init__(self, asked: Wanted) -> None:
        created = Instance.objects.get(pk=1).created
        asked_for = f"{created}:{asked.seed}:{asked.days}:{asked.dossiers}:{asked.tasks}:{asked.until}"
        folder = Path(settings.SAURO_VAR) / "simulation"
        folder.mkdir(parents=True, exist_ok=True)
        self._file = folder / f"{hashlib.sha256(asked_for.encode()).hexdigest()[:16]}.json"
        if self._file.exists():
            said = json.loads(self._file.read_text())
            self.wanted = Wanted(**{**said["wanted"], "until": date.fromisoformat(said["wanted"]["until"])})
            self.done = bool(said["done"])
            return
        until = asked.until or local_day(now())
        processes = asked.processes or min(8, os.cpu_count() or 1)
        self.wanted = Wanted(asked.seed, asked.days, asked.dossiers, asked.tasks, until, processes)
        self.done = False
        self._write()

    def settled(self, part: int) -> int:
        """The last slot that a part has done, -1 before the first."""
        place = self._file.with_suffix(f".{part}")
        return int(place.read_text()) if place.exists() else -1

    def settle(self, part: int, slot: int) -> None:
        place = self._file.with_suffix(f".{part}")
        unfinished = place.with_name(f"{place.name}.new")
        unfinished.write_text(str(slot))
        unfinished.rename(place)

    def finish(self) -> None:
        self.done = True
        self._write()

    def _write(self) -> None:
        self._file.write_text(json.dumps({"wanted": asdict(self.wanted), "done": self.done}, default=str))
