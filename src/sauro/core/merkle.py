"""The journal's hash tree: RFC 6962 §2.1, with the proofs of RFC 9162 §2.1.

A tree of ``size`` leaves is never held whole. What is read is *perfect subtrees*: ``(level, index)`` is the hash
over the ``2**level`` leaves from ``index * 2**level`` on; level 0 are the leaves themselves. Where those hashes
come from is the caller's business (a ``Hashes`` function). All hashes are 32 bytes of SHA-256.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import reduce
from hashlib import sha256

HASH_BYTES = 32
EMPTY_ROOT = sha256(b"").digest()
"""The root of the tree without leaves (RFC 6962 §2.1)."""

Node = tuple[int, int]
"""A perfect subtree: (level, index at that level)."""
Hashes = Callable[[int, int], bytes]
"""The port: gives the hash of the perfect subtree (level, index)."""
Range = tuple[int, int]
"""Leaves from the first number up to, not with, the second."""


class ProofRefused(ValueError):
    """A proof does not show what it should. The message says in which way."""


def leaf_hash(data: bytes) -> bytes:
    """The hash of one leaf: SHA-256(0x00 ‖ data)."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of two subtrees side by side: SHA-256(0x01 ‖ left ‖ right)."""
    return sha256(b"\x01" + left + right).digest()


def subtrees(start: int, end: int) -> list[Node]:
    """The perfect subtrees of the range ``[start, end)``, from the left, as few as possible.

    ``start`` must be aligned as in every range of RFC 6962: a multiple of the largest power of two in its length.
    """
    nodes: list[Node] = []
    while start < end:
        level = (end - start).bit_length() - 1
        nodes.append((level, start >> level))
        start += 1 << level
    return nodes


def fold(peaks: Sequence[bytes]) -> bytes:
    """The root over perfect subtrees given from the left, largest first."""
    if not peaks:
        return EMPTY_ROOT
    return reduce(lambda right, left: node_hash(left, right), reversed(peaks))


def range_root(start: int, end: int, hashes: Hashes) -> bytes:
    """MTH(D[start:end]) of RFC 6962, for an aligned range."""
    return fold([hashes(*node) for node in subtrees(start, end)])


def root(size: int, hashes: Hashes) -> bytes:
    """The root of the first ``size`` leaves."""
    return range_root(0, size, hashes)


def perfect_root(children: Sequence[bytes]) -> bytes:
    """The root of a perfect subtree, from 2^k equally high subtrees below it."""
    layer = list(children)
    while len(layer) > 1:
        layer = [node_hash(layer[i], layer[i + 1]) for i in range(0, len(layer), 2)]
    return layer[0]


@dataclass(slots=True)
class CompactRange:
    """A growing tree known only by the roots of its perfect subtrees: at most 64 hashes, whatever its size."""

    size: int = 0
    peaks: list[bytes] = field(default_factory=list)

    @classmethod
    def of(cls, size: int, hashes: Hashes) -> "CompactRange":
        """The state after ``size`` leaves, from stored hashes."""
        return cls(size, [hashes(*node) for node in subtrees(0, size)])

    def append(self, leaf: bytes) -> None:
        """Add the hash of the next leaf."""
        at, peaks = self.size, self.peaks
        while at & 1:
            leaf = node_hash(peaks.pop(), leaf)
            at >>= 1
        peaks.append(leaf)
        self.size += 1

    def extend(self, leaves: Iterable[bytes]) -> None:
        for leaf in leaves:
            self.append(leaf)

    def root(self) -> bytes:
        return fold(self.peaks)


def inclusion_ranges(index: int, size: int) -> list[Range]:
    """The leaf ranges whose roots prove that leaf ``index`` is in the tree of ``size``: PATH of RFC 6962 §2.1.1."""
    if not 0 <= index < size:
        raise ProofRefused(f"There is no leaf {index} in a tree of {size}")
    found: list[Range] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            found.append((middle, end))
            end = middle
        else:
            found.append((start, middle))
            start = middle
    return found[::-1]


def consistency_ranges(first: int, second: int) -> list[Range]:
    """The leaf ranges whose roots prove that the tree of ``second`` continues that of ``first`` (RFC 6962 §2.1.2)."""
    if not 0 < first <= second:
        raise ProofRefused(f"A tree of {second} cannot continue one of {first}")
    found: list[Range] = []
    start, end, known = 0, second, True
    while end != first:
        middle = start + _split(end - start)
        if first <= middle:
            found.append((middle, end))
            end = middle
        else:
            found.append((start, middle))
            start, known = middle, False
    # The old root itself is known to the verifier, so it is left out where it is a subtree of the new tree.
    if not known:
        found.append((start, end))
    return found[::-1]


def inclusion_proof(index: int, size: int, hashes: Hashes) -> list[bytes]:
    """The hashes that lead from a leaf to the root of the tree of ``size``, from the bottom up."""
    return [range_root(start, end, hashes) for start, end in inclusion_ranges(index, size)]


def consistency_proof(first: int, second: int, hashes: Hashes) -> list[bytes]:
    """The hashes that show that the tree of ``second`` leaves begins with that of ``first``."""
    return [range_root(start, end, hashes) for start, end in consistency_ranges(first, second)]


def inclusion_root(index: int, size: int, leaf: bytes, proof: Sequence[bytes]) -> bytes:
    """The root to which a proof leads from ``leaf`` (RFC 9162 §2.1.3.2). Raises ProofRefused for a wrong length."""
    if not 0 <= index < size:
        raise ProofRefused(f"There is no leaf {index} in a tree of {size}")
    fn, sn, reached = index, size - 1, leaf
    for sibling in proof:
        if sn == 0:
            raise ProofRefused("The proof is too long")
        if fn & 1 or fn == sn:
            reached = node_hash(sibling, reached)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            reached = node_hash(reached, sibling)
        fn, sn = fn >> 1, sn >> 1
    if sn:
        raise ProofRefused("The proof is too short")
    return reached


def verify_inclusion(index: int, size: int, leaf: bytes, proof: Sequence[bytes], root: bytes) -> None:
    """Check that ``leaf`` (a hash) stands at ``index`` under ``root``. Raises ProofRefused."""
    if inclusion_root(index, size, leaf, proof) != root:
        raise ProofRefused("The proof leads to another root")


def verify_consistency(
    first: int, second: int, first_root: bytes, second_root: bytes, proof: Sequence[bytes]
) -> None:
    """Check that the second tree continues the first (RFC 9162 §2.1.4.2). Raises ProofRefused."""
    if not 0 < first <= second:
        raise ProofRefused(f"A tree of {second} cannot continue one of {first}")
    if first == second:
        if proof or first_root != second_root:
            raise ProofRefused("Two roots are claimed for one size")
        return
    path = list(proof) if first & (first - 1) else [first_root, *proof]
    if not path:
        raise ProofRefused("The proof is too short")
    fn, sn = first - 1, second - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    old = new = path[0]
    for sibling in path[1:]:
        if sn == 0:
            raise ProofRefused("The proof is too long")
        if fn & 1 or fn == sn:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            new = node_hash(new, sibling)
        fn, sn = fn >> 1, sn >> 1
    if sn:
        raise ProofRefused("The proof is too short")
    if old != first_root:
        raise ProofRefused("The proof does not lead to the earlier root")
    if new != second_root:
        raise ProofRefused("The proof does not lead to the later root")


def _split(count: int) -> int:
    """The largest power of two smaller than ``count`` (RFC 6962 §2.1)."""
    return 1 << (count - 1).bit_length() - 1
