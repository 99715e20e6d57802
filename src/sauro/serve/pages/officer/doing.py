"""Doing one act to a dossier: once, against the version that the official saw, with nothing typed ever lost."""

import secrets
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from sauro.core.doorway import Ask, Outcome, act
from sauro.core.moment import now
from sauro.core.refusal import Refusal
from sauro.serve import papers, signing
from sauro.serve.documents import render
from sauro.serve.pages.officer.case import show
from sauro.serve.pages.officer.case_papers import attachment
from sauro.serve.pages.officer.desk import Desk, language, open_desk
from sauro.serve.pages.officer.forms import ActForm, DraftForm, SignForm, SupplementForm
from sauro.serve.pages.officer.office import Official, for_officials
from sauro.serve.pages.officer.verbs import BY_SLUG, Verb
from sauro.serve.pages.showing import event_words
from sauro.serve.queries.cases import Happening
from sauro.web import forms
from sauro.web.refusals import Difference, conflict
from sauro.web.wording import moment as said_moment


@for_officials
def do(request: HttpRequest, official: Official, dossier: UUID, verb: str) -> HttpResponse:
    """Do it, then show the dossier as it stands; or show what stood in the way, beside what was typed."""
    known = BY_SLUG.get(verb)
    if known is None:
        raise Http404
    if request.method != "POST":
        return redirect(f"{reverse('serve:case', args=[dossier])}#{verb}")
    desk = open_desk(official, dossier)
    form = known.form(desk, verb, request.POST)
    if isinstance(form, SupplementForm) and f"{verb}-more" in request.POST:
        return show(request, desk, known, known.form(desk, verb, request.POST), fresh=True)
    if not form.is_valid():
        return show(request, desk, known, form, status=422)
    if "preview" in request.POST and isinstance(form, DraftForm) and known.action in desk.may:
        return _preview(desk, form)
    try:
        _act(request, official, dossier, known, form)
    except Refusal as refusal:
        return _refused(request, official, dossier, known, form, refusal)
    messages.success(request, str(known.done))
    return redirect("serve:case", dossier=dossier)


def _act(request: HttpRequest, official: Official, dossier: UUID, verb: Verb, form: ActForm) -> Outcome:
    key = request.POST.get("key") or secrets.token_hex(16)
    seen = request.POST.get("version", "")
    version = int(seen) if seen.isdigit() and len(seen) < 10 else None
    if isinstance(form, SignForm):
        return signing.sign(official.reader, dossier, key, version, form.digest)
    reader = official.reader
    return act(
        Ask(verb.action, reader.person, key, form.payload(), dossier, reader.position, version=version)
    )


def _refused(
    request: HttpRequest, official: Official, dossier: UUID, verb: Verb, form: ActForm, refusal: Refusal
) -> HttpResponse:  # fmt: skip
    if refusal.status == 404:
        raise refusal
    desk = open_desk(official, dossier)
    if refusal.code == "stale":
        here = f"{reverse('serve:case', args=[dossier])}#{verb.slug}"
        return conflict(request, refusal, _differences(desk, form, int(refusal.details.get("seen", 0))), here)
    refusal.field = form.place_of(refusal.field) if refusal.field else None
    forms.refuse(form, refusal)
    return show(request, desk, verb, form, status=refusal.status, rule=refusal.rule)


def _differences(desk: Desk, form: ActForm, seen: int) -> list[Difference]:
    """What the official typed, beside what was done meanwhile."""
    made = [Difference(label, value, "–") for label, value in forms.typed(form)]
    behind = max(1, desk.promise["version"] - seen)
    for happening in desk.happenings[-behind:]:
        made.append(
            Difference(
                _("Done meanwhile"), "–", f"{event_words(happening.name)} ({said_moment(happening.at)})"
            )
        )
    return made


def _preview(desk: Desk, form: ActForm) -> HttpResponse:
    """The decision as it would look, from words that are not saved yet."""
    words: dict[str, Any] = form.payload()
    parts = {**desk.opened.parts, "preview": words}
    case = papers.Case(desk.opened.rows, parts, desk.happenings, language())
    body = render.pdf(papers.decision(case, _as_if_drafted(now(), desk)))
    return attachment(body, f"{desk.row['reference']}-{_('preview')}.pdf", "application/pdf")


def _as_if_drafted(at: datetime, desk: Desk) -> Happening:
    reader = desk.official.reader
    return Happening(
        UUID(int=0),
        "serve.draft_decision",
        at,
        reader.person,
        reader.position,
        None,
        {"part": "preview"},
        "",
        None,
    )
