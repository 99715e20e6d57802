"""What a decision takes from the register: the titles of its laws, its place, and what its signer signs as."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from sauro.core.doorway.decide import local_day
from sauro.core.models import Actor, Holding, Record
from sauro.core.queries import definitions
from sauro.packs.facts import Basis
from sauro.serve.documents.facts import Signatory
from sauro.serve.queries.places import place
from sauro.web.wording import citation

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
                part
                for part in (_instrument(b.instrument, known.get(b.instrument)), citation(b.article or ""))
                if part
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


def signatory(
    position: UUID | None, at: datetime, person: UUID | None = None, deputy: UUID | None = None
) -> Signatory:
    """Who signs, as the block of the signer names the office (Decree 30/2020, Annex I): the agency stands at the head.

    A deputy signs for the head ("KT. Chủ tịch / Phó Chủ tịch"): an office that decides in an agency which another one
    heads. Who acts in the office signs as "Q. Chủ tịch"; where ``person`` is not known, because the paper is made
    before anybody signs it, only if nobody else holds it that day. Who deputises for the holder signs by their authority, in
    the name of the office they hold themselves ("TUQ. Chủ tịch / Chánh Văn phòng"): ``deputy``.
    """
    office = Actor.objects.filter(pk=position).first() if position else None
    if office is None:
        return Signatory("", "")
    day = local_day(at)
    own = Actor.objects.filter(pk=deputy).first() if deputy else None
    if own is not None:
        above = _("By authority of the %(office)s") % {"office": _short(office, day)}
        return Signatory(_short(own, day), "", above)
    named, above = _short(office, day), ""
    if not office.head and "competent_authority" in _type(office, day).get("roles", ()):
        head = Actor.objects.filter(kind="position", organisation=office.organisation, head=True).first()
        above = _("For the %(head)s") % {"head": _short(head, day)} if head else ""
    if _acts_in(office.id, day, person):
        named = _("Acting %(office)s") % {"office": named}
    return Signatory(named, "", above)


def _short(office: Actor, day: date) -> str:
    """The short name of an office: "Chủ tịch"."""
    short = _type(office, day).get("short") or {}
    return str(short.get("en", office.name_en) if _english() else short.get("vi", office.name_vi))


def _type(office: Actor, day: date) -> Mapping[str, Any]:
    known = definitions.in_force("position_type", office.type, day)
    return known.body if known else {}


def _acts_in(position: UUID, day: date, person: UUID | None) -> bool:
    today = Q(valid_to=None) | Q(valid_to__gte=day)
    held = Holding.objects.filter(today, position=position, valid_from__lte=day)
    kinds = set((held.filter(person=person) if person else held).values_list("kind", flat=True))
    return kinds == {"acting"}


def _english() -> bool:
    return (get_language() or "vi").startswith("en")
