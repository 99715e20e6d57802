"""The bodies of stored files in and out of a backup. They are ciphertext already; here they become one stream."""

import hashlib
import os
import re
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO
from uuid import UUID

from psycopg import Cursor, ServerCursor

from sauro.core.journal.database import Connection
from sauro.core.vault.files import FileStore
from sauro.project.backup.sealed import Damaged, Reader, Writer
from sauro.serve import specimens

_NAME = re.compile(r"[0-9a-f]{2}/([0-9a-f-]{36})\.sealed")
_SPECIMEN = re.compile(r"specimens/[A-Za-z0-9][A-Za-z0-9._-]*\.(?:pdf|digest)")
"""What simulated results stand for, in a demonstration: about nobody, in the clear, each read only where its digest fits."""
_BATCH = 500
# What an erasure has taken is not asked for; its row stays. A row without a name stands for a specimen.
_KEPT = """
SELECT id, unit, digest FROM core_file
WHERE name_part <> '' AND unit NOT IN (SELECT unit FROM core_erasure) ORDER BY id
"""

Said = Callable[[int], None]


@dataclass(slots=True)
class Told:
    """How many bodies there were, and the units of those that are gone or not what their row says."""

    files: int = 0
    bytes: int = 0
    lacking: list[UUID] | None = None

    def __post_init__(self) -> None:
        self.lacking = []


class _Hashing:
    """A file that is digested as it is read."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        piece = self._file.read(size)
        self.digest.update(piece)
        return piece


def pack(connection: Connection, store: FileStore, writer: Writer, say: Said) -> Told:
    """Write every body that the snapshot of this connection's transaction names."""
    told = Told()
    assert told.lacking is not None
    with (
        ServerCursor(connection, "bodies") as rows,
        tarfile.open(fileobj=writer, mode="w|", format=tarfile.PAX_FORMAT) as archive,  # type: ignore[call-overload]
    ):
        rows.itersize = 2000
        for file_id, unit, digest in rows.execute(_KEPT):
            path = store.body(file_id)
            try:
                with path.open("rb") as file:
                    found = os.fstat(file.fileno())
                    entry = tarfile.TarInfo(f"{path.parent.name}/{path.name}")
                    entry.size, entry.mtime, entry.mode = found.st_size, int(found.st_mtime), 0o600
                    read = _Hashing(file)
                    archive.addfile(entry, read)
            except FileNotFoundError:
                told.lacking.append(unit)
                continue
            if read.digest.digest() != bytes(digest):
                told.lacking.append(unit)
            told.files += 1
            told.bytes += entry.size
            say(told.bytes)
        for path in sorted(specimens.folder().glob("*.*")):
            if _SPECIMEN.fullmatch(f"specimens/{path.name}"):
                archive.add(path, f"specimens/{path.name}", recursive=False)
    return told


def unpack(pieces: Iterator[bytes], target: Path, say: Said) -> Iterator[tuple[UUID, bytes]]:
    """Write every body below `target`; gives the id and SHA-256 of each that has a row of its own. Raises Damaged."""
    done = 0
    try:
        with tarfile.open(fileobj=Reader(pieces), mode="r|") as archive:  # type: ignore[call-overload]
            for entry in archive:
                name = _NAME.fullmatch(entry.name)
                if not (name or _SPECIMEN.fullmatch(entry.name)) or not entry.isreg():
                    raise Damaged(entry.name[:60])
                body = archive.extractfile(entry)
                assert body is not None
                path = target / entry.name
                path.parent.mkdir(mode=0o700, exist_ok=True)
                digest = hashlib.sha256()
                descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
                with os.fdopen(descriptor, "wb") as file:
                    while piece := body.read(256 * 1024):
                        file.write(piece)
                        digest.update(piece)
                os.utime(path, (entry.mtime, entry.mtime))
                done += entry.size
                say(done)
                if name:
                    yield UUID(name[1]), digest.digest()
    except tarfile.TarError:
        raise Damaged("files") from None


def compare(cursor: Cursor[Any], written: Iterator[tuple[UUID, bytes]]) -> int:
    """Hold each body that was written against the digest of its row. Gives how many differ or have no row."""
    wrong, batch = 0, []
    for each in written:
        batch.append(each)
        if len(batch) == _BATCH:
            wrong, batch = wrong + _differing(cursor, batch), []
    return wrong + _differing(cursor, batch)


def _differing(cursor: Cursor[Any], batch: list[tuple[UUID, bytes]]) -> int:
    rows = cursor.execute(
        "SELECT id, digest FROM core_file WHERE id = ANY(%s)", [[file_id for file_id, _ in batch]]
    ).fetchall()
    known = {row[0]: bytes(row[1]) for row in rows}
    return sum(known.get(file_id) != digest for file_id, digest in batch)
