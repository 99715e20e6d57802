"""A master key that can forget: the wrapping keys of all units from one seed, minus those that were erased.

A tree of seeds (Goldreich, Goldwasser, Micali 1986): each of four children is a hash of its parent, a unit's leaf is
reached by the digits of the hash of its id. To *puncture* a leaf, its covering seed is replaced by the seeds beside the path
(Boneh, Waters 2013): every other leaf can still be derived, that one never again, by anybody. So an old backup
of the database, which still holds the wrapped key of an erased unit, stays restorable for all other units and useless
for that one.
"""

import hashlib
import struct
from collections.abc import Iterable
from uuid import UUID

# 32 digits to the base 4. Two units share a leaf with probability 2**-64; erasing one would close the other as well.
# To the base 2 a key would cost twice the hashes, to the base 16 an erasure three times the room.
DEPTH, _BITS = 32, 2
_FAN = 1 << _BITS
SEED_BYTES = 32
_MAGIC = b"sauro-master-1\n"
_CHECK_BYTES = 32
# Depth, prefix, seed.
_RECORD = struct.Struct(">BQ32s")
_TURNS = tuple(bytes([digit]) for digit in range(_FAN))
_LEAF = bytes([_FAN])


class Shredded(Exception):
    """The wrapping key of this unit was destroyed."""


class DamagedSeeds(Exception):
    """A master key file is not what was written."""


class SeedTree:
    """Seeds by (depth, prefix). Not safe to change from several threads; deriving is."""

    __slots__ = ("_seeds",)

    def __init__(self, seeds: dict[tuple[int, int], bytes]) -> None:
        self._seeds = seeds

    def __repr__(self) -> str:
        return "SeedTree(…)"

    def __reduce__(self) -> str:
        raise TypeError("a master key is never pickled")

    @classmethod
    def fresh(cls, root: bytes) -> "SeedTree":
        """A tree in which nothing is punctured, from 32 random bytes."""
        if len(root) != SEED_BYTES:
            raise ValueError(f"a root seed has {SEED_BYTES} bytes")
        return cls({(0, 0): root})

    def wrapping_key(self, unit: UUID) -> bytes:
        """The 32-byte key that wraps the unit's key. Raises Shredded."""
        path = _path(unit)
        depth, seed = self._cover(path)
        sha256 = hashlib.sha256
        for shift in range((DEPTH - depth - 1) * _BITS, -1, -_BITS):
            seed = sha256(seed + _TURNS[path >> shift & _FAN - 1]).digest()
        return sha256(seed + _LEAF).digest()

    def is_shredded(self, unit: UUID) -> bool:
        """Whether the unit's wrapping key can no longer be derived."""
        try:
            self._cover(_path(unit))
        except Shredded:
            return True
        return False

    def without(self, units: Iterable[UUID]) -> "SeedTree":
        """A tree that derives every key but those of ``units``."""
        seeds = dict(self._seeds)
        smaller = SeedTree(seeds)
        for unit in units:
            path = _path(unit)
            try:
                depth, seed = smaller._cover(path)
            except Shredded:
                continue
            del seeds[depth, _prefix(path, depth)]
            for level in range(depth + 1, DEPTH + 1):
                taken = _prefix(path, level)
                first = taken & ~(_FAN - 1)
                children = [hashlib.sha256(seed + turn).digest() for turn in _TURNS]
                seeds.update({(level, first + n): children[n] for n in range(_FAN) if first + n != taken})
                seed = children[taken - first]
        return smaller

    def to_bytes(self) -> bytes:
        """The tree as it stands in a file: magic, records of (depth, prefix, seed), SHA-256 of all that."""
        records = (_RECORD.pack(*at, seed) for at, seed in sorted(self._seeds.items()))
        body = _MAGIC + b"".join(records)
        return body + hashlib.sha256(body).digest()

    @classmethod
    def from_bytes(cls, body: bytes) -> "SeedTree":
        """Raises DamagedSeeds for anything that ``to_bytes`` did not write."""
        records = body[len(_MAGIC) : -_CHECK_BYTES]
        intact = hashlib.sha256(body[:-_CHECK_BYTES]).digest() == body[-_CHECK_BYTES:]
        if not body.startswith(_MAGIC) or not intact or len(records) % _RECORD.size:
            raise DamagedSeeds
        return cls({(depth, prefix): seed for depth, prefix, seed in _RECORD.iter_unpack(records)})

    def _cover(self, path: int) -> tuple[int, bytes]:
        for depth in range(DEPTH + 1):
            seed = self._seeds.get((depth, _prefix(path, depth)))
            if seed is not None:
                return depth, seed
        raise Shredded


def _prefix(path: int, depth: int) -> int:
    """The first ``depth`` digits of a path."""
    return path >> (DEPTH - depth) * _BITS


def _path(unit: UUID) -> int:
    # Hashed, because ids made in the same second share their first bits.
    return int.from_bytes(hashlib.sha256(b"sauro.path.1" + unit.bytes).digest()[: DEPTH * _BITS // 8], "big")
