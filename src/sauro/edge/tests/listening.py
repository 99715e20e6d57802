"""A browser's side of a stream, without a network: drives the application as a server would."""

import asyncio
import json
from uuid import UUID

from sauro.core import tickets
from sauro.core.tickets import Ticket
from sauro.edge.feed import Feed
from sauro.edge.ticks import Limits, Ticks

KEY = tickets.key_of("test")
ORIGIN = "https://sauro.example"
PERSON = UUID(int=1)


class Clock:
    """Seconds that pass when told to."""

    def __init__(self):
        self.at = 1_000_000.0

    def __call__(self):
        return self.at


async def never():
    raise AssertionError("these tests tell the versions by hand")


def edge(streams=100, of_one_address=100, proxies=0):
    """An application, its feed and its clock."""
    clock = Clock()
    feed = Feed(never, {"journal": None, "numbers": "watch.measure"})
    feed.tell({"journal": 7, "numbers": 5})
    return Ticks(KEY, feed, {ORIGIN}, Limits(streams, of_one_address), proxies, clock), feed, clock


def ticket(clock, topics=("journal",), life=tickets.LIFE, person=PERSON, key=KEY):
    return tickets.sign(key, Ticket(tickets.holder(KEY, person, None), tuple(topics), int(clock()) + life))


class Browser:
    """One request; `taking` may be cleared to take nothing more."""

    def __init__(self, app, path="/ticks", query="", method="GET", headers=None, address="10.0.0.1"):
        sent = [
            (name.encode(), value.encode())
            for name, value in (headers.items() if isinstance(headers, dict) else headers or ())
        ]
        self._scope = {
            "type": "http", "method": method, "path": path, "query_string": query.encode(), "headers": sent,
            "client": (address, 5000),
        }  # fmt: skip
        self.status, self.headers, self.body, self.ended = 0, {}, b"", False
        self.taking, self._left = asyncio.Event(), asyncio.Event()
        self.taking.set()
        self.task = asyncio.create_task(app(self._scope, self._receive, self._send))

    async def _receive(self):
        await self._left.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message):
        await self.taking.wait()
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = {name.decode(): value.decode() for name, value in message["headers"]}
            return
        self.body += message["body"]
        self.ended = not message["more_body"]

    def leave(self):
        self._left.set()

    @property
    def events(self):
        """What was heard: pairs of an event's name and its data."""
        found = []
        for part in self.body.decode().split("\n\n"):
            lines = dict(line.split(": ", 1) for line in part.splitlines())
            if "event" in lines:
                found.append((lines["event"], json.loads(lines["data"])))
        return found

    @property
    def ticks(self):
        return [(data["topic"], data["version"]) for name, data in self.events if name == "tick"]


def listen(app, clock, topics=("journal",), **more):
    signed = {name: more.pop(name) for name in ("life", "person", "key") if name in more}
    return Browser(app, query=f"t={ticket(clock, topics, **signed)}", **more)


async def settle():
    """Let everything that can go on go on."""
    for _ in range(20):
        await asyncio.sleep(0)
