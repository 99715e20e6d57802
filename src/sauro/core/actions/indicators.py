"""Indicators: observations with their source; two different claims of one thing raise a conflict (invariant I6)."""

from decimal import Decimal
from uuid import UUID

import msgspec
from django.utils.translation import gettext as _

from sauro.core.doorway.ask import Ask
from sauro.core.doorway.registry import Query, Row, Subject, action
from sauro.core.doorway.work import Work
from sauro.core.models import Conflict, Observation

OBSERVATION = Subject("observation", (Observation,))
CONFLICT = Subject("conflict", (Conflict,))


class Observe(msgspec.Struct, forbid_unknown_fields=True):
    """A value of an indicator: measured or computed from the journal up to ``leaf_index``, or claimed with a source."""

    indicator: UUID
    period: str
    value: Decimal
    kind: str
    source: str
    place: UUID | None = None
    edition: str = ""
    leaf_index: int | None = None


def _same_thing(ask: Ask, payload: Observe, envelope: Row | None) -> Query:
    return (
        "SELECT id, value, kind, source, edition FROM core_observation WHERE indicator = %s AND period = %s"
        " AND place IS NOT DISTINCT FROM %s::uuid AND kind = 'claimed' ORDER BY id",
        [payload.indicator, payload.period, payload.place],
    )


@action(
    "core.observe", subject=OBSERVATION, payload=Observe, purpose="observe", creates=True, facts=_same_thing,
    batch=False,
)  # fmt: skip
def observe(work: Work) -> None:
    """Record the value; where another source claims another value of the same thing, raise the conflict with it."""
    p: Observe = work.payload
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
    if not p.value.is_finite():
        work.refuse("not_a_number", "I6", _("This is not a number."), field="value")
    value = p.value.quantize(Decimal("0.000001"))
    work.insert(
        Observation, id=work.subject, indicator=p.indicator, place=p.place, period=p.period, value=value, kind=p.kind,
        source=p.source, edition=p.edition, leaf_index=p.leaf_index, observed_at=work.now,
    )  # fmt: skip
    conflicts = []
    for row in work.facts if p.kind == "claimed" else ():
        if row["value"] != value:
            conflicts.append(
                work.insert(
                    Conflict, indicator=p.indicator, one=row["id"], other=work.subject, raised_at=work.now
                )
            )
    work.answer.update(observation=str(work.subject), conflicts=[str(id_) for id_ in conflicts])


class RuleOnConflict(msgspec.Struct, forbid_unknown_fields=True):
    """The custodian upholds one of the two claims, with the reason."""

    upheld: UUID
    reason: str


@action("core.rule_on_conflict", subject=CONFLICT, payload=RuleOnConflict, purpose="observe")
def rule_on_conflict(work: Work) -> None:
    p: RuleOnConflict = work.payload
    row = work.row(Conflict)
    if row["state"] != "open":
        work.refuse("already_ruled", "I6", _("This conflict was ruled on already."), status=409)
    if p.upheld not in (row["one"], row["other"]):
        work.refuse("not_a_party", "I6", _("Uphold one of the two claims."), field="upheld")
    if not p.reason.strip():
        work.refuse("no_reason", "I6", _("Give the reason."), field="reason")
    work.put(Conflict, state="ruled", upheld=p.upheld, reason=p.reason, ruled_at=work.now)
