"""Somebody who has the owner's rights changes rows that the application may not, within a test's own transaction."""

from typing import Any

from django.db import connection
from psycopg import ClientCursor

FUNCTION = """
CREATE FUNCTION tests_tamper(statement text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER AS
$$ BEGIN EXECUTE statement; END $$
"""
"""Made in the template of the test databases, as the owner; no installation has it."""


def tamper(statement: str, *values: Any) -> None:
    """Run the statement with the owner's rights."""
    connection.ensure_connection()
    text = ClientCursor(connection.connection).mogrify(statement, values)
    with connection.cursor() as cursor:
        cursor.execute("SELECT tests_tamper(%s)", [text])
