"""Lawful erasure: a retention unit becomes unreadable, everywhere and for good.

The order, and what a crash after each step leaves:

1. ``announce``: the unit goes onto the erasure list, durable. A crash leaves it *announced*; nothing is erased, the
   check at start says so, and the act is asked again (or withdrawn).
2. The act, in one transaction: ``erase_rows`` deletes key and tokens, empties the ciphertexts, and writes
   ``core_erasure``; the digests stay, so replay shows the unit as erased. A crash before the commit is as after 1.
3. ``shred``, after the commit: the bodies of its files go, its wrapping key is destroyed in every master key, and
   the list says *done*. A crash leaves it to ``settle``, which repeats this step and does no harm when repeated.

Keys first, so that nothing is lost by a crash that the list does not know of; the act itself writes no file. After
step 3 not even an old backup together with the keys as they stand opens the unit.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import Connection

from sauro.core.vault.cipher import forget
from sauro.core.vault.database import Database
from sauro.core.vault.erased import Step
from sauro.core.vault.files import FileStore
from sauro.core.vault.keyring import Keyring


@dataclass(frozen=True, slots=True)
class Account:
    """What an erasure took away, in numbers only."""

    units: int
    keys: int
    parts: int
    tokens: int
    files: int


@dataclass(frozen=True, slots=True)
class Findings:
    """What the erasure list and the database say of each other.

    ``resurrected`` were erased, yet the database has them: it was restored from an older backup, and may not serve
    before they are erased again. ``undecided`` were announced and never erased: ask again, or withdraw. ``unsettled``
    are erased in the database, but not yet on disk or in the keys: ``settle`` ends that.
    """

    resurrected: tuple[UUID, ...] = ()
    undecided: tuple[UUID, ...] = ()
    unsettled: tuple[UUID, ...] = ()

    @property
    def may_serve(self) -> bool:
        """Whether nothing that was erased can be read."""
        return not self.resurrected


def announce(keyring: Keyring, units: Collection[UUID], erasure: UUID, at: datetime) -> None:
    """Step 1: put units onto the erasure list, durable on return. ``erasure`` is the list's own id for it."""
    keyring.erased.announce(units, erasure, at)


def withdraw(keyring: Keyring, units: Collection[UUID]) -> None:
    """Say that an announced erasure was refused. Does nothing for one that is done."""
    keyring.erased.advance(units, Step.WITHDRAWN)


def erase_rows(db: Database, units: Collection[UUID], event: UUID, at: datetime) -> Account:
    """Step 2, inside the act's transaction. Repeating it changes nothing."""
    # First and alone: an act that writes to the unit holds its key, and what it writes must be seen by what follows.
    db.execute(
        "SELECT 1 FROM core_unit_key WHERE unit = ANY(%s::uuid[]) ORDER BY unit FOR UPDATE", [list(units)]
    )
    found = db.execute(_ERASE, {"units": list(units), "event": event, "at": at}).fetchone()
    return Account(len(set(units)), *found)


def shred(keyring: Keyring, store: FileStore, units: Collection[UUID], file_ids: Collection[UUID]) -> None:
    """Step 3, after the commit: files, wrapping keys, and the list says done. Repeating it changes nothing.

    Raises KeyError for a unit that was never announced.
    """
    store.remove(file_ids)
    for unit in units:
        forget(unit)
    keyring.shred(units)
    keyring.erased.advance(units, Step.DONE)


def erase(
    connection: Connection[Any],
    keyring: Keyring,
    store: FileStore,
    units: Collection[UUID],
    event: UUID,
    at: datetime,
) -> Account:
    """All three steps, with a transaction of its own. For what is decided already, such as after a restore."""
    announce(keyring, units, event, at)
    with connection.transaction():
        account = erase_rows(connection, units, event, at)
        files = files_of(connection, units)
    shred(keyring, store, units, files)
    return account


def files_of(db: Database, units: Collection[UUID]) -> list[UUID]:
    """The files of units, by the rows that stay after erasure."""
    rows = db.execute("SELECT id FROM core_file WHERE unit = ANY(%s::uuid[])", [list(units)]).fetchall()
    return [row[0] for row in rows]


def check_erasure_list(db: Database, keyring: Keyring) -> Findings:
    """Compare list and database: at start, and after a restore."""
    entries = keyring.erased.entries()
    done = [unit for unit, entry in entries.items() if entry.step == Step.DONE]
    announced = [unit for unit, entry in entries.items() if entry.step == Step.ANNOUNCED]
    present = _units(db.execute(_PRESENT, {"units": done}).fetchall())
    erased = _units(db.execute("SELECT unit FROM core_erasure").fetchall())
    finished = set(done)
    return Findings(
        resurrected=tuple(unit for unit in done if unit in present),
        undecided=tuple(unit for unit in announced if unit not in erased),
        unsettled=tuple(
            sorted(unit for unit in erased if unit not in finished or not keyring.is_shredded(unit))
        ),
    )


def settle(db: Database, keyring: Keyring, store: FileStore) -> int:
    """End every erasure that committed and was cut off before its last step; returns how many units.

    Also right when the keys were restored from a copy older than the database: what the database erased is then
    shredded anew.
    """
    unsettled = list(check_erasure_list(db, keyring).unsettled)
    rows = db.execute(
        "SELECT unit, event, at FROM core_erasure WHERE unit = ANY(%s::uuid[])", [unsettled]
    ).fetchall()
    for unit, event, at in rows:
        announce(keyring, [unit], event, at)
        shred(keyring, store, [unit], files_of(db, [unit]))
    return len(rows)


def _units(rows: list[Any]) -> set[UUID]:
    return {row[0] for row in rows}


_ERASE = """
WITH keys AS (DELETE FROM core_unit_key WHERE unit = ANY(%(units)s::uuid[]) RETURNING 1),
tokens AS (DELETE FROM core_token WHERE unit = ANY(%(units)s::uuid[]) RETURNING 1),
parts AS (UPDATE core_personal SET ciphertext = '' WHERE unit = ANY(%(units)s::uuid[]) AND ciphertext <> '' RETURNING 1),
noted AS (
  INSERT INTO core_erasure (unit, event, at) SELECT DISTINCT unit, %(event)s::uuid, %(at)s::timestamptz
  FROM unnest(%(units)s::uuid[]) AS u(unit) ON CONFLICT DO NOTHING)
SELECT (SELECT count(*) FROM keys), (SELECT count(*) FROM parts), (SELECT count(*) FROM tokens),
  (SELECT count(*) FROM core_file WHERE unit = ANY(%(units)s::uuid[]))
"""
_PRESENT = """
SELECT unit FROM core_unit_key WHERE unit = ANY(%(units)s::uuid[])
UNION SELECT unit FROM core_token WHERE unit = ANY(%(units)s::uuid[])
UNION SELECT unit FROM core_personal WHERE unit = ANY(%(units)s::uuid[]) AND ciphertext <> ''
"""
