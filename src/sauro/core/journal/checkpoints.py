"""Signed checkpoints: how many leaves the journal has, and their root, for others to keep.

Whoever holds one can show later that what it covers was changed. So the signer never signs a tree that does not
continue the last one it signed, whether it finds that one in the database or in the file beside it.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from psycopg import Cursor

from sauro.core import note
from sauro.core.journal.database import Connection
from sauro.core.journal.hashes import StoredHashes
from sauro.core.journal.sealer import tree_size
from sauro.core.merkle import root
from sauro.core.moment import now
from sauro.core.note import Checkpoint, NoteRefused, Verifier

LATEST = "latest.txt"

_LOCK = 0x5361_7552_6F02
_COLUMNS = "SELECT size, root, note, created FROM core_checkpoint"


class HistoryChanged(RuntimeError):
    """The journal does not continue what was signed before. Nothing is signed; ``sauro verify`` says what changed."""


@dataclass(frozen=True, slots=True)
class Signed:
    """A checkpoint as stored: its signed note is what others keep."""

    size: int
    root: bytes
    note: str
    created: datetime


def latest(connection: Connection) -> Signed | None:
    """The newest stored checkpoint."""
    with Cursor(connection) as cursor:
        return _latest(cursor)


def at(connection: Connection, size: int) -> Signed | None:
    """The stored checkpoint of exactly this size."""
    with Cursor(connection) as cursor:
        return _read(cursor, f"{_COLUMNS} WHERE size = %s", [size])


def sign_checkpoint(
    connection: Connection, key: Ed25519PrivateKey, origin: str, directory: Path | None = None
) -> Signed | None:
    """Sign, store and publish a checkpoint if the tree grew; returns it, or None where nothing is new.

    ``origin`` names the log and the key. The note goes to ``directory/latest.txt`` and to the day's
    ``history-YYYY-MM-DD.jsonl`` after the commit. Raises HistoryChanged.
    """
    verifier = note.verifier_of(origin, key)
    with connection.transaction(), Cursor(connection) as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        size, before = tree_size(cursor), _latest(cursor)
        published = _published(directory, verifier)
        known = [Checkpoint(origin, before.size, before.root)] if before else []
        known += [published] if published else []
        grew = before is None or size != before.size
        behind = published is not None and published.size > size
        # An empty journal has nothing to say, unless it was longer once.
        signed = _sign(cursor, key, origin, size, known) if (grew or behind) and (size or known) else None
    current = signed or before
    if directory and current and (published is None or published.size < current.size):
        publish(current, directory)
    return signed


def publish(signed: Signed, directory: Path) -> None:
    """Write the note to ``latest.txt`` (whole or not at all) and add it to the day's history."""
    directory.mkdir(parents=True, exist_ok=True)
    line = {"size": signed.size, "created": signed.created, "note": signed.note}
    with (directory / f"history-{signed.created:%Y-%m-%d}.jsonl").open("ab") as history:
        history.write(orjson.dumps(line) + b"\n")
    half = directory / f"{LATEST}.{os.getpid()}"
    with half.open("w", encoding="utf-8") as file:
        file.write(signed.note)
        file.flush()
        os.fsync(file.fileno())
    half.rename(directory / LATEST)


def notes_in(text: str) -> list[str]:
    """The notes in a file that somebody kept: one note, or one JSON object with a ``note`` on each line."""
    if not text.startswith("{"):
        return [text]
    try:
        return [str(orjson.loads(line)["note"]) for line in text.splitlines() if line]
    except (orjson.JSONDecodeError, KeyError, TypeError):
        raise NoteRefused("The file holds neither a note nor a history of notes") from None


def _sign(
    cursor: Cursor[Any], key: Ed25519PrivateKey, origin: str, size: int, known: Sequence[Checkpoint]
) -> Signed:
    for earlier in known:
        if earlier.size > size:
            raise HistoryChanged(
                f"The journal has {size} events, but a checkpoint for {earlier.size} was signed. The database was "
                "rolled back or shortened. If a backup was restored on purpose, move the file of the last "
                "checkpoint away and keep it with the record of the restore."
            )
    ranges = [(0, each) for each in {size, *(earlier.size for earlier in known)}]
    hashes = StoredHashes(cursor).fetch(ranges)
    for earlier in known:
        if root(earlier.size, hashes) != earlier.root:
            raise HistoryChanged(
                f"The first {earlier.size} events are not those for which a checkpoint was signed. "
                "Run sauro verify to see which were changed."
            )
    checkpoint = Checkpoint(origin, size, root(size, hashes))
    signed = Signed(size, checkpoint.root, note.sign(checkpoint.text(), origin, key), now())
    cursor.execute(
        "INSERT INTO core_checkpoint (size, root, note, created) VALUES (%s, %s, %s, %s)",
        [signed.size, signed.root, signed.note, signed.created],
    )
    return signed


def _published(directory: Path | None, verifier: Verifier) -> Checkpoint | None:
    """The checkpoint in the file, if this key signed it: a stranger's file proves nothing about our history."""
    if directory is None:
        return None
    try:
        return note.open_checkpoint((directory / LATEST).read_text(encoding="utf-8"), [verifier])
    except (FileNotFoundError, NoteRefused, UnicodeDecodeError):
        return None


def _latest(cursor: Cursor[Any]) -> Signed | None:
    return _read(cursor, f"{_COLUMNS} ORDER BY size DESC LIMIT 1", [])


def _read(cursor: Cursor[Any], statement: Any, values: list[Any]) -> Signed | None:
    row = cursor.execute(statement, values, binary=True).fetchone()
    return Signed(*row) if row else None
