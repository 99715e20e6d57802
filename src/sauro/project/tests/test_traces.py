"""Traces, as a real collector over HTTP receives them: what is in them, and that nobody is."""

import asyncio
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import import_module
from time import monotonic
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from procrastinate import App
from procrastinate.testing import InMemoryConnector

from sauro.core.doorway import Ask, act, act_many, observing
from sauro.core.doorway.genesis import PLATFORM
from sauro.core.ids import new_id
from sauro.core.moment import now
from sauro.core.refusal import Refusal
from sauro.project import traces
from sauro.project.settings import collector
from sauro.project.settings.table import WrongSetting
from sauro.project.tests.people import person, sign_in
from sauro.project.traces import spans

pytestmark = pytest.mark.django_db
NAME = "Nguyễn Thị Canary"
TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


class Collector:
    """What was sent to it, decoded."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        self.paths: list[str] = []
        self.status = 200

    def spans(self) -> list[Any]:
        spans_ = []
        for body in self.bodies:
            for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
                assert {each.key for each in resource.resource.attributes} == {
                    "service.name",
                    "service.version",
                }
                spans_ += [span for scope in resource.scope_spans for span in scope.spans]
        return spans_

    def named(self, name: str) -> list[Any]:
        return [each for each in self.spans() if each.name == name]


@pytest.fixture
def collected(settings: Any) -> Iterator[Collector]:
    made = Collector()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            made.paths.append(self.path)
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if made.status == 200:
                made.bodies.append(body)
            self.send_response(made.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_words: Any) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.SAURO_TRACES_TO = f"http://127.0.0.1:{server.server_port}"
    yield made
    spans.end()
    server.shutdown()
    server.server_close()


def attributes(span: Any) -> dict[str, Any]:
    return {each.key: getattr(each.value, each.value.WhichOneof("value")) for each in span.attributes}


def register(key: str) -> Any:
    return act(
        Ask(
            "core.register_actor",
            PLATFORM,
            key,
            {"id": new_id(), "kind": "person", "valid_from": now().date()},
        )
    )


def test_a_request_is_a_span_with_its_route_and_what_it_asked_of_the_database(collected: Collector) -> None:
    assert Client().get("/thu-tuc/2.000488/").status_code == 200
    spans.end()
    (span,) = collected.spans()
    said = attributes(span)
    assert span.name == "GET /thu-tuc/<str:code>/" and said["http.route"] == "/thu-tuc/<str:code>/"
    assert said["http.request.method"] == "GET" and said["http.response.status_code"] == 200
    assert said["sauro.sql.statements"] > 0 and said["sauro.sql.seconds"] > 0
    assert span.kind == span.SPAN_KIND_SERVER and set(collected.paths) == {"/v1/traces"}


def test_statements_are_counted_once_by_both_ways_to_the_database(collected: Collector) -> None:
    traced = traces.begin()
    assert traced is not None

    def two() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            cursor.execute("SELECT 2")

    def outer() -> None:
        two()
        traced.job("inner", two)

    traced.job("outer", outer)
    register("t0")
    spans.end()
    assert attributes(*collected.named("job inner"))["sauro.sql.statements"] == 2
    assert attributes(*collected.named("job outer"))["sauro.sql.statements"] == 4
    # Acts go through the pipe, past Django's cursors.
    assert attributes(*collected.named("act core.register_actor"))["sauro.sql.statements"] >= 3


def test_an_act_tells_its_outcome(collected: Collector) -> None:
    traces.begin()
    register("t1")
    again = {"id": new_id(), "kind": "person", "valid_from": now().date()}
    for _twice in range(2):
        act(Ask("core.register_actor", PLATFORM, "t2", again))
    for action in ("core.register_actor", NAME):
        with pytest.raises(Refusal):
            act(Ask(action, PLATFORM, "t3", {"id": "no"}))
    spans.end()
    found = [attributes(each) for each in collected.named("act core.register_actor")]
    assert [each["sauro.outcome"] for each in found] == ["done", "done", "repeated", "refused"]
    assert found[-1]["sauro.code"] == "invalid"
    assert attributes(*collected.named("act unknown"))["sauro.action"] == "unknown"


def test_a_batch_is_one_span_with_its_counts(collected: Collector) -> None:
    traces.begin()
    given: list[dict[str, Any]] = [
        {"id": new_id(), "kind": "person", "valid_from": now().date()} for _each in range(5)
    ]
    answers = act_many(
        [Ask("core.register_actor", PLATFORM, f"b{n}", each) for n, each in enumerate([*given, {"id": "no"}])]
    )
    assert len(answers) == 6
    spans.end()
    (span,) = collected.named("act_many")
    said = attributes(span)
    assert (said["sauro.acts"], said["sauro.refused"], said["sauro.outcome"]) == (6, 1, "done")
    assert said["sauro.sql.statements"] > 0


def test_an_act_that_breaks_says_which_kind_of_error_and_not_its_words(
    collected: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    traces.begin()

    def breaks(*_all: Any) -> None:
        raise RuntimeError(NAME)

    monkeypatch.setattr(import_module("sauro.core.doorway.act"), "_once", breaks)
    with pytest.raises(RuntimeError):
        register("t4")
    spans.end()
    (span,) = collected.spans()
    assert (
        attributes(span)["error.type"] == "RuntimeError" and span.status.code == span.status.STATUS_CODE_ERROR
    )
    assert not span.events and not span.status.message


def test_a_job_is_a_span_and_its_acts_lie_within(collected: Collector) -> None:
    app = App(connector=InMemoryConnector())

    @app.task(queue="letters", name="write", pass_context=False)
    def write(to: str) -> None:
        traced = traces.begin()
        assert traced is not None and to == NAME
        traced.act("core.register_actor", lambda: None)

    with app.open():
        write.defer(to=NAME)
    asyncio.run(
        app.run_worker_async(wait=False, task_middleware=traces.around_jobs(), install_signal_handlers=False)
    )
    spans.end()
    (job,) = collected.named("job write")
    (done,) = collected.named("act core.register_actor")
    assert done.parent_span_id == job.span_id and done.trace_id == job.trace_id
    assert attributes(job)["sauro.outcome"] == "done" and NAME.encode() not in b"".join(collected.bodies)


@pytest.mark.parametrize("proxies", [0, 1])
def test_a_trace_goes_on_where_a_trusted_proxy_began_it(
    collected: Collector, settings: Any, proxies: int
) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
    head = {"traceparent": f"00-{TRACE}-{PARENT}-01", "tracestate": "who=canary"}
    Client().get("/livez", headers=head)
    Client().get("/livez", headers={"traceparent": NAME.encode().hex()})
    spans.end()
    first, second = collected.spans()
    assert (first.trace_id.hex() == TRACE) is (first.parent_span_id.hex() == PARENT) is bool(proxies)
    assert not second.parent_span_id and not first.trace_state


def test_nobody_is_in_a_trace(collected: Collector, settings: Any) -> None:
    """Whoever types a name everywhere, signs in or is refused: neither words, addresses nor ids of persons leave."""
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    person("canary")
    client = Client(
        headers={"User-Agent": NAME, "Referer": f"http://testserver/{NAME}", "tracestate": f"a={NAME}"}
    )
    case = new_id()
    for path in [
        f"/{NAME}/",
        f"/thu-tuc/?q={NAME}",
        f"/thu-tuc/{NAME}/",
        f"/ho-so/{case}/",
        f"/api/dossiers/{case}",
    ]:
        client.get(path)
        client.post(path, {"name": NAME})
    client.generic("CANARY", "/")
    assert sign_in(client, "canary").status_code == 302
    client.get("/ho-so/")
    with pytest.raises(Refusal):
        act(Ask(NAME, PLATFORM, NAME, {NAME: NAME}))
    spans.end()
    assert len(collected.spans()) >= 14
    sent = b"".join(collected.bodies)
    for word in (
        NAME,
        NAME.split()[0],
        "anary",
        "CANARY",
        str(case),
        case.hex,
        str(PLATFORM),
        "testserver",
        "127.0.0.1",
    ):
        assert word.encode() not in sent, word
    allowed = {
        "http.request.method", "http.route", "http.response.status_code", "sauro.sql.statements", "sauro.sql.seconds",
        "sauro.action", "sauro.outcome", "sauro.code",
    }  # fmt: skip
    assert {key for span in collected.spans() for key in attributes(span)} <= allowed


def test_a_collector_that_is_down_slows_nothing_and_is_said_once(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.SAURO_TRACES_TO = "http://127.0.0.1:1"
    said: list[tuple[str, dict[str, Any]]] = []
    monkeypatch.setattr(
        "sauro.project.traces.collector.log.warning", lambda event, **more: said.append((event, more))
    )
    traced = traces.begin()
    assert traced is not None
    for _each in range(3000):  # more than fit: the rest is left out, and nobody waits
        traced.act("core.register_actor", lambda: None)
    spans.end()
    assert said == [("traces.not_sent", {"reason": "ConnectionError"})]
    assert observing.around_act is None


def test_what_is_refused_is_tried_again_later_and_said_when_it_works(
    collected: Collector, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[tuple[str, dict[str, Any]]] = []
    monkeypatch.setattr(
        "sauro.project.traces.collector.log.warning", lambda event, **more: said.append((event, more))
    )
    traced = traces.begin()
    assert traced is not None
    collected.status = 503
    for wanted in range(2):
        traced.act("core.register_actor", lambda: None)
        traced.provider.force_flush()
        assert len(collected.paths) == 1, wanted  # not asked again at once
    collected.status = 200
    later = monotonic() + 60
    monkeypatch.setattr("sauro.project.traces.collector.monotonic", lambda: later)
    traced.act("core.register_actor", lambda: None)
    traced.provider.force_flush()
    assert said == [("traces.not_sent", {"reason": "status 503"}), ("traces.sent_again", {"count": 2})]
    assert len(collected.spans()) == 1


NOTHING = """
import sys
import sauro.project.wsgi
from sauro.core.doorway import observing
from sauro.project import worker, traces
assert traces.around_jobs() == [] and observing.around_act is observing.around_statements is None
handler = sauro.project.wsgi.application
print([name for name in sys.modules if name.startswith(("opentelemetry", "google.protobuf"))])
"""


def test_without_the_setting_nothing_is_even_imported() -> None:
    kept = {k: v for k, v in os.environ.items() if k != "SAURO_TRACES_TO"}
    done = subprocess.run(
        [sys.executable, "-c", NOTHING], env=kept, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize(
    "wrong", ["collector:4318", "ftp://c", "http://", "http://user:pw@c:4318", "http://c:4318/?key=1"]
)
def test_what_is_no_address_of_a_collector_is_said(monkeypatch: pytest.MonkeyPatch, wrong: str) -> None:
    monkeypatch.setenv("SAURO_TRACES_TO", wrong)
    with pytest.raises(WrongSetting, match="SAURO_TRACES_TO is no address"):
        collector.traces_to()
    monkeypatch.setenv("SAURO_TRACES_TO", "http://c:4318/")
    assert collector.traces_to() == "http://c:4318"
