"""The master key that can forget."""

import pickle
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sauro.core.vault.seeds import DamagedSeeds, SeedTree, Shredded, _path, _prefix

ROOT = bytes(range(32))
units = st.lists(st.uuids(), min_size=1, max_size=8, unique=True)


@given(units, units)
def test_shredded_keys_are_gone_and_all_others_stay(gone: list[UUID], others: list[UUID]) -> None:
    whole = SeedTree.fresh(ROOT)
    left = SeedTree.from_bytes(whole.without(gone).to_bytes())
    for unit in gone:
        assert left.is_shredded(unit)
        with pytest.raises(Shredded):
            left.wrapping_key(unit)
    for unit in set(others) - set(gone):
        assert not left.is_shredded(unit)
        assert left.wrapping_key(unit) == whole.wrapping_key(unit)


@given(units)
def test_no_seed_that_is_left_lies_above_a_shredded_leaf(gone: list[UUID]) -> None:
    left = SeedTree.fresh(ROOT).without(gone)
    for unit in gone:
        path = _path(unit)
        assert not [at for at in left._seeds if at == (at[0], _prefix(path, at[0]))]


@given(units)
def test_shredding_twice_or_in_parts_is_shredding_once(gone: list[UUID]) -> None:
    at_once = SeedTree.fresh(ROOT).without(gone)
    one_by_one = SeedTree.fresh(ROOT)
    for unit in [*gone, *reversed(gone)]:
        one_by_one = one_by_one.without([unit])
    assert at_once.to_bytes() == one_by_one.to_bytes()


def test_keys_differ_by_unit_and_by_root() -> None:
    first, second = uuid4(), uuid4()
    tree = SeedTree.fresh(ROOT)
    keys = {
        tree.wrapping_key(first),
        tree.wrapping_key(second),
        SeedTree.fresh(bytes(32)).wrapping_key(first),
    }
    assert len(keys) == 3
    assert all(len(key) == 32 and key != ROOT for key in keys)


@pytest.mark.parametrize("at", [0, 20, -1])
def test_a_damaged_file_is_refused(at: int) -> None:
    body = bytearray(SeedTree.fresh(ROOT).to_bytes())
    body[at] ^= 1
    with pytest.raises(DamagedSeeds):
        SeedTree.from_bytes(bytes(body))
    with pytest.raises(DamagedSeeds):
        SeedTree.from_bytes(SeedTree.fresh(ROOT).to_bytes()[:-1])


def test_shows_nothing() -> None:
    tree = SeedTree.fresh(ROOT)
    assert repr(tree) == "SeedTree(…)"
    with pytest.raises(TypeError):
        pickle.dumps(tree)
