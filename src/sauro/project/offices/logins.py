"""The accounts of those who work here, as an administrator sees them: names masked, each with how it stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from sauro.core.doorway.decide import local_day
from sauro.core.moment import now
from sauro.core.queries.seats import HELD
from sauro.core.vault import keyring
from sauro.core.vault.parts import read_masks
from sauro.core.vault.tokens import having_all, tokens_for
from sauro.project.offices.words import masked, name_of

PAGE, NAMED = 50, 3
FILTERS = ("with", "without", "closed")
HISTORY = ("core.open_account", "core.send_way_in", "core.close_account", "core.reopen_account")


@dataclass(frozen=True, slots=True)
class Login:
    """One account: ``unused`` where nobody has chosen a password for it yet. The first offices are named, all are counted."""

    person: UUID
    login: str
    name: str
    email: str
    open: bool
    unused: bool
    addressed: bool
    offices: list[str]
    held: int

    @property
    def more(self) -> int:
        """How many offices are not named."""
        return self.held - len(self.offices)


_OFFICE = f"EXISTS (SELECT 1 FROM core_holding h WHERE h.person = c.person AND {HELD.format(h='h')})"  # noqa: S608 — constants
# Whoever may file for themselves and never held an office is a citizen: nobody leafs through those.
_WORKS = (
    "(EXISTS (SELECT 1 FROM core_holding w WHERE w.person = c.person) OR NOT EXISTS (SELECT 1 FROM core_grant g"
    " JOIN core_definition d ON d.id = g.role WHERE g.holder = c.person AND d.kind = 'role' AND d.code = 'citizen'))"
)
_WHICH = {"with": f"u.is_active AND {_OFFICE}", "without": f"u.is_active AND NOT {_OFFICE}", "closed": "NOT u.is_active"}  # fmt: skip
_FROM = "FROM core_account c JOIN auth_user u ON u.id = c.user_id"
_LINES = """
SELECT c.person, u.username, u.is_active, u.last_login IS NULL AND u.password LIKE '!%%', c.email_token IS NOT NULL,
  ARRAY(SELECT {p} || ', ' || {o} FROM core_holding h JOIN core_actor p ON p.id = h.position
    JOIN core_actor o ON o.id = p.organisation WHERE h.person = c.person AND {held} ORDER BY p.code LIMIT {named}),
  (SELECT count(*) FROM core_holding h WHERE h.person = c.person AND {held})
{origin} WHERE {where} ORDER BY u.username LIMIT {most}
"""


def listed(text: str, which: str, after: str) -> tuple[list[Login], str]:
    """One page in the order of the logins, and the login after which the next begins; empty at the end."""
    where, values = _found(text) if text else (_WORKS, {})
    if which in _WHICH:
        where = f"{where} AND {_WHICH[which]}"
    if after:
        where, values = f"{where} AND u.username > %(after)s", {**values, "after": after}
    found = _lines(where, values, PAGE + 1)
    return found[:PAGE], found[PAGE - 1].login if len(found) > PAGE else ""


def one(person: UUID) -> Login | None:
    """The account of one person."""
    return next(iter(_lines("c.person = %(person)s", {"person": person}, 1)), None)


def counted() -> dict[str, int]:
    """How many accounts each filter shows."""
    parts = ", ".join(f"count(*) FILTER (WHERE {_WHICH[which]})" for which in FILTERS)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {parts} {_FROM} WHERE {_WORKS}", {"today": local_day(now())})
        return dict(zip(FILTERS, cursor.fetchone() or (0, 0, 0), strict=True))


def _found(text: str) -> tuple[str, dict[str, Any]]:
    """By the beginning of a login, words of a name, an ID number or an address for letters: anybody's account."""
    ring = keyring.current()
    named, given = having_all(ring, "number" if any(each.isdigit() for each in text) else "name", text)
    values = {f"t{at}": value for at, value in enumerate(given)}
    for at in range(len(given)):
        named = named.replace("%s", f"%(t{at})s", 1)
    start = "".join(f"\\{each}" if each in "\\%_" else each for each in text.lower()) + "%"
    where = f"(lower(u.username) LIKE %(start)s OR c.email_token = ANY(%(email)s::bytea[]) OR c.person IN ({named}))"
    return where, {**values, "start": start, "email": tokens_for(ring, "email", text)}


def _lines(where: str, values: dict[str, Any], most: int) -> list[Login]:
    held = HELD.format(h="h")
    sql = _LINES.format(
        p=name_of("p"), o=name_of("o"), held=held, named=NAMED, origin=_FROM, where=where, most=most
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, {**values, "today": local_day(now())})
        rows = cursor.fetchall()
        masks = read_masks(cursor, keyring.current(), [row[0] for row in rows])
    return [_login(row, masks.get(row[0])) for row in rows]


def _login(row: Sequence[Any], mask: Any) -> Login:
    person, login, *rest = row
    return Login(person, login, masked(mask), str((mask or {}).get("email", "")), *rest)


@dataclass(frozen=True, slots=True)
class Done:
    """What was done with an account: when, by whom, why."""

    name: str
    at: datetime
    by: str
    reason: str
    letter: bool


def history(person: UUID) -> list[Done]:
    """What administrators did with an account, the latest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name, recorded, person, convert_from(body, 'UTF8')::jsonb #>> '{data,reason}',"
            " convert_from(body, 'UTF8')::jsonb #>> '{data,answer,letter}' FROM core_event"
            " WHERE subject = %s AND name = ANY(%s) ORDER BY recorded DESC, id DESC LIMIT 20",
            [person, list(HISTORY)],
        )
        rows = cursor.fetchall()
        masks = read_masks(cursor, keyring.current(), [row[2] for row in rows])
    return [
        Done(name, at, masked(masks.get(by)), why or "", sent == "true") for name, at, by, why, sent in rows
    ]


def letter(login: Login, done: Sequence[Done]) -> str:
    """What became of the letter with the way in: none, waiting, trying, failed, sent; nothing once it was used."""
    if not login.open or (not login.unused and not _reopened(done)):
        return ""
    last = next((each for each in done if each.name != "core.close_account"), None)
    if last is not None and not last.letter:
        return "none"
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT j.status::text, j.attempts FROM procrastinate_jobs j JOIN core_account c ON c.person = %s"
            " WHERE j.queue_name = 'letters' AND j.args->>'kind' = 'invited' AND j.args->>'user' = c.user_id::text"
            " ORDER BY j.id DESC LIMIT 1",
            [login.person],
        )
        job = cursor.fetchone()
    # What was delivered is not kept in the queue.
    if job is None or job[0] == "succeeded":
        return "sent" if last is not None else ""
    return "failed" if job[0] == "failed" else "trying" if job[1] else "waiting"


def _reopened(done: Sequence[Done]) -> bool:
    return bool(done) and done[0].name != "core.open_account"
