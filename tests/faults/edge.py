"""The live edge as a process of its own, on the database of a test or of an installation, and who listens to it."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen
from uuid import UUID

from django.conf import settings
from django.db import connection

from sauro.core import tickets
from sauro.core.journal import database, sealer
from sauro.core.tickets import Ticket
from tests.faults.installation import free_port

ROOT = Path(__file__).parents[2]
PATIENCE = 60.0


@dataclass(frozen=True)
class Door:
    """Where an edge listens, and the key of the tickets that it takes."""

    port: int
    key: bytes


class Edge:
    """`python -m sauro.project.edge`, started as the supervisor starts it."""

    def __init__(self, environment: dict[str, str], key: bytes) -> None:
        self.port = int(environment["SAURO_EDGE_PORT"])
        self.key = key
        self.process = subprocess.Popen(
            [sys.executable, "-m", "sauro.project.edge"], cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True
        )  # fmt: skip
        self.said: list[str] = []
        assert self.process.stderr is not None
        self._reading = threading.Thread(target=self.said.extend, args=(self.process.stderr,), daemon=True)
        self._reading.start()
        until(lambda: self.asks("readyz"), "the edge was not ready")

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def asks(self, place: str) -> dict[str, Any]:
        """The answer of /healthz or /readyz; nothing while there is none."""
        try:
            with urlopen(f"{self.url}/{place}", timeout=5) as answer:
                found: dict[str, Any] = json.load(answer)
                return found
        except (URLError, OSError):
            return {}

    def end(self) -> int:
        """SIGTERM; gives the exit code, and fails where the process goes on."""
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(PATIENCE)
        self._reading.join(PATIENCE)
        return code


@contextmanager
def edge(**more: str) -> Iterator[Edge]:
    """An edge on the database of this test."""
    place = connection.settings_dict
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("SAURO_", "DATABASE_"))}
    environment = {
        **kept,
        "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}",
        "SAURO_VAR": str(settings.SAURO_VAR),
        "DATABASE_URL": f"postgresql://{place['USER']}@/{place['NAME']}?host={place['HOST']}",
        "SAURO_EDGE_PORT": str(free_port()),
        **more,
    }
    # The one that the process will read from the same folder of keys.
    running = Edge(environment, tickets.key_of(settings.SECRET_KEY))
    try:
        yield running
    finally:
        if running.process.poll() is None:
            running.process.kill()
        running.process.wait(PATIENCE)


class Stream:
    """One open stream over a socket; what it has heard grows as it is read."""

    def __init__(self, at: Door | Edge, person: int = 1, topics: tuple[str, ...] = ("journal",)) -> None:
        ticket = Ticket(
            tickets.holder(at.key, UUID(int=person), None), topics, int(time.time()) + tickets.LIFE
        )
        self._line = socket.create_connection(("127.0.0.1", at.port), timeout=PATIENCE)
        address = f"/ticks?t={tickets.sign(at.key, ticket)}"
        self._line.sendall(f"GET {address} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
        self._heard = b""
        self.ended = False

    def close(self) -> None:
        self._line.close()

    @property
    def events(self) -> list[tuple[str, dict[str, Any]]]:
        found = []
        for block in self._heard.decode().split("event: ")[1:]:
            name, _, rest = block.partition("\n")
            found.append((name, json.loads(rest.partition("data: ")[2].splitlines()[0])))
        return found

    def hears(self, wanted: Callable[["Stream"], bool], what: str) -> None:
        """Read until it is so; fails where it does not come about."""
        end = time.monotonic() + PATIENCE
        while not wanted(self):
            assert not self.ended and time.monotonic() < end, f"{what}: {self.events}"
            got = self._line.recv(65_536)
            self._heard += got
            self.ended = not got

    def hears_version(self, topic: str, version: int) -> None:
        """Read until a tick of the topic has come as far as this."""

        def heard(stream: Stream) -> bool:
            ticks = [data for name, data in stream.events if name == "tick" and data["topic"] == topic]
            return bool(ticks) and ticks[-1]["version"] >= version

        self.hears(heard, f"no tick of {topic} up to {version}")

    def hears_the_end(self) -> None:
        """Read until nothing more can come; its last words are that it is over."""
        self.hears(lambda stream: stream.ended, "the stream goes on")
        assert self.events[-1][0] == "over"


def until(true: Callable[[], object], what: str) -> None:
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end, what
        time.sleep(0.05)


def seal() -> int:
    """Give everything committed its place; returns how many leaves there are."""
    with database.connect() as own:
        sealer.seal_once(own)
        with own.cursor() as cursor:
            return sealer.tree_size(cursor)
