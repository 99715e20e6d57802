"""Connections of the journal's own: psycopg, without the ORM, one statement at a time unless a transaction is open."""

from collections.abc import Callable
from typing import Any

import psycopg
from django.db import connections

Connection = psycopg.Connection[Any]
Connect = Callable[[], Connection]
"""Opens a connection of one's own in autocommit mode; the one who calls closes it."""

_DJANGO_ONLY = frozenset({"assume_role", "isolation_level", "pool", "server_side_binding"})


def connect(using: str = "default") -> Connection:
    """A new connection to Django's database ``using``, beside Django's own."""
    given = connections[using].settings_dict
    options = {name: value for name, value in given.get("OPTIONS", {}).items() if name not in _DJANGO_ONLY}
    return psycopg.connect(
        host=given["HOST"] or None,
        port=given["PORT"] or None,
        dbname=given["NAME"],
        user=given["USER"] or None,
        password=given["PASSWORD"] or None,
        autocommit=True,
        **options,
    )
