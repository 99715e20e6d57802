"""Filling in, one page at a time: each section of the form, then the papers. Every page saves before it judges."""

from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from sauro.core.models import StoredFile
from sauro.core.queries.visibility import Reader
from sauro.core.vault.content.verdict import FileRefused
from sauro.serve import drafts, files
from sauro.serve.models import Attachment, Draft
from sauro.serve.pages.citizen.attachments import slots, take_in
from sauro.serve.pages.citizen.progress import (
    AGAIN,
    FRESH,
    PAPERS,
    TOLD,
    after,
    check_draft,
    procedure_of,
    progress,
    unless_filed,
)
from sauro.serve.pages.fields import SectionForm, as_sent
from sauro.serve.queries.places import communes, province_of
from sauro.serve.rules.forms import Checked, missing_components, say, shown_fields, shown_sections
from sauro.serve.rules.procedures import Procedure
from sauro.web.people import signed_in


@signed_in
@unless_filed
def section(request: HttpRequest, reader: Reader, draft: UUID, section: str) -> HttpResponse:
    """One section. What is typed is saved whether it is right or not; only what is right leads on."""
    mine = drafts.mine(reader.person, draft)
    found = procedure_of(mine)
    typed = drafts.answers(mine)
    checked = check_draft(found, typed)
    shown = next((s for s in shown_sections(found, checked.holds) if s.id == section), None)
    if shown is None:
        return redirect("serve:section", draft=draft, section=found.terms.form.sections[0].id)
    places = communes(province_of(mine.area))
    if request.method == "POST":
        form = SectionForm(shown, checked.holds, places, data=request.POST)
        given = form.typed()
        drafts.save(mine, given, reached=section)
        then = check_draft(found, {**typed, **given}, section=section)
        seen = {f.id for f in shown_fields(shown, checked.holds)}
        more = {f.id for f in shown_fields(shown, then.holds)} - seen
        if "later" in request.POST:
            return redirect("serve:my_dossiers")
        if not then.problems and not more:
            return redirect(_last_look(draft) if AGAIN in request.GET else after(found, then, section, draft))
        query = {AGAIN: "1"} if AGAIN in request.GET else {}
        query |= {TOLD: "1"} | ({FRESH: ",".join(sorted(more))} if more else {})
        return redirect(f"{request.path}?{urlencode(query)}")
    form = SectionForm(shown, checked.holds, places, initial=typed)
    more = set(request.GET.get(FRESH, "").split(",")) & set(form.fields)
    if AGAIN in request.GET or TOLD in request.GET:
        form = SectionForm(shown, checked.holds, places, data=as_sent(form, typed))
        form.is_valid()
        told = check_draft(found, typed, section=section).problems
        form.tell([p for p in told if p.field not in more])
    return render(
        request,
        "serve/citizen/section.html",
        {
            "draft": mine, "form": form, "section": shown, "title": say(shown.title), "more": more,
            "hint": say(shown.hint) if shown.hint else "", "name": say(found.terms.name),
            **progress(found, checked, section, draft),
        },
    )  # fmt: skip


@signed_in
@unless_filed
def attach(request: HttpRequest, reader: Reader, draft: UUID) -> HttpResponse:
    """The papers: one place for each component that this filing needs."""
    mine = drafts.mine(reader.person, draft)
    found = procedure_of(mine)
    checked = check_draft(found, drafts.answers(mine))
    errors: dict[str, str] = {}
    if request.method == "POST":
        if "remove" in request.POST:
            _remove(mine, request.POST["remove"])
            return redirect(request.path)
        errors = _take_in(request, reader, mine, found)
        if "later" in request.POST and not errors:
            return redirect("serve:my_dossiers")
        if "continue" in request.POST:
            missing = _missing(found, checked, mine)
            if missing and not errors:
                return redirect(f"{request.path}?{TOLD}=1")
            errors = missing | errors
        if not errors:
            return redirect(_last_look(draft) if "continue" in request.POST else request.path)
    elif TOLD in request.GET:
        errors = _missing(found, checked, mine)
    return render(
        request,
        "serve/citizen/attach.html",
        {
            "draft": mine, "name": say(found.terms.name), "slots": slots(found, checked.holds, mine, errors),
            "errors": errors, **progress(found, checked, PAPERS, draft),
        },
    )  # fmt: skip


def _missing(found: Procedure, checked: Checked, mine: Draft) -> dict[str, str]:
    told = missing_components(found, checked.holds, drafts.files_of(mine).values())
    return {problem.field.removeprefix("file-"): problem.message for problem in told}


def _take_in(request: HttpRequest, reader: Reader, mine: Draft, found: Procedure) -> dict[str, str]:
    errors: dict[str, str] = {}
    for component in found.terms.components:
        for upload in request.FILES.getlist(f"file-{component.id}"):
            try:
                kept = take_in(mine.id, reader.person, upload, component)
            except FileRefused as refused:
                errors[component.id] = f"{upload.name}: {refused.message}"
            else:
                drafts.add_file(mine, kept.id, component.id)
    return errors


def _remove(mine: Draft, id_: str) -> None:
    """Take an upload out again; one that is gone already is no mistake."""
    file = next((file for file in drafts.files(mine) if str(file.id) == id_), None)
    if isinstance(file, StoredFile) and not Attachment.objects.filter(pk=file.id).exists():
        drafts.forget_file(mine, file.id)
        files.remove(file)


def _last_look(draft: UUID) -> str:
    return reverse("serve:check", kwargs={"draft": draft})


@signed_in
@unless_filed
def discard(request: HttpRequest, reader: Reader, draft: UUID) -> HttpResponse:
    """Throw a draft away; its key goes with it."""
    mine = drafts.mine(reader.person, draft)
    if request.method == "POST":
        files.store().remove(drafts.discard(mine))
        return redirect("serve:my_dossiers")
    return render(
        request, "serve/citizen/discard.html", {"draft": mine, "name": say(procedure_of(mine).terms.name)}
    )
