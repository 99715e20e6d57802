"""Names of organisations and offices as this page says them: with what is above, since communes share names."""

from collections.abc import Collection
from uuid import UUID

from django.db import connection
from django.utils.translation import get_language


def _column(of: str) -> str:
    return f"{of}.name_en" if (get_language() or "vi").startswith("en") else f"{of}.name_vi"


def with_superior(ids: Collection[UUID]) -> dict[UUID, str]:
    """An organisation with its superior; an office with its organisation."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT a.id, {_column('a')}, {_column('p')} FROM core_actor a"  # noqa: S608 — one of two columns of ours
            " LEFT JOIN core_actor p ON p.id = coalesce(a.organisation, a.parent) WHERE a.id = ANY(%s)",
            [list(ids)],
        )
        return {id_: f"{name}, {above}" if above else name for id_, name, above in cursor.fetchall()}


def plain(ids: Collection[UUID]) -> dict[UUID, str]:
    """Names alone."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT a.id, {_column('a')} FROM core_actor a WHERE a.id = ANY(%s)", [list(ids)])  # noqa: S608 — one of two columns of ours
        return dict(cursor.fetchall())
