"""A small world with a journal: the tables of the journal, one table of state, and a doorway of ten lines."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from psycopg.types.json import Jsonb

from sauro.core.canonical import canonical
from sauro.core.ids import new_id
from sauro.core.journal import checkpoints, schema
from sauro.core.journal.findings import Report
from sauro.core.journal.sealer import Sealer
from sauro.core.journal.tables import TableSpec, change, row_image
from sauro.core.journal.verify import verify
from sauro.core.note import verifier_of

ORIGIN = "sauro.example/journal"
KEY = Ed25519PrivateKey.from_private_bytes(bytes(32))
PERSON = UUID("00000000-0000-7000-8000-000000000001")
LONG_AGO = datetime(2025, 7, 1, 3, 0, tzinfo=UTC)

DDL = """
CREATE TABLE core_event (
  id uuid PRIMARY KEY, xid xid8 NOT NULL DEFAULT pg_current_xact_id(), name varchar(64) NOT NULL,
  person uuid NOT NULL, position uuid, grant_id uuid, subject uuid, key varchar(80), request bytea,
  recorded timestamptz NOT NULL, body bytea NOT NULL, UNIQUE (person, name, key));
CREATE INDEX ON core_event (xid);
CREATE TABLE core_leaf (leaf_index bigint PRIMARY KEY, event_id uuid NOT NULL UNIQUE, hash bytea NOT NULL);
CREATE TABLE core_tile (level int, index bigint, hash bytea NOT NULL, PRIMARY KEY (level, index));
CREATE TABLE core_checkpoint (size bigint PRIMARY KEY, root bytea NOT NULL, note text NOT NULL, created timestamptz NOT NULL);
CREATE TABLE core_consumer (name varchar(64) PRIMARY KEY, position bigint NOT NULL);
CREATE TABLE core_refusal (id uuid PRIMARY KEY);
CREATE TABLE core_erasure (unit uuid PRIMARY KEY, event uuid NOT NULL, at timestamptz NOT NULL);
CREATE TABLE core_personal (
  unit uuid, part varchar(48), version int NOT NULL, ciphertext bytea NOT NULL, digest bytea NOT NULL,
  PRIMARY KEY (unit, part));
CREATE TABLE thing (
  id uuid PRIMARY KEY, event uuid NOT NULL, title text NOT NULL, amount numeric(12, 2), made timestamptz, day date,
  open boolean NOT NULL, times bigint NOT NULL, body jsonb, mark bytea, refs uuid[]);
CREATE TABLE seen (leaf_index bigint, worker text, nth bigint GENERATED ALWAYS AS IDENTITY);
"""
JOURNAL = ("core_event", "core_leaf", "core_tile", "core_checkpoint", "core_refusal")
TABLES = (*JOURNAL, "core_consumer", "core_erasure", "core_personal", "thing", "seen")
THING = TableSpec(
    name="thing",
    pk=("id",),
    columns=(
        ("id", "uuid"), ("event", "uuid"), ("title", "text"), ("amount", "numeric"), ("made", "timestamptz"),
        ("day", "date"), ("open", "boolean"), ("times", "bigint"), ("body", "jsonb"), ("mark", "bytea"),
        ("refs", "uuid[]"),
    ),
)  # fmt: skip


def create(address: str) -> None:
    """The schema, with the triggers that the product's migration installs."""
    with psycopg.connect(address, autocommit=True) as connection:
        for statement in [DDL, schema.SEQUENCE_SQL, *schema.TRIGGERS_SQL]:
            connection.execute(statement)


@dataclass
class World:
    """One database and the connections a test opened to it."""

    address: str
    folder: Path
    sealer: Sealer = field(default_factory=Sealer)
    opened: list[psycopg.Connection[Any]] = field(default_factory=list)

    def connect(self) -> psycopg.Connection[Any]:
        """Another connection, autocommit, closed when the test ends."""
        connection = psycopg.connect(self.address, autocommit=True)
        self.opened.append(connection)
        return connection

    @cached_property
    def db(self) -> psycopg.Connection[Any]:
        """The connection of whoever has no own."""
        return self.connect()

    def close(self) -> None:
        for connection in self.opened:
            connection.close()
        self.opened.clear()

    def add(
        self,
        connection: psycopg.Connection[Any] | None = None,
        *,
        id_: UUID | None = None,
        recorded: datetime = LONG_AGO,
        **values: Any,
    ) -> UUID:
        """An act: a thing put (new, or changed where ``id_`` is known), and its event. Returns the thing's id."""
        id_ = id_ or new_id()
        row = {
            "id": id_, "title": "Đơn đề nghị", "amount": Decimal("125000.50"), "made": LONG_AGO,
            "day": date(2025, 7, 1), "open": True, "times": 1, "body": {"steps": [1, {"name": "Tiếp nhận"}]},
            "mark": b"\x00\x01", "refs": [PERSON], **values,
        }  # fmt: skip
        event = new_id()
        row["event"] = event
        self.record(
            connection, event, [change(THING, "put", row_image(THING, row))], subject=id_, recorded=recorded
        )
        names = ", ".join(THING.names)
        marks = ", ".join(["%s"] * len(THING.names))
        sets = ", ".join(f"{name} = excluded.{name}" for name in THING.names)
        bound = [
            Jsonb(row[name]) if kind == "jsonb" and row[name] is not None else row[name]
            for name, kind in THING.columns
        ]
        (connection or self.db).execute(
            f"INSERT INTO thing ({names}) VALUES ({marks}) ON CONFLICT (id) DO UPDATE SET {sets}", bound
        )
        return id_

    def remove(self, id_: UUID) -> None:
        """An act that deletes a thing."""
        with self.db.transaction():
            self.record(None, new_id(), [change(THING, "del", {"id": str(id_)})], subject=id_)
            self.db.execute("DELETE FROM thing WHERE id = %s", [id_])

    def personal(self, unit: UUID, part: str, ciphertext: bytes) -> None:
        """An act that seals a part of a unit."""
        digest = sha256(ciphertext).digest()
        image = {"unit": unit, "part": part, "version": 1, "digest": digest}
        self.record(None, new_id(), [["core_personal", "put", image]], subject=unit)
        self.db.execute(
            "INSERT INTO core_personal VALUES (%s, %s, 1, %s, %s)", [unit, part, ciphertext, digest]
        )

    def erase(self, unit: UUID) -> None:
        """The act of lawful erasure."""
        event = new_id()
        self.record(None, event, [], subject=unit, erased=[unit])
        self.db.execute("INSERT INTO core_erasure VALUES (%s, %s, %s)", [unit, event, LONG_AGO])
        self.db.execute("UPDATE core_personal SET ciphertext = '' WHERE unit = %s", [unit])

    def record(
        self,
        connection: psycopg.Connection[Any] | None,
        event: UUID,
        changed: list[Any],
        *,
        subject: UUID | None = None,
        name: str = "toy.put",
        erased: list[UUID] | None = None,
        recorded: datetime = LONG_AGO,
    ) -> UUID:
        """Write one event."""
        body = canonical(
            {
                "v": 1, "id": event, "name": name, "person": PERSON, "position": None, "on_behalf": None,
                "grant": None, "purpose": "test", "basis": None, "subject": subject, "occurred": recorded,
                "recorded": recorded, "key": str(event), "data": {}, "changes": changed, "erased": erased or [],
            }
        )  # fmt: skip
        (connection or self.db).execute(
            "INSERT INTO core_event (id, name, person, subject, key, recorded, body) VALUES (%s, %s, %s, %s, %s, %s, %s)",
            [event, name, PERSON, subject, str(event), recorded, body],
        )
        return event

    def seal(self) -> int:
        """Seal all there is; returns how many."""
        sealed = 0
        while step := self.sealer.seal_once(self.db):
            sealed += step
        return sealed

    def sign(self) -> Path:
        """Sign a checkpoint; returns the file with it, as somebody else would keep it."""
        checkpoints.sign_checkpoint(self.db, KEY, ORIGIN, self.folder / "checkpoints")
        kept = self.folder / f"kept-{new_id()}.txt"
        kept.write_bytes((self.folder / "checkpoints" / checkpoints.LATEST).read_bytes())
        return kept

    def verify(self, against: Path | None = None) -> Report:
        """Verify with the key that signs."""
        return verify(self.db, [verifier_of(ORIGIN, KEY)], self.folder / "work", against)

    def events(self) -> list[UUID]:
        """Sealed events in leaf order."""
        return [row[0] for row in self.db.execute("SELECT event_id FROM core_leaf ORDER BY leaf_index")]

    @contextmanager
    def behind_the_triggers(self) -> Iterator[psycopg.Connection[Any]]:
        """What somebody with full rights over the server can do."""
        with psycopg.connect(self.address) as connection:
            connection.execute("SET session_replication_role = replica")
            yield connection

    def tamper(self, statement: str, *values: Any) -> int:
        """Run one statement that no trigger stops; returns how many rows it touched."""
        with self.behind_the_triggers() as connection:
            return connection.execute(statement, values).rowcount

    def empty(self) -> None:
        with self.behind_the_triggers() as connection:
            for table in TABLES:
                connection.execute(f"DELETE FROM {table}")


LEFT_BEHIND = "SELECT datname FROM pg_database WHERE datname ~ '^test_[0-9]+_journal$'"
"""Databases of runs that were killed, perhaps: the number is that of the process."""


def name() -> str:
    """The name of this process's database."""
    return f"test_{os.getpid()}_journal"
