"""What a stranger can check: a dossier by its code, a signed paper, and the journal itself."""

import re
from hashlib import sha256
from threading import BoundedSemaphore
from typing import Any

from django.conf import settings
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from sauro.core.journal import checkpoints, proofs
from sauro.core.moment import now
from sauro.core.queries import definitions, successors
from sauro.core.refusal import Refusal
from sauro.serve.documents import development, verification
from sauro.serve.pages.showing import event_words, schedule, status_words
from sauro.serve.queries import cases
from sauro.serve.queries.places import names
from sauro.serve.results import signatory
from sauro.serve.rules.forms import say
from sauro.serve.rules.procedures import procedure

LARGEST = 20 * 1024 * 1024
# Anybody may send any bytes here, and reading them costs time: never more than one thread of a process.
_ONE_AT_A_TIME = BoundedSemaphore(1)


_REFERENCE = re.compile(r"(?:SR)?([A-Z2-7]{4})([A-Z2-7]{4})")
_DOSSIER_CODE = re.compile(r"[A-Z]\d{3,}.*\d{4}")


def ask(request: HttpRequest) -> HttpResponse:
    """Ask for a reference; it may be typed in any case, without its dashes, without ``SR``."""
    typed = request.GET.get("code")
    if typed is None:
        return render(request, "serve/citizen/verify_ask.html")
    typed = typed.strip()[:64]
    reference = reference_of(typed)
    if reference:
        return redirect("serve:verify", code=reference)
    return _asked_wrongly(request, typed)


def reference_of(typed: str) -> str:
    """The reference as papers carry it, from what a person typed; empty where it is none."""
    found = _REFERENCE.fullmatch(re.sub(r"[^A-Z0-9]", "", typed.upper()))
    return f"SR-{found[1]}-{found[2]}" if found else ""


def _asked_wrongly(request: HttpRequest, typed: str) -> HttpResponse:
    """Say what to type instead: nothing was typed, it is the code of a dossier, or no paper carries it."""
    if not typed:
        problem = _("Type the reference (“Mã tra cứu”) that stands under the QR code of the paper.")
    elif _DOSSIER_CODE.fullmatch(typed.upper()):
        problem = _(
            "%(typed)s is the code of a dossier. Papers are found by their reference (“Mã tra cứu”, SR-…) only: codes"
            " count up, so anybody could walk through all of them. The reference stands under the QR code."
        ) % {"typed": typed}
    else:
        problem = _("There is no dossier with the reference %(typed)s. Check it against the paper.") % {
            "typed": typed
        }
    context = {"problem": problem, "typed": typed}
    return render(request, "serve/citizen/verify_ask.html", context, status=404 if typed else 422)


def show(request: HttpRequest, code: str) -> HttpResponse:
    """Public facts of a dossier, the proof that its events stand in the journal, and a check of a signed paper."""
    facts = cases.public_facts(reference_of(code[:64]))
    if facts is None:
        return _asked_wrongly(request, code[:64])
    found = definitions.get(facts.procedure).compiled(procedure)
    verdict = _verdict(request, facts) if request.method == "POST" and facts.result_digest else None
    return render(
        request,
        "serve/citizen/verify.html",
        {
            "facts": facts, "name": say(found.terms.name), "status": status_words(facts.status),
            "competent": _competent(facts), "result": say(found.terms.result.name),
            "schedule": schedule(facts.due, facts.finished_at, facts.status, now()), **_proofs(facts),
            "signed": _signed(facts), "verdict": verdict, "development": settings.SAURO_SIGNER == "development",
        },
    )  # fmt: skip


def _competent(facts: cases.PublicFacts) -> str:
    """Who decided it; while it is open, who has it today."""
    known = names([facts.competent]) if facts.finished_at else successors.said([facts.competent])
    return known.get(facts.competent, "")


def _signed(facts: cases.PublicFacts) -> dict[str, Any] | None:
    """In which office, of which agency, and when the result was signed, by the journal: the certificate may name neither."""
    signing = next((h for h in reversed(cases.history(facts.id)) if h.name == "serve.sign_decision"), None)
    if signing is None or signing.position is None:
        return None
    agency = names([facts.competent]).get(facts.competent, "")
    office = signatory(signing.position, signing.at, signing.person).position
    return {"office": ", ".join(filter(None, (office, agency))), "at": signing.at}


def _proofs(facts: cases.PublicFacts) -> dict[str, Any]:
    """Where each event of the dossier stands in the journal: names and hashes, no bodies, no persons."""
    connection.ensure_connection()
    made = []
    for happening in cases.history(facts.id):
        if not happening.name.startswith("serve.") or happening.name == "serve.prepare_signature":
            continue
        entry: dict[str, Any] = {
            "at": happening.at,
            "what": event_words(happening.name),
            "index": happening.leaf_index,
        }
        if happening.leaf_index is not None:
            try:
                entry["proof"] = proofs.inclusion(connection.connection, event=happening.event)
            except Refusal:
                entry["proof"] = None  # sealed, but no checkpoint covers it yet
        made.append(entry)
    # All are proven by the newest checkpoint.
    return {"proofs": made, "proven_by": max((e["proof"].size for e in made if e.get("proof")), default=0)}


def _verdict(request: HttpRequest, facts: cases.PublicFacts) -> dict[str, Any]:
    upload = request.FILES.get("paper")
    if upload is None or (upload.size or 0) > LARGEST:
        return {"problem": _("Choose the PDF that you received")}
    if not _ONE_AT_A_TIME.acquire(blocking=False):
        return {"problem": _("Another paper is being checked. Try again in a moment")}
    try:
        body = upload.read()
        if b"%PDF-" not in body[:1024]:
            return {
                "problem": _("This file is no PDF. Choose the PDF that you received, not a photograph of it")
            }
        return _checked(body, facts)
    finally:
        _ONE_AT_A_TIME.release()


def _checked(body: bytes, facts: cases.PublicFacts) -> dict[str, Any]:
    roots = development.roots(settings.SAURO_KEYS) if development.is_installed(settings.SAURO_KEYS) else ()
    return {
        "same": sha256(body).hexdigest() == facts.result_digest,
        "signature": verification.verify(body, roots, facts.finished_at or now()),
        "digest": sha256(body).hexdigest(),
    }


def journal(request: HttpRequest) -> HttpResponse:
    """The newest checkpoint, and how to keep it so that nobody can change what was."""
    connection.ensure_connection()
    return render(
        request, "serve/citizen/journal.html", {"signed": checkpoints.latest(connection.connection)}
    )


def checkpoint(request: HttpRequest) -> HttpResponse:
    """The newest checkpoint as the file that ``sauro verify --against`` takes."""
    connection.ensure_connection()
    signed = checkpoints.latest(connection.connection)
    if signed is None:
        raise Http404
    answer = HttpResponse(signed.note, content_type="text/plain; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="checkpoint.txt"'
    return answer
