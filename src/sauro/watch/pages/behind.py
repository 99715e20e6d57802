"""What lies behind a number: the cases it is made of; and from a red one, who answers for it and what they promised."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from sauro.core.doorway.decide import local_day
from sauro.core.moment import now
from sauro.core.queries import definitions, successors
from sauro.watch.measuring import NATION
from sauro.watch.pages import words as said
from sauro.watch.pages.asked import Asked
from sauro.watch.pages.office import Official, for_officials
from sauro.watch.queries import counts, offices
from sauro.watch.queries.counts import Line
from sauro.watch.queries.offices import MOST_PROMISES, Agency, Kept
from sauro.watch.rules.measures import MEASURES, STOCKS
from sauro.web.navigation import new_promise, promise_kind
from sauro.web.shapes import Status
from sauro.web.wording import number as said_number

NEAR = timedelta(days=7)


def leaf_href(leaf_index: int | None) -> str:
    """Where anybody gets the proof that an event stands in the journal."""
    if leaf_index is None:
        return ""
    try:
        return reverse("api:leaf_inclusion", kwargs={"index": leaf_index})
    except NoReverseMatch:
        return ""


@dataclass(frozen=True)
class Case:
    """A case behind a number, in words."""

    line: Line
    agency: str
    what: str
    stage: str
    href: str
    proof: str


@require_safe
@for_officials
def cases(request: HttpRequest, official: Official, agency: UUID) -> HttpResponse:
    """A page of the cases behind a count; what the reader's grants do not cover is not there."""
    asked, measure = Asked.read(request.GET, agency), request.GET.get("measure", "open_late")
    place = offices.agency(agency) if agency != NATION else None
    there = agency == NATION or place is not None
    if measure not in MEASURES or not there or not official.opens.may(agency):
        raise Http404
    after = request.GET.get("after", "")
    page = counts.cases(official.reader, agency, measure, asked.first, asked.last, after)
    known = successors.said([line.agency for line in page.lines])
    here = asked.cases(agency, measure)
    stock = measure in STOCKS
    context = {
        "here": "watch", "official": official, "asked": asked, "measure": measure, "name": said.name(measure),
        "meaning": said.meaning(measure), "title": place.name if place else _("The whole nation"), "stock": stock,
        "rows": [_case(request, line, known) for line in page.lines], "age": counts.age(),
        "count": counts.sums([agency], [measure], asked.first, asked.last)[agency, measure],
        "back": asked.href(agency=agency if agency not in (NATION, official.seen.root) else None),
        "answers": f"{reverse('watch:answers', args=[agency])}?measure={measure}" if place and measure in said.RED else "",
        "first": here if after else "", "following": f"{here}&after={page.following}" if page.following else "",
    }  # fmt: skip
    return render(request, "watch/desk/cases.html", context)


def _case(request: HttpRequest, line: Line, known: Mapping[UUID, str]) -> Case:
    kind = promise_kind(line.kind)
    stage = str(kind.stage(line.stage)) if kind and line.stage else line.stage
    href = kind.address(request, line.id) if kind else ""
    return Case(line, known.get(line.agency, ""), procedure_name(line.procedure) or _("Task"), stage, href, leaf_href(line.leaf_index))  # fmt: skip


def procedure_name(code: str) -> str:
    """The name of a procedure; its code where it is not in force any more."""
    found = definitions.in_force("procedure", code, local_day(now())) if code else None
    language = "en" if (get_language() or "vi").startswith("en") else "vi"
    return str(found.body["name"][language]) if found else code


@dataclass(frozen=True)
class Promise:
    """A promise of an agency, in words: what was reported, what is shown, how it stands against what was promised first.

    ``called`` is a task's words for who may open it, else its code: who reads numbers may not for that read tasks.
    """

    kept: Kept
    called: str
    stage: str
    reported: Status
    evidenced: Status
    schedule: Status
    href: str


@require_safe
@for_officials
def answers(request: HttpRequest, official: Official, agency: UUID) -> HttpResponse:
    """Who answers for an agency's numbers: its head's office, what it promised, what was done, and a new promise."""
    place = offices.agency(agency)
    if place is None or not official.seen.may(place.id):
        raise Http404
    at, measure = now(), request.GET.get("measure", "open_late")
    measure = measure if measure in MEASURES else "open_late"
    # Who reads the number of an agency does not for that see the dossiers that it is made of (I5).
    dossiers = official.opens.may(place.id)
    found = offices.promises_of(place.id, at, dossiers=dossiers)
    asked, age = Asked.read(request.GET, agency), counts.age()
    count = counts.sums([place.id], [measure], asked.first, asked.last)[place.id, measure]
    done = [
        (str(kind.event(each.name)) if (kind := promise_kind(each.kind)) else each.name, each)
        for each in offices.lately(place.id, [kept.id for kept in found], dossiers=dossiers)
    ]
    context = {
        "here": "watch", "official": official, "place": place, "head": offices.head_of(place.id), "name": said.name(measure),
        "count": count, "age": age, "promises": [_promise(request, kept, at) for kept in found[:MOST_PROMISES]],
        "more": len(found) > MOST_PROMISES, "done": done, "draft": new_promise(request, place.id, _note(place, measure, count, age.leaf_index)),
        "cases": asked.cases(agency, measure) if dossiers else "", "proof": leaf_href(age.leaf_index - 1 if age.leaf_index else None),
        "back": asked.href(agency=agency if agency != official.seen.root else None),
    }  # fmt: skip
    return render(request, "watch/desk/answers.html", context)


def _note(place: Agency, measure: str, count: int, leaf_index: int) -> str:
    return _("%(measure)s: %(count)s (%(agency)s, counted up to event %(leaf)s of the journal)") % {
        "measure": said.name(measure), "count": said_number(count), "agency": place.name, "leaf": said_number(leaf_index),
    }  # fmt: skip


def _promise(request: HttpRequest, kept: Kept, at: datetime) -> Promise:
    kind = promise_kind(kept.kind)
    stage = str(kind.stage(kept.stage)) if kind and kept.stage else ""
    href = kind.address(request, kept.id) if kind else ""
    called = (kept.task if href else "") or kept.code or procedure_name(kept.procedure)
    return Promise(kept, called, stage, _reported(kept), _evidenced(kept), _schedule(kept, at), href)


def _reported(kept: Kept) -> Status:
    words = {"none": _("nothing reported"), "in_progress": _("in progress"), "done": _("reported done")}
    return Status("on_time" if kept.reported == "done" else "neutral", words[kept.reported])


def _evidenced(kept: Kept) -> Status:
    if kept.evidenced == "shown":
        return Status("on_time", _("shown"))
    if kept.reported == "done":
        return Status("late", _("not shown"))
    return Status("neutral", _("none yet") if kept.evidenced == "none" else _("not shown yet"))


def _schedule(kept: Kept, at: datetime) -> Status:
    """Against what was promised first, whatever was moved since."""
    if kept.due_original is None:
        return Status("neutral", _("nothing promised yet"))
    if at > kept.due_original:
        days = max(1, (at - kept.due_original).days)
        return Status("late", ngettext("late by %(count)d day", "late by %(count)d days", days) % {"count": days})  # fmt: skip
    if kept.due_original - at <= NEAR:
        return Status("near", _("due soon"))
    return Status("on_time", _("in time"))
