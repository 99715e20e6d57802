"""Stored files of a dossier: taken in, opened, and removed, always under the key of its retention unit."""

from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext as _

from sauro.core.ids import new_id
from sauro.core.models import StoredFile
from sauro.core.refusal import Refusal
from sauro.core.vault import keeping
from sauro.core.vault.keeping import enter, names, store, take_in, unit_key
from sauro.serve import specimens
from sauro.serve.models import Attachment

__all__ = ["body_of", "keep", "names", "remove", "store", "take_in", "unit_key"]


def body_of(file: StoredFile) -> bytes:
    """The body, decrypted; of a simulated dossier, the specimen it stands for. Raises Refusal for one that must not be opened."""
    return specimens.of(file) or keeping.body_of(file)


def keep(unit: UUID, owner: UUID, name: str, body: bytes, media_type: str) -> StoredFile:
    """Keep a file that the platform made itself."""
    key, file_id = unit_key(unit), new_id()
    digest, size = store().put(key, file_id, [body])
    return enter(key, owner, file_id, name, digest, size, media_type, "clean", f"file-{file_id.hex}")


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
