"""Traces for who asks for them (SAURO_TRACES_TO): spans of requests, acts and queued jobs, sent as OTLP over HTTP.

Without the setting nothing here is imported but this file, and nothing is measured. A span holds names from the code,
outcomes, counts and times; no address, no payload, nobody's id, no message of an error. ADR 0031.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest, HttpResponse
from procrastinate.job_context import JobContext
from procrastinate.middleware import SyncCallNext, TaskMiddleware
from procrastinate.worker import Worker

if TYPE_CHECKING:
    from sauro.project.traces.spans import Traces


class TracesMiddleware:
    """A span around each request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        traces = begin()
        if traces is None:
            raise MiddlewareNotUsed
        self._traces, self._get_response = traces, get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self._traces.request(request, self._get_response)


def begin() -> "Traces | None":
    """Begin to trace in this process, once, where the settings name a collector."""
    if not settings.SAURO_TRACES_TO:
        return None
    from sauro.project.traces import spans

    return spans.begin(settings.SAURO_TRACES_TO)


def around_jobs() -> list[TaskMiddleware]:
    """Give what the worker puts around each queued job."""
    traces = begin()
    if traces is None:
        return []

    def around(go_on: SyncCallNext, context: JobContext, _worker: Worker) -> object:
        return traces.job(context.job.task_name, go_on)

    return [around]
