"""Who opened a person's data, line by line in words: which office, which dossier, for what, when."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from sauro.core.doorway.decide import local_day
from sauro.core.queries import definitions
from sauro.core.queries.reading import Looked
from sauro.serve.models import Dossier
from sauro.serve.rules.forms import say
from sauro.serve.rules.procedures import procedure


@dataclass(frozen=True, slots=True)
class Seen:
    """One office that opened one dossier for one purpose on one day, however often."""

    who: str
    purpose: str
    dossier: UUID | None
    reference: str
    name: str
    first_at: datetime
    last_at: datetime
    times: int


def lines_of(found: Sequence[Looked]) -> list[Seen]:
    """Readings in words, newest first. Those that would read alike, on one day, are one line with their count."""
    dossiers = {row.pk: row for row in Dossier.objects.filter(pk__in={line.commitment for line in found})}
    made: dict[tuple[object, ...], Seen] = {}
    for line in found:
        row = dossiers.get(line.commitment) if line.commitment else None
        seen = Seen(
            _who(line), _purpose(line), row.pk if row else None, (row.code or row.reference) if row else "",
            say(definitions.get(row.procedure).compiled(procedure).terms.name) if row else "",
            line.first_at, line.last_at, line.times,
        )  # fmt: skip
        key = (seen.who, seen.purpose, line.commitment, local_day(seen.last_at))
        known = made.get(key)
        if known is None:
            made[key] = seen
        else:
            first, last = min(known.first_at, seen.first_at), max(known.last_at, seen.last_at)
            made[key] = replace(known, first_at=first, last_at=last, times=known.times + seen.times)
    return list(made.values())


def _who(line: Looked) -> str:
    if line.own:
        return _("You yourself")
    if (get_language() or "vi").startswith("en"):
        position, organisation = line.position_en, line.organisation_en
    else:
        position, organisation = line.position_vi, line.organisation_vi
    return f"{position}, {organisation or '–'}" if position else _("The platform itself")


def _purpose(line: Looked) -> str:
    if line.own:
        return _("to see your own dossier")
    if not line.position_vi and line.purpose == "settle_dossier":
        return _("to prepare papers")
    words = {
        "settle_dossier": _("to handle the dossier"),
        "notify": _("to write you a letter"),
        "assist": _("to file for you at the counter"),
        "prepare_signature": _("to prepare the signature"),
    }
    return words.get(line.purpose, line.purpose)
