"""Where a simulated nation files: a few communes of each province, a mix of procedures, and who does which step."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any
from uuid import UUID

from django.db import connection

from sauro.core.models import Actor
from sauro.core.queries import definitions
from sauro.packs.procedure import Step
from sauro.project.demonstration import COMMUNE
from sauro.project.simulation import answers
from sauro.serve.actions.offices import Offices, offices
from sauro.serve.queries.places import Places, places_for
from sauro.serve.rules.procedures import Procedure, procedure

COUNTER, ONLINE, POST = 1, 2, 3
MIX = {
    "1.001193": 26, "1.000656": 14, "1.000894": 10, "1.001612": 22, "2.000488": 12, "1.013988": 6, "1.013225": 6,
    "1.001776": 4,
}  # fmt: skip
"""The procedures, and how often each is filed among a hundred: an assumption of ours."""


@dataclass(frozen=True)
class Way:
    """One procedure as it is filed from one commune by one channel."""

    procedure: Procedure
    area: str
    channel: int
    places: Places
    answers: dict[str, Any]
    holds: frozenset[str]
    plan: dict[str, UUID]

    @cached_property
    def steps(self) -> list[Step]:
        """The steps that a filing with these answers goes through, reception first."""
        found = [self.procedure.first_step]
        while (following := self.procedure.next_step(found[-1].id, self.holds)) is not None:
            found.append(following)
        return found

    @cached_property
    def papers(self) -> list[str]:
        return answers.papers(self.procedure, self.holds) if self.channel == ONLINE else []


@dataclass(frozen=True)
class Province:
    """A province: its ways by procedure and commune, each by every channel that the procedure has."""

    code: str
    ways: dict[tuple[str, str], dict[int, Way]]
    assisters: dict[str, tuple[UUID, UUID]]


def communes(each: int) -> dict[str, list[str]]:
    """The codes of a few communes of each province that is loaded, spread over it."""
    found: dict[str, list[str]] = {}
    rows = Actor.objects.filter(type="commune-committee", kind="organisation").order_by("code")
    above = dict(Actor.objects.filter(type="province-committee").values_list("id", "area"))
    for area, parent in rows.values_list("area", "parent"):
        if parent is not None:
            found.setdefault(above[parent], []).append(area)
    return {province: _some(areas, each) for province, areas in sorted(found.items())}


def _some(areas: Sequence[str], count: int) -> list[str]:
    chosen = list(areas[:: max(1, len(areas) // count)][:count])
    # Where the demonstration's own people hold the offices, so that their desks live.
    return (
        [COMMUNE, *[area for area in chosen if area != COMMUNE][: count - 1]] if COMMUNE in areas else chosen
    )


def provinces(each: int, first: date, last: date) -> list[Province]:
    """Every province with its ways; offices that nobody holds are named by `vacant`."""
    procedures = [found for code in MIX if (found := _steady(code, first, last)) is not None]
    made: list[Province] = []
    filled: Filled = {}
    for code, areas in communes(each).items():
        ways = {
            (found.code, area): known
            for area in areas
            for found in procedures
            if (known := _ways(found, area, first, filled))
        }
        made.append(Province(code, ways, _assisters(areas)))
    return made


def _steady(code: str, first: date, last: date) -> Procedure | None:
    """A procedure whose version stays the same all the while, and that nobody pays for in a step of its own."""
    begun, ended = (definitions.in_force("procedure", code, day) for day in (first, last))
    if begun is None or ended is None or begun.id != ended.id:
        return None
    found = begun.compiled(procedure)
    return None if any(step.kind == "finance" for step in found.terms.steps) else found


Filled = dict[tuple[str, int], tuple[dict[str, Any], frozenset[str]]]
"""The answers that a procedure accepts by a channel: found once, for the first commune."""


def _ways(found: Procedure, area: str, day: date, filled: Filled) -> dict[int, Way]:
    made: dict[int, Way] = {}
    plans: dict[tuple[UUID, ...], dict[str, UUID]] = {}
    for channel in (COUNTER, ONLINE):
        if not any(channel in receiving.channels for receiving in found.terms.receiving):
            continue
        places = places_for(found, area, channel)
        if places is None:
            continue
        involved = tuple(places.involved)
        if involved not in plans:
            plans[involved] = _plan(found, places, day)
        if len(plans[involved]) < len(found.steps):
            continue
        if (found.code, channel) not in filled:
            filled[found.code, channel] = answers.acceptable(found, area, day, channel)
        given, holds = filled[found.code, channel]
        here = {
            name: area if found.fields[name].type == "commune" else value for name, value in given.items()
        }
        made[channel] = Way(found, area, channel, places, here, holds, plans[involved])
    return made


def _plan(found: Procedure, places: Places, day: date) -> dict[str, UUID]:
    text, values = offices(found, places.involved, places.competent, day)
    with connection.cursor() as cursor:
        cursor.execute(text, values)
        names = [column.name for column in cursor.description or ()]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return {step: UUID(office) for step, office in Offices(rows).plan(found).items()}


def _assisters(areas: Sequence[str]) -> dict[str, tuple[UUID, UUID]]:
    """The office at the counter of each commune that helps people file, and its organisation."""
    rows = Actor.objects.filter(kind="position", code__in=[f"C{area}.HCC/mot-cua-xa" for area in areas])
    return {
        row.code.partition(".")[0][1:]: (row.id, row.organisation) for row in rows if row.code and row.organisation
    }  # fmt: skip


def offices_of(found: Sequence[Province]) -> set[UUID]:
    """Every office that has a step in one of these ways."""
    plans = {office for province in found for ways in province.ways.values() for way in ways.values() for office in way.plan.values()}  # fmt: skip
    return plans | {office for province in found for office, _organisation in province.assisters.values()}
