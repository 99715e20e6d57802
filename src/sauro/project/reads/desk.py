"""The officer's desk: contested reads by their deadline, one with all that stood around it, and the acts on it."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from sauro.core.doorway import Ask, act
from sauro.core.models import Commitment, Contest, ContestNotice
from sauro.core.moment import now
from sauro.core.queries.reading import Opened
from sauro.core.queries.visibility import Reader
from sauro.core.refusal import Refusal
from sauro.project.offices.keeper import keeper_of
from sauro.project.reads import listing, words
from sauro.project.reads.context import context_of
from sauro.project.reads.forms import AnswerForm, ExplainForm, QuestionForm
from sauro.project.reads.mine import said
from sauro.serve.pages.citizen.looked import purpose
from sauro.serve.pages.officer.office import Official
from sauro.web import forms

P = ParamSpec("P")
ACTIONS = {"ask": "core.ask_explanation", "explain": "core.explain_read", "answer": "core.answer_contest"}
DONE = {
    "ask": gettext_lazy("The reader and the head of the agency are asked."),
    "explain": gettext_lazy("Your explanation was handed over."),
    "answer": gettext_lazy("Answered. The person and the reader are told."),
}
_KEPT = "_sauro_contests"
MOST_TOLD = 20


@dataclass(frozen=True)
class Officer:
    """Who answers or explains contested reads: in which office, if in any, and which of the two they may do somewhere."""

    reader: Reader
    official: Official | None
    answers: bool
    explains: bool
    waiting: int


def officer_of(request: HttpRequest) -> Officer | None:
    """Who is behind a request, or None for a stranger. Looked up once per request."""
    if not hasattr(request, _KEPT):
        keeper = keeper_of(request)
        found = None
        if keeper is not None:
            # Everybody reads their own contests; who answers any has the desk.
            answers, explains = ACTIONS["answer"] in keeper.may, listing.EXPLAIN in keeper.may
            waiting = listing.waiting(keeper.reader, answers=answers, explains=explains)
            found = Officer(keeper.reader, keeper.official, answers, explains, waiting)
        setattr(request, _KEPT, found)
    kept: Officer | None = getattr(request, _KEPT)
    return kept


def may_answer_or_explain(request: HttpRequest) -> bool:
    """Whether the desk is of use to this reader: an officer always, anybody else once they are asked."""
    found = officer_of(request)
    return found is not None and (found.answers or found.waiting > 0)


def count(request: HttpRequest) -> int | None:
    found = officer_of(request)
    return found.waiting if found else None


def for_officers(
    view: Callable[Concatenate[HttpRequest, Officer, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Give the view the officer; a stranger signs in, for who may neither answer nor explain there is nothing here."""

    @wraps(view)
    def inner(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        found = officer_of(request)
        if found is None:
            return redirect_to_login(request.get_full_path())
        if not (found.answers or found.explains):
            raise Http404
        return view(request, found, *args, **kwargs)

    return cast(Callable[Concatenate[HttpRequest, P], HttpResponseBase], inner)


@for_officers
def desk(request: HttpRequest, officer: Officer) -> HttpResponse:
    """What waits to be answered, the earliest deadline first; what is to be explained; what one was told."""
    moment, ended = now(), request.GET.get("ended") == "1"
    lines = listing.to_answer(officer.reader, ended=ended) if officer.answers else []
    asked = listing.to_explain(officer.reader) if officer.explains else []
    known = words.cases([line.case for line in (*lines, *asked)])
    told = list(ContestNotice.objects.filter(person=officer.reader.person).order_by("-at")[:MOST_TOLD])
    new = {row.pk for row in told if row.read_at is None}
    ContestNotice.objects.filter(pk__in=new).update(read_at=moment)
    context = {
        "here": "contests", "official": officer.official, "officer": officer, "ended": ended,
        "lines": [_row(officer.reader, line, known, moment) for line in lines],
        "asked": [_row(officer.reader, line, known, moment) for line in asked],
        "told": [(row, words.told(row.kind), row.pk in new) for row in told], "most": listing.MOST,
        "full": len(lines) >= listing.MOST,
    }  # fmt: skip
    return render(request, "reads/desk.html", context)


def _row(reader: Reader, line: listing.Line, known: Mapping[UUID, words.Case], moment: Any) -> dict[str, Any]:
    return {
        "line": line, "case": known.get(line.case) if line.case else None, "schedule": words.schedule(line.due, line.finished_at, moment),
        "turn": words.turn(line.stage), "yours": listing.in_turn(reader, line), "who": line.who or words.who_machine(),
        "purpose": purpose(line.purpose, machine=line.machine), "outcome": words.outcomes().get(line.outcome, ""),
    }  # fmt: skip


@for_officers
def contest(request: HttpRequest, officer: Officer, contest: UUID) -> HttpResponse:
    """One contest: the read with what stood around it, what was said, and what this reader may do now."""
    return _page(request, officer, contest, {}, 200, "")


@require_POST
@for_officers
def do(request: HttpRequest, officer: Officer, contest: UUID, verb: str) -> HttpResponse:
    """Ask for an explanation, explain, or answer."""
    if verb not in ACTIONS or not Contest.objects.filter(pk=contest).exists():
        raise Http404
    made: dict[str, forms.Form] = {verb: _form(verb, request.POST)}
    form = made[verb]
    if not form.is_valid():
        return _page(request, officer, contest, made, 422, "")
    reader, key = officer.reader, request.POST.get("key") or secrets.token_hex(16)
    try:
        act(Ask(ACTIONS[verb], reader.person, key, dict(form.cleaned_data), contest, reader.position))
    except Refusal as refusal:
        if refusal.code in ("no_grant", "not_found") and _opened(officer, contest) is None:
            raise Http404 from None
        forms.refuse(form, refusal)
        return _page(request, officer, contest, made, refusal.status, refusal.rule)
    messages.success(request, str(DONE[verb]))
    return redirect("contests") if verb == "explain" else redirect("contest", contest)


def _form(verb: str, data: Any = None) -> forms.Form:
    kinds: dict[str, Callable[[Any], forms.Form]] = {
        "ask": QuestionForm,
        "explain": ExplainForm,
        "answer": AnswerForm,
    }
    return kinds[verb](data)


def _opened(officer: Officer, contest: UUID) -> tuple[str, Opened] | None:
    """The contest as this reader may see it, and as what: to answer it, or to explain the read."""
    if officer.answers and (found := listing.open_to_answer(officer.reader, contest)) is not None:
        return "answer", found
    if officer.explains and (found := listing.open_to_explain(officer.reader, contest)) is not None:
        return "explain", found
    return None


def _page(
    request: HttpRequest,
    officer: Officer,
    contest: UUID,
    made: Mapping[str, forms.Form],
    status: int,
    rule: str,
) -> HttpResponse:
    found, line = _opened(officer, contest), listing.one(contest)
    if found is None or line is None:
        raise Http404
    role, opened = found
    row = Contest.objects.get(pk=contest)
    verbs = _verbs(officer, role, line)
    context = {
        "here": "contests", "official": officer.official, "role": role, "line": line, "row": _row(officer.reader, line, words.cases([line.case]), now()),
        "how": words.shown(line.how), "parts": said(opened.parts), "promise": opened.rows[Commitment._meta.db_table], "rule": rule,
        "around": context_of(row) if role == "answer" else None, "consequence": words.consequences().get(line.consequence, ""),
        "forms": {verb: made.get(verb) or _form(verb) for verb in verbs}, "key": secrets.token_hex(16),
        "failed": next((form for form in made.values() if form.errors), None), "stage": words.stage(line.stage),
        "other_turn": role == "answer" and line.stage in ("open", "explained") and not listing.in_turn(officer.reader, line),
    }  # fmt: skip
    return render(request, "reads/contest.html", context, status=status)


def _verbs(officer: Officer, role: str, line: listing.Line) -> list[str]:
    """What is offered: only what would not be refused for whose turn it is."""
    if line.stage not in listing.OPEN:
        return []
    if role == "explain":
        return ["explain"] if line.stage == "asked" else []
    turn = listing.in_turn(officer.reader, line) or line.stage == "asked"
    return (["answer"] if line.stage == "asked" else ["ask", "answer"]) if turn else []
