"""The live edge as a real process: what is sealed is heard by all, a lost database is survived, SIGTERM ends it in time."""

import json
import time
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from django.db import connection
from psycopg import sql

from sauro.core import tickets
from sauro.core.doorway import Ask, act
from sauro.core.doorway.genesis import PLATFORM
from sauro.core.journal.consumers import Consumer, drain
from sauro.core.moment import now
from tests.faults.edge import Door, Stream, edge, seal, until
from tests.faults.installation import PATIENCE, RECORD, Client, Installation, free_port

pytestmark = pytest.mark.django_db(transaction=True)
STREAMS = 50


def something_happens() -> None:
    register = {"id": uuid4(), "kind": "person", "valid_from": now().date()}
    act(Ask("core.register_actor", PLATFORM, str(uuid4()), register))


def as_superuser(statement: str | sql.Composed, *values: Any) -> None:
    place = connection.settings_dict
    with psycopg.connect(host=place["HOST"], dbname="postgres", user="postgres", autocommit=True) as link:
        link.execute(statement, values)


def cut() -> None:
    as_superuser(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'sauro %% edge' AND datname = %s",
        connection.settings_dict["NAME"],
    )


def let_in(allowed: bool) -> None:
    name = sql.Identifier(connection.settings_dict["NAME"])
    as_superuser(
        sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS {}").format(
            name, sql.SQL("true" if allowed else "false")
        )
    )


def test_all_hear_what_is_sealed_and_sigterm_ends_open_streams() -> None:
    seal()
    with edge() as running:
        streams = [Stream(running, person) for person in range(STREAMS)]
        something_happens()
        size = seal()
        for stream in streams:
            stream.hears_version("journal", size)
        assert running.asks("healthz")["streams"] == STREAMS
        code = running.end()
        for stream in streams:
            stream.hears_the_end()
        assert code == 0
        assert [json.loads(line)["event"] for line in running.said] == ["edge.started", "edge.stopped"]


def test_a_topic_of_a_consumer_is_as_far_as_it_has_read() -> None:
    counted = Consumer("watch.measure", lambda events: None)
    something_happens()
    before = seal()
    with edge() as running:
        stream = Stream(running, topics=("journal", "numbers"))
        stream.hears_version("journal", before)
        assert ("tick", {"topic": "numbers", "version": before}) not in stream.events
        drain(counted)
        stream.hears_version("numbers", before)


def test_one_connection_serves_all_and_its_loss_is_survived() -> None:
    with edge() as running:
        streams = [Stream(running, person) for person in range(20)]
        for stream in streams:
            stream.hears_version("journal", 0)
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'sauro % edge' AND datname = current_database()")  # fmt: skip
            assert cursor.fetchone()[0] == 1
        for _ in range(3):
            cut()
            something_happens()
            size = seal()
            for stream in streams:
                stream.hears_version("journal", size)
        assert all("edge.database_lost" in line for line in running.said[1:])


def test_a_database_that_stays_away_is_told_as_not_knowing_and_its_return_as_news() -> None:
    size = seal()
    with edge() as running:
        stream = Stream(running)
        stream.hears_version("journal", size)
        let_in(False)
        try:
            cut()
            stream.hears(lambda it: it.events[-1][0] == "blind", "nothing told")
            assert running.asks("readyz") == {} and running.asks("healthz")["status"] == "alive"
        finally:
            let_in(True)
        something_happens()
        stream.hears_version("journal", seal())


def test_who_leaves_makes_room() -> None:
    with edge(SAURO_EDGE_STREAMS="2") as running:
        first, second = Stream(running, 1), Stream(running, 2)
        for stream in (first, second):
            stream.hears_version("journal", 0)
        third = Stream(running, 3)
        third.hears(lambda it: b"503" in it._heard and b"retry-after" in it._heard.lower(), "no refusal")
        first.close()
        until(lambda: running.asks("healthz")["streams"] == 1, "who has left is counted")
        fourth = Stream(running, 4)
        fourth.hears_version("journal", 0)


@pytest.mark.slow
def test_an_installation_with_open_streams_survives_its_database_and_is_stopped(own_folder: Path) -> None:
    made = Installation(own_folder, settings={"SAURO_EDGE_PORT": str(free_port())})
    made.begin()
    try:
        secret = (own_folder / "keys" / "django-secret").read_text().strip()
        door = Door(int(made.settings["SAURO_EDGE_PORT"]), tickets.key_of(secret))
        client = Client(made)
        client.sign_in()
        streams = [Stream(door, person) for person in range(STREAMS)]
        for turn in range(2):
            client.file_until_answered(f"open-streams-{turn}", RECORD, time.monotonic() + PATIENCE)
            with made.database() as link:
                event = link.execute("SELECT id FROM core_event ORDER BY seq DESC LIMIT 1").fetchone()
                leaf = "SELECT leaf_index + 1 FROM core_leaf WHERE event_id = %s"
                until(lambda: link.execute(leaf, event).fetchone(), "not sealed")  # noqa: B023 — used at once
                found = link.execute(leaf, event).fetchone()
            assert found is not None
            for stream in streams:
                stream.hears_version("journal", found[0])
            if not turn:
                made.kill_postgres()
        up = made.up
        made.end()
        assert up is not None and up.returncode == 0
        for stream in streams:
            stream.hears_the_end()
    finally:
        made.end()
