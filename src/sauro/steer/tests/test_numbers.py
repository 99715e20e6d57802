"""The number of an instrument is given once, also to two who register it at the same moment."""

import threading
import time
from datetime import date
from typing import Any

import psycopg
import pytest
from django.db import connection

from sauro.core.ids import new_id
from sauro.core.journal import database
from sauro.core.models import Record
from sauro.core.refusal import Refusal
from sauro.steer.tests.conftest import TEXT, State

pytestmark = pytest.mark.django_db(transaction=True)
INSTRUMENT = {
    "number": "99/NQ-CP", "title": "Chương trình hành động", "issuer": "Chính phủ", "issued": date(2025, 4, 1),
    "valid_from": date(2025, 4, 1), "text": TEXT,
}  # fmt: skip
_ENTERED = """
INSERT INTO core_record (id, event, register, code, classification, title_vi, title_en, valid_from, recorded_at, body, retention)
VALUES (%s, %s, 'instruments', '99/NQ-CP', 'open', '', '', '2025-04-01', now(), '{}', 'permanent-register')
"""
_WAITING = (
    "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
)


def test_the_second_of_two_at_once_is_refused_in_words(state: State) -> None:
    said: list[Any] = []

    def register() -> None:
        try:
            said.append(state.do("secretary", "register_instrument", INSTRUMENT))
        except Refusal as refusal:
            said.append(refusal)
        finally:
            connection.close()

    with database.connect() as other:
        # Somebody else is about to commit it: the act does not see theirs yet, and must wait for it.
        with other.transaction():
            other.execute(_ENTERED, [new_id(), new_id()])
            second = threading.Thread(target=register)
            second.start()
            _until_it_waits(second)
        second.join()
    (refusal,) = said
    assert isinstance(refusal, Refusal) and (refusal.code, refusal.status) == ("exists_already", 409)
    assert "số" in str(refusal.message)
    assert Record.objects.filter(code="99/NQ-CP").count() == 1


def _until_it_waits(thread: threading.Thread) -> None:
    with database.connect() as watching:
        for _turn in range(1000):
            row = watching.execute(_WAITING).fetchone()
            if not thread.is_alive() or (row is not None and row[0]):
                return
            time.sleep(0.01)


def test_a_correction_keeps_the_number_that_it_corrects(state: State) -> None:
    with database.connect() as link:
        corrected = "INSERT INTO core_record (id, event, register, code, classification, title_vi, title_en, valid_from, recorded_at, body, retention, corrects) SELECT %s, event, register, code, classification, title_vi, title_en, valid_from, now(), body, retention, id FROM core_record WHERE id = %s"
        link.execute(corrected, [new_id(), state.instrument])
        with pytest.raises(psycopg.errors.UniqueViolation):
            link.execute(corrected.replace(", id FROM", ", NULL FROM"), [new_id(), state.instrument])
