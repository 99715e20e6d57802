"""A transaction held open while others commit loses nobody: not the sealer, not the consumers, not the people told."""

import threading
import time
from typing import Any

import pytest
from django.db import connection, connections, transaction

from sauro.core.doorway import Ask, act
from sauro.core.models import Event
from sauro.project import worker
from sauro.project.heart import Heart
from sauro.serve.models import Notice
from sauro.serve.tests.conftest import Town

pytestmark = pytest.mark.django_db(transaction=True)


def until(condition: Any) -> None:
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.05)


def read() -> tuple[int, int]:
    """How many events are sealed, and the least that every consumer has read."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT count(*) FROM core_leaf), (SELECT coalesce(min(position), 0) FROM core_consumer)"
        )
        sealed, position = cursor.fetchone()
    return sealed, position


def test_who_commits_last_is_read_all_the_same(town: Town) -> None:
    filings = [town.filing() for _ in range(8)]
    asks = [
        Ask("serve.submit_dossier", town.citizen, f"f{at}", payload) for at, payload in enumerate(filings)
    ]
    over, written, let_go = threading.Event(), threading.Event(), threading.Event()
    own = Heart()

    def held_open() -> None:
        with transaction.atomic():
            act(asks[0])
            written.set()
            assert let_go.wait(60)
        connections.close_all()

    duties = [
        threading.Thread(target=worker.keep, args=(name, worker.duties()[name], over, own))
        for name in ("sealer", "consumers", "sealer", "consumers")
    ]
    late = threading.Thread(target=held_open)
    try:
        for thread in [*duties, late]:
            thread.start()
        assert written.wait(60)
        for ask in asks[1:]:
            act(ask)
        # Consumers act too: what they find of claims are events like others.
        until(lambda: read() == (Event.objects.count(),) * 2)
        assert Notice.objects.filter(kind="submitted").count() == 7
        let_go.set()
        late.join(60)
        until(lambda: read() == (Event.objects.count(),) * 2)
    finally:
        let_go.set()
        over.set()
        for thread in [*duties, late]:
            thread.join(30)
    told = Notice.objects.filter(kind="submitted").values_list("dossier", flat=True)
    assert sorted(told) == sorted(payload["id"] for payload in filings), "everybody once"
