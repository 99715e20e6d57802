"""The administrator's pages of a split. They decide nothing: what is confirmed is an act."""

import secrets
from typing import Any
from uuid import UUID

import msgspec
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from sauro.core.actions.merging import unfit_words
from sauro.core.doorway import Ask, act
from sauro.core.doorway.decide import local_day
from sauro.core.models import Actor
from sauro.core.moment import now
from sauro.core.queries.visibility import Reader
from sauro.core.refusal import Refusal
from sauro.core.rules.reorganising import Unfit
from sauro.project.reorganisation import naming, residue
from sauro.project.reorganisation.forms import refused
from sauro.project.reorganisation.pages import PLAN, for_administrators, kept
from sauro.project.reorganisation.parting import Leaving, planned
from sauro.project.reorganisation.split_forms import PlaceForm, SplitForm, boxes
from sauro.project.reorganisation.split_preview import preview
from sauro.steer.pages.asked import uuid_of
from sauro.steer.queries import agencies
from sauro.web import forms


@require_safe
@for_administrators
def choose(request: HttpRequest, reader: Reader) -> HttpResponseBase:
    """Which organisation; then which part leaves, by which rule, when. All of it stands in the address."""
    whole = _whole(request)
    if whole is None:
        text = request.GET.get("of_q", "").strip()[:100]
        found = agencies.found_by(text) if text else []
        names = naming.with_superior([each.id for each in found])
        context = {"here": "reorganisations", "text": text, "found": [(each.id, names.get(each.id, each.name)) for each in found]}  # fmt: skip
        return render(request, "web/pages/split_whole.html", context)
    searching = "search" in request.GET or "into" not in request.GET
    form = SplitForm(whole.id, whole.type, request.GET, searching=searching)
    if not searching and form.is_valid():
        return redirect(f"{reverse('split_preview')}?{kept(request.GET)}")
    return _choosing(request, form, whole)


def _choosing(request: HttpRequest, form: SplitForm, whole: Actor, status: int = 200) -> HttpResponseBase:
    form.is_valid()
    context = {"here": "reorganisations", "form": form, "whole": residue.name(whole.id), "of": whole.id}
    return render(request, "web/pages/split_choose.html", context, status=status)


def _whole(request: HttpRequest) -> Actor | None:
    """The organisation that is split, if it stands today."""
    id_ = uuid_of(request.GET.get("of", ""))
    row = Actor.objects.filter(pk=id_, kind="organisation").first() if id_ else None
    return row if row is not None and row.current == row.id else None


@for_administrators
def look(request: HttpRequest, reader: Reader) -> HttpResponseBase:
    """What would go and what would stay; and, sent, the decision itself."""
    whole = _whole(request)
    if whole is None:
        raise Http404
    chosen = SplitForm(whole.id, whole.type, request.GET)
    if not chosen.is_valid():
        return redirect(f"{reverse('split_new')}?{kept(request.GET)}")
    leaving = chosen.leaving()
    try:
        plan = planned(leaving, leaving.effective or local_day(now()))
    except Unfit as unfit:
        refused(chosen, unfit_words(str(unfit)))
        return _choosing(request, chosen, whole, 422)
    shown = preview(plan)
    form = PlaceForm(plan, shown.holders, shown.names, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        answer = _decide(request, reader, leaving, form)
        if answer is not None:
            return answer
    context = {
        "here": "reorganisations", "form": form, "boxes": boxes(form), "shown": shown, "leaving": leaving,
        "back": f"{reverse('split_new')}?{kept(request.GET)}&search=1", "whole": residue.name(whole.id),
        "into": shown.names.get(leaving.into, "–"), "key": request.POST.get("key") or secrets.token_hex(16),
    }  # fmt: skip
    return render(request, "web/pages/split_preview.html", context, status=422 if form.errors else 200)


def _decide(
    request: HttpRequest, reader: Reader, leaving: Leaving, form: PlaceForm
) -> HttpResponseBase | None:
    try:
        plan = planned(leaving, leaving.effective or local_day(now()), form.placed())
        payload: dict[str, Any] = {
            "kind": "split", "organisation": leaving.whole, "terms": msgspec.to_builtins(plan.terms),
            "effective": leaving.effective,
        }  # fmt: skip
        key = request.POST.get("key") or secrets.token_hex(16)
        done = act(Ask(PLAN, reader.person, key, payload, position=reader.position))
    except Unfit as unfit:
        refused(form, unfit_words(str(unfit)))
        return None
    except Refusal as refusal:
        forms.refuse(form, refusal)
        return None
    subject: UUID = done.subject
    return redirect("reorganisation", reorganisation=subject)
