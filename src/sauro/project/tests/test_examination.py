"""`sauro doctor`: what it says of erasures and of the proxies in front."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import connection

from sauro.core.ids import new_id
from sauro.core.vault import erasure, keyring
from sauro.core.vault.cipher import new_unit
from sauro.core.vault.files import FileStore
from sauro.core.vault.keyring import Keyring
from sauro.core.vault.parts import seal_part, write_personal
from sauro.project.examination import database, machine

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.fixture
def ring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Keyring:
    made = keyring.create(tmp_path / "keys")
    monkeypatch.setattr(keyring, "current", lambda: made)
    return made


def state() -> str:
    found = database.erasures()
    assert (found.remedy == "") is (found.state == "well")
    return found.state


def test_an_erasure_that_came_back_is_a_fault(ring: Keyring, tmp_path: Path) -> None:
    """A backup from before the erasure was restored: the list knows, and so does the doctor."""
    assert state() == "well"
    unit = new_unit(ring, new_id())
    store = FileStore(tmp_path / "files")
    with connection.cursor() as cursor:
        write_personal(
            cursor, new=[unit], parts=[seal_part(unit.key, "answers", 1, {"name": "Hoa"})], tokens=[]
        )
        cursor.execute("SELECT unit, wrapped, created FROM core_unit_key WHERE unit = %s", [unit.key.unit])
        row = cursor.fetchone()
        erasure.announce(ring, [unit.key.unit], new_id(), NOW)
        assert state() == "warning", "announced and not done"
        erasure.erase_rows(cursor, [unit.key.unit], new_id(), NOW)
        assert state() == "warning", "erased, and the keys are still to be destroyed"
        erasure.shred(ring, store, [unit.key.unit], [])
        assert state() == "well"
        cursor.execute("INSERT INTO core_unit_key (unit, wrapped, created) VALUES (%s, %s, %s)", row)
    assert state() == "fault"


def test_the_doctor_looks_at_erasures(monkeypatch: pytest.MonkeyPatch) -> None:
    import contextlib

    from sauro.project import start

    monkeypatch.setattr(start, "database", contextlib.nullcontext)
    seen = [finding.check for finding in database.of_database()]
    assert database.erasures().check in seen


def test_a_proxy_that_nobody_speaks_of_is_told(settings) -> None:
    settings.DEMONSTRATION, settings.SAURO_CLAMD = False, "localhost:3310"
    settings.SAURO_PUBLIC_URL = "https://dvc.example"
    found = machine.configuration()
    assert found.state == "warning" and "SAURO_TRUSTED_PROXIES" in found.remedy
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    assert machine.configuration().state == "well"


def test_the_doctor_tells_the_port_that_up_was_given(settings, tmp_path: Path) -> None:
    from sauro.project import start

    settings.SAURO_VAR, settings.SAURO_PUBLIC_URL = tmp_path, "http://127.0.0.1:8124"
    with start.only_one():
        settings.SAURO_PUBLIC_URL = "http://127.0.0.1:8000"
        assert "127.0.0.1:8124" in machine.configuration().found
    assert start.serving_at() == "" and "127.0.0.1:8000" in machine.configuration().found


def test_the_doctor_asks_the_edge_where_up_put_it(settings, tmp_path: Path) -> None:
    from sauro.project import start

    settings.SAURO_VAR, settings.SAURO_EDGE_PORT = tmp_path, 8125
    with start.only_one():
        settings.SAURO_EDGE_PORT = 8001
        assert start.edge_port() == 8125
    assert start.edge_port() == 8001
