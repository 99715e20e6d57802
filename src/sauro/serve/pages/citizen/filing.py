"""Filing, one page at a time: the place, each section of the form, the papers, a last look, and the one button."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from sauro.core.doorway import Ask, act
from sauro.core.doorway.decide import local_day
from sauro.core.models import StoredFile
from sauro.core.moment import now
from sauro.core.queries import courses, definitions
from sauro.core.queries.visibility import Reader
from sauro.core.refusal import Refusal
from sauro.core.vault.content.verdict import FileRefused
from sauro.serve import drafts, files
from sauro.serve.actions.subject import limit_of
from sauro.serve.models import Dossier, Draft
from sauro.serve.pages.citizen.attachments import slots
from sauro.serve.pages.fields import SectionForm, shown_value
from sauro.serve.pages.people import signed_in
from sauro.serve.queries import catalogue
from sauro.serve.queries.places import Commune, communes, places_for, province_of, provinces
from sauro.serve.rules.forms import Checked, say, shown_fields, shown_sections
from sauro.serve.rules.forms import check as check_form
from sauro.serve.rules.procedures import Procedure, procedure
from sauro.serve.wording import limit_words

ONLINE = 2
APPLICANT = "citizen"


@signed_in
def start(request: HttpRequest, reader: Reader, code: str) -> HttpResponse:
    """Where the person lives decides who is competent: province, then commune."""
    found = catalogue.by_code(code, local_day(now()))
    if found is None:
        raise Http404
    province = request.POST.get("province") or request.GET.get("province", "")
    area, error = request.POST.get("area", ""), ""
    if request.method == "POST" and area:
        if places_for(found, area, ONLINE) is None:
            error = _("Nobody is set up to handle this procedure there. Choose another commune, or ask at the counter.")
        else:
            draft = drafts.begin(reader.person, found.id)
            drafts.save(draft, drafts.own_identity(reader.person, found), area=area)
            return redirect("serve:section", draft=draft.id, section=found.terms.form.sections[0].id)
    elif request.method == "POST" and "area" in request.POST:
        error = _("Choose a commune or ward")
    return render(
        request,
        "serve/citizen/start.html",
        {
            "procedure": found, "name": say(found.terms.name), "provinces": provinces(), "province": province,
            "communes": communes(province) if province else [], "area": area, "error": error,
        },
    )  # fmt: skip


@signed_in
def section(request: HttpRequest, reader: Reader, draft: UUID, section: str) -> HttpResponse:
    """One section. What is typed is saved whether it is right or not; only what is right leads on."""
    mine = drafts.mine(reader.person, draft)
    found = procedure_of(mine)
    typed = drafts.answers(mine)
    checked = _check(found, typed)
    shown = next((s for s in shown_sections(found, checked.holds) if s.id == section), None)
    if shown is None:
        return redirect("serve:section", draft=draft, section=found.terms.form.sections[0].id)
    places = communes(province_of(mine.area))
    if request.method == "POST":
        form = SectionForm(shown, checked.holds, places, data=request.POST)
        given = form.typed()
        drafts.save(mine, given, reached=section)
        after = _check(found, {**typed, **given}, section=section)
        before_fields = {f.id for f in shown_fields(shown, checked.holds)}
        now_shown = {f.id for f in shown_fields(shown, after.holds)}
        if "later" in request.POST:
            return redirect("serve:my_dossiers")
        if not after.problems and now_shown <= before_fields:
            return redirect(_after(found, after, section, draft))
        form = SectionForm(shown, after.holds, places, data=request.POST)
        form.is_valid()
        form.tell([p for p in after.problems if p.field in before_fields])
    else:
        form = SectionForm(shown, checked.holds, places, initial=typed)
    return render(
        request,
        "serve/citizen/section.html",
        {
            "draft": mine, "form": form, "section": shown, "title": say(shown.title),
            "hint": say(shown.hint) if shown.hint else "", "name": say(found.terms.name),
            **_progress(found, checked, section),
        },
    )  # fmt: skip


@signed_in
def attach(request: HttpRequest, reader: Reader, draft: UUID) -> HttpResponse:
    """The papers: one place for each component that this filing needs."""
    mine = drafts.mine(reader.person, draft)
    found = procedure_of(mine)
    typed = drafts.answers(mine)
    checked = _check(found, typed)
    errors: dict[str, str] = {}
    if request.method == "POST":
        if "remove" in request.POST:
            file = StoredFile.objects.filter(pk=request.POST["remove"], unit=mine.id).first()
            if file is not None:
                files.remove(file)
                drafts.forget_file(mine, file.id)
            return redirect("serve:attach", draft=draft)
        errors = _take_in(request, reader, mine, found)
        if not errors:
            if "later" in request.POST:
                return redirect("serve:my_dossiers")
            return redirect("serve:check" if "continue" in request.POST else "serve:attach", draft=draft)
    return render(
        request,
        "serve/citizen/attach.html",
        {
            "draft": mine, "name": say(found.terms.name), "slots": slots(found, checked.holds, mine, errors),
            "errors": errors, **_progress(found, checked, "tep"),
        },
    )  # fmt: skip


def _take_in(request: HttpRequest, reader: Reader, mine: Draft, found: Procedure) -> dict[str, str]:
    errors: dict[str, str] = {}
    for component in found.terms.components:
        for upload in request.FILES.getlist(f"file-{component.id}"):
            body = upload.read()
            try:
                kept = files.take_in(mine.id, reader.person, upload.name or "", body, component.max_mb * 1024 * 1024)
            except FileRefused as refused:
                errors[component.id] = str(refused.message)
            else:
                drafts.add_file(mine, kept.id, component.id)
    return errors


@signed_in
def check(request: HttpRequest, reader: Reader, draft: UUID) -> HttpResponseBase:
    """A last look at everything; the button files it once, however often it is pressed."""
    mine = drafts.mine_or_none(reader.person, draft)
    if mine is None:
        # The first press has filed it already: the second one comes to the same page.
        return redirect("serve:done", dossier=draft)
    found = procedure_of(mine)
    current = definitions.in_force("procedure", found.code, local_day(now()))
    changed: list[str] = []
    if current is not None and current.id != found.id:
        changed = drafts.move_to(mine, found, current.compiled(procedure))
        found = current.compiled(procedure)
    typed = drafts.answers(mine)
    checked = _check(found, typed)
    attached = drafts.files_of(mine)
    problems = [(p.field, p.message) for p in checked.problems]
    if request.method == "POST" and not changed:
        if request.POST.get("declare") != "yes":
            problems.append(("declare", _("Confirm that what you say is true")))
        else:
            try:
                _file(reader, mine, found, checked, attached)
            except Refusal as refusal:
                problems += list(refusal.details.get("fields", {refusal.field or "": str(refusal.message)}).items())
            else:
                return redirect("serve:done", dossier=draft)
    return render(
        request,
        "serve/citizen/check.html",
        {
            "draft": mine, "name": say(found.terms.name), "sections": _shown(found, checked, mine), "changed": changed,
            "slots": slots(found, checked.holds, mine, {}), "problems": problems, "procedure": found,
            "fees": [(say(fee.name), amount) for fee, amount in found.fees(checked.answers, checked.holds, ONLINE)],
            "limit": limit_words(found, checked.holds), "by": result_by(found, checked), **_progress(found, checked, "kiem-tra"),
        },
    )  # fmt: skip


def _file(reader: Reader, mine: Draft, found: Procedure, checked: Checked, attached: dict[UUID, str]) -> None:
    places = places_for(found, mine.area, ONLINE)
    if places is None:
        raise Refusal("place_unknown", f"{found.code}: competent", _("Choose the commune again."), field="area")
    payload = {
        "id": mine.id, "definition": found.id, "received_by": places.received_by, "competent": places.competent,
        "involved": places.involved, "area": mine.area, "answers": checked.answers, "channel": ONLINE,
        "files": {str(id_): component for id_, component in attached.items()}, "simulated": False,
    }  # fmt: skip
    act(Ask("serve.submit_dossier", reader.person, mine.key, payload, position=None))
    drafts.clear(mine)


@signed_in
def discard(request: HttpRequest, reader: Reader, draft: UUID) -> HttpResponse:
    """Throw a draft away; its key goes with it."""
    mine = drafts.mine(reader.person, draft)
    if request.method == "POST":
        for file in drafts.files(mine):
            files.remove(file)
        drafts.discard(mine)
        return redirect("serve:my_dossiers")
    return render(request, "serve/citizen/discard.html", {"draft": mine, "name": say(procedure_of(mine).terms.name)})


@signed_in
def done(request: HttpRequest, reader: Reader, dossier: UUID) -> HttpResponse:
    """Filed: the reference, what happens next, and the acknowledgement."""
    row = Dossier.objects.filter(pk=dossier, applicant=reader.person).first()
    if row is None:
        raise Http404
    found = definitions.get(row.procedure).compiled(procedure)
    _id, calendar = courses.calendar(local_day(row.submitted_at))
    by = limit_of(found, row.plan.get("rules", ())).end(calendar, row.submitted_at, cut_off=True)
    return render(
        request,
        "serve/citizen/done.html",
        {"row": row, "name": say(found.terms.name), "by": by, "limit": limit_words(found, row.plan.get("rules", ())),
         "sends_mail": settings.SAURO_SENDS_MAIL},
    )  # fmt: skip


def procedure_of(draft: Draft) -> Procedure:
    return definitions.get(draft.procedure).compiled(procedure)


def result_by(found: Procedure, checked: Checked) -> Any:
    """When the result is due if the dossier is accepted today."""
    _id, calendar = courses.calendar(local_day(now()))
    return limit_of(found, checked.holds).end(calendar, now(), cut_off=True)


def _check(found: Procedure, typed: dict[str, Any], section: str | None = None) -> Checked:
    return check_form(found, typed, today=local_day(now()), channel=ONLINE, applicant=APPLICANT, section=section)


def _after(found: Procedure, checked: Checked, section: str, draft: UUID) -> str:
    names = [s.id for s in shown_sections(found, checked.holds)]
    at = names.index(section)
    if at + 1 < len(names):
        return reverse("serve:section", kwargs={"draft": draft, "section": names[at + 1]})
    return reverse("serve:attach", kwargs={"draft": draft})


def _progress(found: Procedure, checked: Checked, here: str) -> dict[str, Any]:
    names = [(s.id, say(s.title)) for s in shown_sections(found, checked.holds)]
    names += [("tep", _("Papers")), ("kiem-tra", _("Check and file"))]
    at = next((i for i, (id_, _title) in enumerate(names) if id_ == here), 0)
    return {"step_titles": [title for _id, title in names], "step_at": at + 1, "back": names[at - 1][0] if at else ""}


def _shown(found: Procedure, checked: Checked, draft: Draft) -> list[dict[str, Any]]:
    places = {c.area: c.name for c in _communes(draft)}
    made = []
    for part in shown_sections(found, checked.holds):
        rows = [
            (say(f.label), shown_value(f, checked.answers.get(f.id), places)) for f in shown_fields(part, checked.holds)
        ]
        made.append({"id": part.id, "title": say(part.title), "rows": rows})
    return made


def _communes(draft: Draft) -> list[Commune]:
    return communes(province_of(draft.area))
