"""Sends spans to the operator's collector: OTLP over HTTP, as protobuf, through the guarded door."""

from collections.abc import Sequence
from time import monotonic

import requests
import structlog
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult

from sauro.project.outgoing import Session

log = structlog.get_logger()

PATIENCE = 3.0
PAUSE = 30.0
"""After a failure nothing is tried for so long: what waits is given up, and nobody waits for it, not at the end either."""


class ToCollector(SpanExporter):
    """One line of the log when sending begins to fail, and one when it works again."""

    def __init__(self, address: str) -> None:
        self._address = f"{address}/v1/traces"
        self._session = Session(address)
        self._not_before = 0.0
        self._lost = 0

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Send them, or lose them."""
        if monotonic() < self._not_before:
            self._lost += len(spans)
            return SpanExportResult.FAILURE
        try:
            body = encode_spans(spans).SerializeToString()
            head = {"Content-Type": "application/x-protobuf"}
            status = self._session.post(self._address, data=body, headers=head, timeout=PATIENCE).status_code
            reason = "" if status < 300 else f"status {status}"
        except requests.RequestException as error:
            reason = type(error).__name__
        if reason:
            if not self._lost:
                log.warning("traces.not_sent", reason=reason)
            self._lost += len(spans)
            self._not_before = monotonic() + PAUSE
            return SpanExportResult.FAILURE
        if self._lost:
            log.warning("traces.sent_again", count=self._lost)
            self._lost = 0
        return SpanExportResult.SUCCESS

    def shutdown(self) -> None:
        """Close the connection."""
        self._session.close()
