"""Instruments: the list, registering one, and one with its paragraphs and the tasks made from each."""

import secrets
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from sauro.core.doorway import Ask, Outcome, act
from sauro.core.refusal import Refusal
from sauro.steer.pages.forms import InstrumentForm, TextForm
from sauro.steer.pages.office import DRAFT, ENTER, REGISTER, Official, for_officials
from sauro.steer.pages.showing import rule_words, stage_words
from sauro.steer.queries import instruments as queries
from sauro.web import forms
from sauro.web.forms import Form


@for_officials
def listed(request: HttpRequest, official: Official) -> HttpResponse:
    """Instruments with their text first in mind; those without stand under a filter of their own."""
    text = request.GET.get("q", "").replace("\x00", "")[:200]
    which = request.GET.get("text", "")
    rows = queries.listed(official.reader, text, with_text={"with": True, "without": False}.get(which))
    context = {"here": "instruments", "official": official, "rows": rows, "text": text, "which": which, "registers": REGISTER in official.may, "most": queries.MOST}  # fmt: skip
    return render(request, "steer/instruments.html", context)


@for_officials
def register(request: HttpRequest, official: Official) -> HttpResponse:
    """Register an instrument. A number that its issuer does not use is asked about, with the likely one."""
    if REGISTER not in official.may:
        raise Http404
    if request.method != "POST":
        return _form(request, official, InstrumentForm())
    form = InstrumentForm(request.POST, doubtful="sure" in request.POST)
    if not form.is_valid():
        return _form(request, official, form, status=422)
    try:
        done = _act(
            request, official, REGISTER, {**form.payload(), "home": official.office.organisation}, None
        )
    except Refusal as refusal:
        likely = str(refusal.details.get("likely", ""))
        if likely:
            form = InstrumentForm(request.POST, doubtful=True)
            form.is_valid()
        forms.refuse(form, refusal)
        return _form(
            request, official, form, status=refusal.status, rule=rule_words(refusal.rule), likely=likely
        )
    messages.success(request, _("Registered, with %(count)d paragraphs.") % {"count": done.answer["paragraphs"]})  # fmt: skip
    return redirect("steer:instrument", instrument=done.answer["instrument"])


@for_officials
def instrument(request: HttpRequest, official: Official, instrument: UUID) -> HttpResponse:
    """One instrument with its paragraphs; where its text is missing, the place to enter it."""
    record = queries.one(instrument)
    if record is None:
        raise Http404
    form, status, rule = TextForm(), 200, ""
    if request.method == "POST":
        form = TextForm(request.POST)
        status = 422
        if form.is_valid():
            try:
                done = _act(request, official, ENTER, form.cleaned_data, instrument)
            except Refusal as refusal:
                forms.refuse(form, refusal)
                status, rule = refusal.status, rule_words(refusal.rule)
            else:
                messages.success(request, _("Entered, with %(count)d paragraphs.") % {"count": done.answer["paragraphs"]})  # fmt: skip
                return redirect("steer:instrument", instrument=instrument)
    made = queries.made_from(official.reader, instrument)
    told = {key: [(id_, code, stage_words(stage)) for id_, code, stage in rows] for key, rows in made.items()}
    paragraphs = [(row, told.get(row.id, [])) for row in queries.paragraphs_of(instrument)]
    context = {
        "here": "instruments", "official": official, "record": record, "paragraphs": paragraphs, "loose": told.get(None, []),
        "form": form, "tried": form if request.method == "POST" else None, "rule": rule, "key": secrets.token_hex(16),
        "drafts": DRAFT in official.may, "enters": ENTER in official.may,
    }  # fmt: skip
    return render(request, "steer/instrument.html", context, status=status)


def _form(request: HttpRequest, official: Official, form: Form, *, status: int = 200, rule: str = "", likely: str = "") -> HttpResponse:  # fmt: skip
    context = {"here": "instruments", "official": official, "form": form, "rule": rule, "likely": likely, "key": request.POST.get("key") or secrets.token_hex(16)}  # fmt: skip
    return render(request, "steer/register.html", context, status=status)


def _act(request: HttpRequest, official: Official, action: str, payload: dict[str, object], subject: UUID | None) -> Outcome:  # fmt: skip
    reader, key = official.reader, request.POST.get("key") or secrets.token_hex(16)
    return act(Ask(action, reader.person, key, payload, subject, reader.position))
