"""Moving units to the newest master key: ``rotate``, then ``rewrap`` until nothing is left, then ``retire``."""

from sauro.core.vault.cipher import rewrap as rewrapped
from sauro.core.vault.database import Database
from sauro.core.vault.keyring import Keyring

_BATCH = 1000


def rewrap(db: Database, keyring: Keyring, limit: int = _BATCH) -> int:
    """Wrap up to ``limit`` unit keys anew in the caller's transaction; returns how many. 0 means that all are moved.

    Keys that another transaction holds are passed over, and taken by a later call.
    """
    newest = keyring.newest.to_bytes(4, "big")
    rows = db.execute(
        "SELECT unit, wrapped FROM core_unit_key WHERE substring(wrapped FROM 2 FOR 4) <> %s LIMIT %s FOR UPDATE SKIP LOCKED",
        [newest, limit],
    ).fetchall()
    moved = [(unit, rewrapped(keyring, unit, wrapped)) for unit, wrapped in rows]
    db.execute(
        "UPDATE core_unit_key k SET wrapped = n.wrapped"
        " FROM unnest(%s::uuid[], %s::bytea[]) AS n(unit, wrapped) WHERE k.unit = n.unit",
        [[unit for unit, _ in moved], [wrapped for _, wrapped in moved]],
    )
    return len(moved)


def remaining(db: Database, generation: int) -> int:
    """How many unit keys a master key still wraps. It may be retired when this is 0 and no older backup is wanted."""
    row = db.execute(
        "SELECT count(*) FROM core_unit_key WHERE substring(wrapped FROM 2 FOR 4) = %s",
        [generation.to_bytes(4, "big")],
    ).fetchone()
    return int(row[0])
