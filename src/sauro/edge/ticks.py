"""The ASGI application of live ticks: server-sent events of {topic, version}, and nothing else.

`GET …/ticks?t=TICKET` is a stream, `GET …/healthz` and `GET …/readyz` are for who looks after the process. There is no
queue: a stream that is ready to send compares what it has told with what is known now, so that a slow reader gets the
newest version of each topic and costs no memory.
"""

import asyncio
import json
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Iterator, MutableMapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from sauro.core import tickets
from sauro.edge.feed import Feed, Versions

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

HEARTBEAT = 15.0
PATIENCE = 30.0
"""Seconds for which a reader may take nothing."""
LOOK = 0.5
RETRY_AFTER = 30
OF_ONE_HOLDER = 12
"""Streams of one person in one position: more windows than anybody looks at."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The most streams of this process, and of one network address."""

    streams: int
    of_one_address: int


@dataclass(slots=True, eq=False)
class Listener:
    """One open stream: what it may hear, until when, what it has been told (None: that nothing is known)."""

    topics: tuple[str, ...]
    until: float
    told: Versions | None = field(default_factory=dict)
    beat: float = 0.0
    gone: bool = False
    wake: asyncio.Event = field(default_factory=asyncio.Event)


def news(listener: Listener, versions: Versions | None) -> list[str]:
    """Give the events that a listener has not been told, and note that they are told now."""
    told, listener.told = listener.told, versions
    if versions is None:
        return ["event: blind\ndata: {}\n\n"] if told is not None else []
    known = told or {}
    return [
        f"event: tick\ndata: {json.dumps({'topic': topic, 'version': versions[topic]})}\n\n"
        for topic in listener.topics
        if known.get(topic) != versions[topic]
    ]


class Ticks:
    """The application. `origins` are the pages that may listen; `proxies` how many stand in front of this process."""

    def __init__(
        self, key: bytes, feed: Feed, origins: Collection[str], limits: Limits, proxies: int = 0,
        clock: Callable[[], float] = time.time,
    ) -> None:  # fmt: skip
        self._key, self._feed, self._origins, self._limits = key, feed, frozenset(origins), limits
        self._proxies, self._clock = proxies, clock
        self._listeners: set[Listener] = set()
        self._addresses: Counter[str] = Counter()
        self._holders: Counter[str] = Counter()
        self._over = False
        feed.changed = self._wake_all

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            await self._answer(scope, receive, send)

    def end(self) -> None:
        """End every stream and open no other, as before the process ends."""
        self._over = True
        self._wake_all()

    def look(self) -> None:
        """Wake the streams whose heartbeat or end is due: one timer for all of them."""
        now = self._clock()
        for listener in self._listeners:
            if now >= min(listener.beat, listener.until):
                listener.wake.set()

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        tasks = [asyncio.create_task(self._feed.follow()), asyncio.create_task(self._look_on())]
        await send({"type": "lifespan.startup.complete"})
        await receive()
        self.end()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await send({"type": "lifespan.shutdown.complete"})

    async def _look_on(self) -> None:
        while True:
            await asyncio.sleep(LOOK)
            self.look()

    def _wake_all(self) -> None:
        for listener in self._listeners:
            listener.wake.set()

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        place = scope["path"].rpartition("/")[2]
        if place not in ("ticks", "healthz", "readyz"):
            await _say(send, 404, {"title": "not_found"})
        elif scope["method"] != "GET":
            await _say(send, 405, {"title": "method_not_allowed"}, {"allow": "GET"})
        elif place == "ticks":
            await self._stream(scope, receive, send)
        elif place == "readyz" and self._feed.versions is None:
            await _say(send, 503, {"status": "database unreachable"})
        else:
            status = "alive" if place == "healthz" else "ready"
            await _say(send, 200, {"status": status, "streams": len(self._listeners)})

    async def _stream(self, scope: Scope, receive: Receive, send: Send) -> None:
        origin = _header(scope, b"origin")
        if origin is not None and origin not in self._origins:
            return await _refuse(send, 403, "origin_foreign", {})
        # A page of another origin may know why it was refused only where it may listen at all.
        open_to = {"access-control-allow-origin": origin, "vary": "origin"} if origin else {}
        try:
            asked = parse_qs(scope["query_string"].decode("ascii", "replace")).get("t", [""])[0]
            ticket = tickets.read(self._key, asked, self._clock())
        except tickets.TicketRefused as refused:
            return await _refuse(send, 401, refused.code, open_to)
        topics = tuple(topic for topic in dict.fromkeys(ticket.topics) if topic in self._feed.topics)
        with self._counted(_address(scope, self._proxies), ticket.holder) as allowed:
            if not topics:
                return await _refuse(send, 401, "ticket_wrong", open_to)
            if not allowed or self._over:
                return await _refuse(send, 503, "streams_full", {**open_to, "retry-after": str(RETRY_AFTER)})
            await self._keep(Listener(topics, ticket.until), open_to, receive, send)
        return None

    @contextmanager
    def _counted(self, address: str, holder: str) -> Iterator[bool]:
        """Count a stream while it is open, and say whether there is room for it."""
        self._addresses[address] += 1
        self._holders[holder] += 1
        try:
            yield (
                len(self._listeners) < self._limits.streams
                and self._addresses[address] <= self._limits.of_one_address
                and self._holders[holder] <= OF_ONE_HOLDER
            )
        finally:
            for counter, name in ((self._addresses, address), (self._holders, holder)):
                counter[name] -= 1
                if not counter[name]:
                    del counter[name]

    async def _keep(self, listener: Listener, open_to: dict[str, str], receive: Receive, send: Send) -> None:
        self._listeners.add(listener)
        leaving = asyncio.create_task(_until_gone(listener, receive))
        try:
            # A reader that takes nothing, or is no longer there, ends its stream and nobody else's.
            with suppress(TimeoutError, OSError):
                await self._tell(listener, open_to, send)
        finally:
            leaving.cancel()
            self._listeners.discard(listener)

    async def _tell(self, listener: Listener, open_to: dict[str, str], send: Send) -> None:
        await _begin(send, 200, {**_STREAM, **open_to})
        await _write(send, "retry: 3000\n\n")
        while not (listener.gone or self._over or self._clock() >= listener.until):
            listener.wake.clear()
            text = "".join(news(listener, self._feed.versions))
            if not text and self._clock() >= listener.beat:
                # An event, not a comment: a script cannot see comments, and silence is how it knows of a cut line.
                text = "event: beat\ndata: {}\n\n"
            if text:
                listener.beat = self._clock() + HEARTBEAT
                await _write(send, text)
            await listener.wake.wait()
        if not listener.gone:
            await _write(send, "event: over\ndata: {}\n\n", more=False)


_STREAM = {
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-store, no-transform",
    # nginx would otherwise gather ticks until they fill a page of memory.
    "x-accel-buffering": "no",
    "x-content-type-options": "nosniff",
}


async def _until_gone(listener: Listener, receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    listener.gone = True
    listener.wake.set()


async def _begin(send: Send, status: int, headers: dict[str, str]) -> None:
    pairs = [(name.encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": pairs})


async def _write(send: Send, text: str, more: bool = True) -> None:
    async with asyncio.timeout(PATIENCE):
        await send({"type": "http.response.body", "body": text.encode(), "more_body": more})


async def _refuse(send: Send, status: int, code: str, headers: dict[str, str]) -> None:
    """Refuse a stream as a problem document (RFC 9457) that names the rule."""
    said = {
        "type": f"urn:sauro:refusal:{code}",
        "title": code,
        "status": status,
        "rule": "docs/decisions/0017",
    }
    await _say(send, status, said, {**headers, "content-type": "application/problem+json"})


async def _say(send: Send, status: int, said: dict[str, Any], headers: dict[str, str] | None = None) -> None:
    plain = {"content-type": "application/json", "cache-control": "no-store"}
    await _begin(send, status, {**plain, **(headers or {})})
    await _write(send, json.dumps(said), more=False)


def _header(scope: Scope, name: bytes) -> str | None:
    """What a header says, all its lines: a proxy may add one of its own below one that the visitor sent."""
    lines = [value.decode("latin-1") for key, value in scope["headers"] if key.lower() == name]
    return ",".join(lines) if lines else None


def _address(scope: Scope, proxies: int) -> str:
    """The visitor's network address. X-Forwarded-For is believed from as many proxies as there are: anybody can send one."""
    given = [part.strip() for part in (_header(scope, b"x-forwarded-for") or "").split(",") if part.strip()]
    if proxies and len(given) >= proxies:
        return given[-proxies]
    client = scope.get("client")
    return str(client[0]) if client else ""
