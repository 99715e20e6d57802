"""How often one account and one network address may ask for what costs something: counted in PostgreSQL, for all hosts.

Each count is one row that holds the moment at which everything asked so far is paid back (the virtual scheduling of
ITU-T I.371): a request moves it on by its share of a minute, and is refused where that would pass a minute from now.
So a row never has to be set back, a refused request costs its sender nothing more, and one statement decides.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.utils.crypto import salted_hmac

TABLE = "sauro_rate"
MINUTE = 60.0
# Unlogged: a crash forgets the last minute's counts, and no count waits for a disk.
CREATE = f"""
CREATE UNLOGGED TABLE IF NOT EXISTS {TABLE} (key bytea PRIMARY KEY, paid_at timestamptz NOT NULL)
WITH (fillfactor = 50)
"""
# In the order of the keys, so that two requests that share both never wait for each other in a circle.
_TAKE = f"""
INSERT INTO {TABLE} AS kept (key, paid_at)
SELECT key, clock_timestamp() + make_interval(secs => share)
FROM unnest(%(keys)s::bytea[], %(shares)s::float8[]) AS asked(key, share) ORDER BY key
ON CONFLICT (key) DO UPDATE
SET paid_at = greatest(kept.paid_at, clock_timestamp()) + (excluded.paid_at - clock_timestamp())
WHERE kept.paid_at + (excluded.paid_at - clock_timestamp()) <= clock_timestamp() + make_interval(secs => %(minute)s)
RETURNING key
"""  # noqa: S608 — a name of the code
_WAIT = f"""
SELECT max(extract(epoch FROM kept.paid_at - clock_timestamp()) + asked.share)::float8
FROM unnest(%(keys)s::bytea[], %(shares)s::float8[]) AS asked(key, share) JOIN {TABLE} AS kept USING (key)
"""  # noqa: S608
_FORGET = f"DELETE FROM {TABLE} WHERE paid_at < clock_timestamp()"  # noqa: S608


@dataclass(frozen=True, slots=True)
class Rate:
    """How many requests of one kind a minute: of one account, of one address. 0: as many as they like."""

    account: int
    address: int


def key_of(kind: str, what: str, who: str) -> bytes:
    """Under which name a count is kept: neither an account nor an address can be read or guessed from it."""
    return salted_hmac(TABLE, f"{kind}:{what}:{who}", algorithm="sha256").digest()[:16]


def take(shares: Mapping[bytes, float]) -> int:
    """Count one request under each key, each a share of a minute. Gives 0, or after how many seconds to ask again."""
    values: dict[str, Any] = {"keys": list(shares), "shares": list(shares.values()), "minute": MINUTE}
    # No transaction around it: one statement, one round to the database for each request that passes.
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, values)
        taken = {bytes(key) for (key,) in cursor.fetchall()}
        refused = {key: share for key, share in shares.items() if key not in taken}
        if not refused:
            return 0
        cursor.execute(_WAIT, {"keys": list(refused), "shares": list(refused.values())})
        (wait,) = cursor.fetchone() or (None,)
    return max(1, math.ceil((wait or MINUTE) - MINUTE))


def forget() -> int:
    """Remove counts that are paid back. Gives 0: nothing more is to be done at once."""
    with connection.cursor() as cursor:
        cursor.execute(_FORGET)
    return 0
