"""Files that are evidence of a task: taken in before the act that attaches them, and away again where it was refused."""

from uuid import NAMESPACE_OID, UUID, uuid5

from django.db import IntegrityError, connection, transaction

from sauro.core.models import StoredFile
from sauro.core.vault import keeping
from sauro.core.vault.content.judge import LARGEST
from sauro.steer.models import Evidence


def take_in(unit: UUID, person: UUID, key: str, name: str, body: bytes) -> StoredFile:
    """Judged by content, scanned, sealed under the task's unit. Raises vault FileRefused; then nothing was kept.

    The key of the form makes the id, so that sending a form twice keeps its file once (invariant I12).
    """
    id_ = uuid5(NAMESPACE_OID, f"{unit}/{person}/{key}")
    if (kept := StoredFile.objects.filter(pk=id_, unit=unit).first()) is not None:
        return kept
    try:
        return keeping.take_in(unit, person, name, body, LARGEST, id_)
    except (FileExistsError, IntegrityError):  # the other of two at once was first
        return StoredFile.objects.get(pk=id_, unit=unit)


def remove(file: StoredFile) -> None:
    """Throw away what no act has taken with it."""
    id_ = file.id  # deleting the row takes the id from the object
    with transaction.atomic(), connection.cursor() as cursor:
        # The act that attaches the file holds its row until it commits: what it took is known only behind it.
        cursor.execute("SELECT 1 FROM core_file WHERE id = %s FOR UPDATE", [id_])
        if cursor.fetchone() is None or Evidence.objects.filter(kind="file", reference=str(id_)).exists():
            return
        cursor.execute("DELETE FROM core_personal WHERE unit = %s AND part = %s", [file.unit, file.name_part])
        file.delete()
    keeping.store().remove([id_])


def evidence_of(task: UUID, unit: UUID, file: UUID) -> StoredFile | None:
    """A file that was attached to a task, or None."""
    if not Evidence.objects.filter(task=task, kind="file", reference=str(file)).exists():
        return None
    return StoredFile.objects.filter(pk=file, unit=unit).first()
