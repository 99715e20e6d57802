"""Writing a task down: from a paragraph, corrected before it is assigned, or handed on as a part of another."""

import secrets
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from sauro.core.doorway import Ask, act
from sauro.core.models import Record
from sauro.core.refusal import Refusal
from sauro.steer.models import Paragraph
from sauro.steer.pages.asked import uuid_of
from sauro.steer.pages.doing import differences, perform
from sauro.steer.pages.forms import LONGEST, TermsForm, again
from sauro.steer.pages.office import DRAFT, Official, for_officials
from sauro.steer.pages.showing import rule_words
from sauro.steer.pages.verbs import BY_SLUG, Desk, Verb, open_desk
from sauro.steer.queries import agencies, instruments
from sauro.steer.rules.shares import WHOLE
from sauro.web import forms
from sauro.web.refusals import conflict


@dataclass
class Sheet:
    """What the page of a form of terms shows: what it is for, where it goes, what stands above it."""

    title: str
    button: str
    back: str
    instrument: Record | None
    paragraph: Paragraph | None = None
    initial: dict[str, Any] = field(default_factory=dict)
    below: str = ""
    left: int | None = None
    desk: Desk | None = None

    def form(self, data: Any = None) -> TermsForm:
        """As it was sent; shown anew where only agencies were looked for, or nothing was sent yet."""
        if data is not None and "choose" in data:
            return TermsForm(initial=again(data), below=self.below, left=self.left)
        return TermsForm(data, initial=self.initial, below=self.below, left=self.left)


def _page(request: HttpRequest, official: Official, sheet: Sheet, form: TermsForm, *, status: int = 200, rule: str = "") -> HttpResponse:  # fmt: skip
    context = {
        "here": "tasks", "official": official, "sheet": sheet, "form": form, "rule": rule,
        "key": request.POST.get("key") or secrets.token_hex(16),
        "version": request.POST.get("version") or (sheet.desk.line.version if sheet.desk else ""),
        "chosen": "choose" in request.POST,
    }  # fmt: skip
    return render(request, "steer/terms.html", context, status=status)


def _told(form: TermsForm, refusal: Refusal) -> None:
    """Each clarity that does not check, beside its field; what no field stands for, at the top."""
    fields = dict(refusal.details.get("fields", {}))
    if not fields:
        forms.refuse(form, refusal)
    for name, why in fields.items():
        form.add_error(name if name in form.fields else None, str(why)[:1].upper() + str(why)[1:])


@for_officials
def draft(request: HttpRequest, official: Official) -> HttpResponse:
    """A new task from an instrument; without one in the address, the instrument is chosen first.

    Another room may have named the lead and a note: they are carried along and stand in the form, to be changed.
    """
    if DRAFT not in official.may:
        raise Http404
    record = instruments.one(uuid_of(request.GET.get("instrument", "")) or UUID(int=0))
    if record is None:
        law = instruments.in_force()
        asked = [(name, request.GET[name]) for name in ("lead", "note") if request.GET.get(name)]
        return render(request, "steer/choose.html", {"here": "tasks", "official": official, "law": law, "asked": asked})  # fmt: skip
    wanted = uuid_of(request.GET.get("paragraph", ""))
    paragraph = Paragraph.objects.filter(pk=wanted, instrument=record.id).first() if wanted else None
    sheet = Sheet(
        _("Make a task"), _("Save the draft"), reverse("steer:instrument", args=[record.id]), record, paragraph,
        {"task": paragraph.text.rstrip(" ;.") if paragraph else "", **_asked(request)}, "" if official.whole else agencies.path_of(official.office.organisation),
    )  # fmt: skip
    form = sheet.form(request.POST if request.method == "POST" else None)
    if request.method != "POST" or "choose" in request.POST:
        return _page(request, official, sheet, form)
    if not form.is_valid():
        return _page(request, official, sheet, form, status=422)
    reader = official.reader
    payload = {
        **form.payload(), "instrument": record.id, "paragraph": paragraph.id if paragraph else None,
        "home": official.office.organisation,
    }  # fmt: skip
    try:
        done = act(Ask(DRAFT, reader.person, request.POST.get("key") or secrets.token_hex(16), payload, position=reader.position))  # fmt: skip
    except Refusal as refusal:
        _told(form, refusal)
        return _page(request, official, sheet, form, status=refusal.status, rule=rule_words(refusal.rule))
    messages.success(request, _("The draft is saved. Nothing is promised before it is assigned."))
    return redirect("steer:task", task=done.answer["task"])


def _asked(request: HttpRequest) -> dict[str, Any]:
    """The lead that another room named, the head of it, and a note."""
    lead = uuid_of(request.GET.get("lead", ""))
    seats = agencies.seats_of(lead) if lead else []
    head = next((str(seat.id) for seat in seats if seat.head), "")
    note = request.GET.get("note", "")[:LONGEST]
    return {"lead": str(lead), "position": head, "note": note} if seats else {"note": note}


@for_officials
def amend(request: HttpRequest, official: Official, task: UUID) -> HttpResponse:
    """Correct a draft, or a task that was declined."""
    verb, desk = BY_SLUG["amend"], open_desk(official, task)
    line = desk.line
    initial = {
        "lead": str(line.lead), "position": str(line.position or ""), "task": line.task, "output": line.output,
        "due_on": line.due_on, "verifier": str(line.verifier or ""), "note": desk.part("note").get("note", ""),
        "coordinating": [str(id_) for id_ in desk.row["coordinating"]],
    }  # fmt: skip
    below = "" if official.whole else agencies.path_of(official.office.organisation)
    sheet = _sheet(desk, verb, _("Correct the draft"), _("Save"), initial, below, sent=_sent(request))
    return _terms(request, official, sheet, verb)


@for_officials
def hand(request: HttpRequest, official: Official, task: UUID) -> HttpResponse:
    """Hand a part on: promised in the same act, so all six clarities must check at once."""
    verb, desk = BY_SLUG["hand"], open_desk(official, task)
    left = WHOLE - desk.row["handed"]
    initial = {"task": desk.line.task, "verifier": str(desk.line.verifier or ""), "due_on": desk.line.due_on, "share": left // 100}  # fmt: skip
    below = agencies.path_of(official.office.organisation)
    sheet = _sheet(desk, verb, _("Hand a part on"), _("Hand it on"), initial, below, sent=_sent(request))
    sheet.left = left
    return _terms(request, official, sheet, verb)


def _sent(request: HttpRequest) -> bool:
    return request.method == "POST" and "choose" not in request.POST


def _sheet(
    desk: Desk, verb: Verb, title: str, button: str, initial: dict[str, Any], below: str, *, sent: bool
) -> Sheet:
    # A form that could only be refused is not shown; one that was sent is refused with its rule, and that is kept.
    if not sent and not verb.offered(desk):
        raise Http404
    record = instruments.one(desk.line.instrument)
    wanted = desk.row["paragraph"]
    paragraph = Paragraph.objects.filter(pk=wanted).first() if wanted else None
    back = reverse("steer:task", args=[desk.line.id])
    return Sheet(title, button, back, record, paragraph, initial, below, desk=desk)


def _terms(request: HttpRequest, official: Official, sheet: Sheet, verb: Verb) -> HttpResponse:
    """Show the form, look for agencies, or do it."""
    form = sheet.form(request.POST if request.method == "POST" else None)
    assert sheet.desk is not None
    task = sheet.desk.line.id
    if request.method != "POST" or "choose" in request.POST:
        return _page(request, official, sheet, form)
    if not form.is_valid():
        return _page(request, official, sheet, form, status=422)
    try:
        done = perform(request, official, task, verb, form.payload())
    except Refusal as refusal:
        if refusal.status == 404:
            raise
        if refusal.code == "stale":
            told = differences(
                open_desk(official, task), form, int(refusal.details.get("seen", 0)), sheet.initial
            )
            return conflict(request, refusal, told, sheet.back)
        _told(form, refusal)
        return _page(request, official, sheet, form, status=refusal.status, rule=rule_words(refusal.rule))
    messages.success(request, str(verb.done))
    return redirect("steer:task", task=done.answer.get("task", task))
