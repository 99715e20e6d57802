"""Bodies of files on disk, encrypted under their retention unit's key.

Format: magic, 32 bytes of salt, then chunks of 64 KiB, each with its tag: the STREAM construction (Hoang,
Reyhanitabar, Rogaway, Vizár 2015) over AES-256-GCM with a key derived for this one writing. A nonce is the number of
the chunk and whether it is the last, so that chunks cannot be reordered, dropped or appended.

A body is durable before the act that refers to it commits; one without a row is swept after a day. Its name is
personal text and stands in a sealed part, never on disk.
"""

import hashlib
import os
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from sauro.core.vault.cipher import TAG_BYTES, CannotOpen, UnitKey
from sauro.core.vault.database import Database
from sauro.core.vault.keyfiles import sync_directory

CHUNK = 64 * 1024
ORPHANED_AFTER = timedelta(hours=24)
_MAGIC = b"sauro-file-1\n"
_SALT_BYTES = 32
_HEAD_BYTES = len(_MAGIC) + _SALT_BYTES
_SEALED_CHUNK = CHUNK + TAG_BYTES
_SUFFIX, _UNFINISHED = ".sealed", ".part"
_BATCH = 1000


class FileMissing(Exception):
    """A file's body is not on disk."""


class FileStore:
    """The directory of sealed bodies, ``SAURO_FILES``."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory.absolute()

    @classmethod
    def current(cls) -> "FileStore":
        """The store named by the setting ``SAURO_FILES``."""
        return cls(settings.SAURO_FILES)

    def put(self, key: UnitKey, file_id: UUID, body: Iterable[bytes]) -> tuple[bytes, int]:
        """Seal a body, given in pieces of any size; durable on return.

        Returns the SHA-256 of what lies on disk and the size of the body in bytes. Raises FileExistsError for an id
        that has a body already.
        """
        path = self.body(file_id)
        if path.exists():
            raise FileExistsError(path.name)
        self._make(path.parent)
        unfinished = path.with_suffix(_UNFINISHED)
        digest, size = hashlib.sha256(), 0
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            for sealed, length in _sealed(key, file_id, body):
                file.write(sealed)
                digest.update(sealed)
                size += length
            file.flush()
            os.fsync(file.fileno())
        unfinished.rename(path)
        sync_directory(path.parent)
        return digest.digest(), size

    def open(self, key: UnitKey, file_id: UUID, digest: bytes) -> Iterator[bytes]:
        """The body in pieces of at most 64 KiB.

        The whole ciphertext is compared with ``digest`` before the first piece is given, and each piece is verified.
        Raises CannotOpen, or FileMissing.
        """
        try:
            file = self.body(file_id).open("rb")
        except FileNotFoundError:
            raise FileMissing(f"file {file_id}") from None
        with file:
            if hashlib.file_digest(file, "sha256").digest() != bytes(digest):
                raise CannotOpen(f"file {file_id}")
            file.seek(0)
            yield from _opened(key, file_id, file)

    def remove(self, file_ids: Iterable[UUID]) -> int:
        """Unlink bodies; returns how many were there. What lay in them is closed by the unit's key, not by this."""
        folders = set()
        removed = 0
        for file_id in file_ids:
            path = self.body(file_id)
            for found in (path, path.with_suffix(_UNFINISHED)):
                if found.exists():
                    found.unlink(missing_ok=True)
                    folders.add(found.parent)
                    removed += 1
        for folder in folders:
            sync_directory(folder)
        return removed

    def has(self, file_id: UUID) -> bool:
        """Whether a body lies here."""
        return self.body(file_id).exists()

    def body(self, file_id: UUID) -> Path:
        """Where a body lies, or would."""
        # The last digits are random; the first ones are the time, and would fill one folder at a time.
        return self.directory / file_id.hex[-2:] / f"{file_id}{_SUFFIX}"

    def older_than(self, moment: datetime) -> Iterator[tuple[UUID, Path]]:
        """Bodies, finished or not, last written before ``moment``."""
        for path in self.directory.glob("*/*"):
            try:
                if path.suffix in (_SUFFIX, _UNFINISHED) and path.stat().st_mtime < moment.timestamp():
                    yield UUID(path.stem), path
            except (ValueError, FileNotFoundError):
                continue

    def _make(self, folder: Path) -> None:
        if not folder.is_dir():
            self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            folder.mkdir(mode=0o700, exist_ok=True)
            sync_directory(self.directory)


def sweep(db: Database, store: FileStore, now: datetime) -> int:
    """Remove bodies older than a day that no row of ``core_file`` names: their act never committed. Returns how many."""
    removed = 0
    found = store.older_than(now - ORPHANED_AFTER)
    while batch := list(islice(found, _BATCH)):
        ids = [file_id for file_id, _ in batch]
        rows = db.execute("SELECT id FROM core_file WHERE id = ANY(%s::uuid[])", [ids]).fetchall()
        known = {row[0] for row in rows}
        for file_id, path in batch:
            if file_id not in known or path.suffix == _UNFINISHED:
                path.unlink(missing_ok=True)
                removed += 1
    return removed


def _nonce(number: int, last: bool) -> bytes:
    return bytes(7) + number.to_bytes(4, "big") + (b"\x01" if last else b"\x00")


def _sealed(key: UnitKey, file_id: UUID, body: Iterable[bytes]) -> Iterator[tuple[bytes, int]]:
    """The head, then each sealed chunk, with the number of plain bytes in it."""
    salt = os.urandom(_SALT_BYTES)
    yield _MAGIC + salt, 0
    aead, bound = AESGCM(key.file_key(file_id, salt)), _MAGIC + key.unit.bytes + file_id.bytes
    waiting = bytearray()
    number = 0
    for piece in body:
        waiting += piece
        # The last chunk is known only when the body ends, so one whole chunk always waits.
        while len(waiting) > CHUNK:
            yield aead.encrypt(_nonce(number, last=False), bytes(waiting[:CHUNK]), bound), CHUNK
            del waiting[:CHUNK]
            number += 1
    yield aead.encrypt(_nonce(number, last=True), bytes(waiting), bound), len(waiting)


def _opened(key: UnitKey, file_id: UUID, file: BinaryIO) -> Iterator[bytes]:
    head = file.read(_HEAD_BYTES)
    if len(head) != _HEAD_BYTES or not head.startswith(_MAGIC):
        raise CannotOpen(f"file {file_id}")
    aead = AESGCM(key.file_key(file_id, head[len(_MAGIC) :]))
    bound = _MAGIC + key.unit.bytes + file_id.bytes
    number, chunk = 0, file.read(_SEALED_CHUNK)
    while True:
        following = file.read(_SEALED_CHUNK)
        try:
            yield aead.decrypt(_nonce(number, last=not following), chunk, bound)
        except (InvalidTag, ValueError):
            raise CannotOpen(f"file {file_id}, chunk {number}") from None
        if not following:
            return
        number, chunk = number + 1, following
