"""Sessions in the database, as Django keeps them; read with one prepared statement, since every page begins with it."""

from typing import Any

from django.contrib.sessions.backends import db
from django.db import connection
from django.utils import timezone
from psycopg import Cursor

_READ = "SELECT session_data FROM django_session WHERE session_key = %s AND expire_date > %s"


class SessionStore(db.SessionStore):
    """The same rows and the same rules: a session that has ended, or never was, is empty and loses its key."""

    def load(self) -> dict[str, Any]:
        connection.ensure_connection()
        with connection.wrap_database_errors, Cursor(connection.connection) as cursor:
            row = cursor.execute(_READ, [self.session_key, timezone.now()], prepare=True).fetchone()
        if row is None:
            self._session_key = None
            return {}
        return dict(self.decode(row[0]))
