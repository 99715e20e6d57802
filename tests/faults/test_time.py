"""Timers have one effect each, in order, whoever crashes; and only a demonstration's clock can be set (issue: timers)."""

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
import psycopg
import pytest
from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection, connections

from sauro.core import moment, timers
from sauro.core.doorway import Ask, act
from sauro.core.models import Event, Instance, Timer
from sauro.serve.tests.conftest import Town

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def intruder() -> Iterator[psycopg.Connection[Any]]:
    """Somebody with every right over the server."""
    place = connection.settings_dict
    with psycopg.connect(host=place["HOST"], dbname=place["NAME"], user="postgres", autocommit=True) as link:
        yield link


def later(days: int = 9) -> datetime:
    return moment.now() + timedelta(days=days)


def at(clock: datetime) -> AbstractContextManager[None]:
    return moment.simulated(lambda: clock)


def promised(town: Town, count: int) -> list[UUID]:
    dossiers = [town.file() for _ in range(count)]
    for dossier in dossiers:
        town.do(dossier, "serve.accept_dossier")
    return dossiers


def fired() -> list[tuple[str, str]]:
    """(timer, effect) of every firing, in the order in which they were written."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT body FROM core_event WHERE name = 'core.fire_timer' ORDER BY seq")
        said = [orjson.loads(bytes(body))["data"] for (body,) in cursor.fetchall()]
    return [(data["timer"], data["answer"]["effect"]) for data in said]


def test_several_workers_that_crash_fire_each_timer_once(
    town: Town, intruder: psycopg.Connection[Any]
) -> None:
    promised(town, 4)
    waiting = {
        str(timer.id) for timer in Timer.objects.filter(fired_at=None, cancelled_at=None, due_at__lte=later())
    }
    assert len(waiting) == 12
    clock, problems = later(), []

    def worker(crashes: int) -> None:
        for _ in range(crashes + 1):
            try:
                with moment.simulated(lambda: clock):
                    timers.fire_due()
            except (psycopg.Error, DatabaseError, InterfaceError):
                connection.close()
            except Exception as error:
                problems.append(error)
        connections.close_all()

    threads = [threading.Thread(target=worker, args=(6,)) for _ in range(3)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        # The death of a worker's connection is what PostgreSQL sees of kill -9.
        intruder.execute(
            "SELECT pg_terminate_backend(pid) FROM (SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
            " AND usename = %s AND state <> 'idle' ORDER BY random() LIMIT 1) one",
            [settings.DATABASES["default"]["USER"]],
        )
        threading.Event().wait(0.02)
    for thread in threads:
        thread.join()
    connection.close()
    assert problems == []
    with moment.simulated(lambda: clock):
        while timers.fire_due():
            pass
    effects = [timer for timer, effect in fired() if effect in ("fired", "cancelled")]
    assert sorted(effects) == sorted(waiting), "each timer has one effect"
    assert not Timer.objects.filter(fired_at=None, cancelled_at=None, due_at__lte=clock).exists()


def test_missed_ticks_are_caught_up_in_the_order_of_their_moments(town: Town) -> None:
    promised(town, 3)
    due = {str(timer.id): (timer.due_at, timer.id) for timer in Timer.objects.filter(due_at__lte=later())}
    assert len(due) == 9
    with at(later()):
        assert timers.fire_due(limit=4) == 4
        while timers.fire_due(limit=4):
            pass
    order = [timer for timer, effect in fired() if effect == "fired"]
    assert order == sorted(due, key=lambda timer: due[timer])
    for event in Event.objects.filter(name="core.fire_timer"):
        said = orjson.loads(bytes(event.body))
        assert datetime.fromisoformat(said["occurred"]) == due[said["data"]["timer"]][0], (
            "it says when it was due"
        )


def test_nothing_fires_early_and_what_ended_is_not_breached(town: Town) -> None:
    ended, running = promised(town, 2)
    soonest = min(Timer.objects.values_list("due_at", flat=True))
    if soonest > moment.now():
        with moment.simulated(lambda: soonest - timedelta(microseconds=1)):
            assert timers.fire_due() == 0
    act(Ask("serve.withdraw_dossier", town.citizen, "w", {}, ended))
    with at(later()):
        while timers.fire_due():
            pass
    of = {str(timer.id): timer.commitment for timer in Timer.objects.all()}
    assert {effect for timer, effect in fired() if of[timer] == ended} <= {"cancelled"}
    assert {effect for timer, effect in fired() if of[timer] == running} == {"fired"}


def test_the_clock_is_the_systems_outside_a_demonstration_for_ever(intruder: psycopg.Connection[Any]) -> None:
    assert Instance.is_demonstration()
    for statement in (
        "UPDATE core_instance SET demonstration = true",
        "DELETE FROM core_instance",
        "TRUNCATE core_instance",
    ):
        with pytest.raises(psycopg.Error):
            intruder.execute(statement)
    intruder.execute("SET session_replication_role = replica")
    intruder.execute("UPDATE core_instance SET demonstration = false")
    intruder.execute("SET session_replication_role = origin")
    with pytest.raises(moment.ClockRefused), at(later()):
        raise AssertionError("the clock was set")
    assert abs((moment.now() - datetime.now(tz=moment.now().tzinfo)).total_seconds()) < 60
    with pytest.raises(psycopg.Error):
        intruder.execute("UPDATE core_instance SET demonstration = true")
