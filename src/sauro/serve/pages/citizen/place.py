"""Where a filing begins: the province, then the commune; they decide which office handles it."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from sauro.core.doorway.decide import local_day
from sauro.core.moment import now
from sauro.core.queries.visibility import Reader
from sauro.serve import drafts
from sauro.serve.models import Dossier, Draft
from sauro.serve.queries import catalogue
from sauro.serve.queries.places import communes, places_for, province_of, provinces
from sauro.serve.rules.forms import say
from sauro.serve.rules.procedures import Procedure
from sauro.web.people import signed_in

ONLINE = 2


@signed_in
def start(request: HttpRequest, reader: Reader, code: str) -> HttpResponse:
    """The place decides who is competent; the pack says which place. The commune of their last filing is offered first."""
    found = catalogue.by_code(code, local_day(now()))
    if found is None:
        raise Http404
    offered = provinces()
    area, error = request.POST.get("area", ""), ""
    if request.method == "POST":
        if area and places_for(found, area, ONLINE) is not None:
            draft = drafts.begin(reader.person, found.id)
            drafts.save(draft, drafts.own_identity(reader.person, found), area=area)
            return redirect("serve:section", draft=draft.id, section=found.terms.form.sections[0].id)
        error = _("Choose a commune or ward")
        if area:
            error = _(
                "Nobody is set up to handle this procedure there. Choose another commune, or ask at the counter."
            )
    elif "province" not in request.GET:
        area = last_area(reader.person)
    province = request.POST.get("province") or request.GET.get("province", "") or province_of(area)
    if not province and len(offered) == 1 and "province" not in request.GET:
        province = offered[0][0]
    return render(
        request,
        "serve/citizen/start.html",
        {
            "procedure": found, "name": say(found.terms.name), "question": question(found), "hint": hint(found), "provinces": offered, "province": province,
            "province_name": dict(offered).get(province, ""), "area": area, "error": error,
            "communes": communes(province) if province else [], "unchosen": "thieu" in request.GET and not province,
        },
    )  # fmt: skip


def question(found: Procedure) -> str:
    """What the place means, by the procedure: where the land lies, say, wherever its holder lives."""
    return say(found.terms.place.question) if found.terms.place else _("Where do you live?")


def hint(found: Procedure) -> str:
    """Which place to choose where the question alone does not tell."""
    return say(found.terms.place.hint) if found.terms.place and found.terms.place.hint else ""


def last_area(person: UUID) -> str:
    """The commune for which the person filed, or began to file, last; empty for a newcomer."""
    drafted = Draft.objects.filter(person=person, assisted=False).exclude(area="").order_by("-changed")
    filed = Dossier.objects.filter(applicant=person).order_by("-submitted_at")
    for rows in (drafted, filed):
        if area := rows.values_list("area", flat=True).first():
            return str(area)
    return ""
