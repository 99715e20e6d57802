"""The queue: what the office may list, filtered by the address, and many dossiers accepted at once."""

import secrets
from datetime import datetime
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from sauro.core.doorway import Ask, Outcome, act_many
from sauro.core.doorway.act import not_found
from sauro.core.doorway.decide import local_day
from sauro.core.doorway.registry import lookup
from sauro.core.moment import now
from sauro.core.refusal import Refusal
from sauro.serve.models import Dossier
from sauro.serve.pages.officer import export
from sauro.serve.pages.officer.asked import Asked
from sauro.serve.pages.officer.case_papers import attachment
from sauro.serve.pages.officer.office import ACCEPT, LIST, Official, elsewhere, for_officials
from sauro.serve.pages.officer.rows import rows_of
from sauro.serve.queries import queue as queries
from sauro.serve.queries.catalogue import procedures
from sauro.serve.rules.forms import say
from sauro.web import spreadsheet

MOST_AT_ONCE = 500


@for_officials
def dossiers(request: HttpRequest, official: Official) -> HttpResponse:
    """One page of the queue, or the whole of it as a file; for who may list no dossier there is nothing here."""
    if LIST not in official.may:
        raise Http404
    asked, at = Asked.read(request.GET), now()
    if request.GET.get("export") in ("csv", "xlsx"):
        return _file(official, asked, request.GET["export"], at)
    seen = queries.listed(official.reader)
    page = queries.queue(official.reader, asked.filter, at, seen=seen)
    rows = rows_of(page.lines, at)
    # Beside what has ended, or on a later page, it would only disturb.
    mine = queries.turns_of([official.office.position])
    turns = any(line.office in mine for line in page.lines)
    quiet = turns or bool(asked.filter.after) or not queries.is_open(asked.filter)
    today = local_day(at)
    context = {
        "here": "dossiers", "official": official, "asked": asked, "rows": rows, "key": secrets.token_hex(16),
        "bulk": ACCEPT in official.may and any(row.acceptable for row in rows),
        "statuses": asked.statuses(queries.counts(official.reader, asked.filter, at, seen)), "flags": asked.flags(),
        "procedures": [(item.code, say(item.terms.name)) for item in procedures(today)],
        "following": asked.href(after=page.following) if page.following else "",
        "first": asked.href() if asked.filter.after else "", "csv": asked.export("csv"), "xlsx": asked.export("xlsx"),
        "elsewhere": [] if quiet else elsewhere(official.office, official.held),
        "pressing": queries.is_open(asked.filter), "by_due": asked.href(sort="due"), "by_submitted": asked.href(sort="submitted"),
    }  # fmt: skip
    return render(request, "serve/officer/queue.html", context)


def _file(official: Official, asked: Asked, kind: str, at: datetime) -> HttpResponse:
    lines = list(queries.every(official.reader, asked.filter, at, export.MOST))
    rows = export.table(lines, at)
    name = f"ho-so-{local_day(at):%Y-%m-%d}.{kind}"
    if kind == "csv":
        return attachment(spreadsheet.as_csv(rows), name, "text/csv; charset=utf-8")
    return attachment(spreadsheet.as_xlsx(rows, _("Dossiers")), name, spreadsheet.XLSX)


@require_POST
@for_officials
def accept_chosen(request: HttpRequest, official: Official) -> HttpResponse:
    """Accept the dossiers that were ticked: each for itself, so that a refused one does not hold up the others."""
    chosen = [UUID(text) for text in request.POST.getlist("chosen")[:MOST_AT_ONCE] if _is_id(text)]
    if not chosen:
        return redirect("serve:queue")
    key, reader = request.POST.get("key") or secrets.token_hex(16), official.reader
    asks = [
        Ask(ACCEPT, reader.person, f"{key}:{id_}", {}, id_, reader.position, version=_version(request, id_))
        for id_ in dict.fromkeys(chosen)
    ]
    results = [_told(result) for result in act_many(asks)]
    known = {row.id: row for row in Dossier.objects.filter(pk__in=[ask.subject for ask in asks])}
    lines = [
        {"id": ask.subject, "title": _title(known.get(ask.subject), result), "refusal": result if isinstance(result, Refusal) else None,
         "code": result.answer.get("code") if isinstance(result, Outcome) else None}
        for ask, result in zip(asks, results, strict=True) if ask.subject
    ]  # fmt: skip
    done = sum(1 for result in results if isinstance(result, Outcome))
    context = {
        "here": "dossiers",
        "official": official,
        "lines": lines,
        "done": done,
        "refused": len(lines) - done,
    }
    return render(request, "serve/officer/accepted.html", context)


def _told(result: Outcome | Refusal) -> Outcome | Refusal:
    """A dossier that is not theirs is answered in the same words as one that does not exist."""
    if isinstance(result, Refusal) and result.code == "no_grant":
        return not_found(lookup(ACCEPT))
    return result


def _title(row: Dossier | None, result: Outcome | Refusal) -> str:
    hidden = row is None or (isinstance(result, Refusal) and result.code == "not_found")
    return "–" if hidden or row is None else row.reference


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _version(request: HttpRequest, id_: UUID) -> int | None:
    text = request.POST.get(f"version-{id_}", "")
    return int(text) if text.isdigit() and len(text) < 10 else None
