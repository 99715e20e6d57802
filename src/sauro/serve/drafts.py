"""Filings in progress: saved at every step, sealed, outside the journal; they become a dossier by one act."""

import secrets
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext as _

from sauro.core.ids import new_id
from sauro.core.models import StoredFile
from sauro.core.moment import now
from sauro.core.refusal import Refusal
from sauro.core.vault import erasure, keyring
from sauro.core.vault.cipher import new_unit
from sauro.core.vault.parts import read_parts, seal_part, unit_keys, write_personal
from sauro.serve.models import Draft

PART = "draft"
KEPT_FOR = timedelta(days=30)


def begin(person: UUID, procedure: UUID, *, assisted: bool = False) -> Draft:
    """A new draft, with its own retention unit. Its key makes the later filing one act."""
    moment = now()
    with transaction.atomic():
        draft = Draft.objects.create(
            id=new_id(), person=person, procedure=procedure, assisted=assisted, key=secrets.token_hex(16),
            created=moment, changed=moment,
        )  # fmt: skip
        unit = new_unit(keyring.current(), draft.id)
        with connection.cursor() as cursor:
            write_personal(cursor, new=[unit], parts=[seal_part(unit.key, PART, 1, {})], tokens=[])
        Draft.objects.filter(pk=draft.id).update(version=1)
    draft.version = 1
    return draft


def mine(person: UUID, id_: UUID) -> Draft:
    """A person's own draft. Raises Refusal ``not_found``."""
    found = Draft.objects.filter(pk=id_, person=person).first()
    if found is None:
        raise Refusal("not_found", "I5: drafts", _("This draft is not here any more, or it is not yours."), status=404)
    return found


def answers(draft: Draft) -> dict[str, Any]:
    """What was typed so far."""
    with connection.cursor() as cursor:
        read = read_parts(cursor, keyring.current(), {draft.id: [PART]})
    return dict(read.get((draft.id, PART)) or {})


def save(draft: Draft, given: dict[str, Any], **columns: Any) -> None:
    """Save answers over what was there; two open windows do not lose each other's other fields."""
    with transaction.atomic():
        locked = Draft.objects.select_for_update().get(pk=draft.id)
        with connection.cursor() as cursor:
            before = read_parts(cursor, keyring.current(), {draft.id: [PART]}).get((draft.id, PART)) or {}
            key = unit_keys(cursor, keyring.current(), [draft.id])[draft.id]
            part = seal_part(key, PART, locked.version + 1, {**before, **given})
            write_personal(cursor, new=[], parts=[part], tokens=[])
        Draft.objects.filter(pk=draft.id).update(version=locked.version + 1, changed=now(), **columns)
    draft.version = locked.version + 1
    for name, value in columns.items():
        setattr(draft, name, value)


def files(draft: Draft) -> list[StoredFile]:
    return list(StoredFile.objects.filter(unit=draft.id).order_by("created"))


def clear(draft: Draft) -> None:
    """After the filing: the draft's own part goes; its unit is the dossier's now."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM core_personal WHERE unit = %s AND part = %s", [draft.id, PART])
        Draft.objects.filter(pk=draft.id).delete()


def discard(draft: Draft) -> None:
    """The person throws the draft away: its key goes, and everything with it."""
    with transaction.atomic(), connection.cursor() as cursor:
        erasure.erase_rows(cursor, [draft.id], draft.id, now())
        cursor.execute("DELETE FROM core_personal WHERE unit = %s", [draft.id])
        cursor.execute("DELETE FROM core_erasure WHERE unit = %s", [draft.id])
        Draft.objects.filter(pk=draft.id).delete()
