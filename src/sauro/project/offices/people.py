"""What may this official do, and may they do this one thing: the grants behind it, in words."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from sauro.core.doorway.registry import Subject
from sauro.core.models import Commitment
from sauro.core.queries.visibility import Reader, explain, place
from sauro.project.offices import away, directory, rights
from sauro.project.offices.keeper import Keeper, for_keepers
from sauro.serve.actions.subject import DOSSIER
from sauro.serve.pages.officer import verbs as officer_verbs
from sauro.steer.actions.subject import TASK
from sauro.steer.pages import verbs as task_verbs

LONGEST = 200
SUBJECTS: dict[str, Subject] = {"dossier": DOSSIER, "task": TASK}


@for_keepers()
def official(request: HttpRequest, keeper: Keeper) -> HttpResponse:
    """A person of the register: the offices in which they may act today, and what each lets them do; and one question."""
    text = request.GET.get("q", "")[:LONGEST].strip()
    person = _uuid(request.GET.get("person", ""))
    who = None
    if person is not None:
        who = directory.known([person]).get(person)
        if who is None:
            raise Http404
    context: dict[str, Any] = {
        "here": "register", "official": keeper.official, "text": text, "who": who,
        "people": directory.people(text) if text and who is None else [],
    }  # fmt: skip
    if who is not None:
        sittings = rights.sittings(who.id)
        context |= {
            "sittings": [(s, _held_in(s)) for s in sittings], "own": rights.of_holders([who.id]),
            "deputies": away.named_by(who.id), "answer": _answer(request, who.id, sittings), "asked": request.GET, "actions": _actions(),
        }  # fmt: skip
    return render(request, "offices/official.html", context)


def _held_in(sitting: rights.Sitting) -> list[rights.Right]:
    """What somebody may do in an office now; a deputy only what was delegated."""
    found = [right for right in rights.of_holders([sitting.position]) if right.state == "now"]
    if sitting.delegation is None:
        return found
    return [right for right in found if right.code in sitting.roles and right.delegable]


@dataclass(frozen=True)
class Answer:
    """Whether somebody may do one thing to one case, in which office, by which grant, and why or why not."""

    allowed: bool
    office: str
    reason: str
    right: rights.Right | None
    sitting: rights.Sitting | None


def _answer(request: HttpRequest, person: UUID, sittings: list[rights.Sitting]) -> Answer | None:
    """The question of the form: may they do this to that, in any of their offices or in person."""
    action, case = request.GET.get("action", "")[:64], _uuid(request.GET.get("case", ""))
    if not action or case is None:
        return None
    kind = Commitment.objects.filter(pk=case).values_list("kind", flat=True).first()
    where = place(SUBJECTS[kind], case) if kind in SUBJECTS else None
    if where is None:
        return Answer(False, "", _("There is no dossier and no task under this id."), None, None)
    for sitting in [*sittings, None]:
        told = explain(Reader(person, sitting.position if sitting else None), action, where)
        if told.grant is not None:
            office = f"{sitting.office}, {sitting.organisation_name}" if sitting else _("in person")
            return Answer(True, office, told.reason, rights.one(told.grant.row.id), sitting)
    return Answer(False, "", _why_not(action, person, sittings), None, None)


def _why_not(action: str, person: UUID, sittings: list[rights.Sitting]) -> str:
    """The nearest miss: nothing at all, a grant that is over, or one that reaches elsewhere."""
    holders = [person, *(s.position for s in sittings)]
    near = [right for right in rights.of_holders(holders) if action in right.actions]
    if not near:
        return _("No grant of theirs lets them do this anywhere.")
    if all(right.state != "now" for right in near):
        return _("A grant that let them do this is over, revoked, or has not begun.")
    return _("They may do this elsewhere, but no grant of theirs reaches this case.")


def _actions() -> list[tuple[str, str]]:
    """What may be asked about, in the words of the buttons."""
    reading = [("serve.read_dossier", _("Open the dossier")), ("steer.read_task", _("Open the task"))]
    doing = [(verb.action, str(verb.title)) for verb in (*officer_verbs.VERBS, *task_verbs.VERBS)]
    return [*reading, *dict(sorted(doing, key=lambda pair: pair[1])).items()]


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
