"""The schema is changed by its owner; afterwards the other roles get exactly what they need (`rights.py`)."""

import contextlib
from collections.abc import Iterator

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from sauro.project import rights
from sauro.project.limits import rates
from sauro.project.settings.database import OWNER
from sauro.project.settings.security import CACHE_TABLE
from sauro.project.settings.table import WrongSetting

FILLED = ("core_actor", "core_definition", "core_grant", "core_holding", "core_record")


@contextlib.contextmanager
def as_owner() -> Iterator[None]:
    """Reach the default database as the owner of its tables for the length of a `with` block."""
    if settings.OWNER_DATABASE is None:
        raise WrongSetting(
            "SAURO_OWNER_DATABASE_URL is empty. Set it to the same database as DATABASE_URL, with the role "
            f"{OWNER}, to upgrade the schema."
        )
    name = connection.settings_dict["NAME"]
    before = dict(connection.settings_dict)
    connection.close()
    connection.settings_dict.update({**settings.OWNER_DATABASE, "NAME": name})
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict.update(before)


def missing_migrations() -> list[str]:
    """Give the migrations that the database does not have yet, oldest first, and the tables of limits that it lacks."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    missing = [f"{migration.app_label}.{migration.name}" for migration, _ in plan]
    # No migration makes these: they hold nothing that outlives an hour.
    present = connection.introspection.table_names()
    return missing + [table for table in (CACHE_TABLE, rates.TABLE) if table not in present]


def migrate(upgrading: bool = False) -> None:
    """Bring the schema up to date as its owner, then apply the application's rights.

    An upgrade that has taken its steps already notes its own end, after its proof.
    """
    from sauro.project.upgrade import record

    with as_owner():
        call_command("migrate", interactive=False, verbosity=0)
        call_command("createcachetable", verbosity=0)
        with connection.cursor() as cursor:
            cursor.execute(rates.CREATE)
        rights.apply()
        if not upgrading:
            record.keep()


def count_what_was_loaded() -> None:
    """Let the database count what a pack filled, as its owner; without an owner here its autovacuum will.

    Until then it plans for empty tables: each act reads all grants, which takes twenty times as long.
    """
    if settings.OWNER_DATABASE is None:
        return
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {', '.join(FILLED)}")
