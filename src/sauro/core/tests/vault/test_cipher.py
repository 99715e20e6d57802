"""Unit keys: wrapped for one unit, remembered only with the row."""

import pickle
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sauro.core.vault import cipher
from sauro.core.vault.cipher import CannotOpen, UnitKey, new_unit, rewrap, unwrap
from sauro.core.vault.keyring import Keyring
from sauro.core.vault.seeds import Shredded

KEY = UnitKey(uuid4(), bytes(range(32)))


@given(st.binary(max_size=300), st.binary(max_size=50))
def test_seal_and_open(plain: bytes, bound: bytes) -> None:
    assert KEY.open(KEY.seal(plain, bound), bound) == plain


@given(st.binary(max_size=60), st.data())
def test_any_flipped_bit_closes_it(plain: bytes, data: st.DataObject) -> None:
    sealed = bytearray(KEY.seal(plain, b"here"))
    at = data.draw(st.integers(0, len(sealed) * 8 - 1))
    sealed[at // 8] ^= 1 << at % 8
    with pytest.raises(CannotOpen):
        KEY.open(bytes(sealed), b"here")


@given(st.binary(max_size=60), st.integers(0, 80))
def test_cut_short(plain: bytes, length: int) -> None:
    sealed = KEY.seal(plain, b"here")
    with pytest.raises(CannotOpen):
        KEY.open(sealed[: min(length, len(sealed) - 1)], b"here")


def test_bound_to_unit_and_place() -> None:
    sealed = KEY.seal(b"text", b"here")
    with pytest.raises(CannotOpen):
        KEY.open(sealed, b"there")
    with pytest.raises(CannotOpen):
        UnitKey(uuid4(), bytes(range(32))).open(sealed, b"here")


def test_nonces_differ() -> None:
    assert len({KEY.seal(b"same", b"")[:12] for _ in range(200)}) == 200


def test_unwrap(ring: Keyring) -> None:
    unit = uuid4()
    made = new_unit(ring, unit)
    assert unwrap(ring, unit, made.wrapped).open(made.key.seal(b"text", b""), b"") == b"text"


def test_a_wrapped_key_is_of_no_use_to_another_unit(ring: Keyring) -> None:
    made = new_unit(ring, uuid4())
    with pytest.raises(CannotOpen):
        unwrap(ring, uuid4(), made.wrapped)


@pytest.mark.parametrize("at", [0, 2, 8, 20, -1])
def test_a_wrapped_key_that_was_altered(ring: Keyring, at: int) -> None:
    made = new_unit(ring, uuid4())
    wrapped = bytearray(made.wrapped)
    wrapped[at] ^= 1
    with pytest.raises((CannotOpen, keyring_refused())):
        unwrap(ring, made.key.unit, bytes(wrapped))
    with pytest.raises(CannotOpen):
        unwrap(ring, made.key.unit, made.wrapped[:-1])


def keyring_refused() -> type[Exception]:
    from sauro.core.vault.keyring import KeyringRefused

    return KeyringRefused


def test_rewrapping_keeps_the_unit_key(ring: Keyring) -> None:
    made = new_unit(ring, uuid4())
    sealed = made.key.seal(b"text", b"")
    ring.rotate()
    moved = rewrap(ring, made.key.unit, made.wrapped)
    assert (cipher.generation_of(made.wrapped), cipher.generation_of(moved)) == (1, 2)
    ring.retire(1)
    assert unwrap(ring, made.key.unit, moved).open(sealed, b"") == b"text"


def test_a_shredded_unit_does_not_unwrap(ring: Keyring) -> None:
    made = new_unit(ring, uuid4())
    ring.shred([made.key.unit])
    with pytest.raises(Shredded):
        unwrap(ring, made.key.unit, made.wrapped)


def test_memory_is_bounded_in_number_and_age() -> None:
    moment = [0.0]
    held = cipher._Remembered(size=2, seconds=60, clock=lambda: moment[0])
    keys = [UnitKey(uuid4(), bytes(32)) for _ in range(3)]
    for key in keys:
        held.put(key.unit, b"row", key)
    assert held.get(keys[0].unit, b"row") is None
    assert held.get(keys[2].unit, b"row") is keys[2]
    assert held.get(keys[2].unit, b"another row") is None
    moment[0] = 61
    assert held.get(keys[2].unit, b"row") is None


def test_shows_nothing() -> None:
    assert repr(KEY) == f"UnitKey({KEY.unit})"
    with pytest.raises(TypeError):
        pickle.dumps(KEY)
    with pytest.raises(ValueError):
        UnitKey(uuid4(), b"short")
