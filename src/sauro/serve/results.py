"""What a decision takes from the register: the titles of its laws, its place, and what its signer signs as."""

import re
from collections.abc import Sequence
from uuid import UUID

from django.db import connection
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from sauro.core.doorway.decide import local_day
from sauro.core.models import Actor, Record
from sauro.core.moment import now
from sauro.core.queries import definitions
from sauro.packs.facts import Basis
from sauro.serve.queries.places import place

_KIND_OF_PLACE = re.compile(r"^(phường|xã|thị trấn|đặc khu|tỉnh|thành phố) (?!\d|Hồ Chí Minh)", re.IGNORECASE)


def grounds(bases: Sequence[Basis]) -> tuple[str, ...]:
    """ "Căn cứ Luật Hộ tịch số 60/2014/QH13, Điều 11", without the mark that ends the line."""
    numbers = {basis.instrument for basis in bases}
    known = {
        row.code: row
        for row in Record.objects.filter(register="instruments", code__in=numbers).order_by(
            "recorded_at", "id"
        )
    }
    return tuple(
        _("Pursuant to %(law)s")
        % {
            "law": ", ".join(
                part for part in (_instrument(b.instrument, known.get(b.instrument)), b.article) if part
            )
        }
        for b in bases
    )


def _instrument(number: str, row: Record | None) -> str:
    """An instrument as a decision cites it. A law is called by its title, the others by their kind and number."""
    if row is None:
        return number
    title = row.title_en if _english() else row.title_vi
    kind = str(row.body.get("kind", ""))
    kinds = {
        "decree": _("Decree"), "circular": _("Circular"), "decision": _("Decision"), "resolution": _("Resolution"),
        "regulation": _("Regulation"),
    }  # fmt: skip
    if number in title:
        return title
    if kind not in kinds:
        return _("%(title)s No. %(number)s") % {"title": title, "number": number}
    about = title[:1].lower() + title[1:]
    return _("%(kind)s No. %(number)s %(about)s") % {"kind": kinds[kind], "number": number, "about": about}


def locality(organisation: UUID) -> str:
    """The place in the line of place and date: the name of the commune or province alone, "Trấn Biên".

    One that is called by a number or after a person keeps its kind (Decree 30/2020, Annex I): "Phường 12".
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.name_vi FROM core_actor o JOIN core_actor c ON c.area = o.area AND c.kind = 'organisation'"
            " AND c.type IN ('commune-committee', 'province-committee') AND c.current = c.id"
            " WHERE o.id = %s AND o.area <> '' LIMIT 1",
            [organisation],
        )
        row = cursor.fetchone()
    return without_kind(place(row[0])) if row else ""


def without_kind(name: str) -> str:
    """ "Phường Trấn Biên" without its kind, capitalised."""
    bare = _KIND_OF_PLACE.sub("", name)
    return bare[:1].upper() + bare[1:]


def signs_as(position: UUID | None) -> str:
    """The short name of an office ("Chủ tịch"); the agency stands at the head of the page."""
    row = (
        Actor.objects.filter(pk=position).values_list("type", "name_vi", "name_en").first()
        if position
        else None
    )
    if row is None:
        return ""
    kind, vi, en = row
    known = definitions.in_force("position_type", kind, local_day(now()))
    short = (known.body.get("short") if known else None) or {}
    return str(short.get("en", en) if _english() else short.get("vi", vi))


def _english() -> bool:
    return (get_language() or "vi").startswith("en")
