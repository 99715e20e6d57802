"""The live edge as a process of this installation: `python -m sauro.project.edge`.

It reads the same settings as every other process, and never sets Django up: no model is loaded, no session is read.
"""

import asyncio
import logging.config
import os
import resource
from typing import Any

import psycopg
import structlog

from sauro import __version__
from sauro.core import tickets
from sauro.edge.feed import Connection, Feed
from sauro.edge.serving import BESIDE_STREAMS, serve
from sauro.edge.ticks import Limits, Ticks
from sauro.project import settings
from sauro.project.notify import tell_systemd
from sauro.project.settings import logs

log = structlog.get_logger()

CONNECT_WITHIN = 5


async def connect() -> Connection:
    """Open a connection to the installation's database, as the application's role."""
    place: dict[str, Any] = settings.DATABASES["default"]
    options = {
        "connect_timeout": CONNECT_WITHIN,
        **place["OPTIONS"],
        "application_name": f"sauro {__version__} edge",
    }
    return await psycopg.AsyncConnection.connect(
        host=place["HOST"] or None,
        port=place["PORT"] or None,
        dbname=place["NAME"],
        user=place["USER"] or None,
        password=place["PASSWORD"] or None,
        autocommit=True,
        **options,
    )


def application() -> Ticks:
    """Give the ASGI application of this installation."""
    limits = Limits(settings.SAURO_EDGE_STREAMS, settings.SAURO_EDGE_STREAMS_PER_ADDRESS)
    key = tickets.key_of(settings.SECRET_KEY)
    feed = Feed(connect, settings.LIVE_TOPICS)
    return Ticks(key, feed, settings.EDGE_ORIGINS, limits, settings.ALLAUTH_TRUSTED_PROXY_COUNT)


def allow_streams(streams: int) -> None:
    """Let this process hold as many connections as it takes, where the system allows it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = streams + 2 * BESIDE_STREAMS
    if soft != resource.RLIM_INFINITY and soft < wanted:
        most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


def _started(port: int) -> None:
    log.info("edge.started", port=port, pid=os.getpid())
    tell_systemd("READY=1")


def main() -> None:
    """Serve until SIGTERM or SIGINT."""
    logging.config.dictConfig(settings.LOGGING)
    logs.shut()
    allow_streams(settings.SAURO_EDGE_STREAMS)
    port = settings.SAURO_EDGE_PORT
    asyncio.run(
        serve(
            application(),
            settings.SAURO_HOST,
            port,
            settings.SAURO_EDGE_STREAMS,
            lambda: _started(port),
        )
    )
    log.info("edge.stopped")
    # The server's own threads may still be at work: they must not meet an interpreter that is being taken down.
    os._exit(0)


if __name__ == "__main__":
    main()
