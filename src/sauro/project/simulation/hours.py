"""The moments at which a simulated nation acts: four in each working day, and one when only citizens are awake."""

from bisect import bisect_left
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from random import Random

from sauro.core.clock.calendar import Calendar
from sauro.core.doorway.decide import VIETNAM

OFFICE = (time(8), time(10), time(13), time(15, 5))
SLOT_HOURS = 2
"""Each stands for the two hours that follow: many acts at a time cost a third of what few cost."""
HOME = time(20)
"""When people file from home; on days off also."""
SPREAD = 20 * 60
"""A batch begins within so many seconds of its moment."""


@dataclass(frozen=True, slots=True)
class Slot:
    """One moment of a day, and whether offices are open."""

    at: datetime
    open: bool


@dataclass(frozen=True)
class Hours:
    """All slots of a simulation, in order."""

    slots: tuple[Slot, ...]

    @cached_property
    def working(self) -> list[int]:
        """The numbers of the slots in which offices are open."""
        return [number for number, slot in enumerate(self.slots) if slot.open]

    def office_time(self, slot: int) -> float:
        """How many open slots lie before this one: the time that offices count in."""
        return float(bisect_left(self.working, slot))

    def slot_at(self, office_time: float) -> int | None:
        """The slot of a moment of office time; None beyond the end."""
        number = int(office_time)
        return self.working[number] if number < len(self.working) else None


def hours(calendar: Calendar, first: date, last: date, seed: str) -> Hours:
    """The slots from the first day to the last, both included; their seconds differ from day to day by the seed."""
    found = []
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        at_work = calendar.day(day).rest is None
        moments = [(each, True) for each in OFFICE] if at_work else []
        chance = Random(f"{seed}:{day}")
        for each, open_ in [*moments, (HOME, False)]:
            begins = datetime.combine(day, each, VIETNAM)
            found.append(Slot(begins + timedelta(seconds=chance.randrange(SPREAD)), open_))
    return Hours(tuple(found))
