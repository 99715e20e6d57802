"""What waits for a person: what they are asked for, what is ready, what they have not read yet; and who looked lately."""

from dataclasses import dataclass
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from sauro.core.moment import now
from sauro.core.queries import definitions
from sauro.core.queries.reading import Sought, looks
from sauro.serve.documents.notices import STEPS
from sauro.serve.models import Notice
from sauro.serve.pages.citizen.looked import Seen
from sauro.serve.pages.citizen.looked import lines_of as lines_of_readings
from sauro.serve.pages.showing import Shown, lines_of
from sauro.serve.queries import cases
from sauro.serve.rules.procedures import procedure
from sauro.serve.rules.statuses import Status as Step
from sauro.web.shapes import Status
from sauro.web.wording import moment

LATELY = 3


@dataclass(frozen=True, slots=True)
class Wait:
    """One thing to do: what, in which dossier, by when, and the way to it."""

    what: Status
    name: str
    href: str
    note: str = ""


def waits_for(person: UUID) -> list[Wait]:
    """What is theirs to do, the most pressing first."""
    made = [_wait(shown) for shown in lines_of(cases.own_waiting(person), now())]
    unread = Notice.objects.filter(person=person, kind__in=STEPS, read_at=None).count()
    if unread:
        said = ngettext("%(n)s notice not read yet", "%(n)s notices not read yet", unread) % {"n": unread}
        made.append(Wait(Status("neutral", _("New")), said, reverse("serve:inbox")))
    return made


def _wait(shown: Shown) -> Wait:
    line, own = shown.line, reverse("serve:my_dossier", args=[shown.line.id])
    if line.status == Step.SUPPLEMENT_REQUESTED:
        asked = cases.last_asked(line.id)
        found = definitions.get(line.procedure).compiled(procedure)
        by = cases.answer_by(found, asked) if asked else None
        note = _("until %(moment)s; the clock stands still meanwhile") % {"moment": moment(by)} if by else ""
        return Wait(Status("near", _("A supplement is asked for")), shown.name, own, note)
    if line.status == Step.FINANCE_REQUESTED:
        return Wait(Status("near", _("You are asked to pay")), shown.name, own)
    return Wait(Status("on_time", _("The result is ready")), shown.name, own)


def lately(person: UUID) -> list[Seen]:
    """The last officials who opened data of this person."""
    return lines_of_readings(looks(person, Sought(by="others"), LATELY))
