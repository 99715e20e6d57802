"""Deciding a merger or a split: at once, or for a coming midnight, until which it can be called off (invariant I7)."""

from datetime import date, datetime, time, timedelta
from typing import Any, Literal
from uuid import UUID

import msgspec
from django.utils.translation import gettext as _

from sauro.core.actions.merging import (
    MergeOrganisations,
    absorb,
    involved,
    moves,
    organisations,
    require_authority,
    unfit_words,
)
from sauro.core.actions.splitting import SplitOrganisation, parting, require_rule, separate, separated
from sauro.core.actions.splitting import require_authority as require_authority_to_split
from sauro.core.actions.timers import FireTimer
from sauro.core.doorway.ask import Ask
from sauro.core.doorway.decide import VIETNAM, local_day
from sauro.core.doorway.registry import Query, Row, Subject, action
from sauro.core.doorway.work import Work
from sauro.core.models import Reorganisation, Timer
from sauro.core.moment import now
from sauro.core.rules.reorganising import Unfit

# It lies in no organisation: who decides one has authority over all.
REORGANISATION = Subject("reorganisation", (Reorganisation,))
FARTHEST = timedelta(days=366)
Terms = MergeOrganisations | SplitOrganisation


class PlanReorganisation(msgspec.Struct, forbid_unknown_fields=True):
    """``organisation`` is merged or split by ``terms``: at the midnight with which ``effective`` begins, or at once."""

    kind: Literal["merge", "split"]
    organisation: UUID
    terms: dict[str, Any]
    effective: date | None = None
    id: UUID | None = None
    simulated: bool = False


class Nothing(msgspec.Struct, forbid_unknown_fields=True):
    """There is nothing to say."""


def terms_of(kind: str, terms: dict[str, Any]) -> Terms:
    """The terms as they are typed. Raises msgspec.ValidationError."""
    if kind == "split":
        return msgspec.convert(terms, SplitOrganisation, strict=False)
    return msgspec.convert(terms, MergeOrganisations, strict=False)


def midnight(day: date) -> datetime:
    """The moment with which a day begins."""
    return datetime.combine(day, time(), VIETNAM)


def _question(subject: UUID, terms: Terms, day: date) -> Query:
    """Everything that it may change, locked until it is done."""
    if isinstance(terms, SplitOrganisation):
        text, values = parting(subject, terms, day)
    else:
        text, values = involved(*organisations(subject, terms), day)
    return f"{text} FOR UPDATE OF a", values


def _involved(ask: Ask, payload: PlanReorganisation, envelope: Row | None) -> Query | None:
    try:
        terms = terms_of(payload.kind, payload.terms)
    except msgspec.ValidationError:
        return None
    return _question(payload.organisation, terms, payload.effective or local_day(now()))


@action(
    "core.plan_reorganisation", subject=REORGANISATION, payload=PlanReorganisation, purpose="reorganise", creates=True,
    facts=_involved, batch=False,
)  # fmt: skip
def plan_reorganisation(work: Work) -> None:
    """Decide it. What could not be carried out today is refused today; for now, it is carried out in this act."""
    p: PlanReorganisation = work.payload
    if p.id is not None:
        work.subject = p.id
    try:
        terms = terms_of(p.kind, p.terms)
    except msgspec.ValidationError:
        work.refuse(
            "invalid", f"{work.action.name}: form", _("Open the form again and send it anew."), field="terms"
        )
        raise AssertionError from None
    if isinstance(terms, SplitOrganisation):
        require_rule(work, terms)
    today = local_day(work.now)
    if p.effective is not None and not today < p.effective <= today + FARTHEST:
        message = _("Choose a coming day, at most a year ahead. For today, let it take effect at once.")
        work.refuse("not_ahead", "I7", message, field="effective")
    whole = [p.organisation]
    absorbed = whole if isinstance(terms, SplitOrganisation) else organisations(p.organisation, terms)[0]
    work.insert(
        Reorganisation, id=work.subject, kind=p.kind, state="planned", absorbed=absorbed, into=terms.into,
        basis=terms.basis, terms=msgspec.to_builtins(terms), effective=p.effective, decided_at=work.now,
        simulated=p.simulated,
    )  # fmt: skip
    work.answer["reorganisation"] = str(work.subject)
    try:
        if p.effective is None:
            _carry_out(work, terms, today, today)
            return
        _try_out(work, terms, p.organisation, p.effective)
    except Unfit as unfit:
        work.refuse(str(unfit), "I7", unfit_words(str(unfit)), field="into")
    work.data.update(into=terms.into, basis=terms.basis, effective=p.effective)
    assert p.effective is not None
    timer = {"commitment": work.subject, "kind": "reorganise", "due_at": midnight(p.effective)}
    work.insert(Timer, id=work.subject, **timer)


@action(
    "core.call_off_reorganisation", subject=REORGANISATION, payload=Nothing, purpose="reorganise", batch=False
)
def call_off_reorganisation(work: Work) -> None:
    """Until its moment nothing has moved, and nothing will."""
    row = _planned(work)
    work.put(Reorganisation, state="called_off", ended_at=work.now)
    _settle_timer(work, row, cancelled_at=work.now)


def _to_carry_out(ask: Ask, payload: FireTimer, envelope: Row | None) -> Query | None:
    if envelope is None or envelope["state"] != "planned":
        return None
    try:
        terms = terms_of(envelope["kind"], envelope["terms"])
    except msgspec.ValidationError:
        return None
    return _question(envelope["absorbed"][-1], terms, envelope["effective"] or local_day(now()))


@action(
    "core.carry_out_reorganisation", subject=REORGANISATION, payload=FireTimer, purpose="reorganise",
    facts=_to_carry_out, batch=False,
)  # fmt: skip
def carry_out_reorganisation(work: Work) -> None:
    """Its moment has come. What has become impossible since is said so, and moves nothing."""
    row = dict(_planned(work))
    if midnight(row["effective"]) > work.now:
        work.refuse("too_early", "I12", _("The moment of this timer has not come."), status=409)
    _settle_timer(work, row, fired_at=work.now)
    try:
        try:
            terms = terms_of(row["kind"], row["terms"])
        except msgspec.ValidationError as fault:
            raise Unfit("outdated") from fault
        _carry_out(work, terms, row["effective"], row["effective"] - timedelta(days=1))
    except Unfit as unfit:
        work.data["failed"] = str(unfit)
        work.put(Reorganisation, state="failed", reason=str(unfit), ended_at=work.now)


def _try_out(work: Work, terms: Terms, subject: UUID, day: date) -> None:
    """Raises Unfit where it could not be carried out on the day as things stand now, and refuses who may not."""
    if isinstance(terms, SplitOrganisation):
        separated(work.facts, subject, terms, day)
        require_authority_to_split(work, terms)
    else:
        moves(work.facts, subject, terms, day)
        require_authority(work, terms)


def _carry_out(work: Work, terms: Terms, first: date, last: date) -> None:
    """Raises Unfit, before anything of it is written."""
    subject = work.row(Reorganisation)["absorbed"][-1]
    if isinstance(terms, SplitOrganisation):
        separate(work, subject, terms, first=first, last=last)
    else:
        absorb(work, subject, terms, first=first, last=last)
    work.put(Reorganisation, state="done", ended_at=work.now)


def _planned(work: Work) -> Row:
    row = work.row(Reorganisation)
    if row["state"] != "planned":
        message = _("This was carried out or called off already. Nothing has changed now.")
        work.refuse("already_fired", "I7", message, status=409)
    return row


def _settle_timer(work: Work, row: Row, **ended: datetime) -> None:
    """The timer has the id of what it carries out, so nobody need look for it."""
    timer: dict[str, Any] = {
        "id": row["id"], "commitment": row["id"], "kind": "reorganise", "due_at": midnight(row["effective"]),
        "fired_at": None, "cancelled_at": None, "event": row["event"],
    }  # fmt: skip
    work.put_row(Timer, timer, **ended)
