"""What the vault asks of a database connection."""

from typing import Any, Protocol


class Rows(Protocol):
    """The rows of one statement."""

    def fetchall(self) -> list[Any]: ...

    def fetchone(self) -> Any: ...


class Database(Protocol):
    """A psycopg connection or cursor, or a Django cursor. Statements run in the caller's transaction."""

    def execute(self, query: str, params: Any = None, /) -> Any: ...
