"""One merger in a simulated nation: two communes of a province become one, mostly on the first day of a month.

Which and when follows from the seed. It is decided before anything else happens, and carried out by its timer. Who was
to act in an office of the commune that went acts from then on as whoever holds the office that took over.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any
from uuid import UUID

import msgspec

from sauro.core import moment, timers
from sauro.core.actions.reorganising import midnight
from sauro.core.doorway import Ask, act
from sauro.core.doorway.decide import VIETNAM
from sauro.core.doorway.genesis import PLATFORM
from sauro.core.models import Actor, Reorganisation
from sauro.packs.ids import id_of
from sauro.project.demonstration import COMMUNE
from sauro.project.reorganisation.terms import Chosen, planned

BASIS = "202/2025/QH15"
FILING = ("serve.submit_dossier", "serve.assist_filing")


@dataclass(frozen=True)
class Pair:
    """The commune that goes and the one that stays, by their area codes; the first day as one."""

    gone: str
    stays: str
    day: date


@dataclass(frozen=True)
class Merger:
    """A merger that was decided: its id, which communes it is about, its moment, and what stands for the offices and organisations that go."""

    id: UUID
    areas: frozenset[str]
    at: datetime
    stands: Mapping[UUID, UUID]

    @property
    def offices(self) -> set[UUID]:
        """What went, and what stands for it: organisations too, which nobody holds."""
        return {*self.stands, *self.stands.values()}

    def carry_out(self) -> None:
        """What the worker does at that midnight; a repeat does nothing."""
        timers.fire([(self.id, self.id, "reorganise", self.at)])

    def redirected(self, ask: Ask, holders: Mapping[UUID, UUID]) -> Ask:
        """The same act as it is asked for afterwards."""
        heir = self.stands.get(ask.position) if ask.position else None
        if heir is not None:
            ask = replace(ask, position=heir, person=holders.get(heir, ask.person))
        if ask.action not in FILING:
            return ask
        said = dict(ask.payload)
        for name in ("received_by", "competent", "assisted_at"):
            if said.get(name) in self.stands:
                said[name] = self.stands[said[name]]
        said["involved"] = sorted({self.stands.get(id_, id_) for id_ in said["involved"]})
        return replace(ask, payload=said)


def choose(simulated: Mapping[str, Sequence[str]], first: date, last: date, seed: str) -> Pair | None:
    """Two communes of one province, by the codes of those in which people file; None where there are no two."""
    chance = Random(f"{seed}:merger")
    every: dict[str, list[str]] = {}
    for area in (
        Actor.objects.filter(type="commune-committee", kind="organisation")
        .order_by("code")
        .values_list("area", "parent")
    ):
        if area[0] != COMMUNE:
            every.setdefault(str(area[1]), []).append(area[0])
    whole = [areas for areas in every.values() if len(areas) > 1]
    busy = {area for areas in simulated.values() for area in areas}
    lively = [areas for areas in whole if busy & set(areas)] or whole
    if not lively:
        return None
    areas = chance.choice(sorted(lively))
    gone = chance.choice([area for area in areas if area in busy] or areas)
    others = [area for area in areas if area != gone]
    near = [area for area in others if area in busy] or others
    stays = min(near, key=lambda area: (abs(int(area) - int(gone)), area))
    return Pair(gone, stays, _day(first, last))


def _day(first: date, last: date) -> date:
    """The first day of a month that leaves something before and after it; in a short time the middle."""
    margin = (last - first) / 4
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    return next(
        (day for day in days if day.day == 1 and first + margin <= day <= last - margin), days[len(days) // 2]
    )


def offices(pair: Pair) -> set[UUID]:
    """Every office of both communes: somebody must hold each."""
    homes = Actor.objects.filter(kind="organisation", area__in=[pair.gone, pair.stays])
    return set(
        Actor.objects.filter(
            kind="position", organisation__in=list(homes.values_list("id", flat=True))
        ).values_list("id", flat=True)
    )


def decide(pair: Pair, first: date, seed: str) -> Merger:
    """Decide it on the first simulated morning, once."""
    ids = dict(
        Actor.objects.filter(type="commune-committee", area__in=[pair.gone, pair.stays]).values_list(
            "area", "id"
        )
    )
    id_ = id_of(f"simulation/{seed}/merger")
    begins = datetime.combine(first, time(7), VIETNAM)
    plan = planned(Chosen((ids[pair.gone],), ids[pair.stays], BASIS, None, pair.day), pair.day)
    payload: dict[str, Any] = {
        "id": id_, "kind": "merge", "organisation": plan.subject, "terms": msgspec.to_builtins(plan.terms),
        "effective": pair.day, "simulated": True,
    }  # fmt: skip
    with moment.simulated(lambda: begins):
        act(Ask("core.plan_reorganisation", PLATFORM, f"simulation:{id_}", payload))
    stands = {**plan.made.offices, **dict(plan.pairs)}
    return Merger(id_, frozenset({pair.gone, pair.stays}), midnight(pair.day), stands)


def again(seed: str) -> Merger | None:
    """That of an earlier run that was cut off, whether it was carried out by then or not."""
    row = Reorganisation.objects.filter(pk=id_of(f"simulation/{seed}/merger")).first()
    if row is None or row.effective is None:
        return None
    both = Actor.objects.filter(pk__in=[row.absorbed[-1], row.into]).values_list("area", flat=True)
    if row.state == "planned":
        plan = planned(Chosen((row.absorbed[-1],), row.into, BASIS, None, row.effective), row.effective)
        stands = {**plan.made.offices, **dict(plan.pairs)}
    else:
        gone = Actor.objects.filter(pk__in=row.absorbed) | Actor.objects.filter(organisation__in=row.absorbed)
        stands = {id_: heir for id_, heir in gone.values_list("id", "current") if heir not in (None, id_)}
    return Merger(row.id, frozenset(both), midnight(row.effective), stands)


def others(seed: str) -> bool:
    """Whether another simulation had its merger here: one is enough for a nation."""
    own = id_of(f"simulation/{seed}/merger")
    return Reorganisation.objects.filter(simulated=True).exclude(pk=own).exists()


def areas(found: Collection[Any]) -> dict[str, list[str]]:
    """In which communes people file, by province."""
    return {province.code: sorted({area for _code, area in province.ways}) for province in found}
