"""What an official was told of dossiers: half of the time is used, due soon, late."""

from typing import Any

from django.utils.translation import gettext as _

from sauro.core.moment import now
from sauro.core.queries.visibility import Reader
from sauro.serve.models import Dossier, Notice

KINDS = ("half_time", "due_soon", "breached")
MOST = 20


def notices(reader: Reader, kinds: tuple[str, ...], most: int = MOST) -> list[dict[str, Any]]:
    """What the person was told of dossiers, newest first; shown once, they are read."""
    rows = list(Notice.objects.filter(person=reader.person, kind__in=kinds).order_by("-at")[:most])
    titles = {
        d.id: d.code or d.reference for d in Dossier.objects.filter(pk__in=[row.dossier for row in rows])
    }
    words = {
        "half_time": _("Half of the time is used"), "due_soon": _("Due soon"), "breached": _("The deadline has passed"),
    }  # fmt: skip
    shown = [
        {
            "row": row,
            "title": titles.get(row.dossier, ""),
            "words": words.get(row.kind, row.kind),
            "new": row.read_at is None,
        }
        for row in rows
    ]
    Notice.objects.filter(pk__in=[row.pk for row in rows], read_at=None).update(read_at=now())
    return shown
