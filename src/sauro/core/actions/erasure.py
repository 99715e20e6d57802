"""Lawful erasure: one act that ends a retention unit (invariants I9, I10)."""

from uuid import UUID

import msgspec
from django.utils.translation import gettext as _

from sauro.core.doorway.act import act
from sauro.core.doorway.ask import Ask, Outcome
from sauro.core.doorway.registry import action
from sauro.core.doorway.work import Work
from sauro.core.ids import new_id
from sauro.core.models import StoredFile
from sauro.core.moment import now
from sauro.core.refusal import Refusal
from sauro.core.vault import erasure, keyring
from sauro.core.vault.files import FileStore

from sauro.core.actions.actors import ACTOR  # isort: skip


class Erase(msgspec.Struct, forbid_unknown_fields=True):
    """Which retention unit, and on which legal basis."""

    unit: UUID
    basis: str


@action("core.erase", subject=ACTOR, payload=Erase, purpose="erase", creates=True, batch=False)
def erase(work: Work) -> None:
    p: Erase = work.payload
    if not p.basis.strip():
        work.refuse("no_basis", "I9", _("An erasure names its legal basis."), field="basis")
    work.subject = p.unit
    work.erase(p.unit)
    work.data["basis"] = p.basis


def erase_unit(ask: Ask, store: FileStore) -> Outcome:
    """Erase with everything around the act: the erasure list before it, the bodies of the files after it.

    The list is written first, so that a crash in between leaves a unit that will be erased, never one that is
    forgotten; the act itself writes no file.
    """
    unit = UUID(str(ask.payload["unit"]))
    ring = keyring.current()
    erasure.announce(ring, [unit], new_id(), now())
    files = list(StoredFile.objects.filter(unit=unit).values_list("id", flat=True))
    try:
        outcome = act(ask)
    except Refusal:
        erasure.withdraw(ring, [unit])
        raise
    erasure.shred(ring, store, [unit], files)
    return outcome
