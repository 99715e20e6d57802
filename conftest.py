"""A real PostgreSQL for the tests.

One bundled server under var/pgtest (it forgets on a crash, which makes it fast); one database per test
process, copied from a template that is migrated once per set of migrations. Tests connect as the
application's role, so a missing right fails here first.
"""

import fcntl
import hashlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def _migrations_digest() -> str:
    from django.apps import apps

    digest = hashlib.sha256(b"1")
    ours = [Path(__file__).parent / "src/sauro/project/schema.py"]
    for app in sorted(apps.get_app_configs(), key=lambda app: app.label):
        files = sorted((Path(app.path) / "migrations").rglob("*"))
        ours += [file for file in files if file.suffix in {".py", ".sql"}]
    here = Path(__file__).parent / "src/sauro"
    ours += [p for p in sorted((here / "packs").rglob("*")) if p.suffix in {".py", ".yaml", ".csv"}]
    ours += sorted((here / "core/doorway").glob("*.py")) + sorted((here / "core/actions").glob("*.py"))
    for file in ours:
        digest.update(file.as_posix().encode() + file.read_bytes())
    return digest.hexdigest()[:12]


def _use(name: str) -> None:
    from django.conf import settings
    from django.db import connection

    connection.close()
    connection.settings_dict["NAME"] = settings.DATABASES["default"]["NAME"] = name


def _make_template(server: Any, name: str) -> None:
    from sauro.project import postgres, schema

    half = f"{name}_new"
    with psycopg.connect(server.address(), autocommit=True) as connection:
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            return
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(half)))
    postgres.create_database(server, half)
    _use(half)
    schema.migrate()
    _found(half)
    with psycopg.connect(server.address(), autocommit=True) as connection:
        connection.execute(
            sql.SQL("ALTER DATABASE {} RENAME TO {}").format(*map(sql.Identifier, (half, name)))
        )


def _keys(template: str) -> Path:
    from django.conf import settings

    return Path(settings.SAURO_VAR) / "pgtest-keys" / template


def _found(template: str) -> None:
    """Found a demonstration nation of one province in the template: what most tests begin with."""
    import shutil

    from django.db import connection

    from sauro.core.doorway import genesis
    from sauro.core.vault import keyring
    from sauro.packs import VN
    from sauro.packs.load import load
    from sauro.packs.pack import read

    folder = _keys(template.removesuffix("_new"))
    shutil.rmtree(folder, ignore_errors=True)
    folder.parent.mkdir(parents=True, exist_ok=True)
    keyring.use(keyring.create(folder))
    genesis.found("test.sauro/demonstration", demonstration=True)
    load(read(VN), provinces={"75"})
    connection.close()


def _drop_leftovers(server: Any, template: str) -> None:
    with psycopg.connect(server.address(), autocommit=True) as connection:
        rows = connection.execute("SELECT datname FROM pg_database WHERE datname ~ '^test_'").fetchall()
        for (name,) in rows:
            process = name.split("_")[1]
            gone = process.isdigit() and not Path(f"/proc/{process}").exists()
            if gone or (process == "template" and not name.startswith(template)):
                connection.execute(
                    sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
                )


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Any]:
    """The test server, running."""
    from django.conf import settings

    from sauro.project import postgres

    server = postgres.Server(settings.SAURO_VAR / "pgtest", postgres.FORGETFUL)
    server.begin()
    postgres.create_roles(server)
    yield server
    server.end()


@pytest.fixture(scope="session")
def django_db_setup(postgres_server: Any, django_db_blocker: Any) -> Iterator[None]:
    """One migrated database for this test process, dropped at the end."""
    from django.conf import settings
    from django.db import connections

    from sauro.core.vault import keyring
    from sauro.project import postgres

    template = f"test_template_{_migrations_digest()}"
    name = f"test_{os.getpid()}"
    with django_db_blocker.unblock():
        with (settings.SAURO_VAR / "pgtest.template").open("a+") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            _drop_leftovers(postgres_server, template)
            _make_template(postgres_server, template)
            postgres.create_database(postgres_server, name, template)
            if not keyring.exists(settings.SAURO_KEYS):
                keyring.create(settings.SAURO_KEYS)
        _use(name)
    yield
    with django_db_blocker.unblock():
        connections.close_all()
        with psycopg.connect(postgres_server.address(), autocommit=True) as connection:
            connection.execute(
                sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
            )


RENEW: tuple[Any, str, str] | None = None


def _renew(_case: Any) -> None:
    """What a transactional test leaves behind goes with its database: the next one begins from the template."""
    from django.db import connections

    from sauro.core.queries import definitions
    from sauro.project import postgres

    assert RENEW is not None
    server, name, template = RENEW
    connections.close_all()
    with psycopg.connect(server.address(), autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
    postgres.create_database(server, name, template)
    definitions.forget()


def pytest_configure(config: pytest.Config) -> None:
    """Let transactional tests clean up without TRUNCATE, which the journal refuses."""
    from django.test import TransactionTestCase

    TransactionTestCase._fixture_teardown = _renew  # type: ignore[attr-defined]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what drives a browser where there is none."""
    if any(map(shutil.which, BROWSERS)):
        return
    skip = pytest.mark.skip(reason="Chromium is not installed: apt-get install chromium")
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(skip)
