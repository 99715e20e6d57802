"""Who opened a dossier, line by line in words: which office, for what, when; each read for itself stands on another page."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from sauro.core.doorway.decide import local_day
from sauro.core.queries.reading import Looked


@dataclass(frozen=True, slots=True)
class Seen:
    """One office that opened one dossier for one purpose on one day, however often."""

    who: str
    purpose: str
    dossier: UUID | None
    first_at: datetime
    last_at: datetime
    times: int


def lines_of(found: Sequence[Looked]) -> list[Seen]:
    """Readings in words, newest first. Those that would read alike, on one day, are one line with their count."""
    made: dict[tuple[object, ...], Seen] = {}
    for line in found:
        seen = Seen(_who(line), _of(line), line.commitment, line.first_at, line.last_at, line.times)
        key = (seen.who, seen.purpose, line.commitment, local_day(seen.last_at))
        known = made.get(key)
        if known is None:
            made[key] = seen
        else:
            first, last = min(known.first_at, seen.first_at), max(known.last_at, seen.last_at)
            made[key] = replace(known, first_at=first, last_at=last, times=known.times + seen.times)
    return list(made.values())


def _of(line: Looked) -> str:
    return purpose(line.purpose, own=line.own, machine=not line.position_vi)


def _who(line: Looked) -> str:
    if line.own:
        return _("You yourself")
    if (get_language() or "vi").startswith("en"):
        position, organisation, deputy = line.position_en, line.organisation_en, line.deputy_en
    else:
        position, organisation, deputy = line.position_vi, line.organisation_vi, line.deputy_vi
    office = f"{position}, {organisation or '–'}" if position else _("The platform itself")
    return (
        _("%(deputy)s, as deputy in the office: %(office)s") % {"deputy": deputy, "office": office}
        if deputy
        else office
    )


def purpose(code: str, *, own: bool = False, machine: bool = False) -> str:
    """For what it was read; the purpose comes from the act or page, never from who read."""
    if own:
        return _("to see what is your own")
    if machine and code == "settle_dossier":
        return _("to prepare papers")
    words = {
        "settle_dossier": _("to handle the dossier"),
        "notify": _("to write you a letter"),
        "assist": _("to file for you at the counter"),
        "prepare_signature": _("to prepare the signature"),
        "protect_data": _("to answer your contest of a read"),
        "steer": _("to work on a task"),
    }
    return words.get(code, code)
