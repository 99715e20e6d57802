"""One office: who holds it since when, who deputises, which grants it has; and the forms that change each."""

import secrets
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from sauro.core.doorway.decide import VIETNAM, end_of_day, local_day
from sauro.core.models import Actor
from sauro.core.moment import now
from sauro.core.queries import definitions
from sauro.core.refusal import Refusal
from sauro.project.offices import away, directory, rights
from sauro.project.offices.forms import AppointForm, Asking, Choices, EndForm, GrantForm, RevokeForm
from sauro.project.offices.keeper import Keeper, for_keepers
from sauro.project.offices.register import _name
from sauro.project.offices.words import said
from sauro.web import forms

LONGEST = 200


@for_keepers()
def office(request: HttpRequest, keeper: Keeper, position: UUID) -> HttpResponse:
    """One office. Searching a person or an agency shows the page again, with what was found to choose from."""
    found = _kept(keeper, position)
    return _page(request, keeper, found)


def _kept(keeper: Keeper, position: UUID) -> Actor:
    found = Actor.objects.filter(pk=position, kind="position").first()
    if found is None or found.organisation is None or directory.kept(keeper.seen, found.organisation) is None:
        raise Http404
    return found


@require_POST
@for_keepers()
def change(request: HttpRequest, keeper: Keeper, position: UUID, verb: str) -> HttpResponse:
    """One act about an office: done, or the page again with what stood in the way beside what was typed."""
    found = _kept(keeper, position)
    if verb == "appoint":
        form: Asking = _appoint_form(request, request.POST)
        action, done = "core.appoint", _("Appointed.")
    elif verb == "end":
        form = EndForm(request.POST, _id(request, "holding"), {})
        action, done = "core.end_holding", _("Ended.")
    elif verb == "grant":
        form = _grant_form(request, keeper, found, request.POST)
        action, done = "core.grant", _("Given.")
    elif verb == "revoke":
        form = RevokeForm(request.POST, _id(request, "grant"))
        action, done = "core.revoke", _("Revoked. It holds at once.")
    elif verb == "revoke-delegation":
        form = Asking({})
        action, done = (
            "core.revoke_delegation",
            _("Ended. From now on the deputy cannot do anything in this office."),
        )
    else:
        raise Http404
    if not form.is_valid():
        return _page(request, keeper, found, form, status=422)
    payload, subject = _asked(request, form, found)
    try:
        keeper.do(request, action, payload, subject)
    except Refusal as refusal:
        if refusal.status == 404:
            raise
        forms.refuse(form, refusal)
        return _page(request, keeper, found, form, status=refusal.status, rule=refusal.rule)
    messages.success(request, done)
    return redirect("office", position)


def _id(request: HttpRequest, name: str) -> UUID:
    try:
        return UUID(request.POST.get(name, ""))
    except ValueError:
        raise Http404 from None


def _asked(request: HttpRequest, form: Asking, found: Actor) -> tuple[dict[str, Any], UUID | None]:
    """What the doorway is given, and what it is done to."""
    match form:
        case AppointForm() | EndForm():
            return form.payload(), found.id
        case RevokeForm():
            return {"basis": form.cleaned_data["basis"]}, form.grant
        case GrantForm():
            return given(form, found.id), None
    return {}, _id(request, "delegation")


def given(form: GrantForm, holder: UUID) -> dict[str, Any]:
    """A grant as the doorway is asked for it. Its purpose is that of the role: nothing is typed that might be personal."""
    data = form.cleaned_data
    role = next(r for r in definitions.all_in_force("role", local_day(now())) if str(r.id) == data["role"])
    today = local_day(now())
    start = None if data["valid_from"] == today else datetime.combine(data["valid_from"], time(), VIETNAM)
    scope_id = UUID(data["scope_id"]) if data["scope"] in ("agency", "subtree") else None
    return {
        "holder": holder, "role": role.id, "scope": data["scope"], "purpose": role.code, "basis": data["basis"].strip(),
        "scope_id": data["subject"] if data["scope"] == "subject" else scope_id, "valid_from": start,
        "valid_to": end_of_day(data["valid_to"]) if data["valid_to"] else None,
    }  # fmt: skip


def _page(request: HttpRequest, keeper: Keeper, found: Actor, tried: Asking | None = None, *, status: int = 200, rule: str = "") -> HttpResponse:  # fmt: skip
    assert found.organisation is not None
    organisation = Actor.objects.get(pk=found.organisation)
    held = directory.holders([found.id]).get(found.id, [])
    grants = rights.of_holders([found.id])
    live = [right for right in grants if right.state in ("now", "coming")]
    ends = {h.id: _end_form(h, tried) for h in held if h.state != "past"}
    revokes = {
        r.id: tried if isinstance(tried, RevokeForm) and tried.grant == r.id else RevokeForm(None, r.id)
        for r in live
    }
    context = {
        "here": "register", "official": keeper.official, "may": keeper.may, "found": found, "name": _name(found),
        "organisation": organisation, "organisation_name": _name(organisation), "above": directory.above(organisation),
        "held": [(h, ends.get(h.id)) for h in held], "grants": [(r, revokes.get(r.id)) for r in grants],
        "deputies": away.of_position(found.id), "key": secrets.token_hex(16), "tried": tried, "rule": rule,
        "appoint_form": tried if isinstance(tried, AppointForm) else _appoint_form(request, None),
        "grant_form": tried if isinstance(tried, GrantForm) else _grant_form(request, keeper, found, None),
        "find_person": _find(request, "find_person"), "find_agency": _find(request, "find_agency"), "today": local_day(now()),
    }  # fmt: skip
    return render(request, "offices/office.html", context, status=status)


def _end_form(holder: directory.Holder, tried: Asking | None) -> EndForm:
    if isinstance(tried, EndForm) and tried.holding == holder.id:
        return tried
    return EndForm(None, holder.id, {"last_day": holder.valid_to or local_day(now()) - timedelta(days=1)})


def _find(request: HttpRequest, name: str) -> str:
    return (request.POST.get(name) or request.GET.get(name) or "")[:LONGEST].strip()


def _appoint_form(request: HttpRequest, data: Any) -> AppointForm:
    people: Choices = [
        (str(known.id), " · ".join(part for part in (known.name, known.login, known.offices) if part))
        for known in directory.people(_find(request, "find_person"))
    ]
    return AppointForm(data, people, {"kind": "holder", "valid_from": local_day(now())})


def _grant_form(request: HttpRequest, keeper: Keeper, found: Actor, data: Any) -> GrantForm:
    assert found.organisation is not None
    text = _find(request, "find_agency")
    lines = directory.search(keeper.seen, text).lines if text else []
    own = Actor.objects.get(pk=found.organisation)
    agencies: Choices = [
        (str(own.id), _name(own)),
        *((str(line.id), line.name) for line in lines if line.id != own.id),
    ]
    return GrantForm(
        data, roles(), agencies, {"scope": "agency", "scope_id": str(own.id), "valid_from": local_day(now())}
    )


def roles() -> Choices:
    """The roles in force, by name."""
    found = definitions.all_in_force("role", local_day(now()))
    named = [(str(one.id), f"{said(one.body.get('name'))}: {said(one.body.get('purpose'))}") for one in found if one.code not in ("platform", "system")]  # fmt: skip
    return sorted(named, key=lambda pair: pair[1])
