"""Reads and contests in plain words: who, for what, what was shown, whose turn it is, what followed."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.utils.translation import gettext as _

from sauro.core.models import Commitment
from sauro.core.queries import definitions
from sauro.core.queries.reading import Looked
from sauro.project.offices.words import english
from sauro.serve.models import Dossier
from sauro.serve.rules.forms import say
from sauro.serve.rules.procedures import procedure
from sauro.web.shapes import Status

NEAR = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Case:
    """What a read was about, as far as everybody who sees the read may know it: its number and what it is."""

    id: UUID
    kind: str
    code: str
    name: str

    @property
    def words(self) -> str:
        return f"{self.code} – {self.name}" if self.code else self.name


def cases(ids: Collection[UUID | None]) -> dict[UUID, Case]:
    """The cases of reads, by id."""
    wanted = {id_ for id_ in ids if id_ is not None}
    found = {}
    for row in Dossier.objects.filter(pk__in=wanted):
        name = say(definitions.get(row.procedure).compiled(procedure).terms.name)
        found[row.pk] = Case(row.pk, "dossier", row.code or row.reference, name)
    for id_, kind in Commitment.objects.filter(pk__in=wanted - found.keys()).values_list("id", "kind"):
        found[id_] = Case(
            id_, kind, "", {"contest": _("Your contest of a read"), "task": _("A task")}.get(kind, kind)
        )
    return found


def who(line: Looked) -> str:
    """Who read, by office and agency; never a name."""
    if line.own:
        return _("You yourself")
    if line.machine:
        return who_machine()
    english_ = english()
    office, agency = (
        (line.position_en, line.organisation_en) if english_ else (line.position_vi, line.organisation_vi)
    )
    deputy = line.deputy_en if english_ else line.deputy_vi
    said = ", ".join(part for part in (office, agency) if part) or _("Somebody in person, in no office")
    return (
        _("%(deputy)s, as deputy in the office: %(office)s") % {"deputy": deputy, "office": said}
        if deputy
        else said
    )


def who_machine() -> str:
    return _("The platform itself")


def shown(how: str) -> str:
    """In what form it was read."""
    words = {"page": _("on a page"), "file": _("a file"), "export": _("in a list taken out"), "paper": _("a paper"), "worker": _("without being shown"), "counter": _("at the counter"), "search": _("in a search"), "api": _("by a program")}  # fmt: skip
    return words.get(how, how)


def stage(code: str) -> str:
    """How far a contest is, for the person who contested."""
    return {
        "open": _("Waiting for the data-protection officer"),
        "asked": _("The reader is asked to explain"),
        "explained": _("Explained; waiting for the data-protection officer"),
        "answered": _("Answered"),
        "withdrawn": _("Withdrawn by you"),
    }[code]


def turn(code: str) -> str:
    """Whose turn it is, for officials."""
    return {
        "open": _("the data-protection officer"),
        "asked": _("the reader, or the head of the agency"),
        "explained": _("the data-protection officer"),
        "answered": _("nobody: answered"),
        "withdrawn": _("nobody: withdrawn"),
    }[code]


def outcomes() -> dict[str, str]:
    return {"justified": _("The read was justified"), "unjustified": _("The read was not justified")}


def consequences() -> dict[str, str]:
    """What may follow from a read that was not justified."""
    return {
        "reminded": _("The reader is reminded of the rules in writing"),
        "rights_reviewed": _("The reader’s rights are reviewed, and reduced where they are too wide"),
        "handed_to_head": _("The head of the agency decides about discipline"),
        "handed_to_inspection": _("It is handed to inspection as a breach of data protection"),
    }


def told(kind: str) -> str:
    """What somebody was told, in one sentence."""
    return {
        "contested": _("A read was contested. It is your turn."),
        "asked": _("You are asked to explain a read."),
        "explained": _("The explanation has come. It is your turn."),
        "answered": _("A contest was answered."),
        "withdrawn": _("A contest was withdrawn. Nothing more is to be done."),
        "due_soon": _("The deadline of a contest is near."),
        "breach": _("The deadline of a contest has passed without an answer."),
        "explain": _("The time to explain a read has passed."),
    }[kind]


def schedule(due: datetime | None, finished: datetime | None, moment: datetime) -> Status:
    """Against the deadline: once it is over, whether it was in time."""
    if due is None:
        return Status("neutral")
    at = finished or moment
    if at > due:
        return Status("late")
    return Status("near") if finished is None and due - moment < NEAR else Status("on_time")
