"""Filings in progress: saved at every step, sealed, outside the journal; they become a dossier by one act."""

import contextlib
import secrets
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid5

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext as _

from sauro.core.ids import new_id
from sauro.core.models import StoredFile
from sauro.core.moment import now
from sauro.core.refusal import Refusal
from sauro.core.vault import keyring
from sauro.core.vault.cipher import new_unit
from sauro.core.vault.files import FileStore
from sauro.core.vault.parts import read_parts, seal_part, unit_keys, write_personal
from sauro.serve.models import Dossier, Draft
from sauro.serve.rules.forms import say
from sauro.serve.rules.procedures import Procedure

PART = "draft"
MOST, MOST_ASSISTED = 50, 500
KEPT_FOR = timedelta(days=30)


def begin(person: UUID, procedure: UUID, *, assisted: bool = False) -> Draft:
    """A new draft, with its own retention unit. Its key makes the later filing one act."""
    moment = now()
    if Draft.objects.filter(person=person, assisted=assisted).count() >= (
        MOST_ASSISTED if assisted else MOST
    ):
        message = _("You have begun very many filings. Finish or throw away some of them first.")
        raise Refusal("too_many_drafts", "serve: drafts", message, status=409)
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


def mine(person: UUID, id_: UUID, *, assisted: bool = False) -> Draft:
    """A person's own draft, or with ``assisted`` one they keep for somebody else. Raises Refusal ``not_found``."""
    found = Draft.objects.filter(pk=id_, person=person, assisted=assisted).first()
    if found is None:
        raise Refusal(
            "not_found", "I5: drafts", _("This draft is not here any more, or it is not yours."), status=404
        )
    return found


def answers(draft: Draft) -> dict[str, Any]:
    """What was typed so far."""
    return {name: value for name, value in _read(draft).items() if name != FILES}


def _read(draft: Draft) -> dict[str, Any]:
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


def discard(draft: Draft) -> list[UUID]:
    """The person throws the draft away: its key goes, and with it everything that was typed.

    Returns the files whose bodies may go now. Raises Refusal ``already_filed``: the key is the dossier's by then.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        # A filing holds this row until it commits, so that whether there is a dossier is known only behind it.
        cursor.execute("SELECT 1 FROM core_unit_key WHERE unit = %s FOR UPDATE", [draft.id])
        if Dossier.objects.filter(pk=draft.id).exists():
            raise Refusal(
                "already_filed",
                "I12",
                _("This was filed already. You can withdraw it on its own page."),
                status=409,
            )
        attached = list(StoredFile.objects.filter(unit=draft.id).values_list("id", flat=True))
        StoredFile.objects.filter(pk__in=attached).delete()
        for table in ("core_personal", "core_token", "core_unit_key"):
            cursor.execute(f"DELETE FROM {table} WHERE unit = %s", [draft.id])  # noqa: S608 — a table of the line above
        Draft.objects.filter(pk=draft.id).delete()
    return attached


def discard_old() -> int:
    """Throw away what was left unfinished for longer than drafts are kept (invariant I9). Returns how many."""
    old = list(Draft.objects.filter(changed__lt=now() - KEPT_FOR).order_by("changed")[:1_000])
    for draft in old:
        with contextlib.suppress(Refusal):
            FileStore(settings.SAURO_FILES).remove(discard(draft))
    return len(old)


def mine_or_none(person: UUID, id_: UUID, *, assisted: bool = False) -> Draft | None:
    """A person's own draft, or None once it was filed or thrown away."""
    return Draft.objects.filter(pk=id_, person=person, assisted=assisted).first()


FILES = "_files"
"""Where the draft's own part keeps which file belongs to which component."""


def files_of(draft: Draft) -> dict[UUID, str]:
    """The files that are attached, and the component of each."""
    return {UUID(id_): component for id_, component in _read(draft).get(FILES, {}).items()}


def add_file(draft: Draft, file: UUID, component: str) -> None:
    save(draft, {FILES: {**_read(draft).get(FILES, {}), str(file): component}})


def forget_file(draft: Draft, file: UUID) -> None:
    save(draft, {FILES: {id_: c for id_, c in _read(draft).get(FILES, {}).items() if id_ != str(file)}})


def own_identity(person: UUID, procedure: Procedure) -> dict[str, Any]:
    """What is known of the person and the form asks for: their own data, given to themselves."""
    with connection.cursor() as cursor:
        read = read_parts(cursor, keyring.current(), {person: ["identity"]})
    identity = read.get((person, "identity")) or {}
    known = {f"actor.{_KNOWN.get(name, name)}": value for name, value in identity.items()}
    return {f.id: known[f.prefill] for f in procedure.fields.values() if f.prefill in known}


_KNOWN = {"name": "full_name", "number": "id_number"}


def move_to(draft: Draft, before: Procedure, after: Procedure) -> list[str]:
    """A draft follows the version in force (invariant I4); returns what changed, in words' keys: added and gone."""
    changed = []
    for what in ("fields", "components"):
        old, new = getattr(before, what), getattr(after, what)
        changed += [f"+ {_named(new[id_])}" for id_ in new if id_ not in old]
        changed += [f"− {_named(old[id_])}" for id_ in old if id_ not in new]
    save(draft, {}, procedure=after.id)
    return changed or ["="]


def _named(item: Any) -> str:
    return say(getattr(item, "label", None) or item.name)


def unit_for(person: UUID, key: str) -> UUID:
    """The id of a filing that was never a draft: the same for the same person and key, so that a repeat is equal."""
    return uuid5(person, f"filing:{key}")
