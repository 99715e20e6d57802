"""A stream sealed in chunks: bounded memory, and nothing of it can be altered, cut, reordered or exchanged unseen.

Format: magic, then chunks of 1 MiB, each with its tag: the STREAM construction over AES-256-GCM with a key of its own
for each part of a backup. A nonce is the number of the chunk and whether it is the last; each chunk is bound to the
backup and to the name of the part.
"""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

CHUNK = 1024 * 1024
KEY_BYTES = 32
_TAG = 16
_MAGIC = b"sauro-backup-1\n"


class Damaged(Exception):
    """A part of a backup is not what was written. The message names it."""


class _Place:
    """Which part of which backup: its key, and what every chunk of it is bound to."""

    def __init__(self, key: bytes, backup: str, name: str) -> None:
        self.bound = _MAGIC + f"{backup}/{name}".encode()
        self.aead = AESGCM(HKDF(SHA256(), KEY_BYTES, None, self.bound).derive(key))


def _nonce(number: int, last: bool) -> bytes:
    return bytes(7) + number.to_bytes(4, "big") + (b"\x01" if last else b"\x00")


class Writer:
    """Seals what is written to it. `plain` and `sealed` count bytes; `digest` is the SHA-256 of what lies on disk."""

    def __init__(self, file: BinaryIO, key: bytes, backup: str, name: str) -> None:
        self._file, self._place = file, _Place(key, backup, name)
        self._waiting = bytearray()
        self._number = 0
        self.digest = hashlib.sha256()
        self.plain = self.sealed = 0
        self._put(_MAGIC)

    def write(self, piece: bytes) -> int:
        """Take a piece of any size."""
        self._waiting += piece
        self.plain += len(piece)
        # The last chunk is known only at the end, so one whole chunk always waits.
        while len(self._waiting) > CHUNK:
            self._seal(bytes(self._waiting[:CHUNK]), last=False)
            del self._waiting[:CHUNK]
        return len(piece)

    def end(self) -> None:
        """Seal what waits as the last chunk."""
        self._seal(bytes(self._waiting), last=True)
        self._waiting.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # A stream that was cut off has no last chunk, and so never opens as a whole one.
        if kind is None:
            self.end()

    def _seal(self, chunk: bytes, last: bool) -> None:
        self._put(self._place.aead.encrypt(_nonce(self._number, last), chunk, self._place.bound))
        self._number += 1

    def _put(self, body: bytes) -> None:
        self._file.write(body)
        self.digest.update(body)
        self.sealed += len(body)


def opened(path: Path, key: bytes, backup: str) -> Iterator[bytes]:
    """Give the stream in pieces of at most 1 MiB, each verified before it is given. Raises Damaged."""
    place, number = _Place(key, backup, path.name), 0
    with path.open("rb") as file:
        if file.read(len(_MAGIC)) != _MAGIC:
            raise Damaged(path.name)
        chunk = file.read(CHUNK + _TAG)
        while True:
            following = file.read(CHUNK + _TAG)
            try:
                yield place.aead.decrypt(_nonce(number, last=not following), chunk, place.bound)
            except (InvalidTag, ValueError):
                raise Damaged(path.name) from None
            if not following:
                return
            number, chunk = number + 1, following


class Reader:
    """The pieces of a stream as a file that can only be read forwards."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._held = bytearray()

    def read(self, size: int = -1) -> bytes:
        """Give at most `size` bytes; fewer only at the end."""
        while size < 0 or len(self._held) < size:
            piece = next(self._pieces, None)
            if piece is None:
                break
            self._held += piece
        taken = bytes(self._held if size < 0 else self._held[:size])
        del self._held[: len(taken)]
        return taken
