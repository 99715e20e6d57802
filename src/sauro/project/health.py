"""Whether this process lives, whether it can serve, and whether the whole installation is well.

`/livez`: the process answers. `/readyz`: it can serve, so a proxy may send it visitors. `/healthz`: everything behind it
works too; a stopped sealer is not healthy, although pages are still served. Strangers are told a word and a status;
who bears the operator's token, what is wrong and what to do.
"""

import threading
import time
from collections.abc import Callable, Sequence

from django.db import DatabaseError, connection, transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from sauro.project import operators, standing
from sauro.project.cli.language import _, speaking
from sauro.project.examination import Finding, machine, running

MEMORY = 1.0
"""Seconds for which an answer holds: strangers may ask as often as they like, the database is asked once."""

_lock = threading.Lock()
_known: dict[tuple[str, str], tuple[float, list[Finding]]] = {}


@require_safe
@never_cache
def alive(request: HttpRequest) -> HttpResponse:
    """Answer 200 whenever the process can answer at all."""
    return JsonResponse({"status": "alive"})


@require_safe
@never_cache
def ready(request: HttpRequest) -> HttpResponse:
    """Answer 200 when pages can be served: the database answers and the disks have room; else 503."""
    return _answer(request, "ready", "not ready", _remembered("ready", serving))


@require_safe
@never_cache
def healthy(request: HttpRequest) -> HttpResponse:
    """Answer 200 when everything works, else 503."""
    return _answer(request, "healthy", "not healthy", _remembered("healthy", everything))


def serving() -> list[Finding]:
    """What pages need."""
    return [database(), *machine.disks()]


def everything() -> list[Finding]:
    """What the installation needs: pages, and what works behind them."""
    findings = serving()
    if findings[0].state != "fault":
        now = standing.measure()
        # Pages are served by this very process, so a worker is missed where there is none.
        findings += [running.workers(now, served=True), running.sealer(now)]
    return [*findings, running.edge()]


def database() -> Finding:
    """The database answers in time."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('statement_timeout', %s, true)", [str(standing.PATIENCE_MS)])
            cursor.execute("SELECT 1 FROM core_event LIMIT 1")
    except DatabaseError as error:
        remedy = _("Check DATABASE_URL, and that PostgreSQL runs.")
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        return Finding("database", _("database"), "fault", reason, remedy)
    return Finding("database", _("database"), "well", _("it answers"))


def forget() -> None:
    """Ask anew next time; for tests."""
    with _lock:
        _known.clear()


def _remembered(what: str, find: Callable[[], list[Finding]]) -> list[Finding]:
    language = get_language() or "vi"
    with _lock:
        at, found = _known.get((what, language), (0.0, []))
        if not found or time.monotonic() - at > MEMORY:
            with speaking(language):
                found = _all(find)
            _known[what, language] = (time.monotonic(), found)
    return found


def _all(find: Callable[[], list[Finding]]) -> list[Finding]:
    try:
        return find()
    except DatabaseError:
        # It answered a moment ago and does not any more.
        return [database(), Finding("running", "", "fault", "")]


def _answer(request: HttpRequest, well: str, not_well: str, findings: Sequence[Finding]) -> HttpResponse:
    faults = [finding for finding in findings if finding.state == "fault"]
    status = 503 if faults else 200
    told = operators.is_one(request)
    if request.accepts("text/html") and request.headers.get("Accept", "*/*") != "*/*":
        with speaking(get_language() or "vi"):
            wrong = _("Something is wrong. Whoever looks after this site can see what.")
            words = [wrong if faults else _("Everything works.")]
        if told:
            marks = {"well": "✓", "warning": "!", "fault": "✗"}
            for each in findings:
                words.append(f"{marks[each.state]} {each.check}: {each.found}")
                words += [f"    → {each.remedy}"] if each.remedy else []
        return HttpResponse("\n".join(words) + "\n", content_type="text/plain; charset=utf-8", status=status)
    answer: dict[str, object] = {"status": not_well if faults else well}
    if told:
        answer["checks"] = [finding.answer() for finding in findings]
    return JsonResponse(answer, status=status)
