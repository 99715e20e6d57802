"""A keyring, a unit key, a store of files, and a plain connection to the test database."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from hypothesis import settings as hypothesis_settings

from sauro.core.vault import keyring
from sauro.core.vault.cipher import UnitKey, new_unit
from sauro.core.vault.files import FileStore
from sauro.core.vault.keyring import Keyring

# A machine with other work to do may take its time; no test here is about speed.
hypothesis_settings.register_profile("unhurried", deadline=None)
hypothesis_settings.load_profile("unhurried")


@pytest.fixture
def ring(tmp_path: Path) -> Keyring:
    return keyring.create(tmp_path / "keys")


@pytest.fixture
def unit() -> UUID:
    return uuid4()


@pytest.fixture
def key(ring: Keyring, unit: UUID) -> UnitKey:
    return new_unit(ring, unit).key


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    return FileStore(tmp_path / "files")


@pytest.fixture
def address(transactional_db: None) -> str:
    """How to reach the test database, as the application's role. What a test commits is emptied after it."""
    from django.db import connection

    place = connection.settings_dict
    return psycopg.conninfo.make_conninfo(host=place["HOST"], dbname=place["NAME"], user=place["USER"])


@pytest.fixture
def db(address: str) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(address) as connection:
        yield connection
