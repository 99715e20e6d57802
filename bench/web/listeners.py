"""python -m bench.web.listeners PORT STREAMS: opens streams with the tickets that come in, one a line, and hears them.

Prints "ready" once every stream has had its first tick; at the next line that comes in, one JSON line: how many
streams were still open, how many ticks came, and for each stream the versions it heard with the moment of each.
What comes is kept as it is and read at the end: who listens shares the machine with what is measured.
"""

import json
import re
import selectors
import socket
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

VERSION = re.compile(rb'"version": (\d+)\}')


@dataclass
class Heard:
    """What one stream has heard: moments, and the bytes that came."""

    line: socket.socket
    parts: list[tuple[float, bytes]] = field(default_factory=list)
    open: bool = True

    def take(self) -> None:
        part = self.line.recv(65_536)
        self.parts.append((time.time(), part))
        self.open = bool(part)

    @property
    def begun(self) -> bool:
        return any(b"event: tick" in part for _moment, part in self.parts[:5])

    @property
    def ticks(self) -> list[tuple[int, float]]:
        found, rest = [], b""
        for moment, part in self.parts:
            rest += part
            found += [(int(version), moment) for version in VERSION.findall(rest)]
            rest = rest[rest.rfind(b"}") + 1 :]
        return found


def main() -> None:
    port, count = int(sys.argv[1]), int(sys.argv[2])
    tickets = [sys.stdin.readline().strip() for _ in range(count)]
    waiting = selectors.DefaultSelector()
    streams = [_opened(port, ticket) for ticket in tickets]
    for stream in streams:
        waiting.register(stream.line, selectors.EVENT_READ, stream)
    _hear(waiting, lambda: all(stream.begun or not stream.open for stream in streams))
    if not all(stream.open for stream in streams):
        raise SystemExit("a stream was refused")
    print("ready", flush=True)
    asked = threading.Event()

    def listen() -> None:
        sys.stdin.readline()
        asked.set()

    threading.Thread(target=listen, daemon=True).start()
    _hear(waiting, asked.is_set)
    heard = [stream.ticks for stream in streams]
    said = {"open": sum(stream.open for stream in streams), "ticks": sum(map(len, heard)), "heard": heard}
    print(json.dumps(said), flush=True)


def _opened(port: int, ticket: str) -> Heard:
    line = socket.create_connection(("127.0.0.1", port))
    line.sendall(f"GET /ticks?t={ticket} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
    return Heard(line)


def _hear(waiting: selectors.DefaultSelector, enough: Callable[[], bool]) -> None:
    while not enough():
        for key, _events in waiting.select(0.05):
            stream: Heard = key.data
            stream.take()
            if not stream.open:
                waiting.unregister(stream.line)


if __name__ == "__main__":
    main()
