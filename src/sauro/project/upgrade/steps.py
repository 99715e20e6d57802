"""What each migration to come does to a database that is in use: what it rewrites, what it locks, who must stop before.

Read from the migration's operations. What they do not tell (SQL, Python) counts as unsafe, unless the migration says of
itself `beside_old_version = True`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import connection, models
from django.db.migrations import Migration
from django.db.migrations import operations as op
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

Kind = Literal["adds", "locks", "rewrites", "removes", "changes"]
"""Adds: at once. Locks: nobody writes while the table is read. Rewrites: nobody reads either, and the table needs its
size once more. Removes: what the old version still asks for. Changes: what it changes cannot be told from outside."""


@dataclass(frozen=True, slots=True)
class Effect:
    """What one operation does, to which table (empty where that cannot be told)."""

    kind: Kind
    table: str = ""
    stops: bool = False
    """Whether the old version must not run meanwhile, or afterwards."""


@dataclass(frozen=True, slots=True)
class Step:
    """One migration to come."""

    name: str
    effects: tuple[Effect, ...] = field(default=())
    beside: bool = True
    """Whether the old version may go on running beside it."""

    def tables(self, kind: Kind) -> list[str]:
        """The tables that it touches so."""
        return sorted({each.table for each in self.effects if each.kind == kind and each.table})


def to_come(executor: MigrationExecutor) -> list[Step]:
    """Every migration that the database lacks, in the order in which it will be applied."""
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    # Django has no public name for the models as the database has them now.
    state = executor._create_project_state(with_applied_migrations=True)  # type: ignore[attr-defined]
    fresh: set[str] = set()
    found = []
    for migration, _backwards in plan:
        found.append(_step(migration, state, fresh))
    return found


def _step(migration: Migration, state: ProjectState, fresh: set[str]) -> Step:
    effects: list[Effect] = []
    for operation in migration.operations:
        before = state.clone()
        operation.state_forwards(migration.app_label, state)
        for effect in _effects(operation, migration.app_label, before, state):
            if isinstance(operation, op.CreateModel):
                fresh.add(effect.table)
            # Nobody waits for a table that nobody has used yet.
            effects.append(Effect("adds", effect.table) if effect.table in fresh else effect)
    said = getattr(migration, "beside_old_version", None)
    beside = not any(effect.stops for effect in effects) if said is None else bool(said)
    return Step(f"{migration.app_label}.{migration.name}", tuple(effects), beside)


def _effects(operation: Operation, app: str, before: ProjectState, after: ProjectState) -> Iterator[Effect]:
    name = str(getattr(operation, "model_name", None) or getattr(operation, "name", ""))
    match operation:
        case op.CreateModel():
            yield Effect("adds", _table(after, app, name))
        case op.AddField():
            # Django takes the default away again: what the old version inserts would lack a value.
            filled = operation.field.null or operation.field.has_db_default() or operation.field.many_to_many
            yield Effect("adds", _table(after, app, name), stops=not filled)
        case op.AlterField():
            yield from _altered(operation, app, before, after)
        case AddIndexConcurrently() | RemoveIndexConcurrently() | op.RemoveIndex() | op.RemoveConstraint():
            yield Effect("adds", _table(after, app, name))
        case op.AddIndex():
            yield Effect("locks", _table(after, app, name))
        case op.AddConstraint():
            yield Effect("locks", _table(after, app, name), stops=True)
        case op.RemoveField():
            yield Effect("removes", _table(before, app, name), stops=True)
        case op.DeleteModel():
            yield Effect("removes", _table(before, app, name), stops=True)
        case (
            op.AlterModelOptions() | op.AlterModelManagers() | op.AlterOrderWithRespectTo() | op.RenameIndex()
        ):
            return
        case _:
            yield Effect("changes", stops=True)


def _altered(
    operation: op.AlterField, app: str, before: ProjectState, after: ProjectState
) -> Iterator[Effect]:
    old, new = (_field(state, app, operation.model_name, operation.name) for state in (before, after))
    table = _table(after, app, operation.model_name)
    if old.db_type(connection) != new.db_type(connection):
        if _grows(old, new):
            yield Effect("adds", table)
        else:
            yield Effect("rewrites", table, stops=True)
    if old.null and not new.null:
        yield Effect("locks", table, stops=True)


def _grows(old: models.Field[Any, Any], new: models.Field[Any, Any]) -> bool:
    """A text that may be longer than before: PostgreSQL looks at no row for that."""
    if not (isinstance(old, models.CharField) and isinstance(new, models.CharField | models.TextField)):
        return False
    return isinstance(new, models.TextField) or (new.max_length or 0) > (old.max_length or 0)


def _table(state: ProjectState, app: str, name: str) -> str:
    said = state.models[app, name.lower()].options.get("db_table")
    return str(said or f"{app}_{name.lower()}")


def _field(state: ProjectState, app: str, model: str, name: str) -> models.Field[Any, Any]:
    found: models.Field[Any, Any] = state.models[app, model.lower()].get_field(name)
    return found
