"""How far each topic has come, asked once for all who listen.

A topic is the journal itself (how many events have their place) or one of its consumers (how many of them it has read).
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping

import psycopg
import structlog

log = structlog.get_logger()

Versions = Mapping[str, int]
Connection = psycopg.AsyncConnection[tuple[str | None, int]]
Connect = Callable[[], Awaitable[Connection]]
"""Opens a connection in autocommit mode."""

EVERY = 0.25
AFTER_NEWS = 0.5
"""Pages ask once a second at most: to be told much more often would cost each of them, and help none."""
PATIENCE = 5.0
"""Seconds after which an answer is not waited for any longer."""
BLIND_AFTER = 2.0
LONGEST_PAUSE = 5.0

_ASK = """
SELECT name, position FROM core_consumer WHERE name = ANY(%s)
UNION ALL SELECT NULL, coalesce(max(leaf_index) + 1, 0) FROM core_leaf
"""


class Feed:
    """Follows the topics: a name for those who listen, and the consumer that it stands for (None: the journal).

    `versions` is what was read last, or None while the database does not answer; `changed` is called after each change.
    """

    def __init__(
        self, connect: Connect, topics: Mapping[str, str | None], changed: Callable[[], None] = lambda: None
    ) -> None:
        self.topics = topics
        self.changed = changed
        self.versions: Versions | None = None
        self._connect = connect
        self._consumers = [name for name in topics.values() if name is not None]
        self._answered = 0.0

    async def follow(self) -> None:
        """Ask until cancelled. A connection that is lost is opened anew, with a longer pause each time."""
        failures = 0
        while True:
            try:
                connection = await self._connect()
                try:
                    while True:
                        new = await self.ask(connection)
                        failures = 0
                        await asyncio.sleep(AFTER_NEWS if new else EVERY)
                finally:
                    await connection.close()
            except (psycopg.Error, OSError) as error:
                failures += 1
                log.warning("edge.database_lost", error=type(error).__name__, attempt=failures)
            # A server that is restarted is back in a moment: nobody need be told.
            if time.monotonic() - self._answered > BLIND_AFTER:
                self.tell(None)
            await asyncio.sleep(min(LONGEST_PAUSE, EVERY * 2**failures))

    async def ask(self, connection: Connection) -> bool:
        """Read every position once, and say whether any is new. Raises psycopg.Error or TimeoutError."""
        async with asyncio.timeout(PATIENCE):
            cursor = await connection.execute(_ASK, [self._consumers])
            found = dict(await cursor.fetchall())
        self._answered = time.monotonic()
        # A consumer that has never read anything has no row yet.
        return self.tell({topic: found.get(consumer, 0) for topic, consumer in self.topics.items()})

    def tell(self, versions: Versions | None) -> bool:
        """Let everybody know where anything is new, and say whether it was."""
        if versions == self.versions:
            return False
        self.versions = versions
        self.changed()
        return True
