"""What every person sees: who looked at their data, one read contested, and what became of it."""

import secrets
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from sauro.core.doorway import Ask, act
from sauro.core.doorway.decide import local_day
from sauro.core.models import Commitment, Contest, ContestNotice
from sauro.core.moment import now
from sauro.core.queries.reading import Looked, Sought, agencies_that_looked, looks
from sauro.core.queries.visibility import Reader
from sauro.core.refusal import Refusal
from sauro.project.offices.words import english
from sauro.project.reads import listing, words
from sauro.project.reads.asked import Asked, asked_of
from sauro.project.reads.forms import ContestForm
from sauro.serve.pages.citizen.looked import purpose
from sauro.web import forms
from sauro.web.people import signed_in
from sauro.web.shapes import Chip
from sauro.web.spreadsheet import attachment, inert
from sauro.web.templatetags.sauro import moment as moment_words

PAGE, MOST = 25, 5_000


@signed_in
def who_looked(request: HttpRequest, reader: Reader) -> HttpResponse:
    """Every read of the person's data, newest first, a page at a time; or all of it as a file."""
    asked = asked_of(request.GET)
    if request.GET.get("export") == "csv":
        return attachment(_table(reader.person, asked), f"ai-da-xem-{local_day(now()):%Y-%m-%d}", "csv", "")
    found = looks(reader.person, asked.sought, PAGE + 1)
    page, more = found[:PAGE], len(found) > PAGE
    contested = listing.own_by_access(reader.person, [line.id for line in page])
    known = words.cases([line.commitment for line in page])
    agencies = [(id_, en if english() else vi) for id_, vi, en in agencies_that_looked(reader.person)]
    context = {
        "lines": [_seen(line, known, contested.get(line.id)) for line in page], "asked": asked, "chips": _chips(asked),
        "following": asked.after(page[-1]) if more else "", "first": asked.query() if asked.before else "",
        "agencies": agencies, "csv": asked.query(export="csv"), "contests": listing.own(reader.person)[:5],
        "case": words.cases([asked.case]).get(asked.case) if asked.case else None,
        "stages": words.stage, "moment_now": now(),
    }  # fmt: skip
    return render(request, "reads/who_looked.html", context)


def _seen(line: Looked, known: dict[UUID, words.Case], contest: listing.Line | None) -> dict[str, Any]:
    case = known.get(line.commitment) if line.commitment else None
    return {
        "id": line.id, "who": words.who(line), "purpose": purpose(line.purpose, own=line.own, machine=line.machine),
        "how": words.shown(line.how), "first_at": line.first_at, "last_at": line.last_at, "times": line.times, "case": case,
        "own": line.own, "machine": line.machine, "contest": contest, "stage": words.stage(contest.stage) if contest else "",
        "may_contest": not line.own and (contest is None or contest.stage == "withdrawn"),
    }  # fmt: skip


def _chips(asked: Asked) -> list[Chip]:
    named = {"others": _("Officials"), "machine": _("The platform itself"), "own": _("You yourself")}
    return [Chip(text, asked.query(by="" if asked.by == code else code), asked.by == code) for code, text in named.items()]  # fmt: skip


def _table(person: UUID, asked: Asked) -> Iterator[list[str]]:
    yield [
        _("Who"),
        _("For what"),
        _("What was shown"),
        _("Case"),
        _("First"),
        _("Last"),
        _("Times"),
        _("Contest"),
    ]
    found = looks(person, asked.sought, MOST)
    known = words.cases([line.commitment for line in found])
    contested = listing.own_by_access(person, [line.id for line in found])
    for line in found:
        case = known.get(line.commitment) if line.commitment else None
        contest = contested.get(line.id)
        cells = [
            words.who(line), purpose(line.purpose, own=line.own, machine=line.machine), words.shown(line.how),
            case.words if case else "", moment_words(line.first_at), moment_words(line.last_at), str(line.times),
            words.stage(contest.stage) if contest else "",
        ]  # fmt: skip
        yield [inert(cell) for cell in cells]


@signed_in
def contest_new(request: HttpRequest, reader: Reader, access: UUID) -> HttpResponse:
    """Contest one read: what it was, a reason, and what happens next."""
    found = looks(reader.person, Sought(one=access), 1)
    if not found or found[0].own:
        raise Http404
    standing = listing.own_by_access(reader.person, [access]).get(access)
    if standing is not None and standing.stage != "withdrawn":
        return redirect("my_contest", standing.id)
    form, status = ContestForm(request.POST if request.method == "POST" else None), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            payload = {"access": access, **form.cleaned_data}
            try:
                made = act(Ask("core.contest_read", reader.person, _key(request), payload)).subject
            except Refusal as refusal:
                forms.refuse(form, refusal)
                status = refusal.status
            else:
                return redirect("my_contest", made)
    seen = _seen(found[0], words.cases([found[0].commitment]), None)
    context = {"line": seen, "form": form, "key": _key(request), "right": _right()}
    return render(request, "reads/contest_new.html", context, status=status)


@signed_in
def my_contest(request: HttpRequest, reader: Reader, contest: UUID) -> HttpResponse:
    """One's own contest: how far it is, until when it is answered, what was asked, explained and answered."""
    opened = listing.open_own(reader, contest)
    line = listing.one(contest)
    if opened is None or line is None:
        raise Http404
    ContestNotice.objects.filter(contest=contest, person=reader.person, read_at=None).update(read_at=now())
    promise = opened.rows[Commitment._meta.db_table]
    looked = looks(reader.person, Sought(one=line.access), 1)
    context = {
        "line": line, "seen": _seen(looked[0], words.cases([line.case]), None) if looked else None, "stage": words.stage(line.stage),
        "schedule": words.schedule(line.due, line.finished_at, now()), "parts": said(opened.parts), "promise": promise,
        "open": line.stage in listing.OPEN, "key": secrets.token_hex(16), "outcome": words.outcomes().get(line.outcome, ""),
        "consequence": words.consequences().get(line.consequence, ""), "right": _right(),
    }  # fmt: skip
    return render(request, "reads/my_contest.html", context)


@require_POST
@signed_in
def withdraw(request: HttpRequest, reader: Reader, contest: UUID) -> HttpResponse:
    """Take one's own contest back."""
    if not Contest.objects.filter(pk=contest, person=reader.person).exists():
        raise Http404
    act(Ask("core.withdraw_contest", reader.person, _key(request), {}, contest))
    return redirect("my_contest", contest)


def said(parts: dict[str, dict[str, Any] | None]) -> dict[str, Any]:
    """The words of a contest: reason, exchanges of question and explanation, answer; None where lawfully erased."""
    texts = {name: (part or {}).get("text") for name, part in parts.items()}
    rounds = []
    for number in range(1, len(texts) + 1):
        if f"question-{number}" in texts:
            rounds.append(
                (
                    texts[f"question-{number}"],
                    f"explanation-{number}" in texts,
                    texts.get(f"explanation-{number}"),
                )
            )
    return {
        "reason": texts.get("reason"),
        "rounds": rounds,
        "answer": texts.get("answer"),
        "has_answer": "answer" in texts,
    }


def _right() -> dict[str, Any]:
    from sauro.core.actions.contests import RIGHT
    from sauro.core.queries import definitions

    found = definitions.in_force("data_right", RIGHT, local_day(now()))
    return (
        {"days": found.body["amount"], "basis": found.basis, "verified": found.body["verified"]}
        if found
        else {}
    )


def _key(request: HttpRequest) -> str:
    return request.POST.get("key") or secrets.token_hex(16)
