"""Doing what was planned: slot by slot on the simulated clock, in batches, by one process for each core."""

import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby
from uuid import UUID

from django.db import connection

from sauro.core import moment, timers
from sauro.core.doorway import Ask, act_many
from sauro.core.models import StoredFile
from sauro.core.refusal import Refusal
from sauro.project.simulation.asking import Cast
from sauro.project.simulation.hours import Hours
from sauro.project.simulation.life import Planned

_DUE = """
SELECT id, commitment, kind, due_at FROM core_timer WHERE commitment = ANY(%s) AND kind <> 'retention'
AND fired_at IS NULL AND cancelled_at IS NULL AND due_at <= %s ORDER BY due_at, id
"""
BEGINS = frozenset({"accept", "assign_task", "hand_sub_task"})
ENDS = frozenset({"refuse", "sign", "stop", "withdraw", "close_task"})
"""The verbs that start a clock, and those that end it."""
PASS = timedelta(seconds=1_303)
"""Between two acts on the same dossier in one slot."""


@dataclass
class Doing:
    """One process's part of the simulation. ``told`` hears how many acts were done and how many of them refused.

    ``parent`` is the process without which this one ends, if any.
    """

    hours: Hours
    cast: Cast
    plan: Sequence[Planned]
    told: Callable[[int, int], None]
    parent: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    _clock: datetime = field(default_factory=moment.now)
    _merged: bool = False
    _open: set[UUID] = field(default_factory=set)
    _lost: set[UUID] = field(default_factory=set)

    def run(self, after: int, settled: Callable[[int], None]) -> None:
        """Do every slot after the one that was settled last; ``settled`` hears each that is done."""
        with moment.simulated(lambda: self._clock):
            for slot, group in self._slots():
                if slot <= after:
                    self._pass_over(group)
                    continue
                self._slot(slot, group)
                settled(slot)
                if self.parent and os.getppid() != self.parent:
                    # Who began this is gone, killed perhaps: what is done is settled, another run goes on.
                    raise SystemExit(1)

    def _slots(self) -> Iterator[tuple[int, list[Planned]]]:
        planned = {slot: list(group) for slot, group in groupby(self.plan, key=lambda each: each.slot)}
        for slot in range(len(self.hours.slots)):
            yield slot, planned.get(slot, [])

    def _pass_over(self, group: Sequence[Planned]) -> None:
        """Done in an earlier run: only what it left open is remembered."""
        for each in group:
            self._follow(each)

    def _slot(self, slot: int, group: Sequence[Planned]) -> None:
        begins = self.hours.slots[slot].at
        self._clock = begins
        StoredFile.objects.bulk_create(self.cast.files(group, begins), ignore_conflicts=True)
        if self.cast.merger is not None and not self._merged and self.cast.merger.at <= begins:
            self.cast.merger.carry_out()
            self._merged = True
        if self.hours.slots[slot].open:
            self._fire()
        for number, batch in enumerate(_passes(group)):
            self._clock = begins + number * PASS
            self._batch([each for each in batch if each.case.id not in self._lost])

    def _batch(self, batch: Sequence[Planned]) -> None:
        day = self.hours.slots[batch[0].slot].at.date() if batch else None
        if day is None:
            return
        signing = [each for each in batch if each.verb == "sign"]
        self._do([self.cast.preparing(each) for each in signing], signing)
        batch = [each for each in batch if each.case.id not in self._lost]
        asks = [self.cast.asking(each, day) for each in batch]
        merger = self.cast.merger
        if merger is not None and merger.at <= self._clock:
            asks = [merger.redirected(ask, self.cast.holders) for ask in asks]
        self._do(asks, batch)
        for each in batch:
            self._follow(each)

    def _do(self, asks: Sequence[Ask], planned: Sequence[Planned]) -> None:
        refused = 0
        for ask, each, result in zip(asks, planned, act_many(asks), strict=True):
            if isinstance(result, Refusal):
                refused += 1
                self.refused[f"{ask.action} {result.code} {result.field or result.rule}"] += 1
                self._lost.add(each.case.id)
        self.told(len(asks), refused)

    def _follow(self, each: Planned) -> None:
        if each.verb in ENDS:
            self._open.discard(each.case.id)
        elif each.verb in BEGINS:
            self._open.add(each.case.id)

    def _fire(self) -> None:
        """What a worker would do in that hour: fire the timers of what is open, in their order."""
        with connection.cursor() as cursor:
            cursor.execute(_DUE, [list(self._open), self._clock])
            due = cursor.fetchall()
        timers.fire(due)


def _passes(group: Sequence[Planned]) -> Iterator[list[Planned]]:
    """The acts of a slot, no case twice in one pass."""
    rounds: list[list[Planned]] = []
    seen: Counter[UUID] = Counter()
    for each in group:
        turn = seen[each.case.id]
        seen[each.case.id] += 1
        if turn == len(rounds):
            rounds.append([])
        rounds[turn].append(each)
    yield from rounds
