"""Personal parts in the database: keys, parts and tokens written in one statement, parts and masks read in one."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from sauro.core.vault.cipher import NewUnit, UnitKey, unwrap
from sauro.core.vault.database import Database
from sauro.core.vault.keyring import Keyring
from sauro.core.vault.sealing import MASK, SealedPart, open_part, seal_part

__all__ = [
    "MASK",
    "SealedPart",
    "StalePart",
    "Tokens",
    "UnitErased",
    "open_part",
    "read_masks",
    "read_parts",
    "seal_part",
    "unit_keys",
    "write_personal",
]


class UnitErased(Exception):
    """A unit has no key: it was erased, or never made."""


class StalePart(Exception):
    """A part stands at this version or a later one: somebody changed it meanwhile."""


class Tokens(NamedTuple):
    """All search tokens of one kind of one unit; they replace those that stood there."""

    unit: UUID
    kind: str
    tokens: Sequence[bytes]


def unit_keys(db: Database, keyring: Keyring, units: Collection[UUID]) -> dict[UUID, UnitKey]:
    """The keys of ``units``, held against erasure until the transaction ends. A unit without a key is absent."""
    rows = db.execute(
        "SELECT unit, wrapped FROM core_unit_key WHERE unit = ANY(%s::uuid[]) ORDER BY unit FOR KEY SHARE",
        [list(units)],
    ).fetchall()
    return {unit: unwrap(keyring, unit, wrapped) for unit, wrapped in rows}


def write_personal(
    db: Database,
    *,
    new: Collection[NewUnit] = (),
    parts: Collection[SealedPart] = (),
    tokens: Collection[Tokens] = (),
) -> None:
    """Write the personal side of one act or of many, in one statement.

    Raises UnitErased when a unit that is not ``new`` has no key any more (an erasure that commits meanwhile wins), and
    StalePart when a part is not newer than the one that stands. After either the transaction must be rolled back.
    """
    made = {unit.key.unit for unit in new}
    old = list(({part.unit for part in parts} | {t.unit for t in tokens}) - made)
    arguments: dict[str, Any] = {"old": old}
    arguments |= _columns("new", [(unit.key.unit, unit.wrapped) for unit in new], 2)
    arguments |= _columns("part", list(parts), 5)
    arguments |= _columns("token", [(t.unit, t.kind, token) for t in tokens for token in t.tokens], 3)
    arguments |= _columns("kind", [(t.unit, t.kind) for t in tokens if t.unit not in made], 2)
    statement = _write_statement(bool(new), bool(old), bool(parts), bool(tokens))
    live, put = db.execute(statement, arguments).fetchone()
    if live != len(made) + len(old):
        raise UnitErased(f"{len(made) + len(old) - live} of {len(made) + len(old)} units have no key")
    if put != len(parts):
        raise StalePart(f"{len(parts) - put} of {len(parts)} parts changed meanwhile")


def read_parts(
    db: Database, keyring: Keyring, wanted: Mapping[UUID, Collection[str]]
) -> dict[tuple[UUID, str], dict[str, Any] | None]:
    """Open parts: ``{unit: part names}`` gives ``{(unit, part): object}``.

    None stands for a part that was erased; a part that was never written is absent. This is a personal read: the
    caller has decided that it may happen and has written the access row (invariant I5).
    """
    pairs = [(unit, part) for unit, parts in wanted.items() for part in parts]
    rows = db.execute(_READ, [[unit for unit, _ in pairs], [part for _, part in pairs]]).fetchall()
    return {(unit, part): _opened(keyring, unit, part, *sealed) for unit, part, *sealed in rows}


def read_masks(db: Database, keyring: Keyring, units: Collection[UUID]) -> dict[UUID, dict[str, Any] | None]:
    """The masked identities that lists show. None for an erased unit; a unit without a mask is absent."""
    found = read_parts(db, keyring, dict.fromkeys(units, (MASK,)))
    return {unit: mask for (unit, _), mask in found.items()}


_READ = """
SELECT p.unit, p.part, p.version, p.ciphertext, k.wrapped
FROM unnest(%s::uuid[], %s::text[]) AS w(unit, part)
JOIN core_personal p ON p.unit = w.unit AND p.part = w.part
LEFT JOIN core_unit_key k ON k.unit = p.unit
"""


def _opened(
    keyring: Keyring, unit: UUID, part: str, version: int, ciphertext: bytes, wrapped: bytes | None
) -> dict[str, Any] | None:
    if wrapped is None:
        return None
    return open_part(unwrap(keyring, unit, wrapped), part, version, ciphertext)


def _columns(name: str, rows: Sequence[Sequence[Any]] | Iterable[Any], width: int) -> dict[str, list[Any]]:
    """Rows turned into one array for each column, named ``name0`` …"""
    turned = [list(column) for column in zip(*rows, strict=True)] or [[] for _ in range(width)]
    return {f"{name}{number}": column for number, column in enumerate(turned)}


@cache
def _write_statement(new: bool, old: bool, parts: bool, tokens: bool) -> str:
    """The one statement, without the steps that have nothing to do.

    ``live`` holds the units that may be written: those made here, and those whose key is there and stays until the
    transaction ends. Without that lock an act that began before an erasure would leave tokens behind it.
    """
    steps = [_MADE if new else "", _HELD if old else "", _live(new, old), _PUT if parts else ""]
    steps += [_GONE if tokens and old else "", _ADDED if tokens else ""]
    put = "(SELECT count(*) FROM put)" if parts else "0"
    # Constant parts only; every value is a parameter.
    return f"WITH {','.join(filter(None, steps))} SELECT (SELECT count(*) FROM live), {put}"  # noqa: S608


def _live(new: bool, old: bool) -> str:
    sources = ["SELECT unit FROM made"] * new + ["SELECT unit FROM held"] * old
    return f"live AS ({' UNION ALL '.join(sources) or 'SELECT WHERE false'})"


_MADE = """
made AS (
  INSERT INTO core_unit_key (unit, wrapped, created)
  SELECT unit, wrapped, statement_timestamp() FROM unnest(%(new0)s::uuid[], %(new1)s::bytea[]) AS n(unit, wrapped)
  RETURNING unit)"""
_HELD = """
held AS (SELECT unit FROM core_unit_key WHERE unit = ANY(%(old)s::uuid[]) ORDER BY unit FOR KEY SHARE)"""
_PUT = """
put AS (
  INSERT INTO core_personal AS stands (unit, part, version, ciphertext, digest)
  SELECT n.unit, n.part, n.version, n.ciphertext, n.digest
  FROM unnest(%(part0)s::uuid[], %(part1)s::text[], %(part2)s::int[], %(part3)s::bytea[], %(part4)s::bytea[])
    AS n(unit, part, version, ciphertext, digest)
  JOIN live USING (unit)
  ON CONFLICT (unit, part) DO UPDATE SET version = EXCLUDED.version, ciphertext = EXCLUDED.ciphertext,
    digest = EXCLUDED.digest
  WHERE stands.version < EXCLUDED.version
  RETURNING 1)"""
_GONE = """
gone AS (
  DELETE FROM core_token t USING unnest(%(kind0)s::uuid[], %(kind1)s::text[]) AS k(unit, kind)
  WHERE t.unit = k.unit AND t.kind = k.kind AND (t.unit, t.kind, t.token) NOT IN (
    SELECT unit, kind, token FROM unnest(%(token0)s::uuid[], %(token1)s::text[], %(token2)s::bytea[]) AS n(unit, kind, token)))"""
_ADDED = """
added AS (
  INSERT INTO core_token (unit, kind, token)
  SELECT n.unit, n.kind, n.token
  FROM unnest(%(token0)s::uuid[], %(token1)s::text[], %(token2)s::bytea[]) AS n(unit, kind, token)
  JOIN live USING (unit)
  ON CONFLICT DO NOTHING)"""
