"""What the watching room does when something is claimed: look whether it can be, and raise what it finds (invariant I6).

It follows the journal, so that no claim goes unlooked at, whoever entered it; what was found is raised by an act of the
platform, once for a rule and its claims, however often the same is read again.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any, Final
from uuid import UUID, uuid5

from sauro.core.doorway import Ask, act
from sauro.core.doorway.genesis import PLATFORM
from sauro.core.journal.consumers import Consumer, SealedEvent
from sauro.core.models import Actor, Conflict, Definition, Observation, Record
from sauro.packs.claims import CITATIONS
from sauro.packs.ids import PACK_IDS, indicator_id
from sauro.watch.rules.claims import Claim, Defined, Raised
from sauro.watch.rules.findings import citation, concerned, findings

NAMES: Final = frozenset({"core.observe", "core.register_record", "core.publish_definition"})


def find(events: Sequence[SealedEvent]) -> None:
    """Hold new claims, and those of numbers defined anew, against all that they touch."""
    by_name: dict[str, list[UUID]] = {name: [] for name in NAMES}
    for event in events:
        if event.subject is not None:
            by_name[event.name].append(event.subject)
    published = Definition.objects.filter(kind="indicator", state="published")
    bodies: list[tuple[UUID, dict[str, Any]]] = list(published.values_list("id", "body"))
    anew = set(by_name["core.publish_definition"])
    fresh = Observation.objects.filter(
        pk__in=by_name["core.observe"], kind="claimed", withdrawn_at__isnull=True
    )
    places: dict[UUID | None, set[UUID]] = {}
    for place, indicator in fresh.values_list("place", "indicator"):
        places.setdefault(place, set()).add(indicator)
    changed = {UUID(body["id"]) for id_, body in bodies if id_ in anew}
    for place in Observation.objects.filter(indicator__in=changed).values_list("place", flat=True).distinct():
        places.setdefault(place, set()).update(changed)
    known = {UUID(body["id"]): defined(body) for _id, body in bodies}
    custodians = _custodians([body for _id, body in bodies])
    for place, indicators in places.items():
        for raised in findings(known, _standing(place, concerned(known, indicators))):
            custodian = custodians.get(raised.indicator) if raised.indicator else None
            _raise(raised, custodian)
    _cite(by_name["core.register_record"])


def defined(body: dict[str, Any]) -> Defined:
    """A published definition as the rules see it."""
    formula, plausible = body.get("formula") or {}, body.get("plausible") or {}
    limits = {name: Decimal(plausible[name]) for name in ("growth", "share") if plausible.get(name)}
    return Defined(
        id=UUID(body["id"]), unit=body["unit"]["code"], formula=formula or None,
        parts=tuple(map(indicator_id, formula.get("parts") or ())),
        whole=tuple(map(indicator_id, formula.get("whole") or ())),
        part_of=indicator_id(body["part_of"]) if body.get("part_of") else None, **limits,
    )  # fmt: skip


def _standing(place: UUID | None, indicators: Iterable[UUID]) -> list[Claim]:
    rows = Observation.objects.filter(
        place=place, indicator__in=list(indicators), kind="claimed", withdrawn_at__isnull=True
    )
    return [claim_of(row) for row in rows]


def claim_of(row: Observation) -> Claim:
    """A stored claim as the rules see it."""
    return Claim(row.id, row.indicator, row.place, row.period, row.value, row.source, row.bound, row.decimals)


def _custodians(bodies: Sequence[dict[str, Any]]) -> dict[UUID, UUID]:
    codes = {UUID(body["id"]): body["custodian"] for body in bodies}
    ids = dict(Actor.objects.filter(code__in=set(codes.values())).values_list("code", "id"))
    return {id_: ids[code] for id_, code in codes.items() if code in ids}


def _cite(records: Sequence[UUID]) -> None:
    for row in Record.objects.filter(pk__in=records, register=CITATIONS, corrects__isnull=True):
        body = row.body
        found = citation(row.id, body["number"], body["issuer"], body["source"])
        if found is not None:
            _raise(found, row.steward)


def _raise(raised: Raised, custodian: UUID | None) -> None:
    claims = list(raised.claims)
    if Conflict.objects.filter(rule=raised.rule, claims=claims).exists():
        return
    key = f"{raised.rule}:{uuid5(PACK_IDS, ','.join(map(str, claims)))}"
    payload = {
        "kind": raised.kind, "rule": raised.rule, "indicator": raised.indicator, "custodian": custodian,
        "claims": claims, "said": raised.said,
    }  # fmt: skip
    act(Ask("core.raise_finding", PLATFORM, key, payload))


CONSUMER = Consumer("watch.findings", find, NAMES)
