"""A person's own dossiers: what stands where, what is asked of them, what they can take away."""

import secrets
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import get_language

from sauro.core.clock.explanation import explain
from sauro.core.doorway import Ask, act
from sauro.core.models import Commitment, StoredFile
from sauro.core.moment import now
from sauro.core.queries import courses, definitions, successors
from sauro.core.queries.reading import Opened, who_looked
from sauro.core.queries.visibility import Reader
from sauro.serve import files, papers, signing
from sauro.serve.models import Attachment, Dossier, Draft
from sauro.serve.pages.citizen.asked import asked_of
from sauro.serve.pages.citizen.filed import own_filing
from sauro.serve.pages.citizen.looked import lines_of as lines_of_readings
from sauro.serve.pages.citizen.sending import due_if_accepted, opening
from sauro.serve.pages.citizen.waits import lately, waits_for
from sauro.serve.pages.showing import lines_of, promise_of, status_words, timeline_of
from sauro.serve.queries import cases
from sauro.serve.queries.cases import Happening
from sauro.serve.queries.places import names
from sauro.serve.rules.forms import say
from sauro.serve.rules.procedures import procedure
from sauro.serve.rules.statuses import Status
from sauro.serve.wording import clock_lines, limit_words
from sauro.web.people import signed_in


@signed_in
def dossiers(request: HttpRequest, reader: Reader) -> HttpResponse:
    """Their home: what waits for them, what they have begun, what they have filed, a page at a time, and who looked."""
    after = request.GET.get("after", "")
    page, here = cases.own(reader.person, after), reverse("serve:my_dossiers")
    begun = [
        {"draft": draft, "name": say(definitions.get(draft.procedure).compiled(procedure).terms.name)}
        for draft in Draft.objects.filter(person=reader.person, assisted=False).order_by("-changed")
    ]
    context = {
        **({} if after else {"home": True, "waits": waits_for(reader.person), "lately": lately(reader.person)}),
        "lines": lines_of(page.lines, now()), "drafts": begun, "first": here if after else "",
        "following": f"{here}?{urlencode({'after': page.following})}" if page.following else "",
        "count": cases.own_count(reader.person) if after or page.following else len(page.lines),
    }  # fmt: skip
    return render(request, "serve/citizen/dossiers.html", context)


@signed_in
def dossier(request: HttpRequest, reader: Reader, dossier: UUID) -> HttpResponse:
    opened = open_own(reader, dossier)
    return render(request, "serve/citizen/dossier.html", shown(opened, reader, dossier))


@signed_in
def withdraw(request: HttpRequest, reader: Reader, dossier: UUID) -> HttpResponse:
    """Withdraw: it cannot be undone, so it asks, naming what will happen."""
    opened = open_own(reader, dossier)
    if request.method == "POST":
        act(Ask("serve.withdraw_dossier", reader.person, request.POST.get("key", ""), {}, subject=dossier))
        return redirect("serve:my_dossier", dossier=dossier)
    return render(
        request,
        "serve/citizen/withdraw.html",
        {**shown(opened, reader, dossier), "key": secrets.token_hex(16)},
    )


@signed_in
def paper(request: HttpRequest, reader: Reader, dossier: UUID, kind: str) -> HttpResponse:
    """A paper of the dossier, or its signed result, as a download."""
    opened = open_own(reader, dossier)
    happenings = cases.history(dossier)
    if kind == "result":
        body = signing.result_pdf(opened)
    elif kind in papers.available(opened, happenings):
        body = papers.paper(
            kind, opened, happenings, "en" if (get_language() or "").startswith("en") else "vi"
        )
    else:
        body = None
    if body is None:
        raise Http404
    return download(body, f"{opened.rows['serve_dossier']['reference']}-{kind}.pdf", "application/pdf")


@signed_in
def file(request: HttpRequest, reader: Reader, dossier: UUID, file: UUID) -> HttpResponse:
    """One of the files that the person attached themselves. Raises Refusal for one that was not found clean."""
    open_own(reader, dossier, how="file")
    stored = StoredFile.objects.filter(pk=file).first()
    if stored is None or not Attachment.objects.filter(pk=file, dossier=dossier).exists():
        raise Http404
    return download(files.body_of(stored), files.names([stored])[stored.id] or str(file), stored.media_type)


def download(body: bytes, name: str, media_type: str) -> HttpResponse:
    """A file as an attachment: never shown inside the page, never guessed at by the browser."""
    answer = HttpResponse(body, content_type=media_type)
    answer["Content-Disposition"] = (
        content_disposition_header(as_attachment=True, filename=name) or "attachment"
    )
    answer["Cache-Control"] = "no-store"
    return answer


def open_own(reader: Reader, dossier: UUID, *, how: str = "page") -> Opened:
    """The person's own dossier; an official's right to read is of no use here."""
    if not Dossier.objects.filter(pk=dossier, applicant=reader.person).exists():
        raise Http404
    return cases.open_dossier(Reader(reader.person), dossier, how=how)


def shown(opened: Opened, reader: Reader, dossier: UUID) -> dict[str, Any]:
    """What the page of a dossier shows to the person who filed it."""
    row, promise = opened.rows[Dossier._meta.db_table], opened.rows[Commitment._meta.db_table]
    found = definitions.get(row["procedure"]).compiled(procedure)
    happenings = cases.history(dossier)
    course = courses.read(promise["course"]) if promise["course"] else None
    moves = row["status"] in (
        Status.SUBMITTED,
        Status.ACCEPTED,
        Status.PROCESSING,
        Status.SUPPLEMENT_REQUESTED,
        Status.FINANCE_REQUESTED,
    )
    return {
        "row": row, "promise_row": promise, "now_at": _now_at(row, promise), "handed": _handed(row, promise, happenings), "name": say(found.terms.name), "status": status_words(row["status"]),
        "promise": promise_of(found, row, promise, now()), "timeline": timeline_of(happenings, found),
        "computation": list(clock_lines(explain(*course, now()))) if course else [],
        "papers": papers.available(opened, happenings), "has_result": row["result_file"] is not None,
        "looked": lines_of_readings(who_looked(reader.person, dossier)), "supplement": asked_of(opened, found), **own_filing(opened, found),
        "may_withdraw": moves, "key": secrets.token_hex(16),
        "reason": _reason(opened), "helped": _helped(happenings, row["assisted_at"]), "limit": limit_words(found, row["plan"].get("rules", ())),
        "by": due_if_accepted(found, row["plan"].get("rules", ()), now()) if row["status"] == Status.SUBMITTED else None,
        "opening": opening(now()),
    }  # fmt: skip


def _now_at(row: Mapping[str, Any], promise: Mapping[str, Any]) -> successors.Today | None:
    """Who has an open dossier today, where another agency stands for the one to which it was sent."""
    if promise["finished_at"] is not None:
        return None
    asked = (row["competent"], row["received_by"])
    found = successors.today(asked)
    return next((found[id_] for id_ in asked if id_ in found and found[id_].was), None)


def _handed(
    row: Mapping[str, Any], promise: Mapping[str, Any], happenings: Sequence[Happening]
) -> tuple[str, str, bool] | None:
    """To whom an open dossier was handed over after a split, from whom; and whether they decide it, or do a part."""
    moved = next((one for one in reversed(happenings) if one.name == "serve.hand_over"), None)
    if moved is None or promise["finished_at"] is not None:
        return None
    into, came = UUID(moved.data["into"]), UUID(moved.data["came_from"])
    known = successors.said([into])
    return known.get(into, ""), names([came]).get(came, ""), row["competent"] == into


def _helped(happenings: Sequence[Happening], counter: UUID | None) -> str:
    """The office that filed it for the person, and at whose counter; or nothing."""
    filed = next((h for h in happenings if h.name == "serve.assist_filing"), None)
    if filed is None:
        return ""
    asked = [id_ for id_ in (filed.position, counter) if id_]
    known = names(asked)
    return ", ".join(known[id_] for id_ in asked if id_ in known)


def _reason(opened: Opened) -> str:
    """Why it was refused or stopped, in the officer's words."""
    for name, part in opened.parts.items():
        if part and name.startswith(("refusal-", "stop-")):
            return str(part.get("reason", ""))
    return ""
