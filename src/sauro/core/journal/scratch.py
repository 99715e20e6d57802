"""The scratch file of a replay: for each row, the digest of the last image and the leaf that wrote it.

SQLite, because it holds many millions of rows in a file, and commits them together with how far the replay has come.
"""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from pathlib import Path

import msgspec

from sauro.core.journal.findings import Finding, Kind
from sauro.core.journal.tables import JOURNALLED

FILE = "replay.sqlite3"

_TABLES = """
CREATE TABLE IF NOT EXISTS progress (
  id INTEGER PRIMARY KEY CHECK (id = 1), position INTEGER NOT NULL, last BLOB, scope BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS named (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE IF NOT EXISTS image (
  named INTEGER, pk TEXT, digest BLOB NOT NULL, leaf INTEGER NOT NULL, PRIMARY KEY (named, pk)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS fault (kind TEXT NOT NULL, facts BLOB NOT NULL);
CREATE TEMP TABLE IF NOT EXISTS found (pk TEXT, digest BLOB);
"""
Key = tuple[str, str]
"""(table, primary key)."""
Written = tuple[bytes, int]
"""(digest of the image, leaf that wrote it)."""


class ScratchBusy(RuntimeError):
    """Another replay works in the same folder."""


class Scratch:
    """Opens or continues the scratch file in ``folder``. ``position`` is the next leaf to replay."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / FILE
        self._ids: dict[str, int] = {}
        self._file = sqlite3.connect(self.path, isolation_level=None, timeout=1.0)
        try:
            self._file.execute("PRAGMA locking_mode = EXCLUSIVE")
            self._file.execute("PRAGMA journal_mode = WAL")
            self._file.execute("PRAGMA synchronous = NORMAL")
            self._file.execute("PRAGMA cache_size = -131072")
            self._file.execute("PRAGMA temp_store = MEMORY")
            self._file.executescript(_TABLES)
            self._file.execute(
                "INSERT OR IGNORE INTO progress (id, position, scope) VALUES (1, 0, ?)", [_scope()]
            )
        except sqlite3.OperationalError:
            self._file.close()
            raise ScratchBusy(f"Another replay works with {self.path}. Wait for it to end.") from None

    def __enter__(self) -> "Scratch":
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def state(self) -> tuple[int, bytes | None, bool]:
        """The next leaf to replay, the hash of the leaf before it, and whether the scope is still that of today."""
        position, last, scope = self._file.execute("SELECT position, last, scope FROM progress").fetchone()
        return position, last, scope == _scope()

    def restart(self) -> None:
        """Forget everything."""
        with self._file:
            self._file.execute("BEGIN")
            for table in ("image", "fault"):
                self._file.execute(f"DELETE FROM {table}")
            self._file.execute("UPDATE progress SET position = 0, last = NULL, scope = ?", [_scope()])

    def store(
        self, rows: Mapping[Key, Written | None], faults: Iterable[Finding], position: int, last: bytes
    ) -> None:
        """Commit the last images of a range (None: the row was deleted) and the new position, together."""
        with self._file:
            self._file.execute("BEGIN")
            ids = {name: self._id(name) for name in {name for name, _ in rows}}
            # In the order of the keys, so that neighbours in the tree are written together.
            puts = sorted((ids[name], pk, *written) for (name, pk), written in rows.items() if written)
            dels = [(ids[name], pk) for (name, pk), written in rows.items() if not written]
            self._file.executemany("INSERT OR REPLACE INTO image VALUES (?, ?, ?, ?)", puts)
            self._file.executemany("DELETE FROM image WHERE named = ? AND pk = ?", dels)
            for fault in faults:
                facts = msgspec.json.encode(fault.facts)
                self._file.execute("INSERT INTO fault VALUES (?, ?)", [str(fault.kind), facts])
            self._file.execute("UPDATE progress SET position = ?, last = ?", [position, last])

    def faults(self) -> list[Finding]:
        """What was found while replaying, in this run or before it was interrupted."""
        rows = self._file.execute("SELECT kind, facts FROM fault ORDER BY rowid").fetchall()
        pairs = [
            (Kind(kind), msgspec.json.decode(facts, type=list[tuple[str, object]])) for kind, facts in rows
        ]
        return [Finding.of(kind, **dict(facts)) for kind, facts in pairs]

    def get(self, key: Key) -> Written | None:
        """What the journal says of a row."""
        found: Written | None = self._file.execute(
            "SELECT digest, leaf FROM image WHERE named = ? AND pk = ?", [self._id(key[0]), key[1]]
        ).fetchone()
        return found

    def differing(self, name: str, found: Sequence[tuple[str, bytes]]) -> dict[str, Written | None]:
        """Of rows (key, digest) that a table has, those the journal knows otherwise, or not at all (None)."""
        self._file.execute("DELETE FROM found")
        self._file.executemany("INSERT INTO found VALUES (?, ?)", found)
        rows = self._file.execute(
            "SELECT f.pk, i.digest, i.leaf FROM found f LEFT JOIN image i ON i.named = ? AND i.pk = f.pk"
            " WHERE i.digest IS NOT f.digest",
            [self._id(name)],
        )
        return {pk: (digest, leaf) if digest else None for pk, digest, leaf in rows}

    def keys(self, name: str) -> set[str]:
        """Every key of a table: for small tables only."""
        return {
            row[0] for row in self._file.execute("SELECT pk FROM image WHERE named = ?", [self._id(name)])
        }

    def count(self, name: str) -> int:
        """How many rows of a table the journal knows."""
        return int(
            self._file.execute("SELECT count(*) FROM image WHERE named = ?", [self._id(name)]).fetchone()[0]
        )

    def absent(self, name: str, present: Iterable[str]) -> list[tuple[str, int]]:
        """Rows (key, leaf) that the journal knows and ``present`` lacks."""
        self._file.execute("CREATE TEMP TABLE present (pk TEXT PRIMARY KEY) WITHOUT ROWID")
        try:
            self._file.executemany("INSERT OR IGNORE INTO present VALUES (?)", ((key,) for key in present))
            return self._file.execute(
                "SELECT pk, leaf FROM image i WHERE named = ?"
                " AND NOT EXISTS (SELECT 1 FROM present p WHERE p.pk = i.pk) ORDER BY leaf",
                [self._id(name)],
            ).fetchall()
        finally:
            self._file.execute("DROP TABLE present")

    def _id(self, name: str) -> int:
        """A short number for a table's name, given at its first use."""
        if name not in self._ids:
            self._file.execute("INSERT OR IGNORE INTO named (name) VALUES (?)", [name])
            row = self._file.execute("SELECT id FROM named WHERE name = ?", [name]).fetchone()
            self._ids[name] = int(row[0])
        return self._ids[name]

    def remove(self) -> None:
        """Close, and delete the file."""
        self._file.close()
        for end in ("", "-wal", "-shm"):
            self.path.with_name(self.path.name + end).unlink(missing_ok=True)


def _scope() -> bytes:
    """Changes when a table's specification does: then the images must be read again."""
    return sha256(repr(sorted(JOURNALLED.items())).encode()).digest()
