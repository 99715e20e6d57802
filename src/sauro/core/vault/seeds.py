"""A master key that can forget: the wrapping keys of all units from one seed, minus those that were erased.

A tree of seeds (Goldreich, Goldwasser, Micali 1986): each child is a hash of its parent, a unit's leaf is reached by
the bits of the hash of its id. To *puncture* a leaf, its covering seed is replaced by the seeds beside the path
(Boneh, Waters 2013): every other leaf can still be derived, that one never again, by anybody. So an old backup
of the database, which still holds the wrapped key of an erased unit, stays restorable for all other units and useless
for that one.
"""

import hashlib
from collections.abc import Iterable
from uuid import UUID

# Two units share a leaf with probability 2**-72; erasing one would then close the other as well.
DEPTH = 72
SEED_BYTES = 32
_MAGIC = b"sauro-master-1\n"
_CHECK_BYTES = 32
_PREFIX_BYTES = DEPTH // 8
_RECORD_BYTES = 1 + _PREFIX_BYTES + SEED_BYTES
_LEFT, _RIGHT, _LEAF = b"0", b"1", b"2"


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
        sha256, turns = hashlib.sha256, f"{path:0{DEPTH}b}".encode()
        for level in range(depth, DEPTH):
            # The turn itself, 0 or 1, is what is hashed with the seed.
            seed = sha256(seed + turns[level : level + 1]).digest()
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
            del seeds[depth, path >> (DEPTH - depth)]
            for level in range(depth + 1, DEPTH + 1):
                prefix = path >> (DEPTH - level)
                seeds[level, prefix ^ 1] = hashlib.sha256(seed + (_LEFT if prefix & 1 else _RIGHT)).digest()
                seed = hashlib.sha256(seed + (_RIGHT if prefix & 1 else _LEFT)).digest()
        return smaller

    def to_bytes(self) -> bytes:
        """The tree as it stands in a file: magic, records of (depth, prefix, seed), SHA-256 of all that."""
        body = bytearray(_MAGIC)
        for (depth, prefix), seed in sorted(self._seeds.items()):
            body += depth.to_bytes(1, "big") + prefix.to_bytes(_PREFIX_BYTES, "big") + seed
        return bytes(body) + hashlib.sha256(body).digest()

    @classmethod
    def from_bytes(cls, body: bytes) -> "SeedTree":
        """Raises DamagedSeeds for anything that ``to_bytes`` did not write."""
        records = body[len(_MAGIC) : -_CHECK_BYTES]
        intact = hashlib.sha256(body[:-_CHECK_BYTES]).digest() == body[-_CHECK_BYTES:]
        if not body.startswith(_MAGIC) or not intact or len(records) % _RECORD_BYTES:
            raise DamagedSeeds
        seeds = {}
        for at in range(0, len(records), _RECORD_BYTES):
            record = records[at : at + _RECORD_BYTES]
            seeds[record[0], int.from_bytes(record[1 : 1 + _PREFIX_BYTES], "big")] = record[
                1 + _PREFIX_BYTES :
            ]
        return cls(seeds)

    def _cover(self, path: int) -> tuple[int, bytes]:
        for depth in range(DEPTH + 1):
            seed = self._seeds.get((depth, path >> (DEPTH - depth)))
            if seed is not None:
                return depth, seed
        raise Shredded


def _path(unit: UUID) -> int:
    # Hashed, because ids made in the same second share their first bits.
    return int.from_bytes(hashlib.sha256(b"sauro.path.1" + unit.bytes).digest()[:_PREFIX_BYTES], "big")
