"""The administrator's pages of reorganisation day. They decide nothing: every change is an act."""

import secrets
from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec
from uuid import UUID

import msgspec
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from sauro.core.actions.merging import unfit_words
from sauro.core.doorway import Ask, act
from sauro.core.doorway.decide import local_day
from sauro.core.models import Reorganisation
from sauro.core.moment import now
from sauro.core.queries.visibility import Reader
from sauro.core.refusal import Refusal
from sauro.core.rules.reorganising import Unfit
from sauro.project.reorganisation import naming, told
from sauro.project.reorganisation.forms import ChooseForm, DecideForm, boxes, refused
from sauro.project.reorganisation.preview import preview
from sauro.project.reorganisation.terms import Chosen, planned
from sauro.web import forms
from sauro.web.authority import frame_asks, grants_here
from sauro.web.navigation import RailEntry, add_to_rail
from sauro.web.people import office_of, person_of

PLAN, CALL_OFF = "core.plan_reorganisation", "core.call_off_reorganisation"
_KEPT = "_sauro_reorganises"
P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, Reader, P], HttpResponseBase]


def register() -> None:
    """Add the entry of the left rail; called once, with the addresses."""
    frame_asks(PLAN)
    add_to_rail(RailEntry("reorganisations", lazy("Mergers and splits"), "reorganisations", may, 91))


def may(request: HttpRequest) -> bool:
    """Whether this reader may merge and split organisations, in person or in the office that they chose."""
    return reader_of(request) is not None


def reader_of(request: HttpRequest) -> Reader | None:
    """The reader in the office in which they may, or None. Looked up once per request."""
    if not hasattr(request, _KEPT):
        setattr(request, _KEPT, _find(request))
    found: Reader | None = getattr(request, _KEPT)
    return found


def _find(request: HttpRequest) -> Reader | None:
    person = person_of(request)
    if person is None:
        return None
    office = office_of(request, person)
    reader = Reader(person, office.position if office else None)
    grants = [grant for grant in grants_here(request, reader, PLAN) if grant.scope.kind == "all"]
    if not grants:
        return None
    # Who may in person acts in person, whatever office they chose.
    return Reader(person, None) if any(grant.position is None for grant in grants) else reader


def for_administrators(view: View[P]) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Give the view the reader; strangers sign in, and for everybody else there is nothing."""

    @wraps(view)
    def inner(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if person_of(request) is None:
            return redirect_to_login(request.get_full_path())
        reader = reader_of(request)
        if reader is None:
            raise Http404
        return view(request, reader, *args, **kwargs)

    return never_cache(inner)


@require_safe
@for_administrators
def listed(request: HttpRequest, reader: Reader) -> HttpResponseBase:
    """What was decided, the newest first."""
    rows = list(Reorganisation.objects.order_by("-decided_at", "-id")[:100])
    names = naming.plain([id_ for row in rows for id_ in (row.absorbed[-1], row.into)])
    lines = [(row, told.title(row, names), told.status(row), told.when(row)) for row in rows]
    return render(request, "web/pages/reorganisations.html", {"here": "reorganisations", "lines": lines})


@require_safe
@for_administrators
def choose(request: HttpRequest, reader: Reader) -> HttpResponseBase:
    """Which go, into what, when, on which basis. All of it stands in the address, so it can be kept and sent."""
    sent = request.GET if request.GET else None
    searching = sent is None or "search" in sent
    form = ChooseForm(sent, searching=searching)
    if not searching and form.is_valid():
        return redirect(f"{reverse('reorganisation_preview')}?{kept(request.GET)}")
    context = {"here": "reorganisations", "form": form, "searched": bool(form.text)}
    return render(request, "web/pages/reorganisation_choose.html", context)


def kept(sent: QueryDict) -> str:
    """The address of a choice without what only searched."""
    query = sent.copy()
    for name in ("search", "q"):
        query.pop(name, None)
    return query.urlencode()


@for_administrators
def look(request: HttpRequest, reader: Reader) -> HttpResponseBase:
    """What would move; and, sent, the decision itself."""
    chosen_form = ChooseForm(request.GET)
    if not chosen_form.is_valid():
        return redirect(f"{reverse('reorganisation_new')}?{kept(request.GET)}")
    chosen = chosen_form.chosen()
    back = f"{reverse('reorganisation_new')}?{kept(request.GET)}&search=1"
    try:
        plan = planned(chosen, chosen.effective or local_day(now()))
    except Unfit as unfit:
        refused(chosen_form, unfit_words(str(unfit)))
        context = {"here": "reorganisations", "form": chosen_form, "searched": False}
        return render(request, "web/pages/reorganisation_choose.html", context, status=422)
    shown = preview(plan)
    form = DecideForm(plan, shown.names, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        answer = _decide(request, reader, chosen, form)
        if answer is not None:
            return answer
    context = {
        "here": "reorganisations", "form": form, "boxes": boxes(form), "shown": shown, "chosen": chosen, "back": back,
        "into": shown.names.get(chosen.into, "–"), "gone": [shown.names.get(id_, "–") for id_ in chosen.absorbed],
        "key": request.POST.get("key") or secrets.token_hex(16),
    }  # fmt: skip
    return render(
        request, "web/pages/reorganisation_preview.html", context, status=422 if form.errors else 200
    )


def _decide(
    request: HttpRequest, reader: Reader, chosen: Chosen, form: DecideForm
) -> HttpResponseBase | None:
    try:
        plan = planned(chosen, chosen.effective or local_day(now()), form.placed())
        payload: dict[str, Any] = {
            "kind": "merge", "organisation": plan.subject, "terms": msgspec.to_builtins(plan.terms),
            "effective": chosen.effective,
        }  # fmt: skip
        key = request.POST.get("key") or secrets.token_hex(16)
        done = act(Ask(PLAN, reader.person, key, payload, position=reader.position))
    except Unfit as unfit:
        refused(form, unfit_words(str(unfit)))
        return None
    except Refusal as refusal:
        forms.refuse(form, refusal)
        return None
    return redirect("reorganisation", reorganisation=done.subject)


@require_safe
@for_administrators
def one(request: HttpRequest, reader: Reader, reorganisation: UUID) -> HttpResponseBase:
    """What became of it, from its event."""
    row = Reorganisation.objects.filter(pk=reorganisation).first()
    if row is None:
        raise Http404
    context = {"here": "reorganisations", "row": row, "key": secrets.token_hex(16), **told.result(row)}
    return render(request, "web/pages/reorganisation.html", context)


@require_POST
@for_administrators
def call_off(request: HttpRequest, reader: Reader, reorganisation: UUID) -> HttpResponseBase:
    """Before its moment."""
    key = request.POST.get("key") or secrets.token_hex(16)
    act(Ask(CALL_OFF, reader.person, key, {}, reorganisation, reader.position))
    return redirect("reorganisation", reorganisation=reorganisation)
