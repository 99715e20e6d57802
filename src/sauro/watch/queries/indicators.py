"""Indicators, what was observed and claimed of them, and what was found about it. Public: definitions and claims have no reader to ask for."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from django.db.models import Q

from sauro.core.doorway.decide import local_day
from sauro.core.models import Actor, Conflict, Observation, Record
from sauro.core.moment import now
from sauro.core.queries import definitions
from sauro.core.queries.definitions import Published
from sauro.packs.claims import SOURCES
from sauro.packs.facts import Text
from sauro.watch.claims import claim_of, defined
from sauro.watch.queries import sentences
from sauro.watch.queries.sentences import Names, Unit, both
from sauro.watch.rules import findings as rules
from sauro.watch.rules.findings import Computed
from sauro.watch.rules.periods import last_day
from sauro.watch.rules.trajectory import Trajectory
from sauro.watch.rules.trajectory import trajectory as line

NATION = UUID(int=0)
"""Asked for as a place: what has none, because it is of the whole nation."""
Standing = Literal["stands", "doubted", "upheld", "overruled", "withdrawn"]
_BETTER = {"measured": 0, "computed": 1, "claimed": 2}


@dataclass(frozen=True, slots=True)
class Target:
    """What is to be reached by the end of a period, and where that stands."""

    period: str
    value: Decimal
    bound: str
    source: str
    source_title: str
    verified: str
    note: Text | None


@dataclass(frozen=True, slots=True)
class Indicator:
    """A defined number. ``formula`` is in words, ``parts`` and ``whole`` are the codes in it; ``method`` the version."""

    id: UUID
    code: str
    name: Text
    definition: Text
    unit: Unit
    direction: str
    custodian: UUID | None
    custodian_code: str
    custodian_name: Text
    family: str
    family_name: Text
    measure: str | None
    formula: Text | None
    parts: tuple[str, ...]
    whole: tuple[str, ...]
    part_of: str | None
    method: int
    targets: tuple[Target, ...]
    basis: str
    source: str
    verified: str


@dataclass(frozen=True, slots=True)
class Observed:
    """A value with its kind, its source, and how it stands: doubted while a finding about it is open."""

    id: UUID
    indicator: UUID
    place: UUID | None
    period: str
    value: Decimal
    bound: str
    decimals: int | None
    kind: str
    source: str
    source_title: str
    edition: str
    passage: str
    method: int | None
    leaf_index: int | None
    observed_at: datetime
    withdrawn_at: datetime | None
    standing: Standing

    def amount(self, unit: Unit | None) -> str:
        """The value as it is read, in the language in use."""
        return sentences.amount(self.value.normalize(), self.bound, self.decimals, unit)


@dataclass(frozen=True, slots=True)
class Finding:
    """A conflict or a doubt, in words, and how the custodian ruled."""

    id: UUID
    kind: str
    rule: str
    indicator: UUID | None
    custodian: UUID | None
    claims: tuple[UUID, ...]
    sentence: Text
    state: str
    ruling: str
    upheld: UUID | None
    reason: str
    raised_at: datetime
    ruled_at: datetime | None


def indicators() -> list[Indicator]:
    """Every indicator in force, in the order of the families."""
    published = _published()
    names = {each.code: _text(each.body["name"]) for each in published}
    custodians = {
        row.code: row for row in Actor.objects.filter(code__in={each.body["custodian"] for each in published})
    }
    titles = _titles()
    found = [_indicator(each, names, custodians, titles) for each in published]
    return sorted(found, key=lambda each: (each.family, each.code))


def indicator(code: str) -> Indicator | None:
    """The indicator with this code, or None."""
    return next((each for each in indicators() if each.code == code), None)


def observations(
    indicator_ids: Iterable[UUID] | None = None, place: UUID | None = None, *, withdrawn: bool = True,
    newest: bool = False, ids: Iterable[UUID] | None = None,
) -> list[Observed]:  # fmt: skip
    """What was observed and claimed, by indicator, place and period; ``place`` NATION asks for the whole nation's.

    ``newest``: of what is measured, only the last of each place and period: every edition measures anew.
    """
    rows = Observation.objects.order_by("indicator", "place", "period", "observed_at", "id")
    if newest:
        last = Observation.objects.exclude(kind="claimed").order_by(
            "indicator", "place", "period", "-observed_at"
        )
        rows = rows.filter(Q(kind="claimed") | Q(id__in=last.distinct("indicator", "place", "period").values("id")))  # fmt: skip
    if ids is not None:
        rows = rows.filter(pk__in=list(ids))
    if indicator_ids is not None:
        rows = rows.filter(indicator__in=list(indicator_ids))
    if place is not None:
        rows = rows.filter(place__isnull=True) if place == NATION else rows.filter(place=place)
    if not withdrawn:
        rows = rows.filter(withdrawn_at__isnull=True)
    found, titles = list(rows), _titles()
    standings = _standings([row.id for row in found if row.kind == "claimed"])
    return [_observed(row, titles, standings) for row in found]


def computed(of: Indicator | None = None) -> list[Computed]:
    """What formulas make of standing claims, now: never kept, so that it goes when a claim goes."""
    known = {UUID(each.body["id"]): defined(each.body) for each in _published()}
    rows = Observation.objects.filter(kind="claimed", withdrawn_at__isnull=True)
    if of is not None:
        wanted = {of.id, *known[of.id].related}
        known = {id_: each for id_, each in known.items() if id_ in wanted}
        rows = rows.filter(indicator__in=wanted)
    found = rules.computed(known, [claim_of(row) for row in rows])
    return [each for each in found if of is None or each.indicator == of.id]


def conflicts(state: str | None = None) -> list[Finding]:
    """What was found, newest first; ``state`` is open or ruled."""
    rows = Conflict.objects.order_by("-raised_at", "-id")
    if state is not None:
        rows = rows.filter(state=state)
    return _told(list(rows))


def conflict(id_: UUID) -> Finding | None:
    """One finding, or None."""
    return next(iter(_told(list(Conflict.objects.filter(pk=id_)))), None)


def trajectory(of: Indicator) -> Trajectory | None:
    """From the earliest observation of the nation to the first target: the line, and whether the latest is ahead of it."""
    return along(of, observations([of.id], NATION, withdrawn=False))


def along(of: Indicator, seen: Iterable[Observed]) -> Trajectory | None:
    """The same, of observations that were read already; those of other indicators and of places are passed over."""
    best: dict[str, Observed] = {}
    for each in seen:
        if each.indicator != of.id or each.place is not None or each.standing in ("overruled", "withdrawn"):
            continue
        known = best.get(each.period)
        if known is None or _BETTER[each.kind] <= _BETTER[known.kind]:
            best[each.period] = each
    if not best or not of.targets:
        return None
    observed = [(each.period, each.value) for each in sorted(best.values(), key=lambda o: last_day(o.period))]
    target = min(of.targets, key=lambda each: last_day(each.period))
    return line(observed[0], (target.period, target.value), observed, of.direction)


def _published() -> list[Published]:
    return definitions.all_in_force("indicator", local_day(now()))


def _indicator(
    each: Published, names: dict[str, Text], custodians: dict[str | None, Actor], titles: dict[str, str]
) -> Indicator:
    body = each.body
    keeper = custodians.get(body["custodian"])
    made = body.get("formula") or {}
    return Indicator(
        id=UUID(body["id"]), code=each.code, name=names[each.code], definition=_text(body["definition"]),
        unit=_unit(body), direction=body["direction"], custodian=keeper.id if keeper else None,
        custodian_code=body["custodian"], custodian_name=Text(vi=keeper.name_vi if keeper else "", en=keeper.name_en if keeper else ""),
        family=body["family"]["code"], family_name=_text(body["family"]["name"]), measure=body.get("measure"),
        formula=sentences.formula(made, names) if made else None, parts=tuple(made.get("parts") or ()),
        whole=tuple(made.get("whole") or ()), part_of=body.get("part_of"), method=each.version,
        targets=tuple(_target(target, titles) for target in body.get("targets") or ()), basis=each.basis,
        source=body["source"], verified=body["verified"],
    )  # fmt: skip


def _target(said: dict[str, Any], titles: dict[str, str]) -> Target:
    note = said.get("note")
    return Target(
        said["period"], Decimal(said["value"]), said["bound"], said["source"], titles.get(said["source"], said["source"]),
        said["verified"], _text(note) if note else None,
    )  # fmt: skip


def _unit(body: dict[str, Any]) -> Unit:
    unit = body["unit"]
    return Unit(unit["code"], _text(unit["name"]), unit.get("one"))


def _text(said: dict[str, str]) -> Text:
    return Text(vi=said["vi"], en=said["en"])


def _titles() -> dict[str, str]:
    return dict(
        Record.objects.filter(register=SOURCES).order_by("recorded_at").values_list("code", "title_vi")
    )


def _observed(row: Observation, titles: dict[str, str], standings: dict[UUID, Standing]) -> Observed:
    standing = "withdrawn" if row.withdrawn_at else standings.get(row.id, "stands")
    return Observed(
        row.id, row.indicator, row.place, row.period, row.value, row.bound, row.decimals, row.kind, row.source,
        titles.get(row.source, row.source), row.edition, row.passage, row.method, row.leaf_index, row.observed_at,
        row.withdrawn_at, standing,
    )  # fmt: skip


def _standings(claims: Sequence[UUID]) -> dict[UUID, Standing]:
    """How claims stand by the findings about them; an open finding outweighs every ruling."""
    found: dict[UUID, Standing] = {}
    for row in Conflict.objects.filter(claims__overlap=list(claims)).order_by("ruled_at"):
        for claim in row.claims:
            if row.state == "open":
                found[claim] = "doubted"
            elif row.ruling == "upheld" and found.get(claim) != "doubted":
                # In a conflict of two, one is upheld; of more, nobody has said which of the others is wrong.
                lost = len(row.claims) == 2 and claim != row.upheld
                found[claim] = "overruled" if lost else "upheld" if claim == row.upheld else "stands"
    return found


def _told(rows: Sequence[Conflict]) -> list[Finding]:
    published = _published()
    names = Names(
        {each.body["id"]: _text(each.body["name"]) for each in published},
        {each.body["id"]: _unit(each.body) for each in published},
        _titles(),
    )
    return [_finding(row, names) for row in rows]


def _finding(row: Conflict, names: Names) -> Finding:
    said = row.said
    if row.rule == "two_claims":
        # The act that found it knows the number by the finding's own column alone.
        said = {"values": [{**each, "indicator": str(row.indicator)} for each in said["values"]]}
    return Finding(
        row.id, row.kind, row.rule, row.indicator, row.custodian, tuple(row.claims),
        both(lambda: sentences.sentence(row.rule, said, names)), row.state, row.ruling, row.upheld, row.reason,
        row.raised_at, row.ruled_at,
    )  # fmt: skip
