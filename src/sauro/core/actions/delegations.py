"""Delegations: who holds an office names a deputy for a time; it goes no further, and ends by itself."""

from datetime import date, datetime, time
from typing import Any
from uuid import UUID

import msgspec
from django.utils.translation import gettext as _

from sauro.core.actions.actors import POSITION
from sauro.core.actions.timers import FireTimer, timer_query
from sauro.core.doorway.ask import Ask
from sauro.core.doorway.decide import VIETNAM, end_of_day, local_day
from sauro.core.doorway.registry import Query, Row, Subject, action
from sauro.core.doorway.work import Work
from sauro.core.models import Actor, Delegation, Timer
from sauro.core.models.actors import DELEGATION_REASONS
from sauro.core.moment import now

DELEGATION = Subject("delegation", (Delegation,), organisations="organisation")
LONGEST_DAYS = 183
"""Ours: who is away for longer needs somebody appointed to act in the office."""
RULE = "I5: delegation"


class Delegate(msgspec.Struct, forbid_unknown_fields=True):
    """Who may act in the office that is the subject, from which office of theirs, with which of its roles, when.

    Both days are whole days in Vietnam and included; from today means from now.
    """

    deputy: UUID
    deputy_position: UUID
    roles: list[str]
    valid_from: date
    valid_to: date
    reason: str = "leave"


class NoMore(msgspec.Struct, forbid_unknown_fields=True):
    """Nothing more is to be said."""


_HELD = "h.valid_from <= %s AND (h.valid_to IS NULL OR h.valid_to >= %s)"
_FACTS = f"""
SELECT 'holds' AS tag, NULL::text AS code, h.valid_to, NULL::boolean AS fits, NULL::timestamptz AS starts, NULL::timestamptz AS ends
FROM core_holding h WHERE h.position = %s AND h.person = %s AND {_HELD}
UNION ALL
SELECT 'deputy', NULL, h.valid_to, c.path <> '' AND starts_with(d.path, c.path), NULL, NULL
FROM core_holding h JOIN core_actor p ON p.id = h.position JOIN core_actor o ON o.id = p.organisation
  JOIN core_actor d ON d.id = o.current, core_actor w JOIN core_actor c ON c.id = w.current
WHERE h.position = %s AND h.person = %s AND {_HELD} AND w.id = %s
UNION ALL
SELECT 'role', r.code, NULL, r.body->'delegable' IS DISTINCT FROM 'false'::jsonb, NULL, NULL
FROM core_grant g JOIN core_definition r ON r.id = g.role
WHERE g.holder = %s AND g.revoked_at IS NULL AND g.valid_from <= %s AND (g.valid_to IS NULL OR g.valid_to > %s)
UNION ALL
SELECT 'other', NULL, NULL, NULL, e.valid_from, e.valid_to FROM core_delegation e
WHERE e.position = %s AND e.holder = %s AND e.ended_at IS NULL AND e.valid_to > %s
"""  # noqa: S608 — constants of ours


def _standing(ask: Ask, p: Delegate, envelope: Row | None) -> Query | None:
    """Whether the asker holds the office and the deputy theirs, what the office may, and what was delegated already."""
    if envelope is None:
        return None
    moment = now()
    today = local_day(moment)
    return _FACTS, [
        ask.subject, ask.person, today, today, p.deputy_position, p.deputy, today, today, envelope["organisation"],
        ask.subject, moment, moment, ask.subject, ask.person, moment,
    ]  # fmt: skip


def _gives(payload: Delegate) -> UUID:
    return payload.deputy


@action(
    "core.delegate", subject=POSITION, payload=Delegate, purpose="delegate", facts=_standing, gives=_gives
)
def delegate(work: Work) -> None:
    """Let a deputy act in one's office. Only who holds it may, for what it may do, and never onward."""
    p: Delegate = work.payload
    found: dict[str, list[Row]] = {"holds": [], "deputy": [], "role": [], "other": []}
    for row in work.facts:
        found[row["tag"]].append(row)
    if work.grant.behalf is not None:
        work.refuse("not_onward", RULE, _("You act here for somebody else. What was delegated to you goes no further; only who holds the office names a deputy."), status=403)  # fmt: skip
    if work.row(Actor)["kind"] != "position" or not found["holds"]:
        work.refuse("not_the_holder", RULE, _("Only who holds this office today names a deputy for it."), status=403)  # fmt: skip
    if p.deputy == work.ask.person:
        work.refuse(
            "to_oneself", RULE, _("Choose somebody else: nobody is their own deputy."), field="deputy"
        )
    if not found["deputy"]:
        work.refuse("deputy_holds_nothing", RULE, _("The deputy must hold an office today. Choose somebody who does."), field="deputy")  # fmt: skip
    if not any(row["fits"] for row in found["deputy"]):
        work.refuse("deputy_elsewhere", RULE, _("The deputy must work in this agency or in one below it. For anybody else, ask for somebody to be appointed to act in the office."), field="deputy")  # fmt: skip
    _check_roles(work, found["role"])
    start, end = _span(work, found["holds"])
    if any(row["starts"] < end and start < row["ends"] for row in found["other"]):
        work.refuse("delegated_already", "I1: a clear person", _("For some of these days you have named a deputy already. End that delegation first, or choose other days."), field="valid_from")  # fmt: skip
    made = work.insert(
        Delegation, position=work.subject, organisation=work.row(Actor)["organisation"], holder=work.ask.person,
        deputy=p.deputy, deputy_position=p.deputy_position, roles=sorted(set(p.roles)), reason=p.reason,
        valid_from=start, valid_to=end,
    )  # fmt: skip
    work.insert(Timer, commitment=made, kind="delegation", due_at=end)
    work.answer["delegation"] = str(made)


def _check_roles(work: Work, held: list[Row]) -> None:
    p: Delegate = work.payload
    if not p.roles:
        work.refuse(
            "no_role", RULE, _("Choose at least one kind of work that the deputy does."), field="roles"
        )
    if set(p.roles) - {row["code"] for row in held}:
        work.refuse("more_than_one_has", RULE, _("Nobody delegates more than their office may do."), field="roles", status=403)  # fmt: skip
    if set(p.roles) & {row["code"] for row in held if not row["fits"]}:
        work.refuse("not_delegable", RULE, _("This may not be delegated. Ask for somebody to be appointed to act in the office."), field="roles", status=403)  # fmt: skip
    if p.reason not in DELEGATION_REASONS:
        work.refuse("no_reason", RULE, _("Choose the reason."), field="reason")


def _span(work: Work, holds: list[Row]) -> tuple[datetime, datetime]:
    """From when until when, or a refusal beside the day that cannot be."""
    p: Delegate = work.payload
    today = local_day(work.now)
    if p.valid_from < today:
        work.refuse("begins_too_early", RULE, _("A delegation begins today or later: what is past cannot be changed."), field="valid_from")  # fmt: skip
    if p.valid_to < p.valid_from:
        work.refuse(
            "ends_too_early", RULE, _("The last day must not come before the first."), field="valid_to"
        )
    if (p.valid_to - p.valid_from).days >= LONGEST_DAYS:
        work.refuse("too_long", RULE, _("A delegation lasts %(days)d days at most. For longer, ask for somebody to be appointed to act in the office.") % {"days": LONGEST_DAYS}, field="valid_to")  # fmt: skip
    lasts = [row["valid_to"] for row in holds]
    if all(last is not None and last < p.valid_to for last in lasts):
        work.refuse("more_than_one_has", RULE, _("You hold this office for a shorter time. Choose an earlier last day."), field="valid_to")  # fmt: skip
    start = work.now if p.valid_from == today else datetime.combine(p.valid_from, time(), VIETNAM)
    return start, end_of_day(p.valid_to)


def _timer_of(ask: Ask, payload: Any, envelope: Row | None) -> Query:
    return (
        "SELECT id, commitment, kind, due_at, fired_at, cancelled_at, event FROM core_timer"
        " WHERE commitment = %s AND fired_at IS NULL AND cancelled_at IS NULL FOR UPDATE",
        [ask.subject],
    )


@action(
    "core.end_delegation",
    subject=DELEGATION,
    payload=NoMore,
    purpose="delegate",
    facts=_timer_of,
    batch=False,
)
def end_delegation(work: Work) -> None:
    """End one's own delegation before its time: who named the deputy, or the deputy. It holds at once."""
    row = work.row(Delegation)
    if work.ask.person not in (row["holder"], row["deputy"]):
        work.refuse("not_yours", RULE, _("Only who named the deputy, or the deputy, ends this delegation here."), status=403)  # fmt: skip
    _end(work)


@action(
    "core.revoke_delegation",
    subject=DELEGATION,
    payload=NoMore,
    purpose="authorise",
    facts=_timer_of,
    batch=False,
)
def revoke_delegation(work: Work) -> None:
    """End somebody else's delegation: for who looks after the offices. It holds at once."""
    _end(work)


def _end(work: Work) -> None:
    row = work.row(Delegation)
    if row["ended_at"] is not None or row["valid_to"] <= work.now:
        work.refuse("already_ended", "I12", _("This delegation has ended already."), status=409)
    work.put(Delegation, ended_at=work.now)
    for timer in work.facts:
        work.put_row(Timer, timer, cancelled_at=work.now)
    work.data.update(position=row["position"], holder=row["holder"], deputy=row["deputy"])


@action(
    "core.expire_delegation",
    subject=DELEGATION,
    payload=FireTimer,
    purpose="keep_time",
    facts=timer_query,
    batch=False,
)
def expire_delegation(work: Work) -> None:
    """Say, once, that a delegation has come to its end; it let nobody act any more from that moment."""
    if not work.facts or work.facts[0]["fired_at"] is not None or work.facts[0]["cancelled_at"] is not None:
        work.refuse("already_fired", "I12", _("This timer had its moment already."), status=409)
    timer, row = work.facts[0], work.row(Delegation)
    if timer["due_at"] > work.now:
        work.refuse("too_early", "I12", _("The moment of this timer has not come."), status=409)
    work.data.update(kind="delegation", timer=timer["id"], position=row["position"], holder=row["holder"], deputy=row["deputy"])  # fmt: skip
    work.put_row(Timer, timer, fired_at=work.now)
    work.answer["effect"] = "fired"
