"""Filing for somebody at the counter: the whole form on one page, then read back to them, then filed by one act."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from sauro.core.doorway import Ask, act
from sauro.core.doorway.decide import local_day
from sauro.core.moment import now
from sauro.core.queries import definitions
from sauro.core.refusal import Refusal
from sauro.core.vault.content.verdict import FileRefused
from sauro.serve import drafts, files
from sauro.serve.models import Dossier, Draft
from sauro.serve.pages.citizen.attachments import slots, take_in
from sauro.serve.pages.fields import SectionForm, as_sent, shown_value
from sauro.serve.pages.officer import applicant
from sauro.serve.pages.officer.counter import COUNTER
from sauro.serve.pages.officer.office import ASSIST, Official, for_officials
from sauro.serve.queries.places import Commune, communes, places_for, province_of
from sauro.serve.rules.forms import Checked, say, shown_fields, shown_sections
from sauro.serve.rules.forms import check as check_form
from sauro.serve.rules.procedures import Procedure, procedure
from sauro.serve.wording import limit_words
from sauro.web.forms.summary import SummaryLine, lines

MANDATE = "counter-mandate/1"
"""The statement that is read back (its words stand in the template); a changed one gets another number."""


@for_officials
def fill(request: HttpRequest, official: Official, draft: UUID) -> HttpResponse:
    """The form. What is typed is saved whether it is right or not; only a right one is read back."""
    mine = _mine(official, draft)
    found = _procedure(mine)
    errors: dict[str, str] = {}
    checked = _check(found, mine)
    before: set[str] = set()
    if request.method == "POST":
        before = {f.id for s in shown_sections(found, checked.holds) for f in shown_fields(s, checked.holds)}
        errors = _save(request, official, mine, found, checked)
        checked = _check(found, mine)
        now_shown = {
            f.id for s in shown_sections(found, checked.holds) for f in shown_fields(s, checked.holds)
        }
        if "continue" in request.POST and not checked.problems and not errors and now_shown <= before:
            return redirect("serve:counter_read_back", draft=draft)
    tell = request.method == "POST" and "continue" in request.POST
    forms = _forms(found, checked, mine, before if tell else None)
    context = {
        "here": "counter", "official": official, "draft": mine, "name": say(found.terms.name), "forms": forms,
        "slots": slots(found, checked.holds, mine, errors), "wrong": _wrong(forms, errors) if tell else [],
        "saved": request.method == "POST" and not tell, "more": tell,
    }  # fmt: skip
    return render(request, "serve/officer/counter_form.html", context, status=422 if tell else 200)


def _wrong(forms: list[dict[str, Any]], errors: dict[str, str]) -> list[SummaryLine]:
    """What stands in the summary: the answers that are wrong, then the files that were not taken."""
    return [line for f in forms for line in lines(f["form"])] + [
        SummaryLine(text, f"file-{component}") for component, text in errors.items()
    ]


def _save(
    request: HttpRequest, official: Official, mine: Draft, found: Procedure, checked: Checked
) -> dict[str, str]:
    places = _communes(mine)
    given: dict[str, Any] = {}
    for section in shown_sections(found, checked.holds):
        given |= SectionForm(section, checked.holds, places, data=request.POST).typed()
    drafts.save(mine, given)
    errors: dict[str, str] = {}
    for component in found.terms.components:
        for upload in request.FILES.getlist(f"file-{component.id}"):
            try:
                stored = take_in(mine.id, official.reader.person, upload, component)
            except FileRefused as refused:
                errors[component.id] = str(refused.message)
            else:
                drafts.add_file(mine, stored.id, component.id)
    return errors


def _forms(found: Procedure, checked: Checked, mine: Draft, asked: set[str] | None) -> list[dict[str, Any]]:
    """The form's sections; with ``asked``, the problems of those fields, which the assister has seen already."""
    typed, places = drafts.answers(mine), _communes(mine)
    made = []
    for section in shown_sections(found, checked.holds):
        form = SectionForm(section, checked.holds, places, initial=typed)
        if asked is not None:
            form = SectionForm(section, checked.holds, places, data=as_sent(form, typed), initial=typed)
            form.is_valid()
            form.tell([p for p in checked.problems if p.field in form.fields and p.field in asked])
        made.append(
            {"title": say(section.title), "hint": say(section.hint) if section.hint else "", "form": form}
        )
    return made


@for_officials
def read_back(request: HttpRequest, official: Official, draft: UUID) -> HttpResponseBase:
    """Everything in words, to be read aloud; filed once, however often the button is pressed."""
    _require_assister(official)
    mine = drafts.mine_or_none(official.reader.person, draft, assisted=True)
    if mine is None:
        # The first press has filed it already: the second one comes to the same page.
        if Dossier.objects.filter(pk=draft, assister=official.reader.person).exists():
            return redirect("serve:case", dossier=draft)
        mine = _mine(official, draft)
    found = _procedure(mine)
    changed: list[str] = []
    current = definitions.in_force("procedure", found.code, local_day(now()))
    if current is not None and current.id != found.id:
        changed = drafts.move_to(mine, found, current.compiled(procedure))
        found = current.compiled(procedure)
    checked = _check(found, mine)
    problems = [p.message for p in checked.problems]
    agreed = request.POST.get("agreed") == "yes"
    error = ""
    if request.method == "POST" and not changed and not problems:
        if not agreed:
            error = _("Read the filing back to the person, and record that they agree.")
        else:
            try:
                _file(official, mine, found, checked)
            except Refusal as refusal:
                if refusal.status == 403:
                    raise
                error = str(refusal.message)
            else:
                messages.success(request, _("Filed. You can accept it here at once."))
                return redirect("serve:case", dossier=draft)
    fees = found.fees(checked.answers, checked.holds, COUNTER)
    context = {
        "here": "counter", "official": official, "draft": mine, "name": say(found.terms.name), "problems": problems,
        "sections": _said(found, checked, mine), "slots": slots(found, checked.holds, mine, {}), "changed": changed,
        "error": error, "limit": limit_words(found, checked.holds), "fees": [(say(fee.name), amount) for fee, amount in fees],
        "applicant": _applicant_name(mine, found, checked),
    }  # fmt: skip
    return render(request, "serve/officer/read_back.html", context, status=422 if error else 200)


def _file(official: Official, mine: Draft, found: Procedure, checked: Checked) -> None:
    places = places_for(found, mine.area, COUNTER)
    if places is None:
        raise Refusal(
            "place_unknown", f"{found.code}: competent", _("Choose the commune again."), field="area"
        )
    person, identity = applicant.kept(mine)
    payload = {
        "id": mine.id, "definition": found.id, "received_by": places.received_by, "competent": places.competent,
        "involved": places.involved, "area": mine.area, "answers": checked.answers, "channel": COUNTER,
        "files": {str(id_): component for id_, component in drafts.files_of(mine).items()},
        "applicant": person, "identity": identity, "read_back": MANDATE, "assisted_at": official.office.organisation,
        "draft": True,
    }  # fmt: skip
    reader = official.reader
    act(Ask("serve.assist_filing", reader.person, mine.key, payload, position=reader.position))
    drafts.clear(mine)


@for_officials
def discard(request: HttpRequest, official: Official, draft: UUID) -> HttpResponse:
    """Throw a draft away; its key goes with it."""
    mine = _mine(official, draft)
    if request.method == "POST":
        files.store().remove(drafts.discard(mine))
        return redirect("serve:counter")
    context = {
        "here": "counter",
        "official": official,
        "draft": mine,
        "name": say(_procedure(mine).terms.name),
    }
    return render(request, "serve/officer/counter_discard.html", context)


def _require_assister(official: Official) -> None:
    """A draft at the counter tells of somebody else, so it is its author's only while they may assist."""
    if ASSIST not in official.may:
        raise Http404


def _mine(official: Official, draft: UUID) -> Draft:
    _require_assister(official)
    return drafts.mine(official.reader.person, draft, assisted=True)


def _procedure(mine: Draft) -> Procedure:
    return definitions.get(mine.procedure).compiled(procedure)


def _check(found: Procedure, mine: Draft) -> Checked:
    return check_form(
        found, drafts.answers(mine), today=local_day(now()), channel=COUNTER, applicant="citizen"
    )


def _communes(mine: Draft) -> list[Commune]:
    return communes(province_of(mine.area))


def _said(found: Procedure, checked: Checked, mine: Draft) -> list[dict[str, Any]]:
    places = {c.area: c.name for c in _communes(mine)}
    return [
        {"title": say(s.title), "rows": [(say(f.label), shown_value(f, checked.answers.get(f.id), places)) for f in shown_fields(s, checked.holds)]}
        for s in shown_sections(found, checked.holds)
    ]  # fmt: skip


def _applicant_name(mine: Draft, found: Procedure, checked: Checked) -> str:
    _person, identity = applicant.kept(mine)
    if identity:
        return identity.get("name", "")
    named = next((f.id for f in found.fields.values() if f.prefill == "actor.full_name"), "")
    return str(checked.answers.get(named, ""))
