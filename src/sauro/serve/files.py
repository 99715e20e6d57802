"""Stored files of a dossier: taken in, opened, and removed, always under the key of its retention unit."""

from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext as _

from sauro.core.ids import new_id
from sauro.core.models import StoredFile
from sauro.core.moment import now
from sauro.core.refusal import Refusal
from sauro.core.vault import keyring
from sauro.core.vault.cipher import UnitKey
from sauro.core.vault.content.verdict import FileRefused
from sauro.core.vault.files import FileStore
from sauro.core.vault.parts import read_parts, seal_part, unit_keys, write_personal
from sauro.core.vault.scanner import ClamdScanner, NoScanner, Scanner
from sauro.core.vault.upload import receive
from sauro.serve.models import Attachment

# More than any filing has; without an end, one account could fill the disk.
MOST_FILES = 100
INFECTED = {"infected", "quarantined"}


def store() -> FileStore:
    """Where bodies lie."""
    return FileStore(settings.SAURO_FILES)


def scanner() -> Scanner:
    """The scanner in use: clamd where one is configured."""
    return ClamdScanner(settings.SAURO_CLAMD) if settings.SAURO_CLAMD else NoScanner()


def unit_key(unit: UUID) -> UnitKey:
    """The key of a unit. Raises Refusal ``erased`` when it was lawfully erased."""
    with transaction.atomic(), connection.cursor() as cursor:
        found = unit_keys(cursor, keyring.current(), [unit])
    if unit not in found:
        raise Refusal("erased", "I9", _("This was erased, as the law asks."), status=410)
    return found[unit]


def take_in(unit: UUID, owner: UUID, name: str, body: bytes, largest: int) -> StoredFile:
    """Take an upload in: judged by content, scanned, sealed. Raises vault FileRefused; then nothing was kept."""
    key = unit_key(unit)
    if StoredFile.objects.filter(unit=unit).count() >= MOST_FILES:
        raise FileRefused("file_too_many")
    taken = receive(store(), key, new_id(), body, scanner(), largest)
    return _keep(
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


def keep(unit: UUID, owner: UUID, name: str, body: bytes, media_type: str) -> StoredFile:
    """Keep a file that the platform made itself."""
    key, file_id = unit_key(unit), new_id()
    digest, size = store().put(key, file_id, [body])
    return _keep(key, owner, file_id, name, digest, size, media_type, "clean", f"file-{file_id.hex}")


def _keep(
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
    with transaction.atomic():
        with connection.cursor() as cursor:
            write_personal(cursor, new=[], parts=[seal_part(key, part, 1, {"name": name[:200]})], tokens=[])
        return StoredFile.objects.create(
            id=file_id, unit=key.unit, name_part=part, digest=digest, size=size, media_type=media_type,
            scanned=scanned, owner=owner, created=now(),
        )  # fmt: skip


def body_of(file: StoredFile) -> bytes:
    """The body, decrypted. Raises Refusal for one that must not be opened."""
    if file.scanned in INFECTED:
        raise Refusal(
            "file_not_clean",
            "SECURITY: uploads",
            _("This file was not found clean, so it stays closed."),
            status=409,
        )
    return b"".join(store().open(unit_key(file.unit), file.id, bytes(file.digest)))


def names(files: list[StoredFile]) -> dict[UUID, str]:
    """The names under which the files were uploaded. The caller has opened the case."""
    wanted: dict[UUID, list[str]] = {}
    for file in files:
        wanted.setdefault(file.unit, []).append(file.name_part)
    with connection.cursor() as cursor:
        read = read_parts(cursor, keyring.current(), wanted) if wanted else {}
    return {file.id: str((read.get((file.unit, file.name_part)) or {}).get("name", "")) for file in files}


def remove(file: StoredFile) -> None:
    """Throw an upload away. Raises Refusal ``already_filed`` for one that a filing or an answer has taken with it."""
    id_ = file.id  # deleting the row takes the id from the object
    with transaction.atomic(), connection.cursor() as cursor:
        # An act that attaches the file holds its row until it commits: what it took with it is known only behind it.
        cursor.execute("SELECT 1 FROM core_file WHERE id = %s FOR UPDATE", [id_])
        if Attachment.objects.filter(pk=id_).exists():
            message = _("This file was filed already, so it stays with the dossier.")
            raise Refusal("already_filed", "I12", message, status=409)
        cursor.execute("DELETE FROM core_personal WHERE unit = %s AND part = %s", [file.unit, file.name_part])
        file.delete()
    store().remove([id_])
