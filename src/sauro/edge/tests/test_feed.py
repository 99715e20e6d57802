"""The feed asks once for all, survives a lost database, and does not call a moment's loss blindness."""

import asyncio

import psycopg
import pytest

from sauro.edge import feed as feeds
from sauro.edge.feed import Feed


class Database:
    """Answers, or is lost, as it is told; counts what it is asked."""

    def __init__(self, rows):
        self.rows, self.lost, self.hangs = rows, False, False
        self.opened, self.asked, self.closed = 0, 0, 0

    async def open(self):
        self.opened += 1
        if self.lost:
            raise psycopg.OperationalError("down")
        return self

    async def execute(self, _sql, _values):
        self.asked += 1
        if self.lost:
            raise psycopg.OperationalError("cut")
        return self

    async def fetchall(self):
        if self.hangs:
            await asyncio.sleep(3_600)
        return self.rows

    async def close(self):
        self.closed += 1


@pytest.fixture
def quick(monkeypatch):
    monkeypatch.setattr(feeds, "EVERY", 0.001)
    monkeypatch.setattr(feeds, "AFTER_NEWS", 0.001)
    monkeypatch.setattr(feeds, "LONGEST_PAUSE", 0.002)


async def until(true):
    async with asyncio.timeout(20):
        while not true():
            await asyncio.sleep(0.001)


def followed(database, story):
    """Run the story beside a feed that follows the database."""

    async def run():
        told = []
        feed = Feed(database.open, {"journal": None, "numbers": "watch.measure"})
        feed.changed = lambda: told.append(feed.versions)
        task = asyncio.create_task(feed.follow())
        try:
            await story(feed, told)
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    asyncio.run(run())


def test_what_is_read_is_told_once(quick):
    database = Database([("watch.measure", 3), (None, 4)])

    async def story(_feed, told):
        await until(lambda: database.asked > 20)
        assert told == [{"journal": 4, "numbers": 3}]
        database.rows = [("watch.measure", 4), (None, 4)]
        await until(lambda: len(told) > 1)
        assert told[1:] == [{"journal": 4, "numbers": 4}] and database.opened == 1

    followed(database, story)


def test_a_consumer_that_has_never_read_stands_at_nothing(quick):
    async def story(feed, _told):
        await until(lambda: feed.versions)
        assert feed.versions == {"journal": 2, "numbers": 0}

    followed(Database([(None, 2)]), story)


def test_a_moment_without_the_database_is_not_told(quick, monkeypatch):
    monkeypatch.setattr(feeds, "BLIND_AFTER", 1_000.0)
    database = Database([("watch.measure", 3), (None, 4)])

    async def story(_feed, told):
        await until(lambda: told)
        database.lost = True
        await until(lambda: database.opened > 5)
        database.lost = False
        asked = database.asked
        await until(lambda: database.asked > asked + 5)
        assert told == [{"journal": 4, "numbers": 3}]

    followed(database, story)


def test_a_lost_database_is_told_and_its_return(quick, monkeypatch):
    monkeypatch.setattr(feeds, "BLIND_AFTER", 0.0)
    database = Database([("watch.measure", 3), (None, 4)])

    async def story(_feed, told):
        await until(lambda: told)
        database.lost = True
        await until(lambda: told[-1] is None)
        await until(lambda: database.opened > 5)
        database.lost = False
        await until(lambda: told[-1] is not None)
        assert told == [{"journal": 4, "numbers": 3}, None, {"journal": 4, "numbers": 3}]
        # Each connection that was opened and lost was also closed.
        assert database.closed == 1

    followed(database, story)


def test_an_answer_that_does_not_come_is_a_lost_database(quick, monkeypatch):
    monkeypatch.setattr(feeds, "PATIENCE", 0.005)
    monkeypatch.setattr(feeds, "BLIND_AFTER", 0.0)
    database = Database([(None, 4)])

    async def story(_feed, told):
        await until(lambda: told)

        database.hangs = True
        await until(lambda: told[-1] is None)

    followed(database, story)
