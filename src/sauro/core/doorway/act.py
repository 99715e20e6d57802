"""``act()``: one change, in one transaction, or one refusal that says why."""

from typing import Any, cast
from uuid import UUID

import orjson
import psycopg
import structlog
from django.utils.translation import gettext as _

from sauro.core.doorway import observing, store
from sauro.core.doorway.ask import Ask, Outcome
from sauro.core.doorway.decide import (
    decide,
    event_body,
    event_row,
    local_day,
    outcome,
    parse,
    request_digest,
    seal,
    stale,
)  # fmt: skip
from sauro.core.doorway.ended import stop_timers
from sauro.core.doorway.registry import Action, Where, lookup
from sauro.core.ids import new_id
from sauro.core.moment import now
from sauro.core.refusal import Refusal
from sauro.core.vault import erasure, keyring
from sauro.core.vault.parts import StalePart, UnitErased, write_personal
from sauro.core.vault.seeds import Shredded

log = structlog.get_logger()


class _Repeated(Exception):
    """The same person did the same action under the same key before."""


def act(ask: Ask) -> Outcome:
    """Do what is asked, or raise Refusal with the rule it rests on.

    A repeat under the same key answers as the first time did and does nothing. An acknowledged outcome is durable:
    it is returned only after the commit.
    """
    around = observing.around_act
    return _act(ask) if around is None else cast(Outcome, around(ask.action, lambda: _act(ask)))


def _act(ask: Ask) -> Outcome:
    try:
        action = lookup(ask.action)
        payload = parse(action, ask)
        digest = request_digest(keyring.current(), ask, payload)
    except Refusal as refusal:
        record_refusal(ask, refusal)
        raise
    try:
        try:
            return _once(action, ask, payload, digest)
        except psycopg.errors.DeadlockDetected:
            return _once(action, ask, payload, digest)
    except (_Repeated, Refusal) as reason:
        try:
            return repeated(ask, digest)
        except _Repeated:
            refused = reason
        except Refusal as reused:
            refused = reused
        if isinstance(refused, Refusal):
            record_refusal(ask, refused)
        raise refused from None


def _once(action: Action, ask: Ask, payload: Any, digest: bytes) -> Outcome:
    try:
        with store.transaction() as doing:
            return _do(doing, action, ask, payload, digest)
    except (UnitErased, Shredded):
        raise Refusal("erased", "I9", _("This was erased, as the law asks."), status=410) from None
    except StalePart:
        raise stale() from None
    except psycopg.errors.UniqueViolation as violation:
        if violation.diag.constraint_name == "event_once":
            raise _Repeated from None
        raise _taken(action, violation) from None
    except (psycopg.IntegrityError, psycopg.DataError) as wrong:
        raise _unfit(action, wrong) from None


def _taken(action: Action, violation: psycopg.errors.UniqueViolation) -> Refusal:
    """Something with this identity stands already: said as a refusal, by the constraint it rests on."""
    return Refusal(
        "exists_already", f"{action.name}: {violation.diag.constraint_name}",
        _("This exists already under the same number or code."), status=409,
    )  # fmt: skip


def _unfit(action: Action, wrong: psycopg.Error) -> Refusal:
    """What the payload's type lets through and no row may hold: said as a refusal, by the constraint it rests on."""
    return Refusal(
        "invalid", f"{action.name}: {wrong.diag.constraint_name or wrong.diag.column_name or 'form'}",
        _("This cannot be entered so. Look at what you typed, and correct it."),
    )  # fmt: skip


def _do(doing: store.Transaction, action: Action, ask: Ask, payload: Any, digest: bytes) -> Outcome:
    moment = now()
    grants_asked = store.granting([(ask.person, ask.position, action.name)], moment, local_day(moment))
    if action.creates:
        where = action.place(ask, payload) if action.place else Where(ask.person)
        places, grants = doing.ask(store.placing([where]), grants_asked)
        (locked,) = store.placed([where], places)
    else:
        rows, grants = doing.ask(
            store.locking(action.subject, [ask.subject] if ask.subject else []), grants_asked
        )
        found_ = store.locked(action.subject, rows).get(ask.subject) if ask.subject else None
        if found_ is None:
            raise not_found(action)
        locked = found_
    facts = []
    if action.facts:
        envelope = {name: value for row in locked.rows.values() for name, value in row.items()} or None
        facts = store.facts(doing, action.facts(ask, payload, envelope))
    # The moment is that of the decision: whoever waited for the lock acts after the one who held it.
    work = decide(action, ask, payload, locked, facts, store.granted(grants), now())
    stop_timers(doing, [work])
    for wanted in work.numbers:
        store.give_number(doing, wanted)
    new, sealed, tokens = seal(keyring.current(), work)
    doing.queue(store.inserting_event(event_row(work, digest, event_body(work, sealed))))
    doing.queue(*store.writing_state(list(work.changes.values())))
    # These answer how much they wrote, and that is looked at before the commit.
    if sealed:
        write_personal(doing, new=new, parts=sealed, tokens=tokens)
    if work.erased:
        erasure.erase_rows(doing, work.erased, work.event, work.now)
    doing.finish()
    return outcome(work)


def not_found(action: Action) -> Refusal:
    return Refusal(
        "not_found",
        f"I8: {action.name}",
        _("There is nothing here under this number, or it is not yours to see."),
        status=404,
    )


def done_before(person: UUID, action: str, key: str) -> Outcome | None:
    """The outcome of an act that was done under this key, for callers whose payload differs at each attempt."""
    row = _earlier(person, action, key)
    return Outcome(row[0], row[1], orjson.loads(row[3])["data"]["answer"], repeated=True) if row else None


def _earlier(person: UUID, action: str, key: str) -> tuple[Any, ...] | None:
    with store.cursor() as cursor:
        return cursor.execute(
            "SELECT id, subject, request, body FROM core_event WHERE person = %s AND name = %s AND key = %s",
            [person, action, key],
        ).fetchone()


def repeated(ask: Ask, digest: bytes) -> Outcome:
    """The outcome of the first act under this key. Raises _Repeated if there is none, Refusal if the body differs."""
    row = _earlier(ask.person, ask.action, ask.key)
    if row is None:
        raise _Repeated
    if bytes(row[2]) != digest:
        raise Refusal(
            "key_reused",
            "I12",
            _("This was already sent, with other content. Open the form again and send it anew."),
            status=409,
        )
    return Outcome(row[0], row[1], orjson.loads(row[3])["data"]["answer"], repeated=True)


def record_refusal(ask: Ask, refusal: Refusal) -> None:
    """Keep the refusal, in its own transaction. Never personal: the payload is not kept."""
    subject = ask.subject if isinstance(ask.subject, UUID) else None
    with store.cursor() as cursor:
        cursor.execute(
            "INSERT INTO core_refusal (id, person, position, action, rule, code, subject, at, details)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s::jsonb)",
            [
                new_id(), ask.person, ask.position, ask.action[:64], refusal.rule, refusal.code[:48], subject, now(),
                orjson.dumps(refusal.details, default=str).decode(),
            ],
        )  # fmt: skip
    log.info("refused", action=ask.action, code=refusal.code, rule=refusal.rule)
