"""`sauro backup`: everything of one moment, while the installation goes on working."""

import contextlib
import errno
import fcntl
import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
from django.conf import settings
from psycopg import Cursor

from sauro import __version__
from sauro.core.journal import checkpoints, database
from sauro.core.journal.sealer import tree_size
from sauro.core.vault import keyring
from sauro.core.vault.erased import Step
from sauro.core.vault.files import FileStore
from sauro.core.vault.keyfiles import sync_directory
from sauro.project import journal
from sauro.project.backup import bodies, dump, keys, manifest
from sauro.project.backup.manifest import BODIES, DATABASE, UNFINISHED, Manifest, Part
from sauro.project.backup.sealed import Writer
from sauro.project.cli.command import Exit, Stop
from sauro.project.cli.language import _, number

Progress = Callable[[str, int, int], None]
"""Told now and then: which stage (`database`, `files`), how many bytes are done, of about how many."""

SPARE = 64 * 1024**2
LAST = "last-backup.json"
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}

# Ciphertext is written as hexadecimal digits and pressed together again: a little more than it takes in its table.
_TABLES = """
SELECT coalesce(sum(pg_table_size(c.oid)), 0)::bigint FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = 'public' AND c.relkind = 'r'
"""
_STANDING = """
SELECT pg_export_snapshot(), current_setting('server_version_num')::int, clock_timestamp(),
  pg_database_size(current_database()),
  (SELECT coalesce(sum(size), 0)::bigint FROM core_file WHERE name_part <> '' AND unit NOT IN (SELECT unit FROM core_erasure)),
  (SELECT count(*) FROM core_event e WHERE NOT EXISTS (SELECT FROM core_leaf l WHERE l.event_id = e.id))
"""


class Last(msgspec.Struct, frozen=True):
    """The last backup that came to its end, as the doctor and the metrics tell it."""

    taken: datetime
    folder: str
    bytes: int
    lacking: int


@dataclass(frozen=True, slots=True)
class Made:
    """A whole backup: where it lies, what it says of itself, and where the keys were copied to, if they were."""

    folder: Path
    manifest: Manifest
    keys: Path | None

    def answer(self) -> dict[str, Any]:
        """Give it for a program."""
        said = self.manifest
        return {
            "folder": str(self.folder), "taken": said.taken, "bytes": said.bytes, "leaves": said.leaves,
            "waiting": said.waiting, "files": said.files, "lacking": said.lacking, "checkpoint": said.checkpoint,
            "keys": str(self.keys) if self.keys else None,
        }  # fmt: skip


def back_up(target: Path, recipient: str, apart: Path | None, say: Progress) -> Made:
    """Make a backup in a new folder of `target`. Raises Stop; then nothing of it is left."""
    _refuse_places(target, apart)
    backup = secrets.token_hex(8)
    key, wrapped = keys.wrap(recipient, backup)
    _clear_leftovers(target)
    folder = target / f"{UNFINISHED}{backup}"
    folder.mkdir(mode=0o700)
    try:
        with _held(folder):
            made = _fill(folder, backup, key, recipient.strip(), wrapped, say)
            copied = keys.copy_apart(settings.SAURO_KEYS, apart, datetime.now(UTC)) if apart else None
            manifest.write(folder, made, keyring.current().checkpoint_key)
            whole = target / f"sauro-{made.taken:%Y%m%dT%H%M%SZ}-{backup[:4]}"
            # Only now it has the name of a backup: what is cut off before is never taken for one.
            folder.rename(whole)
            sync_directory(target)
    except OSError as error:
        shutil.rmtree(folder, ignore_errors=True)
        if error.errno not in _FULL:
            raise
        raise Stop(
            _(
                "The disk of {path} is full. Nothing was kept of this backup; earlier ones are as they were."
            ).format(path=target)
        ) from None
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    _remember(Last(made.taken, str(whole), made.bytes, made.lacking))
    return Made(whole, made, copied)


def _refuse_places(target: Path, apart: Path | None) -> None:
    for path in filter(None, (target, apart)):
        if not path.is_dir():
            raise Stop(_("There is no folder {path}. Is its disk mounted?").format(path=path), Exit.USAGE)
    if apart is None:
        return
    one, other, own = (each.resolve() for each in (target, apart, settings.SAURO_KEYS))
    if one.is_relative_to(other) or other.is_relative_to(one) or other.is_relative_to(own):
        raise Stop(
            _(
                "The keys must be kept apart from the backup: {keys} and {target} lie within each other."
            ).format(keys=apart, target=target),
            Exit.USAGE,
        )


@contextlib.contextmanager
def _held(folder: Path) -> Iterator[None]:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _clear_leftovers(target: Path) -> None:
    """Remove what backups left that were killed; one that is being made holds its folder."""
    for folder in target.glob(f"{UNFINISHED}*"):
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)
        except BlockingIOError:
            continue
        finally:
            os.close(descriptor)


def _fill(folder: Path, backup: str, key: bytes, recipient: str, wrapped: str, say: Progress) -> Manifest:
    origin, ring = journal.origin(), keyring.current()
    with database.connect() as own:
        # The newest position that is signed, so that nearly all of the backup is covered by its checkpoint.
        checkpoints.sign_checkpoint(own, ring.checkpoint_key, origin, journal.published())
    with database.connect() as own, own.transaction(), Cursor(own) as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        row = cursor.execute(_STANDING).fetchone()
        assert row is not None
        snapshot, version, taken, size, file_bytes, waiting = row
        tables = _one(cursor, _TABLES)
        _refuse_full(folder, tables * 5 // 4 + file_bytes)
        leaves = tree_size(cursor)
        signed = checkpoints.latest(own)
        with _part(folder, DATABASE, key, backup) as (writer, parts):
            with dump.dumping(snapshot, version) as stream:
                while piece := stream.read(dump.PIECE):
                    writer.write(piece)
                    say("database", writer.plain, max(tables, writer.plain))
            say("database", writer.plain, writer.plain)
        with _part(folder, BODIES, key, backup) as (writer, more):
            told = bodies.pack(own, FileStore.current(), writer, lambda done: say("files", done, file_bytes))
        migrations = [row[0] for row in cursor.execute("SELECT app || '.' || name FROM django_migrations")]
    return Manifest(
        format=1, id=backup, version=__version__, origin=origin, taken=taken.astimezone(UTC), postgresql=version,
        migrations=migrations, leaves=leaves, waiting=waiting, checkpoint=signed.note if signed else "",
        erasures=_erased(), files=told.files, lacking=_unexplained(told.lacking or []), database_bytes=size,
        file_bytes=told.bytes, recipient=recipient, key=wrapped, parts=[*parts, *more],
    )  # fmt: skip


@contextlib.contextmanager
def _part(folder: Path, name: str, key: bytes, backup: str) -> Iterator[tuple[Writer, list[Part]]]:
    """A sealed stream in the folder; its description is in the list when the block has ended."""
    described: list[Part] = []
    with (folder / name).open("xb") as file:
        with Writer(file, key, backup, name) as writer:
            yield writer, described
        file.flush()
        os.fsync(file.fileno())
    described.append(Part(name, writer.sealed, writer.digest.hexdigest(), writer.plain))


def _refuse_full(folder: Path, needed: int) -> None:
    free = shutil.disk_usage(folder).free
    if free < needed + SPARE:
        gigabytes = {"free": number(free / 1024**3, 1), "needed": number((needed + SPARE) / 1024**3, 1)}
        raise Stop(
            _("{path} has {free} GB free; the backup may need {needed} GB. Nothing was written.").format(
                path=folder.parent, **gigabytes
            )
        )


def _erased() -> int:
    entries = keyring.current().erased.entries().values()
    return sum(entry.step == Step.DONE for entry in entries)


def _unexplained(units: list[UUID]) -> int:
    """Of the bodies that are lacking, how many were not taken by an erasure that came meanwhile."""
    erased = keyring.current().erased.entries()
    return sum(unit not in erased or erased[unit].step == Step.WITHDRAWN for unit in units)


def _remember(last: Last) -> None:
    half = Path(settings.SAURO_VAR) / f"{LAST}.new"
    half.write_bytes(msgspec.json.encode(last))
    half.replace(half.with_name(LAST))


def last() -> Last | None:
    """The last backup that was made from this machine, or None."""
    try:
        return msgspec.json.decode((Path(settings.SAURO_VAR) / LAST).read_bytes(), type=Last)
    except (FileNotFoundError, msgspec.MsgspecError):
        return None


def _one(cursor: Cursor[Any], question: str) -> int:
    row = cursor.execute(question).fetchone()
    assert row is not None
    return int(row[0])
