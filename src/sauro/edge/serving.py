"""Serves an ASGI application whose answers do not end by themselves, and stops it in time.

Granian's own command waits for open answers before it tells the application to end, and open streams wait for exactly
that (docs/decisions/0017). So its server runs inside this process's loop, and a signal ends the streams first.
"""

import asyncio
import os
import signal
from collections.abc import Callable

from granian.constants import HTTPModes, Interfaces
from granian.log import LogLevels
from granian.server.embed import Server

from sauro.edge.ticks import Ticks

LONGEST_END = 5.0
BESIDE_STREAMS = 64
"""Requests answered at once beside the streams: refusals, and questions about health."""


async def serve(application: Ticks, host: str, port: int, streams: int, ready: Callable[[], None]) -> None:
    """Serve until SIGTERM or SIGINT. Where a stream does not end within five seconds, ends the process all the same."""
    server = Server(
        application, host, port, interface=Interfaces.ASGI, http=HTTPModes.http1, websockets=False,
        backlog=1024, backpressure=streams + BESIDE_STREAMS, log_level=LogLevels.error,
    )  # fmt: skip
    loop = asyncio.get_running_loop()

    def end() -> None:
        application.end()
        loop.call_soon(server.stop)
        loop.call_later(LONGEST_END, os._exit, 0)

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, end)
    ready()
    await server.serve()
