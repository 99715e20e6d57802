"""Migrations one by one, each whole or not at all: also where the program is killed in between.

Django notes a migration after the commit of what it did where indexes are made last; killed in between, it would do it
again. Here both are one transaction. And a step waits for a table only so long: who reads and writes it must not queue
behind a step that itself waits for somebody's long transaction.
"""

import time
from collections.abc import Callable
from typing import Any

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import DatabaseError, connection, transaction
from django.db.migrations import Migration
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.state import ProjectState
from psycopg.errors import LockNotAvailable

from sauro.project.cli.command import Exit, Stop
from sauro.project.cli.language import _

LOCK_WAIT = "4s"
ATTEMPTS = 15
PAUSE = 1.0

Before = Callable[[str], None]
"""Told which step comes next; raises Stop where it must not be taken."""


class Steps(MigrationExecutor):
    """Applies what is to come."""

    def __init__(self, before: Before) -> None:
        super().__init__(connection)
        self.loader.check_consistent_history(connection)
        self._before = before
        self.taken = 0

    def take(self) -> None:
        """Apply everything. Raises Stop; the steps before then stay, the one that failed left nothing."""
        plan = self.migration_plan(self.loader.graph.leaf_nodes())
        if plan:
            self.migrate(self.loader.graph.leaf_nodes(), plan)

    def apply_migration(
        self, state: ProjectState, migration: Migration, fake: bool = False, fake_initial: bool = False
    ) -> ProjectState:
        """Take one step, again and again while it cannot have its locks."""
        name = f"{migration.app_label}.{migration.name}"
        self._before(name)
        for attempt in range(1, ATTEMPTS + 1):
            try:
                # What a failed attempt did to the state of the models must not be found by the next one.
                after = self._apply(state.clone(), migration)
            except Exception as error:
                if attempt < ATTEMPTS and isinstance(error.__cause__, LockNotAvailable):
                    time.sleep(PAUSE)
                    continue
                raise _failed(name, error, self.taken) from error
            self.taken += 1
            return after
        raise AssertionError("unreachable")

    def _apply(self, state: ProjectState, migration: Migration) -> ProjectState:
        if not migration.atomic:
            _clear(migration)
            return super().apply_migration(state, migration)
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(f"SET LOCAL lock_timeout = '{LOCK_WAIT}'")
            return super().apply_migration(state, migration)


def _clear(migration: Migration) -> None:
    """Remove what the same step left when it was cut off: an index that is made beside others' work has no transaction."""
    for operation in migration.operations:
        if isinstance(operation, AddIndexConcurrently):
            with connection.cursor() as cursor:
                cursor.execute(
                    f"DROP INDEX CONCURRENTLY IF EXISTS {connection.ops.quote_name(operation.index.name)}"
                )


def _failed(name: str, error: Exception, taken: int) -> Stop:
    reason: Any = str(error).strip().splitlines()[0] if isinstance(error, DatabaseError) else error
    return Stop(
        _(
            "The step {step} failed: {reason}. It left nothing behind; {count} steps before it stay, and lose nothing. Mend the reason, then say `sauro upgrade` again."
        ).format(step=name, reason=reason, count=taken),
        Exit.FAULT,
    )
