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

import hypothesis
import psycopg
import pytest
from psycopg import sql

# No test depends on how fast the machine is.
hypothesis.settings.register_profile("sauro", deadline=None)
hypothesis.settings.load_profile("sauro")

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
KEPT_TEMPLATES = 6
TOGETHER = ("tests/journeys/", "tests/permissions/", "tests/faults/")
"""One served demonstration, one world, one installation; a journey that needs an installation to itself is in tests/journeys/alone."""


def _digest() -> str:
    """What the template is made of: migrations, rights, the pack, and the code that loads it."""
    from django.apps import apps

    root = Path(__file__).parent
    ours = root / "src" / "sauro"
    files = [
        *Path(__file__).parent.glob("conftest.py"),
        ours / "project" / "schema.py",
        ours / "project" / "rights.py",
    ]
    for app in apps.get_app_configs():
        files += (Path(app.path) / "migrations").rglob("*.py")
    for folder in ("core/actions", "core/doorway", "core/journal", "core/vault", "packs"):
        files += (file for file in (ours / folder).rglob("*") if file.suffix in {".py", ".yaml", ".csv"})
    digest = hashlib.sha256()
    for file in sorted(file for file in files if "tests" not in file.parts):
        # A copy of the tree elsewhere, with the same files, shares the template.
        here = file.relative_to(root) if file.is_relative_to(ours) or file.parent == root else file
        digest.update(here.as_posix().encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:12]


def _use(name: str) -> None:
    from django.conf import settings
    from django.db import connection

    connection.close()
    connection.settings_dict["NAME"] = settings.DATABASES["default"]["NAME"] = name


def _make_template(server: Any, name: str) -> None:
    from django.db import connection

    from sauro.core.tests.tampering import FUNCTION
    from sauro.project import postgres, schema

    half = f"{name}_new"
    with psycopg.connect(server.address(), autocommit=True) as link:
        if link.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            return
        _drop(link, half)
    postgres.create_database(server, half)
    _use(half)
    schema.migrate()
    with schema.as_owner(), connection.cursor() as cursor:
        cursor.execute(FUNCTION)
    _found(half)
    with psycopg.connect(server.address(), autocommit=True) as link:
        link.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(*map(sql.Identifier, (half, name))))


def _keys(template: str) -> Path:
    from django.conf import settings

    return Path(settings.SAURO_VAR) / "pgtest-keys" / template


def _found(template: str) -> None:
    """Found a demonstration nation of one province in the template: what most tests begin with."""
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


def _drop_leftovers(server: Any) -> None:
    """Databases of test processes that are gone, and templates older than the last few."""
    with psycopg.connect(server.address(), autocommit=True) as connection:
        ask = "SELECT datname FROM pg_database WHERE datname ~ %s ORDER BY oid"
        mine = [row[0] for row in connection.execute(ask, ["^test_[0-9]+$"])]
        templates = [row[0] for row in connection.execute(ask, ["^test_template_[0-9a-f]+$"])]
        gone = [name for name in mine if not Path("/proc", name.removeprefix("test_")).exists()]
        for name in [*gone, *templates[:-KEPT_TEMPLATES]]:
            _drop(connection, name)


def _drop(connection: Any, name: str) -> None:
    connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


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
    """One founded database for this test process, dropped at the end."""
    global RENEW
    from django.conf import settings
    from django.db import connections

    from sauro.core.vault import keyring
    from sauro.project import postgres

    template = f"test_template_{_digest()}"
    name = f"test_{os.getpid()}"
    with django_db_blocker.unblock():
        with (settings.SAURO_VAR / "pgtest.template").open("a+") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            _drop_leftovers(postgres_server)
            _make_template(postgres_server, template)
            postgres.create_database(postgres_server, name, template)
        keyring.use(keyring.load(_keys(template)))
        _use(name)
    RENEW = (postgres_server, name, template)
    yield
    with django_db_blocker.unblock():
        connections.close_all()
        with psycopg.connect(postgres_server.address(), autocommit=True) as connection:
            _drop(connection, name)


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
        _drop(connection, name)
    postgres.create_database(server, name, template)
    definitions.forget()


def pytest_configure(config: pytest.Config) -> None:
    """Let transactional tests clean up without TRUNCATE, which the journal refuses."""
    from django.test import TransactionTestCase

    TransactionTestCase._fixture_teardown = _renew  # type: ignore[attr-defined]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Tests that share something slow to set up go to one process, all others one by one to whichever is free.

    xdist's own `--dist loadgroup` does not do it: it renames tests, which pytest 9.2 no longer allows.
    """
    from xdist.scheduler.loadscope import LoadScopeScheduling  # type: ignore[import-untyped]

    class Together(LoadScopeScheduling):  # type: ignore[misc]
        def _split_scope(self, nodeid: str) -> str:
            if nodeid.startswith("tests/journeys/alone/"):
                return nodeid.partition("::")[0]
            return next((folder for folder in TOGETHER if nodeid.startswith(folder)), nodeid)

    return Together(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what drives a browser where there is none."""
    if any(map(shutil.which, BROWSERS)):
        return
    skip = pytest.mark.skip(reason="Chromium is not installed: apt-get install chromium")
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(skip)
