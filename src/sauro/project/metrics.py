"""Metrics for Prometheus at `/metrics`, for who bears the operator's token.

Requests are counted in each page process; the processes share their counts through files of the library's multiprocess
mode, below SAURO_VAR. Everything else is asked of the database at the scrape, so that it is right whichever process
answers. No label ever holds what somebody typed: each set of values is bounded by the code, and a test holds that.
"""

import os
import re
import shutil
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from sauro import __version__
from sauro.core import tallying
from sauro.core.doorway.registry import all_actions
from sauro.project import operators, standing
from sauro.project.backup import making
from sauro.project.examination import running

SHARED = "PROMETHEUS_MULTIPROC_DIR"
UNMATCHED = "unmatched"
BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
_CODE = re.compile(r"[a-z][a-z0-9_]{0,47}")

own = CollectorRegistry()
REQUESTS = Counter("sauro_requests", "Requests answered by pages and API.", ("route", "status"), registry=own)
SECONDS = Histogram(
    "sauro_request_seconds", "Seconds until an answer was ready.", ("route",), buckets=BUCKETS, registry=own
)


class RequestsMiddleware:
    """Counts each request by the name of its route, never by its address."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began = time.perf_counter()
        response = self._get_response(request)
        match = request.resolver_match
        route = (match.view_name if match else None) or UNMATCHED
        REQUESTS.labels(route, str(response.status_code)).inc()
        SECONDS.labels(route).observe(time.perf_counter() - began)
        return response


def shared(var: Path) -> dict[str, str]:
    """Give the environment in which page processes count together; what earlier ones counted goes."""
    place = var / "metrics"
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(mode=0o700, parents=True)
    return {SHARED: str(place)}


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """Give everything in the text format; 401 without the operator's token, 503 when the database does not answer."""
    if not operators.is_one(request):
        answer = HttpResponse(
            "Give the operator's token.\n", content_type="text/plain; charset=utf-8", status=401
        )
        answer["WWW-Authenticate"] = 'Bearer realm="operators"'
        return answer
    registry = CollectorRegistry()
    status = 200
    try:
        registry.register(Standing(standing.measure()))
    except DatabaseError:
        status = 503
    if os.environ.get(SHARED):
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        counted = b""
    else:
        counted = generate_latest(own)
    return HttpResponse(generate_latest(registry) + counted, content_type=CONTENT_TYPE_LATEST, status=status)


class Standing(Collector):
    """What the database and this machine say at one moment."""

    def __init__(self, now: standing.Standing) -> None:
        self._now = now

    def collect(self) -> Iterator[Metric]:
        """Give each family of measures."""
        yield from self._journal()
        yield from self._workers()
        yield from self._queues()
        yield from _acts()
        yield from _machine()

    def _journal(self) -> Iterator[Metric]:
        now = self._now
        yield CounterMetricFamily(
            "sauro_events_sealed", "Events that have their place in the journal.", now.sealed
        )
        yield _gauge("sauro_events_waiting", "Newest events without a place yet (2000 at most).", now.waiting)
        yield _gauge("sauro_events_waiting_seconds", "Age of the oldest of them.", now.waiting_seconds)
        yield _gauge("sauro_checkpoint_leaves", "Leaves under the newest signed checkpoint.", now.signed)

    def _workers(self) -> Iterator[Metric]:
        now = self._now
        yield _gauge("sauro_workers", "Workers that write.", now.workers)
        yield _gauge(
            "sauro_workers_lost", "Workers that stopped without taking leave within a day.", now.lost
        )
        if now.heartbeat is not None:
            yield _gauge(
                "sauro_worker_heartbeat_age_seconds", "Age of the newest sign of life.", now.heartbeat
            )
        ages = GaugeMetricFamily("sauro_worker_duty_age_seconds", "Since a duty came round.", labels=["duty"])
        failures = GaugeMetricFamily(
            "sauro_worker_duty_failures", "Failures of a duty in a row.", labels=["duty"]
        )
        for duty, found in sorted(now.duties.items()):
            ages.add_metric([duty], found.seconds)
            failures.add_metric([duty], found.failures)
        yield from (ages, failures)

    def _queues(self) -> Iterator[Metric]:
        now = self._now
        jobs = GaugeMetricFamily(
            "sauro_jobs", "Jobs by queue; letters are deliveries.", labels=["queue", "status"]
        )
        for (queue, status), count in sorted(now.jobs.items()):
            jobs.add_metric([queue, status], count)
        yield jobs
        yield _gauge(
            "sauro_jobs_oldest_seconds", "For how long the oldest job has been due.", now.jobs_seconds
        )
        behind = GaugeMetricFamily(
            "sauro_reactions_behind", "Sealed events not read yet.", labels=["consumer"]
        )
        for consumer, lag in sorted(now.reactions.items()):
            behind.add_metric([consumer], lag)
        yield behind
        yield _gauge("sauro_timers_due", "Timers whose moment has come.", now.timers)
        yield _gauge("sauro_timers_late_seconds", "For how long the oldest of them.", now.timers_seconds)


def _acts() -> Iterator[Metric]:
    acts = CounterMetricFamily("sauro_acts", "Acts done, once sealed.", labels=["action"])
    refused = CounterMetricFamily(
        "sauro_refusals", "Acts refused, half a minute later.", labels=["action", "code"]
    )
    try:
        done, refusals = tallying.counted()
    except DatabaseError:
        return
    known = all_actions()
    for action, count in sorted(done.items()):
        acts.add_metric([action], count)
    together: dict[tuple[str, str], int] = {}
    for (action, code), count in refusals.items():
        # What was asked for under a name that nobody knows may be anything.
        key = (action if action in known else "unknown", code if _CODE.fullmatch(code) else "other")
        together[key] = together.get(key, 0) + count
    for labels, count in sorted(together.items()):
        refused.add_metric(labels, count)
    yield from (acts, refused)


def _machine() -> Iterator[Metric]:
    free = GaugeMetricFamily("sauro_disk_free_bytes", "Room that is left.", labels=["folder"])
    for name, place in (("var", Path(settings.SAURO_VAR)), ("files", Path(settings.SAURO_FILES))):
        if place.exists():
            free.add_metric([name], shutil.disk_usage(place).free)
    yield free
    if settings.SAURO_EDGE_PORT:
        found = running.ask_edge() or {}
        yield _gauge("sauro_edge_up", "Whether the live edge of this machine is ready.", float(found.get("status") == "ready"))  # fmt: skip
        yield _gauge("sauro_edge_streams", "Live streams that are open.", float(found.get("streams", 0)))
    last = making.last()
    if last is not None:
        age = (datetime.now(UTC) - last.taken).total_seconds()
        yield _gauge("sauro_backup_age_seconds", "Since the last backup from this machine.", age)
        yield _gauge("sauro_backup_bytes", "Its size.", last.bytes)
    about = GaugeMetricFamily("sauro_info", "Which version answers.", labels=["version"])
    about.add_metric([__version__], 1)
    yield about


def _gauge(name: str, words: str, value: float) -> Metric:
    return GaugeMetricFamily(name, words, value)
