import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sauro.core import merkle
from sauro.core.merkle import CompactRange, ProofRefused, leaf_hash, node_hash

# The eight inputs and the roots of their trees that certificate-transparency-go and its readers have tested with.
INPUTS = [bytes.fromhex(text) for text in (
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
)]  # fmt: skip
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
LEAVES = [leaf_hash(data) for data in INPUTS]
sizes = st.integers(1, 300)


def naive_root(leaves: list[bytes]) -> bytes:
    """MTH, written as RFC 6962 §2.1 says it."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return node_hash(naive_root(leaves[:k]), naive_root(leaves[k:]))


def naive_path(m: int, leaves: list[bytes]) -> list[bytes]:
    """PATH, written as RFC 6962 §2.1.1 says it."""
    if len(leaves) == 1:
        return []
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    if m < k:
        return [*naive_path(m, leaves[:k]), naive_root(leaves[k:])]
    return [*naive_path(m - k, leaves[k:]), naive_root(leaves[:k])]


def naive_subproof(m: int, leaves: list[bytes], known: bool = True) -> list[bytes]:
    """SUBPROOF, written as RFC 6962 §2.1.2 says it."""
    if m == len(leaves):
        return [] if known else [naive_root(leaves)]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    if m <= k:
        return [*naive_subproof(m, leaves[:k], known), naive_root(leaves[k:])]
    return [*naive_subproof(m - k, leaves[k:], False), naive_root(leaves[:k])]


def make(size: int) -> list[bytes]:
    return [leaf_hash(index.to_bytes(4, "big")) for index in range(size)]


def perfect(leaves: list[bytes]) -> merkle.Hashes:
    def hashes(level: int, index: int) -> bytes:
        start = index << level
        assert start + (1 << level) <= len(leaves), "only complete subtrees may be asked for"
        return merkle.perfect_root(leaves[start : start + (1 << level)])

    return hashes


def test_the_known_roots() -> None:
    tree = CompactRange()
    assert tree.root() == merkle.EMPTY_ROOT == hashlib.sha256(b"").digest()
    for size, (leaf, root) in enumerate(zip(LEAVES, ROOTS, strict=True), 1):
        tree.append(leaf)
        assert tree.root().hex() == merkle.root(size, perfect(LEAVES)).hex() == root


def test_a_known_inclusion_proof() -> None:
    proof = merkle.inclusion_proof(0, 8, perfect(LEAVES))
    assert [item.hex() for item in proof] == [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ]


def test_a_known_consistency_proof() -> None:
    proof = merkle.consistency_proof(6, 8, perfect(LEAVES))
    assert [item.hex() for item in proof] == [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ]


@given(sizes)
def test_the_compact_range_has_the_root_of_the_whole(size: int) -> None:
    leaves = make(size)
    tree = CompactRange()
    tree.extend(leaves)
    assert tree.root() == merkle.root(size, perfect(leaves)) == naive_root(leaves)
    assert CompactRange.of(size, perfect(leaves)) == tree


@given(st.data(), sizes)
def test_inclusion_is_proved_as_the_standard_says(data: st.DataObject, size: int) -> None:
    index = data.draw(st.integers(0, size - 1))
    leaves = make(size)
    proof = merkle.inclusion_proof(index, size, perfect(leaves))
    assert proof == naive_path(index, leaves)
    merkle.verify_inclusion(index, size, leaves[index], proof, naive_root(leaves))


@given(st.data(), sizes)
def test_no_changed_inclusion_proof_passes(data: st.DataObject, size: int) -> None:
    index, other = data.draw(st.integers(0, size - 1)), data.draw(st.integers(0, size))
    leaves = make(size)
    root, proof = naive_root(leaves), naive_path(index, leaves)
    wrong: list[tuple[int, int, bytes, list[bytes], bytes]] = [
        (index, size, leaf_hash(b"another"), proof, root),
        (index, size, leaves[index], [*proof, root], root),
        (index, size, leaves[index], proof, leaf_hash(b"")),
        (size, size, leaves[index], proof, root),
        (-1, size, leaves[index], proof, root),
    ]
    if other != index:
        wrong.append((other, size, leaves[index], proof, root))
    if proof:
        wrong.append((index, size, leaves[index], proof[:-1], root))
        at = data.draw(st.integers(0, len(proof) - 1))
        wrong.append((index, size, leaves[index], [*proof[:at], bytes(32), *proof[at + 1 :]], root))
    for case in wrong:
        with pytest.raises(ProofRefused):
            merkle.verify_inclusion(*case)


@given(st.data(), sizes)
def test_consistency_is_proved_as_the_standard_says(data: st.DataObject, size: int) -> None:
    first = data.draw(st.integers(1, size))
    leaves = make(size)
    proof = merkle.consistency_proof(first, size, perfect(leaves))
    assert proof == naive_subproof(first, leaves)
    merkle.verify_consistency(first, size, naive_root(leaves[:first]), naive_root(leaves), proof)


@given(st.data(), st.integers(2, 300))
def test_no_rewritten_history_passes(data: st.DataObject, size: int) -> None:
    first = data.draw(st.integers(1, size - 1))
    changed = data.draw(st.integers(0, first - 1))
    leaves = make(size)
    old = naive_root(leaves[:first])
    forked = [*leaves]
    forked[changed] = leaf_hash(b"rewritten")
    for proof in (naive_subproof(first, leaves), naive_subproof(first, forked)):
        with pytest.raises(ProofRefused):
            merkle.verify_consistency(first, size, old, naive_root(forked), proof)
    honest = naive_subproof(first, leaves)
    for bad in ([*honest, old], honest[:-1]):
        with pytest.raises(ProofRefused):
            merkle.verify_consistency(first, size, old, naive_root(leaves), bad)


def test_trees_that_cannot_be_compared_are_refused() -> None:
    root = LEAVES[0]
    for first, second in ((0, 1), (2, 1), (-1, 3)):
        with pytest.raises(ProofRefused):
            merkle.consistency_ranges(first, second)
        with pytest.raises(ProofRefused):
            merkle.verify_consistency(first, second, root, root, [])
    with pytest.raises(ProofRefused):
        merkle.verify_consistency(3, 3, root, LEAVES[1], [])


@given(st.integers(0, 2**40), st.integers(0, 40))
def test_subtrees_cover_an_aligned_range_once(index: int, level: int) -> None:
    start, end = index << level, (index << level) + (1 << level)
    assert merkle.subtrees(start, end) == [(level, index)]
    nodes = merkle.subtrees(0, end)
    at = 0
    for height, position in nodes:
        assert position << height == at
        at += 1 << height
    assert at == end
