"""Health says the truth: what is stopped, stuck, full or dead is not healthy; and only operators are told what it is."""

import json
import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client

from sauro.core.doorway import Ask, act
from sauro.core.doorway.genesis import PLATFORM
from sauro.core.ids import new_id
from sauro.core.journal import sealer
from sauro.core.moment import now
from sauro.project import health, standing
from sauro.project.examination import machine, running
from sauro.project.heart import Heart

pytestmark = pytest.mark.django_db
TOKEN = "t" * 40


@pytest.fixture(autouse=True)
def place(settings: Any, tmp_path: Path) -> Iterator[None]:
    settings.SAURO_VAR = settings.SAURO_FILES = tmp_path
    settings.SAURO_EDGE_PORT, settings.SAURO_OPERATOR_TOKEN = 0, TOKEN
    seal()
    health.forget()
    yield
    health.forget()


def seal() -> None:
    with connection.cursor() as cursor:
        # In the test's own transaction, where the events are.
        while sealer.seal_once(cursor.connection):
            pass


def something_happens() -> None:
    register = {"id": new_id(), "kind": "person", "valid_from": now().date()}
    act(Ask("core.register_actor", PLATFORM, str(new_id()), register))


def worker(*, at: float = 0, **late: float) -> Heart:
    """A worker that wrote `at` seconds ago, whose duties came round just now, or so many seconds ago."""
    heart = Heart()
    for duty in running.WATCHED:
        heart.feel(duty)
    heart.beat()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE core_heartbeat SET at = at - make_interval(secs => %s) WHERE worker = %s", [at, heart.worker])  # fmt: skip
        for duty, seconds in late.items():
            cursor.execute("UPDATE core_heartbeat SET felt = felt - make_interval(secs => %s) WHERE duty = %s", [seconds, duty])  # fmt: skip
    return heart


def asked(where: str = "/healthz", token: str = TOKEN) -> tuple[int, dict[str, Any]]:
    health.forget()
    head = {"Authorization": f"Bearer {token}"} if token else {}
    answer = Client().get(where, headers=head)
    return answer.status_code, json.loads(answer.content)


def wrong() -> set[str]:
    status, said = asked()
    faults = [each for each in said["checks"] if each["state"] == "fault"]
    assert status == (503 if faults else 200) and said["status"] == ("not healthy" if faults else "healthy")
    assert all(each["check"] and each["found"] and each["remedy"] for each in faults), "each says what to do"
    return {each["code"] for each in faults}


def test_all_is_well() -> None:
    worker()
    assert wrong() == set()
    assert asked("/readyz")[0] == 200 and asked("/livez") == (200, {"status": "alive"})


def test_no_worker_and_a_killed_one() -> None:
    assert wrong() == {"worker"}
    killed = worker(at=standing.FRESH + 1)
    assert wrong() == {"worker"}
    other = worker()
    assert wrong() == set(), "another one does its work"
    other.end()
    killed.end()
    assert wrong() == {"worker"}


@pytest.mark.parametrize("duty", running.WATCHED)
def test_a_duty_that_does_not_come_round(duty: str) -> None:
    worker(**{duty: running.WATCHED[duty] + 1})
    assert wrong() == ({"worker", "sealer"} if duty == "sealer" else {"worker"})


def test_a_duty_that_fails() -> None:
    heart = worker()
    heart.failed("timers", 3)
    heart.beat()
    assert wrong() == {"worker"}


def test_a_sealer_that_does_not_seal(monkeypatch: pytest.MonkeyPatch) -> None:
    worker()
    something_happens()
    assert wrong() == set(), "a moment is nothing"
    monkeypatch.setattr(
        "sauro.project.standing.time.time", lambda: __import__("time").time_ns() / 1e9 + running.LATE_SEAL + 1
    )
    assert wrong() == {"sealer"}
    seal()
    assert wrong() == set()


@pytest.mark.parametrize(("free", "full"), [(machine.FULL - 1, True), (machine.FULL + 1, False)])
def test_a_full_disk(monkeypatch: pytest.MonkeyPatch, free: int, full: bool) -> None:
    worker()
    usage = shutil.disk_usage("/")
    monkeypatch.setattr(
        "sauro.project.examination.machine.shutil.disk_usage", lambda _path: usage._replace(free=free)
    )
    assert wrong() == ({"disk"} if full else set())
    assert asked("/readyz")[0] == (503 if full else 200)


def test_a_database_that_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: Any) -> None:
        raise OperationalError("connection to server at 10.1.2.3 failed")

    monkeypatch.setattr(connection, "cursor", fails)
    assert wrong() == {"database"}
    assert asked("/readyz")[0] == 503 and asked("/livez")[0] == 200
    assert "10.1.2.3" not in str(asked(token="")), "a stranger is not told where it is"


def test_a_database_that_is_lost_between_two_questions(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails() -> None:
        raise OperationalError("gone")

    monkeypatch.setattr(standing, "measure", fails)
    assert asked()[0] == 503


@pytest.fixture
def edge(settings: Any) -> Iterator[Callable[[dict[str, Any]], None]]:
    says: dict[str, Any] = {}

    class Edge(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps(says).encode())

        def log_message(self, *_: Any) -> None: ...

    server = HTTPServer(("127.0.0.1", 0), Edge)
    settings.SAURO_HOST, settings.SAURO_EDGE_PORT = "127.0.0.1", server.server_port
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield says.update
    server.shutdown()
    server.server_close()


def test_an_edge_that_is_ready_blind_or_dead(edge: Callable[[dict[str, Any]], None], settings: Any) -> None:
    worker()
    edge({"status": "ready", "streams": 3})
    assert wrong() == set()
    edge({"status": "database unreachable"})
    assert wrong() == {"edge"}
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        settings.SAURO_EDGE_PORT = nobody.getsockname()[1]
        assert wrong() == {"edge"}
    assert asked("/readyz")[0] == 200, "pages are served without it"


@pytest.mark.parametrize("token", ["", "wrong", TOKEN[:-1]])
def test_a_stranger_hears_a_word(token: str) -> None:
    assert asked(token=token) == (503, {"status": "not healthy"})
    worker()
    assert asked(token=token) == (200, {"status": "healthy"})
    assert set(asked("/readyz", token)[1]) == {"status"}


@pytest.mark.parametrize(("language", "words"), [("vi", "Có trục trặc"), ("en", "Something is wrong")])
def test_a_person_reads_words_in_their_language(language: str, words: str) -> None:
    head = {"Accept": "text/html", "Accept-Language": language}
    stranger = Client().get("/healthz", headers=head)
    assert (
        stranger.status_code == 503
        and words in stranger.content.decode()
        and "→" not in stranger.content.decode()
    )
    told = Client().get("/healthz", headers={**head, "Authorization": f"Bearer {TOKEN}"}).content.decode()
    assert "sauro worker" in told and words in told


def test_the_database_is_asked_once_for_many(monkeypatch: pytest.MonkeyPatch) -> None:
    worker()
    times: list[int] = []
    measure = standing.measure

    def counted() -> standing.Standing:
        times.append(1)
        return measure()

    monkeypatch.setattr(standing, "measure", counted)
    for _each in range(20):
        Client().get("/healthz")
    assert len(times) == 1


def test_queues_are_told() -> None:
    worker()
    assert [each.state for each in running.queues(standing.measure())] == ["well"] * 3
    late = standing.Standing(jobs={("letters", "failed"): 1}, reactions={"serve.tell": running.FAR_BEHIND + 1}, timers=1, timers_seconds=running.LATE_TIMER + 1)  # fmt: skip
    told = list(running.queues(late))
    assert [(each.code, each.state) for each in told] == [
        (code, "warning") for code in ("jobs", "reactions", "timers")
    ]
    assert "serve.tell" in told[1].remedy and all(each.remedy for each in told)
    assert "journal.consumer_stuck" in told[1].remedy, (
        "much to read is no fault by itself: the log tells them apart"
    )
