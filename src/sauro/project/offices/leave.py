"""Leave and deputies: an official names who does their work, sees for whom they act, and ends it."""

import secrets
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from sauro.core.doorway import Ask, act
from sauro.core.doorway.decide import local_day
from sauro.core.models import Delegation
from sauro.core.moment import now
from sauro.core.refusal import Refusal
from sauro.project.offices import away
from sauro.project.offices.forms import DelegateForm
from sauro.serve.pages.officer.office import Official, for_officials
from sauro.web import forms


@for_officials
def leave(request: HttpRequest, official: Official) -> HttpResponse:
    """The deputies of an official, for whom they act themselves, and the form by which they name one."""
    if official.office.behalf is not None:
        return _page(request, official, None)
    form = _form(request, official, request.POST if request.method == "POST" else None)
    if request.method != "POST":
        return _page(request, official, form)
    if "search" in request.POST:
        return _page(request, official, _form(request, official, None, again=request.POST))
    if not form.is_valid():
        return _page(request, official, form, status=422)
    reader, key = official.reader, request.POST.get("key") or secrets.token_hex(16)
    try:
        act(Ask("core.delegate", reader.person, key, form.payload(), reader.position, reader.position))
    except Refusal as refusal:
        forms.refuse(form, refusal)
        return _page(request, official, form, status=refusal.status, rule=refusal.rule)
    messages.success(request, _("Named. The deputy sees your office among theirs, and so do the journal and the papers."))  # fmt: skip
    return redirect("leave")


@require_POST
@for_officials
def end(request: HttpRequest, official: Official, delegation: UUID) -> HttpResponse:
    """End a delegation before its time, in the office that it is about where that is one's own."""
    reader, key = official.reader, request.POST.get("key") or secrets.token_hex(16)
    row = Delegation.objects.filter(pk=delegation).values("holder", "deputy", "position").first()
    if row is None or reader.person not in (row["holder"], row["deputy"]):
        raise Http404
    own = {office.position for office in official.held}
    position = row["position"] if row["position"] in own else reader.position
    try:
        act(Ask("core.end_delegation", reader.person, key, {}, delegation, position))
    except Refusal as refusal:
        if refusal.status == 404:
            raise
        form = None if official.office.behalf else _form(request, official, None)
        return _page(
            request, official, form, status=refusal.status, rule=refusal.rule, refused=str(refusal.message)
        )
    messages.success(request, _("Ended. From now on the deputy cannot do anything in your office."))
    return redirect("leave")


def _form(request: HttpRequest, official: Official, data: Any, *, again: Any = None) -> DelegateForm:
    sent = data if data is not None else again
    chosen = sent.get("deputy", "") if sent else ""
    people = away.colleagues(official.office.organisation, official.reader.person, _asked(request), chosen)
    roles = away.delegable(official.office.position)
    initial: dict[str, Any] = {
        "roles": [code for code, _name in roles],
        "reason": "leave",
        "valid_from": local_day(now()),
    }
    if again is not None:
        days = {
            n: tuple(again.get(f"{n}_{p}", "") for p in ("day", "month", "year"))
            for n in ("valid_from", "valid_to")
        }
        initial |= {
            "deputy": chosen,
            "roles": again.getlist("roles"),
            "reason": again.get("reason", ""),
            **days,
        }
    return DelegateForm(data, people, [(code, name) for code, name in roles], initial)


def _asked(request: HttpRequest) -> str:
    return request.POST.get("find", "")[:100]


def _page(request: HttpRequest, official: Official, form: DelegateForm | None, *, status: int = 200, rule: str = "", refused: str = "") -> HttpResponse:  # fmt: skip
    context = {
        "here": "leave", "official": official, "form": form, "rule": rule, "refused": refused, "find": _asked(request),
        "named": away.named_by(official.reader.person), "acting": away.named_for(official.reader.person),
        "key": request.POST.get("key") or secrets.token_hex(16),
    }  # fmt: skip
    return render(request, "offices/leave.html", context, status=status)
