"""Reading personal data: never without a grant and a purpose, never without a line in the ledger (invariant I5)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext as _
from psycopg import Cursor

from sauro.core.doorway import store
from sauro.core.doorway.act import record_refusal
from sauro.core.doorway.ask import Ask
from sauro.core.doorway.decide import local_day
from sauro.core.doorway.genesis import PLATFORM
from sauro.core.doorway.registry import Subject
from sauro.core.doorway.store import LiveGrant, Locked
from sauro.core.ids import new_id
from sauro.core.moment import now
from sauro.core.queries.visibility import Reader
from sauro.core.refusal import Refusal
from sauro.core.rules.scopes import covers
from sauro.core.vault import keyring
from sauro.core.vault.parts import read_parts

MERGE_WITHIN = timedelta(minutes=15)

_MERGE = """
UPDATE core_access SET last_at = %s, times = times + 1 WHERE id = (
  SELECT id FROM core_access WHERE reader = %s AND position IS NOT DISTINCT FROM %s AND delegation IS NOT DISTINCT FROM %s AND commitment = %s
    AND purpose = %s AND how = %s AND subjects = %s::uuid[] AND last_at > %s ORDER BY last_at DESC LIMIT 1)
"""
_INSERT = """
INSERT INTO core_access (id, reader, position, organisation, grant_id, purpose, commitment, subjects, how,
  first_at, last_at, times, behalf, delegation)
VALUES (%s, %s, %s, (SELECT organisation FROM core_actor WHERE id = %s), %s, %s, %s, %s, %s, %s, %s, 1, %s, %s)
"""


@dataclass(frozen=True, slots=True)
class Opened:
    """What was opened: the subject's rows, and its personal parts by name (None where lawfully erased)."""

    rows: dict[str, dict[str, Any]]
    parts: dict[str, dict[str, Any] | None]
    grant: LiveGrant


def open_case(
    reader: Reader, action: str, subject: Subject, id_: UUID, *, purpose: str, parts: Sequence[str] | None = None,
    how: str = "page",
) -> Opened:  # fmt: skip
    """Open a case with its personal parts, recording the read in the same transaction, before anything is sent.

    ``parts`` names what is read (None: every part). The subject of the data is the case's owner; their own reading
    is recorded too. Raises Refusal ``no_grant`` (recorded) or ``not_found``.
    """
    moment = now()
    try:
        with store.transaction() as doing:
            asked = store.granting([(reader.person, reader.position, action)], moment, local_day(moment))
            rows, grants = doing.ask(store.locking(subject, [id_]), asked)
            found, cursor = store.locked(subject, rows).get(id_), doing.cursor
            grant = _choose(found, store.granted(grants), reader, action)
            assert found is not None
            names = list(parts) if parts is not None else _names(cursor, found.rows)
            unit = _unit(found.rows)
            read = read_parts(cursor, keyring.current(), {unit: names}) if names else {}
            _record(cursor, reader, grant, purpose, id_, [found.place.owner or unit], how, moment)
    except Refusal as refusal:
        record_refusal(Ask(action, reader.person, "read", subject=id_, position=reader.position), refusal)
        raise
    return Opened(found.rows, {part: data for (_unit_, part), data in read.items()}, grant)


def _choose(found: Locked | None, grants: Sequence[LiveGrant], reader: Reader, action: str) -> LiveGrant:
    if found is not None:
        for grant in grants:
            if covers(grant.scope, found.place, frozenset({reader.person})):
                return grant
    # The same words whether it does not exist or is not theirs: guessing numbers tells nothing.
    raise Refusal(
        "not_found",
        f"I5: {action}",
        _("There is nothing here under this number, or it is not yours to see."),
        status=404,
    )


def record_read(
    reader: Reader, grant: LiveGrant, purpose: str, commitment: UUID | None, subjects: list[UUID], how: str
) -> None:
    """Record a personal read that was made by other means (an export, a worker's letter)."""
    with store.cursor() as cursor:
        _record(cursor, reader, grant, purpose, commitment, subjects, how, now())


def _record(
    cursor: Cursor[Any], reader: Reader, grant: LiveGrant | None, purpose: str, commitment: UUID | None,
    subjects: list[UUID], how: str, moment: datetime,
) -> None:  # fmt: skip
    # For whom a deputy read is what the grant was found by, never what a caller says.
    behalf, delegation = (grant.row.behalf, grant.row.delegation) if grant else (None, None)
    merged = cursor.execute(
        _MERGE,
        [moment, reader.person, reader.position, delegation, commitment, purpose, how, subjects, moment - MERGE_WITHIN],
    )  # fmt: skip
    if merged.rowcount:
        return
    cursor.execute(
        _INSERT,
        [
            new_id(), reader.person, reader.position, reader.position, grant.row.id if grant else None, purpose,
            commitment, subjects, how, moment, moment, behalf, delegation,
        ],
    )  # fmt: skip


def _unit(rows: Mapping[str, Mapping[str, Any]]) -> UUID:
    for row in rows.values():
        if "unit" in row:
            return row["unit"]  # type: ignore[no-any-return]
    return next(iter(rows.values()))["id"]  # type: ignore[no-any-return]


def _names(cursor: Cursor[Any], rows: Mapping[str, Mapping[str, Any]]) -> list[str]:
    found = cursor.execute("SELECT part FROM core_personal WHERE unit = %s ORDER BY part", [_unit(rows)])
    return [part for (part,) in found]


@dataclass(frozen=True, slots=True)
class Looked:
    """One line of "who looked at my data": position and agency, case, time; never the reader's name.

    Where a deputy read, ``deputy_vi`` and ``deputy_en`` are the office that the deputy holds, and the position is the
    one in which they deputised. ``machine``: no person read it.
    """

    id: UUID
    position_vi: str
    position_en: str
    organisation_vi: str
    organisation_en: str
    deputy_vi: str
    deputy_en: str
    purpose: str
    how: str
    commitment: UUID | None
    first_at: datetime
    last_at: datetime
    times: int
    own: bool
    machine: bool


@dataclass(frozen=True, slots=True)
class Sought:
    """Which reads of a person's data: of one case, of one agency, from and until when, by whom, one alone.

    ``by`` is *others* (officials), *own*, *machine* or empty for all. ``before`` goes on after a line of a page before.
    """

    commitment: UUID | None = None
    organisation: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None
    by: str = ""
    before: tuple[datetime, UUID] | None = None
    one: UUID | None = None


BY = ("others", "own", "machine")
_LOOKED = """
SELECT a.id, coalesce(p.name_vi, ''), coalesce(p.name_en, ''), coalesce(o.name_vi, ''), coalesce(o.name_en, ''),
  coalesce(d.name_vi, ''), coalesce(d.name_en, ''), a.purpose, a.how,
  a.commitment, a.first_at, a.last_at, a.times, a.reader = %(person)s, a.reader = %(platform)s
FROM core_access a LEFT JOIN core_actor p ON p.id = a.position LEFT JOIN core_actor o ON o.id = a.organisation
  LEFT JOIN core_delegation e ON e.id = a.delegation LEFT JOIN core_actor d ON d.id = e.deputy_position
WHERE a.subjects @> ARRAY[%(person)s]::uuid[] AND (a.sealed_until IS NULL OR a.sealed_until <= %(now)s)
  AND (%(commitment)s::uuid IS NULL OR a.commitment = %(commitment)s::uuid)
  AND (%(organisation)s::uuid IS NULL OR a.organisation = %(organisation)s::uuid)
  AND (%(since)s::timestamptz IS NULL OR a.last_at >= %(since)s::timestamptz)
  AND (%(until)s::timestamptz IS NULL OR a.first_at < %(until)s::timestamptz)
  AND (%(by)s = '' OR %(by)s = CASE a.reader WHEN %(person)s THEN 'own' WHEN %(platform)s THEN 'machine' ELSE 'others' END)
  AND (%(before_at)s::timestamptz IS NULL OR (a.last_at, a.id) < (%(before_at)s::timestamptz, %(before_id)s::uuid))
  AND (%(one)s::uuid IS NULL OR a.id = %(one)s::uuid)
ORDER BY a.last_at DESC, a.id DESC LIMIT %(limit)s
"""


def who_looked(person: UUID, commitment: UUID | None = None, limit: int = 200) -> list[Looked]:
    """Who opened this person's data, newest first; seals that have expired show too."""
    return looks(person, Sought(commitment), limit)


def looks(person: UUID, sought: Sought, limit: int) -> list[Looked]:
    """The reads of this person's data that are sought, newest first."""
    at, id_ = sought.before or (None, None)
    asked: dict[str, Any] = {
        "person": person, "platform": PLATFORM, "now": now(), "commitment": sought.commitment, "organisation": sought.organisation,
        "since": sought.since, "until": sought.until, "by": sought.by, "before_at": at, "before_id": id_, "one": sought.one,
        "limit": limit,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_LOOKED, asked)
        return [Looked(*row) for row in cursor.fetchall()]


_READERS = """
SELECT DISTINCT o.id, o.name_vi, o.name_en FROM core_access a JOIN core_actor o ON o.id = a.organisation
WHERE a.subjects @> ARRAY[%s]::uuid[] AND (a.sealed_until IS NULL OR a.sealed_until <= %s) AND a.reader <> %s
ORDER BY o.name_vi LIMIT %s
"""


def agencies_that_looked(person: UUID, limit: int = 100) -> list[tuple[UUID, str, str]]:
    """The agencies of those who opened this person's data: id, and the name in both languages."""
    with connection.cursor() as cursor:
        cursor.execute(_READERS, [person, now(), person, limit])
        return list(cursor.fetchall())
