"""Text messages against a real HTTP server in this process."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from sauro.core.ports.delivery import Delivered, PermanentFailure, TemporaryFailure
from sauro.core.ports.sms import (
    GatewaySettings,
    HttpSmsGateway,
    ShortMessage,
    gateway,
    international,
    segments,
)

MESSAGE = ShortMessage(to="0912 345 678", text="Hồ sơ đã tiếp nhận.", key="delivery-1")


class Carrier(HTTPServer):
    """Answers every POST with one status, and remembers what it was sent."""

    def __init__(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        super().__init__(("127.0.0.1", 0), Answering)
        self.status, self.body, self.extra = status, body, headers
        self.taken: list[tuple[str, dict[str, str], object]] = []


class Answering(BaseHTTPRequestHandler):
    """One request."""

    server: Carrier

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.taken.append((self.path, dict(self.headers), json.loads(raw or b"null")))
        self.send_response(self.server.status)
        for name, value in self.server.extra.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(self.server.body)))
        self.end_headers()
        self.wfile.write(self.server.body)

    do_GET = do_POST

    def log_message(self, *_: object) -> None:
        """Quiet."""


@contextmanager
def carrier(
    status: int = 200, body: bytes = b'{"id": "77"}', **headers: str
) -> Iterator[tuple[Carrier, HttpSmsGateway]]:
    """A gateway's server and the adapter pointed at it."""
    server = Carrier(status, body, {name.replace("_", "-"): value for name, value in headers.items()})
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    url = f"http://127.0.0.1:{server.server_port}/send"
    try:
        yield server, HttpSmsGateway(GatewaySettings(url=url, token="secret", sender="MOTCUA", timeout=3))
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_message_arrives_with_its_key() -> None:
    with carrier() as (server, adapter):
        assert adapter.send(MESSAGE) == Delivered("77")
    ((path, headers, body),) = server.taken
    assert path == "/send"
    assert headers["Idempotency-Key"] == "delivery-1"
    assert headers["Authorization"] == "Bearer secret"
    assert body == {
        "to": "+84912345678",
        "text": "Hồ sơ đã tiếp nhận.",
        "sender": "MOTCUA",
        "key": "delivery-1",
    }


@pytest.mark.parametrize("body", [b"", b"not json", b"[1]", b'{"id": {"a": 1}}', b"\xff"])
def test_an_odd_answer_is_still_delivered(body: bytes) -> None:
    with carrier(body=body) as (_, adapter):
        assert adapter.send(MESSAGE) == Delivered("")


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (400, PermanentFailure("gateway_refused", "400")),
        (422, PermanentFailure("gateway_refused", "422")),
        (401, TemporaryFailure("gateway_refused", "401")),
        (503, TemporaryFailure("gateway_refused", "503")),
    ],
)
def test_refusals_are_sorted(status: int, expected: object) -> None:
    with carrier(status, b"0912345678 is not ours") as (_, adapter):
        assert adapter.send(MESSAGE) == expected


def test_a_pause_asked_for_is_passed_on() -> None:
    with carrier(429, Retry_After="30") as (_, adapter):
        assert adapter.send(MESSAGE) == TemporaryFailure("gateway_refused", "429", 30)
    with carrier(429, Retry_After="Wed, 21 Oct 2026 07:28:00 GMT") as (_, adapter):
        assert adapter.send(MESSAGE) == TemporaryFailure("gateway_refused", "429")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_redirect_is_followed_with_a_number_and_a_token(status: int) -> None:
    with carrier() as (elsewhere, _):
        there = f"http://127.0.0.1:{elsewhere.server_port}/x"
        with carrier(status, Location=there) as (_, adapter):
            assert adapter.send(MESSAGE) == TemporaryFailure("gateway_redirected", str(status))
    assert elsewhere.taken == []


def test_nobody_listening_is_temporary() -> None:
    with carrier() as (_, adapter):
        pass
    assert adapter.send(MESSAGE) == TemporaryFailure("gateway_unreachable")


def test_a_number_that_cannot_be_one_is_permanent_and_not_sent() -> None:
    with carrier() as (server, adapter):
        assert adapter.send(ShortMessage("12", "x", "k")) == PermanentFailure("bad_number")
        assert adapter.send(ShortMessage("0912345678", " ", "k")) == PermanentFailure("empty_message")
    assert server.taken == []


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("0912 345 678", "+84912345678"),
        ("+84 912.345.678", "+84912345678"),
        ("0084912345678", "+84912345678"),
        ("(024) 3825-0000", "+842438250000"),
        ("912345678", None),
        ("+84912345678;+84900000000", None),
        ("０９１２３４５６７８", None),
        ("", None),
    ],
)
def test_numbers(typed: str, expected: str | None) -> None:
    assert international(typed) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("", 1), ("a" * 160, 1), ("a" * 161, 2), ("€" * 80, 1), ("€" * 81, 2), ("đ" * 70, 1), ("đ" * 71, 2), ("😀" * 35, 1), ("😀" * 36, 2)],
)  # fmt: skip
def test_segments(text: str, expected: int) -> None:
    assert segments(text) == expected


def test_none_is_configured_by_default() -> None:
    assert gateway(None) is None
    assert gateway(GatewaySettings(url="")) is None
    assert isinstance(gateway(GatewaySettings(url="https://sms.example/send")), HttpSmsGateway)
    with pytest.raises(ValueError, match="http"):
        gateway(GatewaySettings(url="file:///etc/passwd"))
