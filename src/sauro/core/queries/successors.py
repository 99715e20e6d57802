"""What organisations and offices are called today: by their successor, and by what they were (invariant I7)."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from django.db import connection
from django.utils.translation import get_language
from django.utils.translation import gettext as _


@dataclass(frozen=True, slots=True)
class Today:
    """The name of who stands for something today; and the name it had, where another stands for it."""

    name: str
    was: str = ""

    def __str__(self) -> str:
        return (
            _("%(name)s (formerly %(old)s)") % {"name": self.name, "old": self.was} if self.was else self.name
        )


def today(ids: Collection[UUID | None]) -> dict[UUID, Today]:
    """The present names of organisations and offices, in the language in use."""
    wanted = [id_ for id_ in set(ids) if id_ is not None]
    if not wanted:
        return {}
    column = "name_en" if (get_language() or "vi").startswith("en") else "name_vi"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT a.id, c.{column}, CASE WHEN c.id <> a.id AND c.{column} <> a.{column} THEN a.{column} ELSE '' END"  # noqa: S608 — one of two columns of ours
            " FROM core_actor a JOIN core_actor c ON c.id = a.current WHERE a.id = ANY(%s)",
            [wanted],
        )
        return {id_: Today(name, was) for id_, name, was in cursor.fetchall()}


def said(ids: Collection[UUID | None]) -> dict[UUID, str]:
    """The same as text: the successor's name, with the former one behind it."""
    return {id_: str(name) for id_, name in today(ids).items()}
