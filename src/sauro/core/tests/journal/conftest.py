from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from sauro.core.journal.tables import ERASURE, JOURNALLED, PERSONAL, TableSpec
from sauro.core.tests.journal import world as worlds
from sauro.core.tests.journal.world import World


@pytest.fixture(scope="session")
def journal_address(postgres_server: Any) -> Iterator[str]:
    """A database with the tables of the journal and one of state, for the whole run."""
    name = worlds.name()
    drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
    with psycopg.connect(postgres_server.address(), autocommit=True) as connection:
        for (left,) in connection.execute(worlds.LEFT_BEHIND).fetchall():
            if not Path("/proc", left.split("_")[1]).exists():
                connection.execute(
                    sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(left))
                )
        connection.execute(drop)
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    worlds.create(postgres_server.address(name))
    yield postgres_server.address(name)
    with psycopg.connect(postgres_server.address(), autocommit=True) as connection:
        connection.execute(drop)


@pytest.fixture(autouse=True)
def scope() -> Iterator[dict[str, TableSpec]]:
    """Only the tables of this small world are in the journal's scope."""
    before = dict(JOURNALLED)
    JOURNALLED.clear()
    JOURNALLED.update({spec.name: spec for spec in (worlds.THING, PERSONAL, ERASURE)})
    yield JOURNALLED
    JOURNALLED.clear()
    JOURNALLED.update(before)


@pytest.fixture
def world(journal_address: str, tmp_path: Path) -> Iterator[World]:
    """An empty world."""
    made = World(journal_address, tmp_path)
    made.empty()
    yield made
    made.close()
