"""Logs: one JSON object a line, constant event names, no personal data.

A line may carry codes, counts, durations and pseudonymous ids. Anything under a key that is not
listed is left out, so that a careless call cannot put a name or an address into a log file.
"""

import logging
import sys
import threading
from collections.abc import MutableMapping
from pathlib import PurePath
from typing import Any

import structlog

NUMBER = "sauro.request"
"""Under which a request holds its number (`sauro.project.request_number`)."""

# fmt: off
ALLOWED = frozenset({
    "event", "level", "timestamp", "logger", "code", "rule", "action", "subject", "count", "size", "bytes", "seconds",
    "milliseconds", "status", "method", "route", "queue", "task", "job", "attempt", "worker", "process", "pid", "port",
    "folder", "version", "table", "first", "last", "lag", "leaf_index", "position", "consumer", "timer", "kind",
    "setting", "reason", "error", "where", "check", "result", "name", "total", "done", "exit", "signal", "migration",
    "package", "file", "request",
})
# fmt: on


def leave_out_unlisted(_: Any, __: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Drop every key that is not known to be free of personal data."""
    for key in [key for key in line if key not in ALLOWED]:
        del line[key]
    return line


def name_the_error(_: Any, __: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Replace an exception by its type and the place it was raised: its message may quote a person's data."""
    raised = line.pop("exc_info", None)
    if raised is True:
        raised = sys.exc_info()
    if isinstance(raised, BaseException):
        raised = (type(raised), raised, raised.__traceback__)
    if isinstance(raised, tuple) and raised[0] is not None:
        line["error"] = raised[0].__name__
        line["where"] = _places(raised[2])
    return line


def _places(trace: Any) -> list[str]:
    places = []
    while trace is not None:
        code = trace.tb_frame.f_code
        places.append(f"{PurePath(code.co_filename).name}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    return places[-8:]


def foreign_message(_: Any, __: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Keep only the unformatted text of a library's own log call: its arguments may be anybody's data."""
    record = line.get("_record")
    if isinstance(record, logging.LogRecord):
        line["event"] = str(record.msg)
        request = getattr(record, "request", None)
        if request is not None:
            match = getattr(request, "resolver_match", None)
            line["event"] = "request.failed"
            line["status"] = getattr(record, "status_code", None)
            line["method"] = getattr(request, "method", None)
            # The pattern, never the address: an address may hold a code or a search word.
            line["route"] = match.route if match else None
            line["request"] = getattr(request, "META", {}).get(NUMBER)
        if record.exc_info and "exc_info" not in line:
            line["exc_info"] = record.exc_info
    return line


def shut() -> None:
    """In a process that serves: what nobody caught is a line like every other. Python's own report quotes its message."""
    log = structlog.get_logger("sauro")

    def of_process(kind: type[BaseException], error: BaseException, trace: Any) -> None:
        log.error("process.failed", exc_info=(kind, error, trace))

    def of_thread(what: threading.ExceptHookArgs) -> None:
        if what.exc_value is not None and what.exc_type is not SystemExit:
            of_process(what.exc_type, what.exc_value, what.exc_traceback)

    sys.excepthook = of_process
    threading.excepthook = of_thread


SHARED: list[structlog.typing.Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]


def configured(level: str) -> dict[str, Any]:
    """Set structlog up and give Django's LOGGING dictionary. `level`: debug, info, warning or error."""
    structlog.configure(
        processors=[*SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    last = [
        name_the_error,
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        leave_out_unlisted,
        structlog.processors.JSONRenderer(ensure_ascii=False),
    ]
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "json": {
                "()": structlog.stdlib.ProcessorFormatter,
                "processors": last,
                "foreign_pre_chain": [foreign_message, *SHARED],
                "use_get_message": False,
            }
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
        "root": {"handlers": ["stderr"], "level": level.upper()},
        "loggers": {
            "django": {"handlers": [], "propagate": True, "level": "WARNING"},
            "procrastinate": {"propagate": True, "level": "WARNING"},
            "asyncio": {"propagate": True, "level": "WARNING"},
        },
    }
