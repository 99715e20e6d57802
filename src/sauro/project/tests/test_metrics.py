"""Metrics: for operators only, right across processes, and never with anything in a label that somebody typed."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.urls import get_resolver
from prometheus_client.parser import text_string_to_metric_families

from sauro.core import tallying
from sauro.core.doorway import Ask, act
from sauro.core.doorway.genesis import PLATFORM
from sauro.core.doorway.registry import all_actions
from sauro.core.ids import new_id
from sauro.core.journal import sealer
from sauro.core.moment import now
from sauro.core.refusal import Refusal
from sauro.project import metrics, standing, worker
from sauro.project.heart import Heart

pytestmark = pytest.mark.django_db
TOKEN = "t" * 40
NAME = "Nguyễn Thị Canary"


@pytest.fixture(autouse=True)
def place(settings: Any, tmp_path: Path) -> None:
    settings.SAURO_VAR = settings.SAURO_FILES = tmp_path
    settings.SAURO_EDGE_PORT, settings.SAURO_OPERATOR_TOKEN = 0, TOKEN


def scraped() -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    answer = Client().get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200
    families = text_string_to_metric_families(answer.content.decode())
    return {
        (each.name, tuple(sorted(each.labels.items()))): each.value for f in families for each in f.samples
    }


def value(name: str, **labels: str) -> float:
    return scraped().get((name, tuple(sorted(labels.items()))), 0.0)


@pytest.mark.parametrize("head", [{}, {"Authorization": "Bearer "}, {"Authorization": "Bearer x"}, {"Authorization": TOKEN}])  # fmt: skip
def test_a_stranger_gets_nothing(head: dict[str, str]) -> None:
    answer = Client().get("/metrics", headers=head)
    assert answer.status_code == 401 and b"sauro_" not in answer.content


def test_an_empty_token_opens_nothing(settings: Any) -> None:
    settings.SAURO_OPERATOR_TOKEN = ""
    assert Client().get("/metrics", headers={"Authorization": "Bearer "}).status_code == 401


def test_the_token_is_made_once_and_kept_shut(tmp_path: Path) -> None:
    from sauro.project.settings.security import kept_secret

    made = kept_secret(tmp_path / "keys", "operator-token")
    assert len(made) > 40 and kept_secret(tmp_path / "keys", "operator-token") == made
    assert (tmp_path / "keys" / "operator-token").stat().st_mode & 0o077 == 0


def test_requests_are_counted_by_route() -> None:
    before = value("sauro_requests_total", route="serve:procedure", status="404")
    Client().get("/thu-tuc/9.999999/")
    again = value("sauro_requests_total", route="serve:procedure", status="404")
    assert again == before + 1
    assert value("sauro_request_seconds_count", route="serve:procedure") >= again


def test_acts_and_refusals_are_counted_once(monkeypatch: pytest.MonkeyPatch) -> None:
    done = value("sauro_acts_total", action="core.register_actor")
    refused = value("sauro_refusals_total", action="core.register_actor", code="invalid")
    for number in range(3):
        register = {"id": new_id(), "kind": "person", "valid_from": now().date()}
        act(Ask("core.register_actor", PLATFORM, f"m{number}", register))
    with pytest.raises(Refusal):
        act(Ask("core.register_actor", PLATFORM, "m9", {"id": "no"}))
    while sealer.seal_once(connection.connection):
        pass
    fold_all(monkeypatch)
    fold_all(monkeypatch)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM core_event WHERE name = 'core.register_actor'")
        (events,) = cursor.fetchone()
    assert value("sauro_acts_total", action="core.register_actor") == events >= done + 3
    assert value("sauro_refusals_total", action="core.register_actor", code="invalid") == refused + 1


def fold_all(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as soon:
        soon.setattr(tallying, "SETTLED_MS", -10)
        soon.setattr(tallying, "BATCH", 1000)
        while tallying.fold():
            pass


def test_what_stands_is_told() -> None:
    heart = Heart()
    heart.feel("sealer")
    heart.failed("sealer", 2)
    heart.beat()
    said = scraped()
    for name in (
        "sauro_events_sealed_total", "sauro_events_waiting", "sauro_events_waiting_seconds", "sauro_checkpoint_leaves",
        "sauro_workers", "sauro_workers_lost", "sauro_worker_heartbeat_age_seconds", "sauro_jobs_oldest_seconds",
        "sauro_timers_due", "sauro_timers_late_seconds",
    ):  # fmt: skip
        assert (name, ()) in said, name
    assert said["sauro_worker_duty_failures", (("duty", "sealer"),)] == 2
    assert said["sauro_disk_free_bytes", (("folder", "var"),)] > 0
    assert ("sauro_backup_age_seconds", ()) not in said, "none was made: no age, rather than a wrong one"


def test_a_database_that_does_not_answer_is_503(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails() -> None:
        raise OperationalError("gone")

    monkeypatch.setattr(standing, "measure", fails)
    answer = Client().get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 503 and b"sauro_requests_total" in answer.content


def test_labels_are_bounded_and_hold_nothing_that_was_typed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Visitors who type names and numbers everywhere add no series beyond routes and statuses, and no word of theirs."""
    visitor = Client()
    earlier = scraped()  # by other tests of this process, which have addresses of their own
    typed = [f"/{NAME}/", f"/thu-tuc/?q={NAME}", f"/thu-tuc/{NAME}/", f"/xac-thuc/{new_id()}/", f"/api/dossiers/{new_id()}", f"/ho-so/{new_id()}/"]  # fmt: skip
    for address in typed:
        visitor.get(address)
    before = len(scraped())
    for _again in range(5):
        for address in [f"/{NAME}{new_id()}/", f"/xac-thuc/{new_id()}/", f"/ho-so/{new_id()}/", f"/thu-tuc/?q={new_id()}"]:  # fmt: skip
            visitor.get(address)
            visitor.post(address, {"name": NAME})
    with pytest.raises(Refusal):
        act(Ask(NAME, PLATFORM, "n", {}))
    fold_all(monkeypatch)
    allowed = {
        "route": set(route_names()), "action": {*all_actions(), "core.found", "unknown"}, "duty": {*worker.duties(), "heart"},
        "folder": {"var", "files"}, "consumer": {each.name for each in worker.all_consumers()},
    }  # fmt: skip
    shapes = {"status": r"\d{3}|todo|doing|failed|cancelled|aborted", "code": r"[a-z0-9_]{1,48}", "le": r"[\d.]+|\+Inf", "queue": r"[a-z_]+", "version": r"[\w.+]+"}  # fmt: skip
    after = scraped()
    for name, labels in (each for each in after if each not in earlier):
        for label, said in labels:
            assert label in allowed or label in shapes, (name, label)
            assert said in allowed[label] if label in allowed else re.fullmatch(shapes[label], said), (
                name,
                label,
                said,
            )
    assert "Canary" not in repr(after)
    statuses = 3 * len(typed)
    assert len(after) <= before + statuses + 5 * len(metrics.BUCKETS)


def route_names() -> Iterator[str]:
    def walk(resolver: Any, space: str) -> Iterator[str]:
        for pattern in resolver.url_patterns:
            if hasattr(pattern, "url_patterns"):
                yield from walk(pattern, f"{space}{pattern.namespace}:" if pattern.namespace else space)
            else:
                yield f"{space}{pattern.name}"

    yield metrics.UNMATCHED
    yield from walk(get_resolver(), "")


COUNTS = """
from sauro.project import metrics
metrics.REQUESTS.labels("serve:home", "200").inc()
"""
READS = """
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
registry = CollectorRegistry()
MultiProcessCollector(registry)
print(generate_latest(registry).decode())
"""


def test_page_processes_count_together(tmp_path: Path) -> None:
    shared = metrics.shared(tmp_path)
    head = "import django\ndjango.setup()\n"
    given = {**os.environ, "DJANGO_SETTINGS_MODULE": "sauro.project.settings.testing", **shared}
    for code in (COUNTS, COUNTS, READS):
        done = subprocess.run([sys.executable, "-c", head + code], env=given, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
    assert 'sauro_requests_total{route="serve:home",status="200"} 2.0' in done.stdout
    assert list(Path(metrics.shared(tmp_path)[metrics.SHARED]).iterdir()) == [], "a new start counts anew"
