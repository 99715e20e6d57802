"""Parts: personal text as it rests in ``core_personal``, one sealed JSON object for each part of a unit.

A part is bound to its unit, its name and its version; the event that wrote it commits to the digest of its
ciphertext. Its length is padded, so that it tells little about what is inside.
"""

import hashlib
from collections.abc import Mapping
from typing import Any, NamedTuple
from uuid import UUID

import orjson

from sauro.core.text import nfc
from sauro.core.vault.cipher import CannotOpen, UnitKey

MASK = "mask"
"""The part that lists may open: masked identity, made by ``masks.identity_mask``."""

_FORMAT = b"\x01"
_LENGTH_BYTES = 4
_SMALLEST_BUCKET = 128
_STEP = 4096
_LARGEST_VERSION = 2**31 - 1
_LONGEST_NAME = 48


class SealedPart(NamedTuple):
    """A row of ``core_personal``; ``digest`` is the SHA-256 of ``ciphertext``."""

    unit: UUID
    part: str
    version: int
    ciphertext: bytes
    digest: bytes

    def image(self) -> dict[str, Any]:
        """The row as the journal records it: everything but the ciphertext."""
        return {"unit": self.unit, "part": self.part, "version": self.version, "digest": self.digest}


def seal_part(key: UnitKey, part: str, version: int, data: Mapping[str, Any]) -> SealedPart:
    """Seal a JSON object (texts become NFC). Raises ValueError for what is not JSON, or a name or version that the
    table cannot hold."""
    if not 1 <= version <= _LARGEST_VERSION or not 1 <= len(part) <= _LONGEST_NAME:
        raise ValueError(f"part {part!r} version {version}")
    ciphertext = _FORMAT + key.seal(_padded(_json(data)), _bound(part, version))
    return SealedPart(key.unit, part, version, ciphertext, hashlib.sha256(ciphertext).digest())


def open_part(key: UnitKey, part: str, version: int, ciphertext: bytes) -> dict[str, Any]:
    """The object that was sealed. Raises CannotOpen when the ciphertext is not that of this unit, part and version."""
    ciphertext = bytes(ciphertext)
    if not ciphertext.startswith(_FORMAT):
        raise CannotOpen(f"part {part} of unit {key.unit}")
    plain = key.open(ciphertext[len(_FORMAT) :], _bound(part, version))
    length = int.from_bytes(plain[:_LENGTH_BYTES], "big")
    found: dict[str, Any] = orjson.loads(plain[_LENGTH_BYTES : _LENGTH_BYTES + length])
    return found


def bucket(length: int) -> int:
    """Padded size of ``length`` bytes: 128, 256 … 4096, then whole steps of 4096."""
    if length > _STEP:
        return -(-length // _STEP) * _STEP
    return max(_SMALLEST_BUCKET, 1 << (length - 1).bit_length())


def _padded(body: bytes) -> bytes:
    length = _LENGTH_BYTES + len(body)
    return len(body).to_bytes(_LENGTH_BYTES, "big") + body + bytes(bucket(length) - length)


def _bound(part: str, version: int) -> bytes:
    return b"sauro.part.1" + version.to_bytes(8, "big") + part.encode()


def _json(data: Mapping[str, Any]) -> bytes:
    try:
        body = orjson.dumps(
            dict(data), option=orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_DATACLASS
        )
    except orjson.JSONEncodeError as error:
        raise ValueError(f"a part holds JSON only: {error}") from None
    if body.isascii() or nfc(text := body.decode()) == text:
        return body
    return orjson.dumps(_normal(data))


def _normal(value: Any) -> Any:
    if isinstance(value, str):
        return nfc(value)
    if isinstance(value, Mapping):
        return {nfc(name): _normal(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_normal(item) for item in value]
    return value
