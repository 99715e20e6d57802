"""The decision of one act, the same for ``act()`` and ``act_many()``: no database, only what was read for it."""

import re
import zoneinfo
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import msgspec
from django.utils.translation import gettext as _

from sauro.core.canonical import plain, quick
from sauro.core.doorway.ask import Ask, Outcome
from sauro.core.doorway.registry import Action, Row
from sauro.core.doorway.store import LiveGrant, Locked
from sauro.core.doorway.work import GrantRow, Work
from sauro.core.journal.tables import PERSONAL, change
from sauro.core.refusal import Refusal
from sauro.core.rules.scopes import Place, covers
from sauro.core.vault.cipher import NewUnit, UnitKey, new_unit, unwrap
from sauro.core.vault.keyring import Keyring
from sauro.core.vault.parts import SealedPart, UnitErased, seal_part
from sauro.core.vault.tokens import Tokens, tokens_for

LONGEST_KEY = 80
VIETNAM = zoneinfo.ZoneInfo("Asia/Ho_Chi_Minh")


def local_day(moment: datetime) -> date:
    """The calendar day in Vietnam: validity dates are days there, not in UTC."""
    return moment.astimezone(VIETNAM).date()


def end_of_day(day: date) -> datetime:
    """The first moment after a day in Vietnam."""
    return datetime.combine(day + timedelta(days=1), time(), VIETNAM)


def parse(action: Action, ask: Ask) -> Any:
    """The payload as its typed structure. Raises Refusal ``invalid`` naming the field."""
    if not 0 < len(ask.key) <= LONGEST_KEY:
        raise Refusal("invalid", "I12: key", _("Open the form again and send it anew."), field="key")
    try:
        return msgspec.convert(ask.payload, action.payload, strict=False)
    except msgspec.ValidationError as error:
        raise invalid(action, str(error)) from None


def invalid(action: Action, fault: str) -> Refusal:
    """The refusal of a payload, from what msgspec says of it; the types that it names are kept, never a value."""
    said, _at, path = fault.partition(" - at `$.")
    named = re.search("field `(.+)`$", said)
    field = ".".join(part for part in (path.rstrip("`"), named[1] if named else "") if part)
    if said.startswith("Object missing required field"):
        message = _("“{field}” is missing. Fill it in and send again.").format(field=field)
    elif said.startswith("Object contains unknown field"):
        message = _("“{field}” is not asked for here. Leave it out and send again.").format(field=field)
    else:
        message = _("“{field}” cannot be read as what it should be. Correct it and send again.")
        message = message.format(field=field or action.name)
    details = {"types": said} if said.startswith("Expected") else None
    return Refusal("invalid", f"{action.name}: form", message, field=field or None, details=details)


def request_digest(keyring: Keyring, ask: Ask, payload: Any) -> bytes:
    """A keyed digest of what was asked, so that a reused key with another body is noticed and nothing leaks."""
    asked = [ask.action, ask.subject, ask.position, ask.on_behalf, payload]
    try:
        body = msgspec.json.encode(asked, order="deterministic")
    except TypeError:  # a mapping by something else than text, as files by their id
        body = msgspec.json.encode(msgspec.to_builtins(asked, str_keys=True), order="deterministic")
    return keyring.request_digest(body)


def choose_grant(action: Action, ask: Ask, grants: Sequence[LiveGrant], place: Place) -> GrantRow:
    """The first grant in force that covers the place. Raises Refusal ``no_grant`` (deny by default)."""
    # For whom somebody says to act opens nothing: a mandate is a grant of its own.
    persons = frozenset({ask.person})
    for grant in grants:
        held = grant.person == ask.person and grant.position in (None, ask.position)
        if held and covers(grant.scope, place, persons):
            return grant.row
    raise Refusal(
        "no_grant",
        f"I5: {action.name}",
        _("You have no authority in force for this. Ask the head of your agency, who can grant it."),
        status=403,
        details={"action": action.name},
    )


def check_version(ask: Ask, rows: dict[str, Row]) -> None:
    """A stale form. Raises Refusal ``stale`` with both versions."""
    if ask.version is None:
        return
    current = next((row["version"] for row in rows.values() if "version" in row), None)
    if current is not None and current != ask.version:
        raise stale(seen=ask.version, current=current)


def stale(**versions: int) -> Refusal:
    """The refusal of a stale form, with both versions."""
    return Refusal(
        "stale",
        "I12",
        _(
            "Somebody changed this meanwhile. Look at the present state, then do it again if it is still right."
        ),
        status=409,
        details=dict(versions),
    )


def decide(
    action: Action, ask: Ask, payload: Any, locked: Locked, found: list[Row], grants: Sequence[LiveGrant], now: datetime
) -> Work:  # fmt: skip
    """Let the action's handler decide. Raises Refusal; returns the collected work."""
    rows = dict(locked.rows)
    # Authority first: what has changed meanwhile is told only to who may do this at all.
    grant = choose_grant(action, ask, grants, locked.place)
    check_version(ask, rows)
    work = Work(action, ask, payload, rows, found, grant, now, locked.unit, locked.wrapped)
    action.handler(work)
    if action.subject.versioned and not action.creates:
        envelope = action.subject.models[0]
        work.put(envelope, version=work.row(envelope)["version"] + 1)
    return work


def seal(keyring: Keyring, work: Work) -> tuple[list[NewUnit], list[SealedPart], list[Tokens]]:
    """Seal the personal text of an act under the keys of its units; new units get new keys."""
    keys: dict[UUID, UnitKey] = {}
    new: list[NewUnit] = []
    for part in work.parts:
        if part.unit not in keys:
            if part.unit == work.unit and work.wrapped_key is not None:
                keys[part.unit] = unwrap(keyring, part.unit, work.wrapped_key)
            elif part.unit == work.unit and not work.action.creates:
                # What stands has a key, unless it was erased; a new one would bring it back.
                raise UnitErased
            else:
                unit = new_unit(keyring, part.unit)
                new.append(unit)
                keys[part.unit] = unit.key
    sealed = [seal_part(keys[p.unit], p.part, p.version, dict(p.data)) for p in work.parts]
    tokens = [
        Tokens(p.unit, kind, tuple(tokens_for(keyring, kind, text)))
        for p in work.parts
        for kind, text in p.tokens.items()
    ]
    return new, sealed, tokens


def event_body(work: Work, sealed: Sequence[SealedPart]) -> bytes:
    """The canonical bytes of the event: what is hashed, and all that replay needs."""
    ask = work.ask
    # The rows themselves are the images: quick() writes every type of a column as ``row_image`` would.
    changes = [change(c.spec, "put", c.spec.image(c.row, c.touched)) for c in work.changes.values()]
    changes += [change(PERSONAL, "put", part.image()) for part in sealed]
    return quick(
        {
            "v": 1,
            "id": work.event,
            "name": work.action.name,
            "person": ask.person,
            "position": ask.position,
            "on_behalf": work.grant.behalf or ask.on_behalf,
            "grant": work.grant.id,
            "purpose": work.action.purpose,
            "basis": work.grant.basis,
            "subject": work.subject,
            "occurred": ask.occurred or work.now,
            "recorded": work.now,
            "key": ask.key,
            "data": plain({**_deputising(work), **work.data, "answer": work.answer}),
            "changes": changes,
            "erased": work.erased,
        }
    )


def _deputising(work: Work) -> dict[str, Any]:
    """By which delegation a deputy acted; nothing for who acts in an office of their own."""
    return {} if work.grant.delegation is None else {"delegation": work.grant.delegation}


def event_row(work: Work, digest: bytes, body: bytes) -> list[Any]:
    """The event's columns in the order of ``store.EVENT_COLUMNS``."""
    ask = work.ask
    return [
        work.event, work.action.name, ask.person, ask.position, work.grant.id, work.subject, ask.key, digest,
        work.now, body,
    ]  # fmt: skip


def outcome(work: Work) -> Outcome:
    return Outcome(work.event, work.subject, dict(work.answer))
