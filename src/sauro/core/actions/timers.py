"""Timers: each has exactly one effect, however many workers run and crash."""

from uuid import UUID

import msgspec
from django.utils.translation import gettext as _

from sauro.core.actions.actors import COMMITMENT
from sauro.core.actions.grants import GRANT
from sauro.core.clock.reckoning import timers_for
from sauro.core.doorway.ask import Ask
from sauro.core.doorway.ended import OUTLIVES, is_over
from sauro.core.doorway.registry import Query, Row, action
from sauro.core.doorway.work import Work
from sauro.core.models import Commitment, Grant, Timer
from sauro.core.queries import courses


class FireTimer(msgspec.Struct, forbid_unknown_fields=True):
    """Which timer's moment has come."""

    timer: UUID


def timer_query(ask: Ask, payload: FireTimer, envelope: Row | None) -> Query:
    return (
        "SELECT id, commitment, kind, due_at, fired_at, cancelled_at, event FROM core_timer"
        " WHERE id = %s AND commitment = %s FOR UPDATE",
        [payload.timer, ask.subject],
    )


@action("core.fire_timer", subject=COMMITMENT, payload=FireTimer, purpose="keep_time", facts=timer_query)
def fire_timer(work: Work) -> None:
    """Fire once; a timer whose commitment ended or stands still is cancelled, one whose moment moved is moved.

    A retention timer outlives its commitment: it says that the time of keeping is over, and erases nothing itself.

    The commitment is locked, so an act that ends it and its timer cannot both win.
    """
    if not work.facts:
        work.refuse("not_found", "I12", _("This timer does not exist."), status=404)
    timer, promise = work.facts[0], work.row(Commitment)
    work.data.update(kind=timer["kind"], timer=timer["id"])
    if timer["fired_at"] is not None or timer["cancelled_at"] is not None:
        work.refuse("already_fired", "I12", _("This timer had its moment already."), status=409)
    if timer["due_at"] > work.now:
        work.refuse("too_early", "I12", _("The moment of this timer has not come."), status=409)
    if is_over(promise) and timer["kind"] != OUTLIVES:
        work.put_row(Timer, timer, cancelled_at=work.now)
        work.answer["effect"] = "cancelled"
        return
    if promise["course"] is not None and timer["kind"] in ("half_time", "due_soon", "breach"):
        course, calendar = courses.read(promise["course"])
        moments = dict(timers_for(course, calendar, courses.terms_of(promise)))
        if timer["kind"] not in moments:
            work.put_row(Timer, timer, cancelled_at=work.now)
            work.answer["effect"] = "cancelled"
            return
        if moments[timer["kind"]] > work.now:
            work.put_row(Timer, timer, due_at=moments[timer["kind"]])
            work.answer["effect"] = "moved"
            return
    work.put_row(Timer, timer, fired_at=work.now)
    work.answer["effect"] = "fired"


@action(
    "core.expire_grant", subject=GRANT, payload=FireTimer, purpose="keep_time", facts=timer_query, batch=False
)
def expire_grant(work: Work) -> None:
    """Say, once, that a grant has come to its end; it gave no right any more from that moment."""
    if not work.facts or work.facts[0]["fired_at"] is not None or work.facts[0]["cancelled_at"] is not None:
        work.refuse("already_fired", "I12", _("This timer had its moment already."), status=409)
    timer = work.facts[0]
    if timer["due_at"] > work.now:
        work.refuse("too_early", "I12", _("The moment of this timer has not come."), status=409)
    work.data.update(kind="expiry", timer=timer["id"], holder=work.row(Grant)["holder"])
    work.put_row(Timer, timer, fired_at=work.now)
    work.answer["effect"] = "fired"
