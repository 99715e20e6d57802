"""The last look at a filing, the one button that sends it, and the page that says it is filed."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from sauro.core.clock.working import next_working_moment, start_of_count
from sauro.core.doorway import Ask, act
from sauro.core.doorway.decide import local_day
from sauro.core.moment import now
from sauro.core.queries import courses, definitions
from sauro.core.queries.visibility import Reader
from sauro.core.refusal import Refusal
from sauro.serve import drafts
from sauro.serve.actions.subject import limit_of
from sauro.serve.models import Dossier, Draft
from sauro.serve.pages.citizen.attachments import slots
from sauro.serve.pages.citizen.progress import (
    AGAIN,
    LAST_LOOK,
    ONLINE,
    TOLD,
    check_draft,
    procedure_of,
    progress,
)
from sauro.serve.pages.fields import shown_value
from sauro.serve.queries.places import communes, names, places_for, province_of
from sauro.serve.rules.forms import Checked, missing_components, say, shown_fields, shown_sections
from sauro.serve.rules.procedures import Procedure, procedure
from sauro.serve.wording import limit_words
from sauro.web.people import signed_in


@dataclass(frozen=True)
class ToPutRight:
    """A problem and the address where it is put right."""

    message: str
    href: str


@signed_in
def check(request: HttpRequest, reader: Reader, draft: UUID) -> HttpResponseBase:
    """A last look at everything; the button files it once, however often it is pressed."""
    if Dossier.objects.filter(pk=draft, applicant=reader.person).exists():
        return _filed(reader, draft)
    mine = drafts.mine(reader.person, draft)
    found, changed = _in_force(mine)
    checked = check_draft(found, drafts.answers(mine))
    attached = drafts.files_of(mine)
    problems = {p.field: p.message for p in checked.problems}
    problems |= {p.field: p.message for p in missing_components(found, checked.holds, attached.values())}
    if request.method == "POST" and not changed:
        if request.POST.get("declare") != "yes":
            return redirect(f"{request.path}?{TOLD}=1")
        if problems:
            return redirect(request.path)
        try:
            _file(reader, mine, found, checked, attached)
        except Refusal as refusal:
            if refusal.code == "definition_superseded":
                return redirect("serve:check", draft=draft)
            if refusal.status == 403:
                raise
            problems = refusal.details.get("fields") or {refusal.field or "": str(refusal.message)}
        if Dossier.objects.filter(pk=draft, applicant=reader.person).exists():
            return _filed(reader, draft)
    elif TOLD in request.GET:
        problems["declare"] = _("Confirm that what you say is true")
    return render(
        request,
        "serve/citizen/check.html",
        {
            "draft": mine, "name": say(found.terms.name), "sections": _shown(found, checked, mine), "changed": changed,
            "slots": slots(found, checked.holds, mine, {}), "problems": _located(problems, found, draft),
            "undeclared": "declare" in problems, "office": _office(found, mine), "again": f"?{AGAIN}=1",
            "fees": [(say(fee.name), amount) for fee, amount in found.fees(checked.answers, checked.holds, ONLINE)],
            "limit": limit_words(found, checked.holds), "by": due_if_accepted(found, checked.holds, now()), "opening": opening(now()),
            **progress(found, checked, LAST_LOOK, draft),
        },
    )  # fmt: skip


def _in_force(mine: Draft) -> tuple[Procedure, list[str]]:
    """The procedure as it is in force today; a draft of another version moves to it (invariant I4), and says how."""
    found = procedure_of(mine)
    current = definitions.in_force("procedure", found.code, local_day(now()))
    if current is None or current.id == found.id:
        return found, []
    after = current.compiled(procedure)
    return after, drafts.move_to(mine, found, after)


def _file(reader: Reader, mine: Draft, found: Procedure, checked: Checked, attached: dict[UUID, str]) -> None:
    places = places_for(found, mine.area, ONLINE)
    if places is None:
        raise Refusal(
            "place_unknown", f"{found.code}: competent", _("Choose the commune again."), field="area"
        )
    payload = {
        "id": mine.id, "definition": found.id, "received_by": places.received_by, "competent": places.competent,
        "involved": places.involved, "area": mine.area, "answers": checked.answers, "channel": ONLINE,
        "files": {str(id_): component for id_, component in attached.items()}, "draft": True,
    }  # fmt: skip
    act(Ask("serve.submit_dossier", reader.person, mine.key, payload, position=None))


def _filed(reader: Reader, draft: UUID) -> HttpResponse:
    """To the same page after the first press and after every further one; what the draft kept goes now."""
    left = drafts.mine_or_none(reader.person, draft)
    if left is not None:
        drafts.clear(left)
    return redirect("serve:done", dossier=draft)


def _located(problems: dict[str, str], found: Procedure, draft: UUID) -> list[ToPutRight]:
    """Each problem with the page, and the field on it, where it is put right."""
    sections = {field.id: section.id for section in found.terms.form.sections for field in section.fields}
    made = []
    for field, message in problems.items():
        if field in sections:
            page = reverse("serve:section", kwargs={"draft": draft, "section": sections[field]})
            made.append(ToPutRight(message, f"{page}?{AGAIN}=1#id_{field}"))
        elif field.startswith("file"):
            made.append(ToPutRight(message, f"{reverse('serve:attach', kwargs={'draft': draft})}#{field}"))
        elif field == "area":
            made.append(ToPutRight(message, reverse("serve:start", kwargs={"code": found.code})))
        else:
            made.append(ToPutRight(message, "#declare"))
    return made


def _shown(found: Procedure, checked: Checked, draft: Draft) -> list[dict[str, Any]]:
    places = {c.area: c.name for c in communes(province_of(draft.area))}
    made = []
    for part in shown_sections(found, checked.holds):
        rows = [
            (say(f.label), shown_value(f, checked.answers.get(f.id), places))
            for f in shown_fields(part, checked.holds)
        ]
        empty = [label for label, value in rows if not value]
        made.append(
            {"id": part.id, "title": say(part.title), "rows": [r for r in rows if r[1]], "empty": empty}
        )
    return made


def _office(found: Procedure, draft: Draft) -> str:
    """The name of the counter to which this filing goes."""
    places = places_for(found, draft.area, ONLINE)
    return names([places.received_by]).get(places.received_by, "") if places else ""


@dataclass(frozen=True)
class Opening:
    """When the clock would begin that cannot begin now, and whether the office is closed (else it is past its cut-off)."""

    at: datetime
    closed: bool


def opening(at: datetime) -> Opening | None:
    """When the clock of what is accepted at that moment begins; None where it begins at once."""
    _id, calendar = courses.calendar(local_day(at))
    begins = start_of_count(calendar, at)
    return Opening(begins, next_working_moment(calendar, at) > at) if begins > at else None


def due_if_accepted(found: Procedure, holds: Any, at: datetime) -> datetime:
    """When the result is due if the dossier is accepted at that moment."""
    _id, calendar = courses.calendar(local_day(at))
    return limit_of(found, holds).end(calendar, at, cut_off=True)


@signed_in
def done(request: HttpRequest, reader: Reader, dossier: UUID) -> HttpResponse:
    """Filed: the reference, what happens next, and the acknowledgement."""
    row = Dossier.objects.filter(pk=dossier, applicant=reader.person).first()
    if row is None:
        raise Http404
    found = definitions.get(row.procedure).compiled(procedure)
    holds = row.plan.get("rules", ())
    return render(
        request,
        "serve/citizen/done.html",
        {
            "row": row, "name": say(found.terms.name), "by": due_if_accepted(found, holds, now()),
            "limit": limit_words(found, holds), "sends_mail": settings.SAURO_SENDS_MAIL,
            "office": names([row.received_by]).get(row.received_by, ""), "accepted": row.accepted_at is not None, "opening": opening(now()),
        },
    )  # fmt: skip
