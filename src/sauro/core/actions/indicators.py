"""Indicators: observations with their source; claims that cannot all hold are found and ruled on (invariant I6)."""

import re
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
from django.utils.translation import gettext as _

from sauro.core.doorway.ask import Ask
from sauro.core.doorway.registry import Query, Row, Subject, action
from sauro.core.doorway.work import Work
from sauro.core.models import Conflict, Observation
from sauro.core.rules.intervals import BOUNDS, printed, stated

OBSERVATION = Subject("observation", (Observation,))
CONFLICT = Subject("conflict", (Conflict,), organisations="custodian")
_PERIOD = re.compile(r"\d{4}(Q[1-4]|-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?")
_FINEST, _COARSEST = 6, -12
TWO_CLAIMS = "two_claims"
"""The rule that two claims of one indicator, place and period must agree; looked at in the act itself."""


class Observe(msgspec.Struct, forbid_unknown_fields=True):
    """A value of an indicator: measured or computed from the journal up to ``leaf_index``, or claimed with a source."""

    indicator: UUID
    period: str
    value: Decimal
    kind: str
    source: str
    place: UUID | None = None
    bound: str = "is"
    decimals: int | None = None
    edition: str = ""
    passage: str = ""
    method: int | None = None
    leaf_index: int | None = None


def _same_thing(ask: Ask, payload: Observe, envelope: Row | None) -> Query | None:
    """The standing claims of the same thing, each with the custodian of the number today."""
    if payload.kind != "claimed":
        return None
    return (
        "SELECT o.id, o.value, o.bound, o.decimals, o.source, o.edition, a.id AS custodian FROM core_observation o"
        " LEFT JOIN core_definition d ON d.kind = 'indicator' AND d.state = 'published' AND d.body->>'id' = o.indicator::text"
        " LEFT JOIN core_actor a ON a.code = d.body->>'custodian' WHERE o.indicator = %s AND o.period = %s"
        " AND o.place IS NOT DISTINCT FROM %s::uuid AND o.kind = 'claimed' AND o.withdrawn_at IS NULL ORDER BY o.id",
        [payload.indicator, payload.period, payload.place],
    )


def _alone(payload: Observe) -> bool:
    """A claim is held against the claims before it, so each needs to see them; what was measured is not."""
    return payload.kind != "claimed"


@action(
    "core.observe", subject=OBSERVATION, payload=Observe, purpose="observe", creates=True, facts=_same_thing,
    batch=_alone,
)  # fmt: skip
def observe(work: Work) -> None:
    """Record the value; where another claim of the same thing cannot hold beside it, raise the conflict with it."""
    p: Observe = work.payload
    _check(work, p)
    value = p.value.quantize(Decimal("0.000001"))
    work.insert(
        Observation, id=work.subject, indicator=p.indicator, place=p.place, period=p.period, value=value, kind=p.kind,
        bound=p.bound, decimals=p.decimals, source=p.source, edition=p.edition, passage=p.passage, method=p.method,
        leaf_index=p.leaf_index, observed_at=work.now,
    )  # fmt: skip
    conflicts = []
    for row in work.facts if p.kind == "claimed" else ():
        theirs = stated(row["value"], row["bound"], row["decimals"])
        if not theirs.meets(stated(value, p.bound, p.decimals)):
            conflicts.append(_conflict(work, row, value))
    work.answer.update(observation=str(work.subject), conflicts=[str(id_) for id_ in conflicts])


def _check(work: Work, p: Observe) -> None:
    if not p.source.strip():
        work.refuse("no_source", "I6", _("Say where this number comes from."), field="source")
    if p.kind not in ("measured", "computed", "claimed"):
        work.refuse("unknown_kind", "I6", _("A number is measured, computed or claimed."), field="kind")
    if p.kind != "claimed" and p.leaf_index is None:
        work.refuse(
            "no_events",
            "I6",
            _("A measured number names the journal position it was read at."),
            field="leaf_index",
        )
    if p.kind == "claimed" and p.method is not None:
        work.refuse("no_method", "I6", _("A claim names its source and no method of ours."), field="method")
    if not p.value.is_finite():
        work.refuse("not_a_number", "I6", _("This is not a number."), field="value")
    if not _PERIOD.fullmatch(p.period):
        work.refuse(
            "no_period", "I6", _("Write the period as 2025, 2025Q1, 2025-11 or 2025-11-12."), field="period"
        )
    if p.bound not in BOUNDS:
        work.refuse("unknown_bound", "I6", _("A number is exact, about, over, under, at least or at most."), field="bound")  # fmt: skip
    if p.decimals is not None and not _COARSEST <= p.decimals <= _FINEST:
        work.refuse("not_a_number", "I6", _("This is not a number."), field="decimals")


def _conflict(work: Work, row: Row, value: Decimal) -> UUID:
    p: Observe = work.payload
    values = [
        printed(row["value"], row["bound"], row["decimals"], row["source"], p.period),
        printed(value, p.bound, p.decimals, p.source, p.period),
    ]
    return work.insert(
        Conflict, kind="conflict", rule=TWO_CLAIMS, indicator=p.indicator, custodian=row["custodian"],
        claims=sorted([row["id"], work.subject]), said={"values": values}, raised_at=work.now,
    )  # fmt: skip


class WithdrawClaim(msgspec.Struct, forbid_unknown_fields=True):
    """Why a claim no longer stands."""

    reason: str


def _findings_of(ask: Ask, payload: WithdrawClaim, envelope: Row | None) -> Query:
    return (
        "SELECT id, event, kind, rule, indicator, custodian, claims, said, state, ruling, upheld, reason, raised_at,"
        " ruled_at FROM core_conflict WHERE state = 'open' AND %s = ANY(claims) ORDER BY id FOR UPDATE",
        [ask.subject],
    )


@action(
    "core.withdraw_claim", subject=OBSERVATION, payload=WithdrawClaim, purpose="observe", facts=_findings_of,
    batch=False,
)  # fmt: skip
def withdraw_claim(work: Work) -> None:
    """Take a claim back: it stays readable, and what was found about it is settled by that."""
    row = work.row(Observation)
    if row["kind"] != "claimed":
        work.refuse(
            "not_a_claim", "I6", _("A measured number is corrected by measuring again, not taken back.")
        )
    if row["withdrawn_at"] is not None:
        work.refuse("already_withdrawn", "I12", _("This claim was withdrawn already."), status=409)
    if not work.payload.reason.strip():
        work.refuse("no_reason", "I6", _("Give the reason."), field="reason")
    work.put(Observation, withdrawn_at=work.now)
    for finding in work.facts:
        work.put_row(Conflict, finding, state="ruled", ruling="withdrawn", ruled_at=work.now)
    work.data["reason"] = work.payload.reason
    work.answer["findings"] = [str(finding["id"]) for finding in work.facts]


class RaiseFinding(msgspec.Struct, forbid_unknown_fields=True):
    """What a rule found about claims. ``said`` holds the facts of its sentence, as strings, and no words."""

    kind: str
    rule: str
    claims: list[UUID]
    said: dict[str, Any]
    indicator: UUID | None = None
    custodian: UUID | None = None


def _raised(ask: Ask, payload: RaiseFinding, envelope: Row | None) -> Query:
    return (
        "SELECT id FROM core_conflict WHERE rule = %s AND claims = %s::uuid[]",
        [payload.rule, sorted(payload.claims)],
    )


@action(
    "core.raise_finding", subject=CONFLICT, payload=RaiseFinding, purpose="observe", creates=True, facts=_raised,
    batch=False,
)  # fmt: skip
def raise_finding(work: Work) -> None:
    """Raise a conflict or a doubt, once for a rule and its claims."""
    p: RaiseFinding = work.payload
    if p.kind not in ("conflict", "doubt") or not p.rule or not p.claims:
        work.refuse("incomplete", "I6", _("A finding names its kind, its rule and its claims."), field="kind")
    if work.facts:
        work.refuse("already_raised", "I12", _("This was found already."), status=409)
    work.insert(
        Conflict, id=work.subject, kind=p.kind, rule=p.rule, indicator=p.indicator, custodian=p.custodian,
        claims=sorted(p.claims), said=p.said, raised_at=work.now,
    )  # fmt: skip
    work.answer["finding"] = str(work.subject)


class RuleOnConflict(msgspec.Struct, forbid_unknown_fields=True):
    """The custodian's ruling, with the reason: uphold one claim, or say what became of a doubt."""

    ruling: str
    reason: str
    upheld: UUID | None = None


def _office(ask: Ask, payload: RuleOnConflict, envelope: Row | None) -> Query:
    """The office that rules, if it is one of the custodian organisation as it stands today."""
    return (
        "SELECT p.id FROM core_actor p JOIN core_actor o ON o.id = p.organisation JOIN core_actor c ON c.id = %s::uuid"
        " WHERE p.id = %s::uuid AND p.kind = 'position' AND o.current = c.current",
        [envelope["custodian"] if envelope else None, ask.position],
    )


@action("core.rule_on_conflict", subject=CONFLICT, payload=RuleOnConflict, purpose="observe", facts=_office)
def rule_on_conflict(work: Work) -> None:
    """Rule on a finding: by an office of the custodian itself, not by one above it, and never by the platform."""
    p: RuleOnConflict = work.payload
    row = work.row(Conflict)
    if not work.facts:
        work.refuse(
            "not_custodian", "I6",
            _("The agency that keeps this number rules on it, by an office of its own."), status=403,
        )  # fmt: skip
    if row["state"] != "open":
        work.refuse("already_ruled", "I6", _("This conflict was ruled on already."), status=409)
    # Where one claim stands alone against a rule, there is no other to uphold.
    choice = row["kind"] == "conflict" and len(row["claims"]) > 1
    rulings = ("upheld",) if choice else ("explained", "corrected", "stands")
    if p.ruling not in rulings:
        work.refuse("unknown_ruling", "I6", _("Uphold one claim of a conflict; a doubt is explained, corrected, or stands."), field="ruling")  # fmt: skip
    if p.ruling == "upheld" and p.upheld not in row["claims"]:
        work.refuse("not_a_party", "I6", _("Uphold one of the claims."), field="upheld")
    if not p.reason.strip():
        work.refuse("no_reason", "I6", _("Give the reason."), field="reason")
    upheld = p.upheld if p.ruling == "upheld" else None
    work.put(Conflict, state="ruled", ruling=p.ruling, upheld=upheld, reason=p.reason, ruled_at=work.now)
