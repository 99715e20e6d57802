"""Doing one act to a task: once, against the version that the official saw, with nothing typed ever lost."""

import secrets
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from sauro.core.doorway import Ask, Outcome, act
from sauro.core.refusal import Refusal
from sauro.steer import files
from sauro.steer.pages.evidence import taken_in
from sauro.steer.pages.forms import ActForm
from sauro.steer.pages.office import Official, for_officials
from sauro.steer.pages.showing import event_words, rule_words
from sauro.steer.pages.task import show
from sauro.steer.pages.verbs import BY_SLUG, Desk, Verb, open_desk
from sauro.web import forms
from sauro.web.refusals import Difference, conflict
from sauro.web.wording import moment as said_moment


@for_officials
def do(request: HttpRequest, official: Official, task: UUID, verb: str) -> HttpResponse:
    """Do it, then show the task as it stands; or show what stood in the way, beside what was typed."""
    known = BY_SLUG.get(verb)
    if known is None or known.page:
        raise Http404
    if request.method != "POST":
        return redirect(f"{reverse('steer:task', args=[task])}#{verb}")
    desk = open_desk(official, task)
    form = known.form(verb, request.POST, request.FILES, evidence=desk.found.evidence)
    if not form.is_valid():
        return show(request, desk, known, form, status=422)
    payload, kept = form.payload(), None
    try:
        kept = taken_in(desk, known, request.POST.get("key") or secrets.token_hex(16), payload)
        perform(request, official, task, known, payload)
    except Refusal as refusal:
        if kept is not None:
            files.remove(kept)
        return _refused(request, official, task, known, form, refusal)
    messages.success(request, str(known.done))
    return redirect("steer:task", task=task)


def perform(request: HttpRequest, official: Official, task: UUID, verb: Verb, payload: dict[str, object]) -> Outcome:  # fmt: skip
    """Ask the doorway, once for each form that was opened, against the version it was opened at."""
    key = request.POST.get("key") or secrets.token_hex(16)
    seen = request.POST.get("version", "")
    version = int(seen) if seen.isdigit() and len(seen) < 10 else None
    reader = official.reader
    return act(Ask(verb.action, reader.person, key, payload, task, reader.position, version=version))


def _refused(request: HttpRequest, official: Official, task: UUID, verb: Verb, form: ActForm, refusal: Refusal) -> HttpResponse:  # fmt: skip
    if refusal.status == 404:
        raise refusal
    desk = open_desk(official, task)
    if refusal.code == "stale":
        here = f"{reverse('steer:task', args=[task])}#{verb.slug}"
        return conflict(request, refusal, differences(desk, form, int(refusal.details.get("seen", 0))), here)
    forms.refuse(form, refusal)
    fields = refusal.details.get("fields", {})
    return show(
        request, desk, verb, form, status=refusal.status, rule=rule_words(refusal.rule), unclear=fields
    )


def differences(
    desk: Desk, form: forms.Form, seen: int, stands: Mapping[str, Any] | None = None
) -> list[Difference]:
    """What the official typed, beside what stands in its place, or what was done meanwhile."""
    if stands is None:
        made = [Difference(label, said, "–") for label, said in forms.typed(form)]
    else:
        pairs = [
            (
                bound,
                forms.in_words(bound.field, bound.data),
                forms.in_words(bound.field, stands.get(bound.name)),
            )
            for bound in form
        ]
        made = [
            Difference(str(bound.label), yours or "–", theirs or "–")
            for bound, yours, theirs in pairs
            if yours != theirs
        ]
    behind = max(1, desk.line.version - seen)
    for happening in desk.found.happenings[-behind:]:
        done = f"{event_words(happening.name)} ({said_moment(happening.at)})"
        made.append(Difference(_("Done meanwhile"), "–", done))
    return made
