"""The administrator's page: how the installation stands, in words, each with what to do. No line is about a person."""

from datetime import UTC, datetime

from django.contrib.auth.views import redirect_to_login
from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from sauro import __version__
from sauro.core.queries.visibility import Reader
from sauro.project import standing
from sauro.project.cli.language import speaking
from sauro.project.duty_words import CONSUMERS, DUTIES, QUEUES, STATUSES
from sauro.project.examination import Finding, database, machine, running
from sauro.project.examination.finding import State
from sauro.web.authority import frame_asks, grants_here
from sauro.web.navigation import RailEntry, add_to_rail
from sauro.web.people import office_of, person_of
from sauro.web.shapes import Status, StatusKind
from sauro.web.wording import number

OPERATE = "core.operate"
_KEPT = "_sauro_operates"
_STATES: dict[State, StatusKind] = {"well": "on_time", "warning": "near", "fault": "late"}


def register() -> None:
    """Add the entry of the left rail; called once, with the addresses."""
    frame_asks(OPERATE)
    add_to_rail(RailEntry("operations", lazy("Operations"), "operations", operates, 90))


def operates(request: HttpRequest) -> bool:
    """Whether this reader looks after the whole installation, in person or in the office that they chose."""
    if not hasattr(request, _KEPT):
        setattr(request, _KEPT, _operates(request))
    return bool(getattr(request, _KEPT))


def _operates(request: HttpRequest) -> bool:
    person = person_of(request)
    if person is None:
        return False
    office = office_of(request, person)
    reader = Reader(person, office.position if office else None)
    return any(grant.scope.kind == "all" for grant in grants_here(request, reader, OPERATE))


@require_safe
@never_cache
def operations(request: HttpRequest) -> HttpResponseBase:
    """Everything the doctor would say, and the numbers behind it."""
    if person_of(request) is None:
        return redirect_to_login(request.get_full_path())
    if not operates(request):
        raise Http404
    with speaking(get_language() or "vi"):
        findings = _findings()
    faults = sum(each.state == "fault" for each in findings)
    warnings = sum(each.state == "warning" for each in findings)
    order = {"fault": 0, "warning": 1, "well": 2}
    context = {
        "here": "operations", "faults": faults, "warnings": warnings, "at": datetime.now(UTC), "version": __version__,
        "lines": [(each, status(each)) for each in sorted(findings, key=lambda each: order[each.state])],
        "numbers": _numbers(),
    }  # fmt: skip
    return render(request, "web/pages/operations.html", context)


def _findings() -> list[Finding]:
    return [machine.python(), *machine.of_machine(), *database.checks(), *running.of_running(served=True)]


def troubles() -> list[Finding]:
    """What does not stand well, the worst first."""
    return sorted(
        (each for each in _findings() if each.state != "well"), key=lambda each: each.state != "fault"
    )


def status(finding: Finding) -> Status:
    """How a check stands, as pages show it."""
    words = {"well": _("well"), "warning": _("look at it"), "fault": _("put right")}
    return Status(_STATES[finding.state], words[finding.state])


def _numbers() -> list[tuple[str, str]]:
    """What is measured, and how much it is now; nothing where the database does not answer."""
    try:
        now = standing.measure()
    except DatabaseError:
        return []
    rows = [
        (_("Events in the journal"), number(now.sealed)),
        (_("Events that wait for the sealer"), number(now.waiting)),
        (_("Age of the oldest of them"), _seconds(now.waiting_seconds)),
        (_("Events under the newest checkpoint"), number(now.signed)),
        (_("Workers"), number(now.workers)),
    ]
    for duty, found in sorted(now.duties.items()):
        rows.append((_("Last round: %(duty)s") % {"duty": DUTIES.get(duty, duty)}, _seconds(found.seconds)))
    for (queue, status), count in sorted(now.jobs.items()):
        words = {"queue": QUEUES.get(queue, queue), "status": STATUSES.get(status, status)}
        rows.append((_("Jobs: %(queue)s, %(status)s") % words, number(count)))
    for consumer, lag in sorted(now.reactions.items()):
        rows.append(
            (
                _("Events not followed yet: %(consumer)s") % {"consumer": CONSUMERS.get(consumer, consumer)},
                number(lag),
            )
        )
    rows.append((_("Timers that are due"), number(now.timers)))
    return rows


def _seconds(seconds: float) -> str:
    return _("%(seconds)s s") % {"seconds": number(round(seconds))}
