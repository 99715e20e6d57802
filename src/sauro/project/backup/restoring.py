"""`sauro restore`: a backup onto an empty machine. Everything is checked before anything is written.

The order, and what a crash after each step leaves: the mark (then the same backup may be restored again, and nothing
may be served); keys; the database, in one transaction; files; what was erased since is erased again; verification;
the mark goes.
"""

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, connections
from django.db.migrations.executor import MigrationExecutor
from psycopg import Cursor

from sauro.core.actions.erasure import erase_unit
from sauro.core.doorway import Ask
from sauro.core.doorway.genesis import PLATFORM
from sauro.core.journal import checkpoints, database
from sauro.core.journal.findings import Report
from sauro.core.journal.sealer import Sealer, tree_size
from sauro.core.journal.verify import verify
from sauro.core.vault import erasure, keyring
from sauro.core.vault.erased import Step
from sauro.core.vault.files import FileStore
from sauro.core.vault.keyring import Keyring
from sauro.project import journal, rights, schema
from sauro.project.backup import bodies, dump, keys, manifest
from sauro.project.backup.making import SPARE, Progress
from sauro.project.backup.manifest import BODIES, DATABASE, Manifest
from sauro.project.backup.sealed import Damaged, opened
from sauro.project.cli.command import Exit, Stop
from sauro.project.cli.language import _, number
from sauro.serve import specimens

MARK = "restore.unfinished"
_TABLES = """
SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'
"""
_GENERATIONS = (
    "SELECT DISTINCT ('x' || encode(substring(wrapped FROM 2 FOR 4), 'hex'))::bit(32)::int FROM core_unit_key"
)

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Restored:
    """What came of it: the backup, how many units were erased again, what is lacking, and what verification says."""

    manifest: Manifest
    erased_again: int
    undecided: int
    wrong_files: int
    lacking_keys: int
    report: Report

    @property
    def well(self) -> bool:
        return self.report.intact and not (self.undecided or self.wrong_files or self.lacking_keys)

    def answer(self) -> dict[str, Any]:
        """Give it for a program."""
        return {
            "well": self.well, "taken": self.manifest.taken, "leaves": self.manifest.leaves, "files": self.manifest.files,
            "erased_again": self.erased_again, "undecided": self.undecided, "wrong_files": self.wrong_files,
            "lacking_keys": self.lacking_keys, "verified": self.report.as_dict(),
        }  # fmt: skip


def check(folder: Path, identity: Path | None) -> Manifest:
    """Whether a backup is whole: every digest, and with the administrator's key every chunk. Raises Stop."""
    try:
        found, _signed = manifest.read(folder)
        manifest.check_digests(folder, found)
        if identity:
            _check_chunks(folder, found, keys.unwrap(identity, found.key, found.id, found.recipient))
    except Damaged as damaged:
        raise _altered(damaged) from None
    return found


def restore(folder: Path, identity: Path, apart: Path | None, say: Say, progress: Progress) -> Restored:
    """Restore onto this empty machine. The database must be reachable. Raises Stop; before the mark nothing was done."""
    with schema.as_owner():
        pass  # Without an owner nothing can be restored: said before anything is done.
    try:
        found, signed = manifest.read(folder)
        copy = keys.found_apart(apart) if apart else None
        ring = _keys(copy)
        manifest.check_signature(found, signed, ring.checkpoint_key)
        key = keys.unwrap(identity, found.key, found.id, found.recipient)
        _refuse_short_list(ring, found)
        again = _mark().exists() and _mark().read_text() == found.id
        _refuse_what_is_there(copy, again)
        _refuse_newer(found)
        _refuse_full(found)
        say(_("Checking the whole backup…"))
        manifest.check_digests(folder, found)
        _check_chunks(folder, found, key)
    except Damaged as damaged:
        raise _altered(damaged) from None
    _mark().write_text(found.id)
    if copy and not keyring.exists(settings.SAURO_KEYS):
        keys.put_in_place(copy, settings.SAURO_KEYS)
    keyring.use(None)
    say(_("Restoring the database…"))
    _restore_database(folder, found, key, again, progress)
    say(_("Restoring the files…"))
    wrong = _restore_files(folder, found, key, progress)
    say(_("Applying the erasure list…"))
    erased, undecided = _keep_erased()
    say(_("Verifying…"))
    report, lacking = _verify(found, erased)
    _mark().unlink()
    return Restored(found, erased, undecided, wrong, lacking, report)


def refuse_half_restored() -> None:
    """Refuse to serve what a restore has not ended."""
    if _mark().exists():
        raise Stop(
            _(
                "A restore was cut off before its end. Run the same `sauro restore` again; nothing is served until then."
            )
        )


def _mark() -> Path:
    return Path(settings.SAURO_VAR) / MARK


def _altered(damaged: Damaged) -> Stop:
    return Stop(
        _(
            "The backup was altered or is not whole: {part}. Nothing was restored. Take another copy of it."
        ).format(part=damaged),
        Exit.FAULT,
    )


def _check_chunks(folder: Path, found: Manifest, key: bytes) -> None:
    for part in found.parts:
        if sum(map(len, opened(folder / part.name, key, found.id))) != part.plain:
            raise Damaged(part.name)


def _keys(copy: Path | None) -> Keyring:
    """The keys that the restore will use. Raises KeyringRefused where one of them, or the erasure list, is missing."""
    if copy is None and not keyring.exists(settings.SAURO_KEYS):
        raise Stop(
            _(
                "There are no keys in {folder}. Without them and the erasure list nothing may be restored: give the "
                "folder of their copy with --keys."
            ).format(folder=settings.SAURO_KEYS)
        )
    return keyring.load(copy or settings.SAURO_KEYS)


def _refuse_short_list(ring: Keyring, found: Manifest) -> None:
    known = sum(entry.step == Step.DONE for entry in ring.erased.entries().values())
    if known < found.erasures:
        raise Stop(
            _(
                "The erasure list is older than the backup: it names {known} erasures, the backup knew {count}. Without "
                "the newest list, what was lawfully erased could come back. Give the newest copy of the keys with --keys."
            ).format(known=number(known), count=number(found.erasures))
        )


def _refuse_what_is_there(copy: Path | None, again: bool) -> None:
    """Refuse a machine that is not empty, but for what the same restore left when it was cut off."""
    if again:
        return
    there = []
    if _count(_TABLES):
        there.append(_("the database has tables"))
    if any(Path(settings.SAURO_FILES).glob("*/*")):
        there.append(_("{folder} has files").format(folder=settings.SAURO_FILES))
    if (journal.published() / checkpoints.LATEST).exists():
        # What others were told must not be forgotten because a restore writes over it.
        there.append(
            _(
                "{folder} has checkpoints; move them away, and keep them with the record of this restore"
            ).format(folder=journal.published())
        )
    if copy and keyring.exists(settings.SAURO_KEYS):
        there.append(_("{folder} has keys; leave --keys out to use them").format(folder=settings.SAURO_KEYS))
    if there:
        raise Stop(
            _("A backup is restored onto an empty machine only: {what}. Nothing was changed.").format(
                what="; ".join(there)
            )
        )


def _refuse_newer(found: Manifest) -> None:
    known = {".".join(each) for each in MigrationExecutor(connection).loader.disk_migrations}
    if set(found.migrations) - known:
        raise Stop(
            _(
                "This backup was made by version {version}, which is newer than this one. Install that version."
            ).format(version=found.version)
        )


def _refuse_full(found: Manifest) -> None:
    wanted = {Path(settings.SAURO_FILES): found.file_bytes}
    if settings.USES_BUNDLED_POSTGRES:
        wanted[Path(settings.SAURO_VAR)] = found.database_bytes
    for place, size in wanted.items():
        there = next(each for each in (place, *place.parents) if each.exists())
        free = shutil.disk_usage(there).free
        if free < size + SPARE:
            gigabytes = {"free": number(free / 1024**3, 1), "needed": number((size + SPARE) / 1024**3, 1)}
            raise Stop(
                _("{path} has {free} GB free; the restore needs {needed} GB. Nothing was changed.").format(
                    path=there, **gigabytes
                )
            )


def _count(question: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(question)
        return int(cursor.fetchone()[0])


def _restore_database(folder: Path, found: Manifest, key: bytes, again: bool, progress: Progress) -> None:
    with schema.as_owner():
        if again:
            with connection.cursor() as cursor:
                cursor.execute("DROP SCHEMA public CASCADE")
                cursor.execute("CREATE SCHEMA public")
        with connection.cursor() as cursor:
            cursor.execute("SHOW server_version_num")
            version = int(cursor.fetchone()[0])
        connections.close_all()
        part, done = found.part(DATABASE), 0

        def pieces() -> Any:
            nonlocal done
            for piece in opened(folder / DATABASE, key, found.id):
                done += len(piece)
                progress("database", done, part.plain)
                yield piece

        dump.load(pieces(), version)
        rights.apply()
    # The journal's name is read from the database, and that of an earlier one may be remembered.
    journal.origin.cache_clear()
    if schema.missing_migrations():
        schema.migrate()
    with schema.as_owner(), connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _restore_files(folder: Path, found: Manifest, key: bytes, progress: Progress) -> int:
    """Put the bodies into their place, which may be a disk of its own. Gives how many are not what their rows say."""
    place = Path(settings.SAURO_FILES)
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    # It was empty, or the mark says that what lies here was left by this restore when it was cut off.
    for left in [*place.glob("[0-9a-f][0-9a-f]"), specimens.folder()]:
        shutil.rmtree(left, ignore_errors=True)
    pieces = opened(folder / BODIES, key, found.id)
    written = bodies.unpack(pieces, place, lambda done: progress("files", done, found.file_bytes))
    with database.connect() as own, Cursor(own) as cursor:
        wrong = bodies.compare(cursor, written)
    os.sync()
    return wrong


def _keep_erased() -> tuple[int, int]:
    """Erase again what the list says was erased, each by an act. Gives how many, and how many nobody has decided on."""
    ring, store = keyring.current(), FileStore.current()
    with connection.cursor() as cursor:
        found = erasure.check_erasure_list(cursor, ring)
    entries = ring.erased.entries()
    for unit in found.resurrected:
        entry = entries[unit]
        basis = f"erased.list {entry.at:%Y-%m-%d}"
        erase_unit(
            Ask("core.erase", PLATFORM, f"restore:{unit}", {"unit": unit, "basis": basis}),
            store,
        )
    with connection.cursor() as cursor:
        erasure.settle(cursor, ring, store)
        after = erasure.check_erasure_list(cursor, ring)
    if not after.may_serve:
        raise Stop(
            _("What was lawfully erased could not be erased again. Nothing may be served; run it again.")
        )
    return len(found.resurrected), len(after.undecided)


def _verify(found: Manifest, erased: int) -> tuple[Report, int]:
    """Verify against the checkpoint that the backup brought. Gives the report, and how many master keys are lacking."""
    kept = journal.published() / checkpoints.LATEST
    kept.parent.mkdir(parents=True, exist_ok=True)
    if found.checkpoint:
        kept.write_text(found.checkpoint, encoding="utf-8")
    with database.connect() as own:
        with Cursor(own) as cursor:
            wrapped = {row[0] for row in cursor.execute(_GENERATIONS)}
            leaves = tree_size(cursor)
        # What had no place at the moment of the backup gets it now, as a worker would have done a moment later.
        sealed, sealer = 0, Sealer()
        while count := sealer.seal_once(own):
            sealed += count
        if (leaves, sealed) != (found.leaves, found.waiting + erased):
            raise Stop(_("The journal that was restored is not as long as the backup says."), Exit.FAULT)
        report = verify(own, [journal.verifier()], journal.scratch(), kept if found.checkpoint else None)
    return report, len(wrapped - set(keyring.current().generations))
