"""Journalled tables as the doorway and replay see them, built from the models."""

from functools import cache
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models

from sauro.core.journal.tables import TableSpec, register

_KINDS: list[tuple[type[models.Field[Any, Any]], str]] = [
    (ArrayField, "uuid[]"),
    (models.UUIDField, "uuid"),
    (models.JSONField, "jsonb"),
    (models.DateTimeField, "timestamptz"),
    (models.DateField, "date"),
    (models.BooleanField, "boolean"),
    (models.BigIntegerField, "bigint"),
    (models.SmallIntegerField, "smallint"),
    (models.IntegerField, "integer"),
    (models.DecimalField, "numeric"),
    (models.BinaryField, "bytea"),
    (models.CharField, "text"),
    (models.TextField, "text"),
]


def kind_of(field: models.Field[Any, Any]) -> str:
    """The PostgreSQL type of a column, as used in casts."""
    for cls, kind in _KINDS:
        if isinstance(field, cls):
            return kind
    raise TypeError(f"{field} has no kind that the journal knows")


@cache
def table(model: type[models.Model]) -> TableSpec:
    """The specification of a model's table; registers it in the journal's scope."""
    columns = tuple((str(f.column), kind_of(f)) for f in model._meta.concrete_fields)
    return register(TableSpec(name=model._meta.db_table, pk=("id",), columns=columns))


def complete(spec: TableSpec, row: dict[str, Any], otherwise: dict[str, Any]) -> dict[str, Any]:
    """``row`` with every column of the table. Raises KeyError for a column the table does not have."""
    whole = {**otherwise, **row}
    if len(whole) != len(otherwise):
        raise KeyError(f"{spec.name} has no column {sorted(whole.keys() - otherwise.keys())}")
    return whole


@cache
def defaults(model: type[models.Model]) -> dict[str, Any]:
    """A value for every column of a model, for rows that the doorway inserts without the ORM; None without a default."""
    found: dict[str, Any] = {}
    for field in model._meta.concrete_fields:
        found[str(field.column)] = None
        if field.has_default() and not callable(field.default):
            found[str(field.column)] = field.default
        elif field.has_default():
            found[str(field.column)] = field.get_default()
    return found
