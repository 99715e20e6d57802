"""Lists of tasks on their way: their cells, sealed like drafts, outside the journal, gone after a while.

A ministry's file may name officials, so its cells rest under a key of their own (``core_personal``, part ``draft``)
and not in a column; the file itself is not kept. What was read is kept for a week, the results of an import for a
month, so that they can be taken away as a file; then the key goes. Only the person who brought a file sees its cells.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext as _

from sauro.core.ids import new_id
from sauro.core.moment import now
from sauro.core.refusal import Refusal
from sauro.core.vault import keyring
from sauro.core.vault.cipher import new_unit
from sauro.core.vault.parts import read_parts, seal_part, unit_keys, write_personal
from sauro.steer.models import ColumnMap, TaskList

PART, NAME = "draft", "file-name"
MOST = 20
"""Lists that one person has under way in an office."""
KEPT_READ, KEPT_DONE = timedelta(days=7), timedelta(days=30)
Content = dict[str, Any]


def begin(person: UUID, position: UUID, organisation: UUID, digest: str, content: Content) -> TaskList:
    """Keep what was read of a file."""
    moment = now()
    if TaskList.objects.filter(person=person, position=position, state__in=["read", "checked"]).count() >= MOST:  # fmt: skip
        raise Refusal("too_many_lists", "steer: task lists", _("You have brought very many files. Import or throw away some of them first."), field="file", status=409)  # fmt: skip
    with transaction.atomic():
        made = TaskList.objects.create(
            id=new_id(), person=person, position=position, organisation=organisation, digest=digest, version=1,
            created=moment, changed=moment,
        )  # fmt: skip
        unit = new_unit(keyring.current(), made.id)
        with connection.cursor() as cursor:
            named = seal_part(unit.key, NAME, 1, {"name": content.get("name", "")})
            write_personal(
                cursor, new=[unit], parts=[seal_part(unit.key, PART, 1, content), named], tokens=[]
            )
    return made


def names(found: Sequence[TaskList], reader: UUID) -> dict[UUID, str]:
    """The names of one's own files."""
    own = {each.id: [NAME] for each in found if each.person == reader and each.state != "gone"}
    with connection.cursor() as cursor:
        read = read_parts(cursor, keyring.current(), own) if own else {}
    return {unit: str((part or {}).get("name", "")) for (unit, _part), part in read.items()}


def opened(list_: TaskList, reader: UUID) -> Content | None:
    """The cells of one's own list; None once they are gone, and for everybody else."""
    if list_.person != reader or list_.state == "gone":
        return None
    with connection.cursor() as cursor:
        return read_parts(cursor, keyring.current(), {list_.id: [PART]}).get((list_.id, PART))


def save(list_: TaskList, content: Content, **columns: Any) -> None:
    """Keep the present state of a list, whole."""
    with transaction.atomic():
        held = TaskList.objects.select_for_update().get(pk=list_.id)
        with connection.cursor() as cursor:
            key = unit_keys(cursor, keyring.current(), [list_.id])[list_.id]
            part = seal_part(key, PART, held.version + 1, content)
            write_personal(cursor, new=[], parts=[part], tokens=[])
        columns |= {"version": held.version + 1, "changed": now()}
        TaskList.objects.filter(pk=list_.id).update(**columns)
    for name, value in columns.items():
        setattr(list_, name, value)


def in_office(position: UUID, id_: UUID) -> TaskList | None:
    """A list that was brought in this office, by whoever held it then."""
    return TaskList.objects.filter(pk=id_, position=position).first()


def of_office(position: UUID, person: UUID) -> list[TaskList]:
    """What was brought in this office, the newest first: one's own, and what others have imported."""
    found = TaskList.objects.filter(position=position).order_by("-created")[:50]
    return [each for each in found if each.person == person or each.batch == each.id]


def discard(list_: TaskList) -> None:
    """The cells go, with their key. A list that made tasks stays as a number, so that they can be found and undone."""
    with transaction.atomic(), connection.cursor() as cursor:
        for table in ("core_personal", "core_unit_key"):
            cursor.execute(f"DELETE FROM {table} WHERE unit = %s", [list_.id])  # noqa: S608 — a table of the line above
        if list_.state == "done":
            TaskList.objects.filter(pk=list_.id).update(state="gone")
        else:
            TaskList.objects.filter(pk=list_.id).delete()


def discard_old() -> int:
    """Let go of the cells whose time is over (invariant I9). Gives 0: nothing more is to be done at once."""
    moment = now()
    for states, kept in ((["read", "checked"], KEPT_READ), (["done"], KEPT_DONE)):
        for each in TaskList.objects.filter(state__in=states, changed__lt=moment - kept)[:1_000]:
            discard(each)
    return 0


def remembered(organisation: UUID, signatures: list[str]) -> dict[str, dict[str, int]]:
    """How an agency has read forms of list before, by signature."""
    rows = ColumnMap.objects.filter(organisation=organisation, signature__in=signatures)
    return {row.signature: dict(row.columns) for row in rows}


def remember(organisation: UUID, signature: str, columns: dict[str, int]) -> None:
    """The next file of this form is read the same way."""
    if signature:
        told = {"columns": columns, "changed": now()}
        ColumnMap.objects.update_or_create(organisation=organisation, signature=signature, defaults=told)
