"""All conflicts and doubts; and for an office of the agency that keeps the number, the form of its ruling."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django import forms as django_forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from sauro.core.doorway import Ask, act
from sauro.core.queries.visibility import Reader, grants_of
from sauro.core.refusal import Refusal
from sauro.watch.pages import numbers as shown
from sauro.watch.pages.numbers import Doubt
from sauro.watch.queries import indicators as queries
from sauro.watch.queries.indicators import Finding, Indicator, Observed
from sauro.watch.queries.offices import heirs
from sauro.watch.queries.sentences import here
from sauro.web import forms
from sauro.web.forms.base import say_what_to_do
from sauro.web.people import Office, office_of, person_of
from sauro.web.shapes import Chip

RULE = "core.rule_on_conflict"
STATES = ("open", "ruled")
LONGEST = 2_000


class RulingForm(forms.Form):
    """One claim upheld, or what became of a doubt; with the reason, which everybody reads."""

    def __init__(self, found: Finding, claims: Sequence[tuple[str, str]], data: object = None) -> None:
        super().__init__(data, prefix=f"d{found.id.hex[-8:]}")  # type: ignore[arg-type]
        self.upholds = found.kind == "conflict" and len(found.claims) > 1
        if self.upholds:
            field, name = django_forms.ChoiceField(label=_("Which claim holds"), choices=claims, widget=django_forms.RadioSelect), "upheld"  # fmt: skip
        else:
            ways = [("explained", _("Explained: it holds, for the reason given")), ("corrected", _("Corrected at its source")), ("stands", _("The doubt stands"))]  # fmt: skip
            field, name = django_forms.ChoiceField(label=_("What became of it"), choices=ways, widget=django_forms.RadioSelect), "ruling"  # fmt: skip
        reason = django_forms.CharField(label=_("Reason, for everybody to read"), max_length=LONGEST, widget=django_forms.Textarea(attrs={"rows": 3}))  # fmt: skip
        for key, each in ((name, field), ("reason", reason)):
            say_what_to_do(each)
            self.fields[key] = each

    def payload(self) -> dict[str, object]:
        """What the act is given."""
        said = self.cleaned_data
        if self.upholds:
            return {"ruling": "upheld", "upheld": UUID(said["upheld"]), "reason": said["reason"]}
        return {"ruling": said["ruling"], "reason": said["reason"]}


@dataclass(frozen=True)
class Entry:
    """A finding on the page, with the claims it is about; ``form`` for who rules on it."""

    doubt: Doubt
    claims: list[tuple[str, str]]
    custodian: str
    upheld: str
    form: RulingForm | None = None


@require_safe
def doubts(request: HttpRequest) -> HttpResponse:
    """The list, the newest first; what is open unless asked otherwise."""
    return _page(request)


@require_http_methods(["GET", "POST"])
def rule(request: HttpRequest, finding: UUID) -> HttpResponseBase:
    """Rule on a finding, once for each form that was opened; for nobody but who keeps the number."""
    who = _who(request)
    found = queries.conflict(finding)
    if who is None or found is None or not _keeps(who[1], found):
        raise Http404
    if request.method != "POST":
        return redirect(f"{reverse('watch:doubts')}#d{finding}")
    reader, _office = who
    form = _form(found, _known([found]), request.POST)
    if not form.is_valid():
        return _page(request, tried=(finding, form), status=422)
    key = request.POST.get("key") or secrets.token_hex(16)
    try:
        act(Ask(RULE, reader.person, key, form.payload(), finding, reader.position))
    except Refusal as refusal:
        forms.refuse(form, refusal)
        return _page(request, tried=(finding, form), status=refusal.status, rule=refusal.rule)
    messages.success(request, _("Ruled. The reason stands beside the claims from now on."))
    return redirect(f"{reverse('watch:doubts')}?state=ruled#d{finding}")


Known = tuple[dict[UUID, Indicator], dict[UUID, Observed]]


def _known(found: Sequence[Finding]) -> Known:
    """The indicators, and the claims that these findings are about."""
    claims = queries.observations(ids={claim for each in found for claim in each.claims})
    return {each.id: each for each in queries.indicators()}, {each.id: each for each in claims}


def _page(
    request: HttpRequest, *, tried: tuple[UUID, RulingForm] | None = None, status: int = 200, rule: str = ""
) -> HttpResponse:
    asked = request.GET.get("state", "open")
    state = asked if asked in STATES else None
    found = queries.conflicts(state)
    known, who = _known(found), _who(request)
    entries = []
    for each in shown.doubts(found):
        form = tried[1] if tried and tried[0] == each.found.id else None
        if form is None and who is not None and each.found.state == "open" and _keeps(who[1], each.found):
            form = _form(each.found, known)
        claims = _claims(each.found, known)
        keeper = next((i for i in known[0].values() if i.custodian == each.found.custodian), None)
        upheld = next((words for id_, words in claims if id_ == str(each.found.upheld)), "")
        entries.append(Entry(each, claims, here(keeper.custodian_name) if keeper else "", upheld, form))
    address = reverse("watch:doubts")
    chips = [
        Chip(words, f"{address}?state={value}", (state or "all") == value)
        for value, words in (("open", _("Not ruled yet")), ("ruled", _("Ruled")), ("all", _("All")))
    ]
    context = {"entries": entries, "chips": chips, "tried": tried[1] if tried else None, "key": secrets.token_hex(16), "rule": rule}  # fmt: skip
    return render(request, "watch/public/doubts.html", context, status=status)


def _claims(found: Finding, known: Known) -> list[tuple[str, str]]:
    """The claims that a finding is about, by id, in words."""
    made = []
    for id_ in found.claims:
        claim = known[1].get(id_)
        of = known[0].get(claim.indicator) if claim else None
        if claim and of:
            made.append((str(id_), f"{claim.amount(of.unit)} – {claim.source_title}"))
    return made


def _form(found: Finding, known: Known, data: object = None) -> RulingForm:
    return RulingForm(found, _claims(found, known), data)


def _who(request: HttpRequest) -> tuple[Reader, frozenset[UUID]] | None:
    """Who might rule: the reader, and the agency of their office with those it succeeds; None for everybody else."""
    person = person_of(request)
    office: Office | None = office_of(request, person) if person else None
    if person is None or office is None:
        return None
    reader = office.reader(person)
    return (reader, heirs(office.organisation)) if grants_of(reader, RULE) else None


def _keeps(agencies: frozenset[UUID], found: Finding) -> bool:
    return found.custodian is not None and found.custodian in agencies
