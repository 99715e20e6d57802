"""Pages over the real page server: how long an answer takes on the line, and what a citizen's first visit weighs.

`serve()` starts Granian as `sauro up` does, on a free port, for the length of a `with` block.
"""

import http.client
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

from bench.ours import installation
from bench.result import KEPT, ROOT
from bench.web.places import Visit

LINKED = ("stylesheet", "icon", "preload", "modulepreload", "manifest")


@contextmanager
def serve(address: str) -> Iterator[int]:
    """The installation's page server, one process; yields its port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    environment = {**os.environ, **installation.environment(address), "SAURO_PORT": str(port)}
    for step in ("collect", "run"):
        command = [sys.executable, "-m", "bench.web.server", step]
        if step == "collect":
            subprocess.run(command, cwd=ROOT, env=environment, check=True)
            continue
        (KEPT / "logs").mkdir(parents=True, exist_ok=True)
        with (KEPT / "logs" / "pages.log").open("w") as log:
            running = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
        try:
            _wait(port, running)
            yield port
        finally:
            running.terminate()
            running.wait(30)


def _wait(port: int, running: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until and running.poll() is None:
        try:
            line = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            line.request("GET", "/livez")
            if line.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.2)
    raise SystemExit("the page server did not come up: see var/bench/logs/pages.log")


class Line:
    """One kept-alive connection to the page server."""

    def __init__(self, port: int) -> None:
        self._http = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def get(
        self, path: str, session: str | None = None, encodings: str = "br, gzip"
    ) -> tuple[int, bytes, dict[str, str]]:
        """Status, body as it came over the line, headers in lower case."""
        headers = {"Accept-Encoding": encodings, "Accept-Language": "vi", "Accept": "text/html,*/*"}
        if session:
            headers["Cookie"] = f"sessionid={session}"
        self._http.request("GET", path, headers=headers)
        answer = self._http.getresponse()
        return answer.status, answer.read(), {name.lower(): value for name, value in answer.getheaders()}

    def timed(self, visit: Visit) -> float:
        """Milliseconds from the request to the last byte. Raises SystemExit where no page comes."""
        began = time.perf_counter()
        status, _body, _headers = self.get(visit.path, visit.session)
        spent = (time.perf_counter() - began) * 1000
        if status != 200:
            raise SystemExit(f"{visit.path} answered {status}")
        return spent


class _Links(HTMLParser):
    """What a browser fetches for a page before anybody touches it."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "link" and any(kind in LINKED for kind in (given.get("rel") or "").split()):
            self._add(given.get("href"))
        elif tag in ("script", "img", "source"):
            self._add(given.get("src"))
            for part in (given.get("srcset") or "").split(","):
                self._add(part.strip().partition(" ")[0])

    def _add(self, address: str | None) -> None:
        if address and not address.startswith("data:") and address not in self.found:
            self.found.append(address)


def weigh(line: Line, visit: Visit) -> dict[str, float]:
    """A first visit with an empty cache: requests and kilobytes (1,000 bytes) by kind, as they came over the line."""
    status, body, _headers = line.get(visit.path, visit.session)
    if status != 200:
        raise SystemExit(f"{visit.path} answered {status}")
    weights = {"html": len(body), "css": 0, "js": 0, "img": 0, "font": 0}
    links = _Links()
    links.feed(line.get(visit.path, visit.session, "identity")[1].decode())
    pending, requests = list(links.found), 1
    while pending:
        path = urlsplit(urljoin(visit.path, pending.pop(0))).path
        _status, part, said = line.get(path)
        requests += 1
        kind = _kind(said.get("content-type", ""), path)
        weights[kind] += len(part)
        if kind == "css":
            for address in re.findall(
                r"url\(\s*['\"]?([^'\")]+)", line.get(path, encodings="identity")[1].decode()
            ):
                # Only fonts are fetched for sure; images of a style sheet come when their rule applies.
                if address.endswith((".woff2", ".woff")) and address not in links.found:
                    links.found.append(address)
                    pending.append(urljoin(path, address))
    counted = sum(size for kind, size in weights.items() if kind != "font")
    return {
        "requests": requests,
        **{kind: size / 1000 for kind, size in weights.items()},
        "kb": counted / 1000,
    }


def _kind(content_type: str, path: str) -> str:
    for mark, kind in (("css", "css"), ("javascript", "js"), ("font", "font"), ("image", "img")):
        if mark in content_type:
            return kind
    return "font" if path.endswith((".woff2", ".woff")) else "img"
