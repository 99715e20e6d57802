"""The counter: who is before you, and what they have come for."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from sauro.core.doorway.decide import local_day
from sauro.core.models import Actor
from sauro.core.moment import now
from sauro.core.queries import definitions
from sauro.serve.models import Draft
from sauro.serve.pages.officer import applicant
from sauro.serve.pages.officer.applicant import NewPersonForm, NumberForm
from sauro.serve.pages.officer.office import ASSIST, Official, for_officials
from sauro.serve.queries import catalogue
from sauro.serve.queries.places import Commune, communes, places_for, province_of
from sauro.serve.rules.forms import say
from sauro.serve.rules.procedures import Procedure, procedure

COUNTER = 1


@for_officials
def counter(request: HttpRequest, official: Official) -> HttpResponse:
    """Find the person by their ID number or introduce them, choose the procedure, and begin."""
    if ASSIST not in official.may:
        raise Http404
    step = request.POST.get("do", "")
    number = NumberForm(request.POST if step == "find" else None)
    person = NewPersonForm(request.POST if step == "new" else None)
    context = {
        "here": "counter", "official": official, "number": number, "person": person, "found": None,
        "procedures": [(p.code, say(p.terms.name)) for p in received_here(official)], "communes": communes_here(official),
        "code": request.POST.get("procedure", ""), "area": request.POST.get("area", ""), "begun": _begun(official), "problem": "",
        "typed_number": "",
    }  # fmt: skip
    if step == "find" and number.is_valid():
        context["found"] = applicant.with_number(number.cleaned_data["number"])
        context["typed_number"] = number.cleaned_data["number"]
        context["person"] = NewPersonForm(initial={"number": number.cleaned_data["number"]})
    elif step in ("known", "new"):
        return _begin(request, official, context, person, step)
    return render(request, "serve/officer/counter.html", context, status=422 if number.errors else 200)


def _begin(
    request: HttpRequest, official: Official, context: dict[str, object], person: NewPersonForm, step: str
) -> HttpResponse:
    known = (
        _known(request.POST.get("person", ""), request.POST.get("number", "")) if step == "known" else None
    )
    found = next((p for p in received_here(official) if p.code == request.POST.get("procedure")), None)
    here = [c.area for c in communes_here(official)]
    area = request.POST.get("area", "") or (here[0] if len(here) == 1 else "")
    if step == "new" and not person.is_valid():
        return render(request, "serve/officer/counter.html", {**context, "new_open": True}, status=422)
    if found is None or area not in here:
        problem = _("Choose a procedure") if found is None else _("Choose a commune or ward")
    elif step == "known" and known is None:
        problem = _("Find the person by their ID number first")
    elif places_for(found, area, COUNTER) is None:
        problem = _("Nobody is set up to handle this procedure there. Choose another commune.")
    else:
        draft = applicant.begin(official, found, area, known, None if known else person.identity())
        return redirect("serve:counter_form", draft=draft.id)
    if step == "known":
        typed = request.POST.get("number", "")
        context |= {
            "found": applicant.with_number(typed),
            "typed_number": typed,
            "number": NumberForm({"number": typed}),
        }
    return render(
        request,
        "serve/officer/counter.html",
        {**context, "problem": problem, "new_open": step == "new"},
        status=422,
    )


def _known(chosen: str, number: str) -> UUID | None:
    """Who was chosen, if they have the number that was given: nobody's data opens by an identifier alone."""
    return next((person.id for person in applicant.with_number(number) if str(person.id) == chosen), None)


def received_here(official: Official) -> list[Procedure]:
    """Procedures whose dossiers this organisation receives at its counter."""
    kind = Actor.objects.filter(pk=official.office.organisation).values_list("type", flat=True).first()
    return [
        item for item in catalogue.procedures(local_day(now()))
        if any(place.organisation == kind and COUNTER in place.channels for place in item.terms.receiving)
    ]  # fmt: skip


def communes_here(official: Official) -> list[Commune]:
    """The communes that the counter serves: its own, or all of its province."""
    area = Actor.objects.filter(pk=official.office.organisation).values_list("area", flat=True).first() or ""
    province = province_of(area)
    if province:
        return [c for c in communes(province) if c.area == area]
    return communes(area)


def _begun(official: Official) -> list[dict[str, object]]:
    rows = Draft.objects.filter(person=official.reader.person, assisted=True).order_by("-changed")[:50]
    return [
        {"draft": row, "name": say(definitions.get(row.procedure).compiled(procedure).terms.name)}
        for row in rows
    ]
