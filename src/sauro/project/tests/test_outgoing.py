"""What leaves this machine: where it may go, and what comes back of it."""

import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import requests

from sauro.project import outgoing

OWN = "http://localhost"


class _Answers(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.server.asked.append(self.path)  # type: ignore[attr-defined]
        if self.path == "/away":
            self.send_response(302)
            self.send_header("Location", "http://127.0.0.1:1/")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        self.send_response(200)
        self.end_headers()
        pieces = {"/large": [b"x" * 65536] * 40, "/slow": [b"x"] * 50}.get(self.path, [b"{}"])
        try:
            for piece in pieces:
                self.wfile.write(piece)
                time.sleep(0.1 if self.path == "/slow" else 0)
        except OSError:
            pass

    def log_message(self, *_words: Any) -> None: ...


@pytest.fixture
def inside(settings: Any) -> Iterator[ThreadingHTTPServer]:
    """Something that only this machine reaches, which is also the provider of the settings by another name."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Answers)
    server.asked = []  # type: ignore[attr-defined]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.SAURO_OIDC = {"settings": {"server_url": f"{OWN}:{server.server_port}"}}
    yield server
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    ("address", "strange", "named"),
    [
        ("93.184.215.14", True, True), ("2606:2800:21f:cb07::1", True, True),
        ("10.1.2.3", False, True), ("192.168.0.9", False, True), ("127.0.0.1", False, True), ("fd00::1", False, True), ("::1", False, True),
        ("169.254.169.254", False, False), ("fe80::1%eth0", False, False), ("0.0.0.0", False, False), ("::", False, False),
        ("224.0.0.1", False, False), ("ff02::1", False, False), ("255.255.255.255", False, False),
        ("::ffff:169.254.169.254", False, False), ("::ffff:10.0.0.1", False, True), ("64:ff9b::a9fe:a9fe", False, False),
        ("2002:a9fe:a9fe::1", False, False), ("100.64.0.1", False, False),
    ],
)  # fmt: skip
def test_where_it_may_go(address: str, strange: bool, named: bool) -> None:
    assert (outgoing.may_reach(address, False), outgoing.may_reach(address, True)) == (strange, named)


def test_the_host_of_the_settings_may_be_private_and_no_other(inside: ThreadingHTTPServer) -> None:
    port = inside.server_port
    assert outgoing.Session().get(f"{OWN}:{port}/").json() == {}
    for host in ("127.0.0.1", "[::ffff:127.0.0.1]", "2130706433", "0x7f.1", "localhost.localdomain"):
        with pytest.raises(requests.RequestException):
            outgoing.Session().get(f"http://{host}:{port}/secret")
    assert inside.asked == ["/"]  # type: ignore[attr-defined]


def test_a_name_is_judged_by_every_address_it_stands_for(
    inside: ThreadingHTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = [(2, 1, 6, "", (address, inside.server_port)) for address in ("93.184.215.14", "127.0.0.1")]
    monkeypatch.setattr("sauro.project.outgoing.socket.getaddrinfo", lambda *_asked, **_more: said)
    with pytest.raises(requests.ConnectionError, match="address not allowed"):
        outgoing.Session().get(f"http://rebinds.example:{inside.server_port}/secret")
    assert inside.asked == []  # type: ignore[attr-defined]


def test_nobody_is_followed_elsewhere(inside: ThreadingHTTPServer) -> None:
    with pytest.raises(requests.TooManyRedirects):
        outgoing.Session().get(f"{OWN}:{inside.server_port}/away")


def test_an_answer_without_end_is_not_taken(
    inside: ThreadingHTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(outgoing.Outgoing, match="too much"):
        outgoing.Session().get(f"{OWN}:{inside.server_port}/large")
    monkeypatch.setattr(outgoing, "LONGEST", 0.3)
    with pytest.raises(outgoing.Outgoing, match="too slow"):
        outgoing.Session().get(f"{OWN}:{inside.server_port}/slow")


def test_without_tls_only_where_the_settings_say_so(settings: Any) -> None:
    settings.SAURO_OIDC = {"settings": {"server_url": "https://id.example"}}
    with pytest.raises(outgoing.Outgoing, match="scheme"):
        outgoing.Session().get("http://id.example/jwks")
    with pytest.raises(requests.RequestException):
        outgoing.Session().get("file:///etc/passwd")


def test_no_proxy_of_the_environment_carries_it(
    inside: ThreadingHTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    assert outgoing.Session().get(f"{OWN}:{inside.server_port}/").status_code == 200
