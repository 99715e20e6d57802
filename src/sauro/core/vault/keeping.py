"""Stored files of a unit: taken in, named and opened, always under the unit's key. What a file is for, its module says."""

from collections.abc import Sequence
from uuid import UUID

import structlog
from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext as _

from sauro.core.ids import new_id
from sauro.core.models import StoredFile
from sauro.core.moment import now
from sauro.core.refusal import Refusal
from sauro.core.vault import keyring
from sauro.core.vault.cipher import CannotOpen, UnitKey
from sauro.core.vault.content.verdict import FileRefused
from sauro.core.vault.files import FileMissing, FileStore
from sauro.core.vault.parts import read_parts, seal_part, unit_keys, write_personal
from sauro.core.vault.scanner import OPENABLE, ClamdScanner, Nobody, NoScanner, Scanned, Scanner
from sauro.core.vault.upload import receive

log = structlog.get_logger()

# More than any case has; without an end, one account could fill the disk.
MOST_FILES = 100


def store() -> FileStore:
    """Where bodies lie."""
    return FileStore(settings.SAURO_FILES)


def scanner() -> Scanner:
    """The scanner in use: clamd where one is configured. Without one only a demonstration opens what is sent in."""
    if settings.SAURO_CLAMD:
        return ClamdScanner(settings.SAURO_CLAMD)
    return NoScanner() if settings.DEMONSTRATION else Nobody()


def unit_key(unit: UUID) -> UnitKey:
    """The key of a unit. Raises Refusal ``erased`` when it was lawfully erased."""
    with transaction.atomic(), connection.cursor() as cursor:
        found = unit_keys(cursor, keyring.current(), [unit])
    if unit not in found:
        raise Refusal("erased", "I9", _("This was erased, as the law asks."), status=410)
    return found[unit]


def take_in(
    unit: UUID, owner: UUID, name: str, body: bytes, largest: int, id_: UUID | None = None
) -> StoredFile:
    """Take an upload in: judged by content, scanned, sealed. Raises vault FileRefused; then nothing was kept."""
    key = unit_key(unit)
    if StoredFile.objects.filter(unit=unit).count() >= MOST_FILES:
        raise FileRefused("file_too_many")
    taken = receive(store(), key, id_ or new_id(), body, scanner(), largest)
    return enter(
        key,
        owner,
        taken.id,
        name,
        taken.digest,
        taken.size,
        taken.media_type,
        str(taken.scanned),
        taken.name_part,
    )


def enter(
    key: UnitKey,
    owner: UUID,
    file_id: UUID,
    name: str,
    digest: bytes,
    size: int,
    media_type: str,
    scanned: str,
    part: str,
) -> StoredFile:
    """Write down a file whose body lies sealed."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            write_personal(cursor, new=[], parts=[seal_part(key, part, 1, {"name": name[:200]})], tokens=[])
        return StoredFile.objects.create(
            id=file_id, unit=key.unit, name_part=part, digest=digest, size=size, media_type=media_type,
            scanned=scanned, owner=owner, created=now(),
        )  # fmt: skip


def rescan() -> int:
    """Ask again about every file in quarantine. Gives how many have a verdict now; what is infected stays closed.

    A body that is not there, or whose key was erased, is left to those who look for such (`sauro doctor`).
    """
    settled, asked = 0, scanner()
    for file in StoredFile.objects.filter(scanned=Scanned.QUARANTINED).order_by("created"):
        try:
            body = b"".join(store().open(unit_key(file.unit), file.id, bytes(file.digest)))
        except (Refusal, CannotOpen, FileMissing):
            continue
        found = asked.scan(body)
        if found.verdict == Scanned.QUARANTINED:
            continue
        settled += StoredFile.objects.filter(pk=file.pk, scanned=Scanned.QUARANTINED).update(
            scanned=found.verdict
        )
        if found.verdict == Scanned.INFECTED:
            log.warning("vault.infected", file=str(file.pk), code=found.finding)
    return settled


def body_of(file: StoredFile) -> bytes:
    """The body, decrypted. Raises Refusal for one that must not be opened."""
    if file.scanned not in OPENABLE:
        raise Refusal(
            "file_not_clean",
            "SECURITY: uploads",
            _("This file was not found clean, so it stays closed."),
            status=409,
        )
    return b"".join(store().open(unit_key(file.unit), file.id, bytes(file.digest)))


def names(files: Sequence[StoredFile]) -> dict[UUID, str]:
    """The names under which the files were uploaded. The caller has opened the case."""
    wanted: dict[UUID, list[str]] = {}
    for file in files:
        wanted.setdefault(file.unit, []).append(file.name_part)
    with connection.cursor() as cursor:
        read = read_parts(cursor, keyring.current(), wanted) if wanted else {}
    return {file.id: str((read.get((file.unit, file.name_part)) or {}).get("name", "")) for file in files}
