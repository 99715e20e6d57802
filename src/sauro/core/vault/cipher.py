"""Unit keys: one random key for each retention unit, kept in the database only as wrapped by a master key.

AES-256-GCM (NIST SP 800-38D) with random 96-bit nonces. The additional data binds each ciphertext to what it is, so
that a row copied onto another place does not open. A unit key seals far fewer than the 2**32 messages that random
nonces allow; its wrapping key, derived for the unit alone, seals one.
"""

import hashlib
import hmac
import os
import time
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import NamedTuple, NoReturn
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from sauro.core.vault.keyring import Keyring

KEY_BYTES, NONCE_BYTES, TAG_BYTES = 32, 12, 16
_WRAP_FORMAT = b"\x01"
_GENERATION_BYTES = 4
_NONCE_AT = len(_WRAP_FORMAT) + _GENERATION_BYTES
_WRAPPED_BYTES = _NONCE_AT + NONCE_BYTES + KEY_BYTES + TAG_BYTES


class CannotOpen(Exception):
    """A ciphertext was altered, moved from another place, or sealed with another key."""


class UnitKey:
    """The key of one retention unit. Parts and files use keys derived from it. Shows nothing when printed."""

    __slots__ = ("_aead", "_files", "_secret", "unit")

    def __init__(self, unit: UUID, secret: bytes) -> None:
        if len(secret) != KEY_BYTES:
            raise ValueError(f"a unit key has {KEY_BYTES} bytes")
        self.unit = unit
        self._secret = secret
        self._aead = AESGCM(hmac.digest(secret, b"sauro.parts.1", hashlib.sha256))
        self._files = hmac.digest(secret, b"sauro.files.1", hashlib.sha256)

    def __repr__(self) -> str:
        return f"UnitKey({self.unit})"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a unit key is never pickled")

    def seal(self, plaintext: bytes, bound: bytes) -> bytes:
        """Nonce and ciphertext of ``plaintext``, which opens only together with the same ``bound`` bytes."""
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._aead.encrypt(nonce, plaintext, self.unit.bytes + bound)

    def open(self, sealed: bytes, bound: bytes) -> bytes:
        """What ``seal`` was given. Raises CannotOpen."""
        try:
            return self._aead.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], self.unit.bytes + bound)
        except (InvalidTag, ValueError):
            raise CannotOpen(f"a part of unit {self.unit}") from None

    def file_key(self, file_id: UUID, salt: bytes) -> bytes:
        """The 32-byte key of one writing of one file."""
        return hmac.digest(self._files, b"sauro.file.1" + file_id.bytes + salt, hashlib.sha256)


class NewUnit(NamedTuple):
    """A unit's fresh key, and the wrapped form that goes into ``core_unit_key``."""

    key: UnitKey
    wrapped: bytes


def new_unit(keyring: Keyring, unit: UUID) -> NewUnit:
    """A random key for a unit that has none yet. Writes nothing."""
    secret = os.urandom(KEY_BYTES)
    return NewUnit(UnitKey(unit, secret), _wrap(keyring, unit, secret))


def unwrap(keyring: Keyring, unit: UUID, wrapped: bytes) -> UnitKey:
    """The key in a row of ``core_unit_key``. Raises CannotOpen, or Shredded for an erased unit.

    ``wrapped`` must come from the row as it stands in this transaction: keys are remembered by it, and a unit whose
    row is gone can then not be opened from memory.
    """
    held = _remembered.get(unit, wrapped)
    if held is None:
        held = UnitKey(unit, _unwrapped_secret(keyring, unit, bytes(wrapped)))
        _remembered.put(unit, wrapped, held)
    return held


def rewrap(keyring: Keyring, unit: UUID, wrapped: bytes) -> bytes:
    """The same unit key, wrapped by the newest master key."""
    return _wrap(keyring, unit, _unwrapped_secret(keyring, unit, bytes(wrapped)))


def generation_of(wrapped: bytes) -> int:
    """Which master key wraps this one."""
    return int.from_bytes(bytes(wrapped)[len(_WRAP_FORMAT) : _NONCE_AT], "big")


def forget(unit: UUID) -> None:
    """Drop a unit's key from this process's memory."""
    _remembered.drop(unit)


def _wrap(keyring: Keyring, unit: UUID, secret: bytes) -> bytes:
    generation = keyring.newest
    head = _WRAP_FORMAT + generation.to_bytes(_GENERATION_BYTES, "big")
    nonce = os.urandom(NONCE_BYTES)
    return (
        head
        + nonce
        + AESGCM(keyring.wrapping_key(unit, generation)).encrypt(nonce, secret, head + unit.bytes)
    )


def _unwrapped_secret(keyring: Keyring, unit: UUID, wrapped: bytes) -> bytes:
    if len(wrapped) != _WRAPPED_BYTES or not wrapped.startswith(_WRAP_FORMAT):
        raise CannotOpen(f"the key of unit {unit}")
    head, nonce, body = (
        wrapped[:_NONCE_AT],
        wrapped[_NONCE_AT : _NONCE_AT + NONCE_BYTES],
        wrapped[_NONCE_AT + NONCE_BYTES :],
    )
    aead = AESGCM(keyring.wrapping_key(unit, generation_of(wrapped)))
    try:
        return aead.decrypt(nonce, body, head + unit.bytes)
    except InvalidTag:
        raise CannotOpen(f"the key of unit {unit}") from None


class _Remembered:
    """The last unit keys unwrapped: bounded in number and in age, so that few keys lie in memory and none for long."""

    def __init__(self, size: int, seconds: float, clock: Callable[[], float]) -> None:
        self._size, self._seconds, self._clock = size, seconds, clock
        self._held: OrderedDict[UUID, tuple[bytes, UnitKey, float]] = OrderedDict()
        self._lock = Lock()

    def get(self, unit: UUID, wrapped: bytes) -> UnitKey | None:
        with self._lock:
            found = self._held.get(unit)
            if found is None or found[0] != wrapped or self._clock() > found[2]:
                return None
            self._held.move_to_end(unit)
            return found[1]

    def put(self, unit: UUID, wrapped: bytes, key: UnitKey) -> None:
        with self._lock:
            self._held[unit] = (bytes(wrapped), key, self._clock() + self._seconds)
            self._held.move_to_end(unit)
            while len(self._held) > self._size:
                self._held.popitem(last=False)

    def drop(self, unit: UUID) -> None:
        with self._lock:
            self._held.pop(unit, None)


_remembered = _Remembered(size=2048, seconds=60, clock=time.monotonic)
