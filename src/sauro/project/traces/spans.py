"""What is measured. One span for a request, an act, a job; statements are counted on it, not given spans of their own."""

import contextlib
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse
from opentelemetry.context import Context
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.sdk.trace.sampling import ALWAYS_ON, ParentBased
from opentelemetry.trace import Span, SpanKind, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from sauro import __version__
from sauro.core.doorway import observing
from sauro.core.doorway.ask import Outcome
from sauro.core.doorway.registry import all_actions
from sauro.core.refusal import Refusal
from sauro.project.traces.collector import ToCollector

METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
OTHER = "_OTHER"
_CODE = re.compile(r"[a-z][a-z0-9_]{0,47}")
_propagator = TraceContextTextMapPropagator()


@dataclass(slots=True)
class _Statements:
    """What was asked of the database inside one span."""

    count: int = 0
    seconds: float = 0.0


_inside: ContextVar[_Statements | None] = ContextVar("sauro_statements", default=None)
_lock = threading.Lock()
_begun: "Traces | None" = None


def begin(address: str) -> "Traces":
    """Trace to the collector at this address from now on; the same answer for every caller of a process."""
    global _begun
    with _lock:
        if _begun is None:
            _begun = Traces(ToCollector(address))
            observing.around_act, observing.around_batch = _begun.act, _begun.batch
            observing.around_statements = _counted
        return _begun


def end() -> None:
    """Send what waits, and trace no more."""
    global _begun
    with _lock:
        if _begun is not None:
            observing.around_act = observing.around_batch = observing.around_statements = None
            _begun.provider.shutdown()
            _begun = None


class Traces:
    """The spans of this process, on their way out in batches by a thread of their own; what does not fit is left out."""

    def __init__(self, exporter: SpanExporter) -> None:
        # Nothing from the environment, which may hold what nobody meant for a collector.
        about = Resource({"service.name": "sauro", "service.version": __version__})
        self.provider = TracerProvider(resource=about, sampler=ParentBased(ALWAYS_ON))
        self.provider.add_span_processor(
            BatchSpanProcessor(
                exporter, max_queue_size=2048, schedule_delay_millis=2000, max_export_batch_size=512, export_timeout_millis=5000
            )
        )  # fmt: skip
        self._tracer = self.provider.get_tracer("sauro", __version__)

    @contextlib.contextmanager
    def _span(self, name: str, kind: SpanKind, parent: Context | None = None) -> Iterator[Span]:
        outer = _inside.get()
        mine = _Statements()
        token = _inside.set(mine)
        try:
            # The message of an error may quote what somebody typed: it is not recorded.
            with self._tracer.start_as_current_span(
                name, parent, kind, record_exception=False, set_status_on_exception=False
            ) as span:
                try:
                    # Around the outermost alone, or a statement would be counted once for each span.
                    with connection.execute_wrapper(_wrapper) if outer is None else contextlib.nullcontext():
                        yield span
                finally:
                    span.set_attribute("sauro.sql.statements", mine.count)
                    span.set_attribute("sauro.sql.seconds", round(mine.seconds, 6))
        finally:
            _inside.reset(token)
            if outer is not None:
                outer.count += mine.count
                outer.seconds += mine.seconds

    def request(self, request: HttpRequest, answer: Callable[[HttpRequest], HttpResponse]) -> HttpResponse:
        """Answer a request inside a span, which goes on a trace that a trusted proxy began."""
        method = request.method if request.method in METHODS else OTHER
        with self._span(method, SpanKind.SERVER, _begun_before(request)) as span:
            response = answer(request)
            span.set_attribute("http.request.method", method)
            span.set_attribute("http.response.status_code", response.status_code)
            if match := request.resolver_match:
                # The pattern, never the address: an address may hold a code or a search word.
                span.update_name(f"{method} /{match.route}")
                span.set_attribute("http.route", f"/{match.route}")
            if response.status_code >= 500:
                span.set_status(StatusCode.ERROR)
            return response

    def act(self, action: str, do: Callable[[], Any]) -> Any:
        """Do an act inside a span."""
        known = action if action in all_actions() else "unknown"
        with self._span(f"act {known}", SpanKind.INTERNAL) as span:
            span.set_attribute("sauro.action", known)
            try:
                done = do()
            except Refusal as refusal:
                span.set_attribute("sauro.outcome", "refused")
                span.set_attribute("sauro.code", refusal.code if _CODE.fullmatch(refusal.code) else "other")
                raise
            except Exception as error:
                _failed(span, error)
                raise
            repeated = isinstance(done, Outcome) and done.repeated
            span.set_attribute("sauro.outcome", "repeated" if repeated else "done")
            return done

    def batch(self, count: int, do: Callable[[], Any]) -> Any:
        """Do many acts inside one span: a thousand spans would say less."""
        with self._span("act_many", SpanKind.INTERNAL) as span:
            span.set_attribute("sauro.acts", count)
            try:
                done = do()
            except Exception as error:
                _failed(span, error)
                raise
            span.set_attribute("sauro.refused", sum(isinstance(each, Refusal) for each in done))
            span.set_attribute("sauro.outcome", "done")
            return done

    def job(self, task: str, do: Callable[[], Any]) -> Any:
        """Do a queued job inside a span; `task` is the name that the code gives it."""
        with self._span(f"job {task}", SpanKind.CONSUMER) as span:
            span.set_attribute("sauro.task", task)
            try:
                done = do()
            except Exception as error:
                _failed(span, error)
                raise
            span.set_attribute("sauro.outcome", "done")
            return done


def _failed(span: Span, error: Exception) -> None:
    span.set_attribute("sauro.outcome", "failed")
    span.set_attribute("error.type", type(error).__name__)
    span.set_status(StatusCode.ERROR)


def _begun_before(request: HttpRequest) -> Context:
    """The trace that a proxy began. A stranger's header is not believed, and `tracestate`, which may hold any text, is left."""
    said = request.headers.get("traceparent", "") if settings.ALLAUTH_TRUSTED_PROXY_COUNT else ""
    return _propagator.extract({"traceparent": said} if said else {}, Context())


@contextlib.contextmanager
def _counted(count: int) -> Iterator[None]:
    inside = _inside.get()
    began = time.perf_counter()
    try:
        yield
    finally:
        if inside is not None:
            inside.count += count
            inside.seconds += time.perf_counter() - began


def _wrapper(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:
    with _counted(1):
        return execute(sql, params, many, context)
