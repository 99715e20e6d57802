"""A filing in progress: its procedure, what is right and wrong in it, and where in it the person stands."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from sauro.core.doorway.decide import local_day
from sauro.core.moment import now
from sauro.core.queries import definitions
from sauro.core.queries.visibility import Reader
from sauro.serve.models import Dossier, Draft
from sauro.serve.rules.forms import Checked, say, shown_sections
from sauro.serve.rules.forms import check as check_form
from sauro.serve.rules.procedures import Procedure, procedure

TOLD, FRESH = "loi", "moi"
"""In the address of a page that a refused form leads to: what is wrong is told there, but not of the fresh fields,
which an answer has just called for. A refusal is a page of its own address, so that the browser's Back finds it."""
P = ParamSpec("P")
ONLINE = 2
APPLICANT = "citizen"
PAPERS, LAST_LOOK = "tep", "kiem-tra"
AGAIN = "sua"
"""In the address of a page to which the last look sent the person: from there they go back to the last look."""


def unless_filed(
    view: Callable[Concatenate[HttpRequest, Reader, UUID, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, Reader, UUID, P], HttpResponse]:
    """A page of a draft that was filed since, as an old tab or the browser's history has it: to its dossier instead."""

    @wraps(view)
    def inner(
        request: HttpRequest, reader: Reader, draft: UUID, *args: P.args, **named: P.kwargs
    ) -> HttpResponse:
        if Dossier.objects.filter(pk=draft, applicant=reader.person).exists():
            return redirect("serve:my_dossier", dossier=draft)
        return view(request, reader, draft, *args, **named)

    return cast(Callable[Concatenate[HttpRequest, Reader, UUID, P], HttpResponse], inner)


def procedure_of(draft: Draft) -> Procedure:
    """The version that the draft was begun under, or was moved to."""
    return definitions.get(draft.procedure).compiled(procedure)


def check_draft(found: Procedure, typed: dict[str, Any], section: str | None = None) -> Checked:
    """What the form's rules say today."""
    return check_form(
        found, typed, today=local_day(now()), channel=ONLINE, applicant=APPLICANT, section=section
    )


def after(found: Procedure, checked: Checked, section: str, draft: UUID) -> str:
    """The address of the page after a section."""
    names = [s.id for s in shown_sections(found, checked.holds)]
    at = names.index(section)
    if at + 1 < len(names):
        return reverse("serve:section", kwargs={"draft": draft, "section": names[at + 1]})
    return reverse("serve:attach", kwargs={"draft": draft})


def progress(found: Procedure, checked: Checked, here: str, draft: UUID) -> dict[str, Any]:
    """The steps of the filing with the one that is open, and the address of the page before it (or empty).

    All sections are counted, also one that an answer leaves out: the count stays as it was told on the first page.
    """
    names = [(s.id, say(s.title)) for s in found.terms.form.sections]
    names += [(PAPERS, _("Papers")), (LAST_LOOK, _("Check and file"))]
    at = next((i for i, (id_, _title) in enumerate(names) if id_ == here), 0)
    shown = {s.id for s in shown_sections(found, checked.holds)}
    before = [id_ for id_, _title in names[:at] if id_ in shown]
    back = reverse("serve:my_dossiers")
    if here == LAST_LOOK:
        back = reverse("serve:attach", kwargs={"draft": draft})
    elif before:
        back = reverse("serve:section", kwargs={"draft": draft, "section": before[-1]})
    return {"step_titles": [title for _id, title in names], "step_at": at + 1, "back": back}
