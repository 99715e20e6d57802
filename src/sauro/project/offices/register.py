"""The register of organisations and offices: the tree and the search, one organisation, and what is registered in it."""

import secrets
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from sauro.core.doorway.decide import local_day
from sauro.core.moment import now
from sauro.core.queries import definitions
from sauro.core.refusal import Refusal
from sauro.project.offices import directory
from sauro.project.offices.forms import Choices, RegisterForm
from sauro.project.offices.keeper import Keeper, for_keepers
from sauro.project.offices.words import said
from sauro.web import forms

REGISTER = "core.register_actor"
LONGEST = 200


@for_keepers()
def listed(request: HttpRequest, keeper: Keeper) -> HttpResponse:
    """Organisations by words of their names, or the tops of the tree."""
    text = request.GET.get("q", "")[:LONGEST].strip()
    after = request.GET.get("after", "")[:400]
    page = directory.search(keeper.seen, text, after) if text else directory.tops(keeper.seen, after)
    return render(request, "offices/register.html", {
        **_frame(keeper), "page": page, "text": text, "following": _following(page, q=text), "types": _types("organisation_type"),
    })  # fmt: skip


@for_keepers()
def organisation(request: HttpRequest, keeper: Keeper, organisation: UUID) -> HttpResponse:
    """One organisation: its offices with who holds them, what lies below it, and the forms to register more."""
    found = directory.kept(keeper.seen, organisation)
    if found is None:
        raise Http404
    chosen, status, rule = {}, 200, ""
    if request.method == "POST" and REGISTER in keeper.may:
        kind = "organisation" if "organisation-code" in request.POST else "position"
        form = _form(kind, request.POST, found.type)
        status = 422
        if form.is_valid():
            try:
                made = keeper.do(request, REGISTER, _payload(form, organisation)).subject
            except Refusal as refusal:
                forms.refuse(form, refusal)
                status, rule = refusal.status, refusal.rule
            else:
                messages.success(request, _("Registered."))
                return redirect("office" if kind == "position" else "organisation", made)
        chosen[kind] = form
    after = request.GET.get("after", "")[:400]
    below = directory.below(keeper.seen, organisation, after)
    return render(request, "offices/organisation.html", {
        **_frame(keeper), "found": found, "name": _name(found), "above": directory.above(found), "offices": directory.offices(organisation),
        "below": below, "following": _following(below), "registers": REGISTER in keeper.may and found.current == found.id,
        "position_form": chosen.get("position") or _form("position", None, found.type), "rule": rule,
        "organisation_form": chosen.get("organisation") or _form("organisation", None, found.type),
        "tried": next(iter(chosen.values()), None), "key": secrets.token_hex(16), "types": _types("organisation_type"),
        "heir": _name_of(found.current) if found.current != found.id else "",
    }, status=status)  # fmt: skip


def _frame(keeper: Keeper) -> dict[str, Any]:
    return {"here": "register", "official": keeper.official, "may": keeper.may}


def _following(page: directory.Page, **parts: str) -> str:
    if not page.following:
        return ""
    query = QueryDict(mutable=True)
    query.update({name: value for name, value in {**parts, "after": page.following}.items() if value})
    return f"?{query.urlencode()}"


def _types(kind: str) -> dict[str, str]:
    """What the kinds of agencies or offices are called, by code."""
    return {one.code: said(one.body.get("name")) for one in definitions.all_in_force(kind, local_day(now()))}


def _form(kind: str, data: Any, type_: str) -> RegisterForm:
    known = definitions.all_in_force(f"{kind}_type", local_day(now()))
    # An office of a kind stands in agencies of some kinds only: procedures look for it there.
    fits = [one for one in known if kind == "organisation" or type_ in one.body.get("organisations", [type_])]
    types: Choices = sorted(
        ((one.code, said(one.body.get("name"))) for one in fits), key=lambda pair: str(pair[1])
    )
    return RegisterForm(data, kind, types, {"valid_from": local_day(now())})


def _payload(form: RegisterForm, organisation: UUID) -> dict[str, Any]:
    given = dict(form.cleaned_data)
    if form.kind == "position":
        return {**given, "kind": "position", "organisation": organisation}
    level = next((one.body.get("level", "") for one in definitions.all_in_force("organisation_type", local_day(now())) if one.code == given["type"]), "")  # fmt: skip
    return {**given, "kind": "organisation", "parent": organisation, "level": level}


def _name(found: Any) -> str:
    from sauro.project.offices.words import english

    return str(found.name_en if english() else found.name_vi)


def _name_of(id_: UUID | None) -> str:
    from sauro.core.models import Actor

    found = Actor.objects.filter(pk=id_).first() if id_ else None
    return _name(found) if found else ""


def organisation_url(organisation: UUID) -> str:
    """The page of an organisation."""
    return reverse("organisation", args=[organisation])
