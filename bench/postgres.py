"""The one PostgreSQL server under every benchmark: the product's own bundled one, durable, on data of its own.

It lives in var/bench-pg, apart from the demonstration's, and is stopped when the last process that uses it ends.
"""

import atexit
import os
import signal
import time
from contextlib import suppress
from typing import TYPE_CHECKING

import psutil
import psycopg
from psycopg import sql

from bench.result import ROOT

if TYPE_CHECKING:
    from sauro.project.postgres import Server

HOME = ROOT / "var" / "bench-home"
DATA = ROOT / "var" / "bench-pg"

# Memory and log for a database of a million dossiers; durability is the product's own, never traded.
TUNING = {"shared_buffers": "'1GB'", "max_wal_size": "'8GB'", "checkpoint_timeout": "'30min'"}
STATED = ("server_version", "fsync", "synchronous_commit", "full_page_writes", *TUNING)

_server: "Server | None" = None


def start() -> str:
    """Start (or join) the server and return the address of its maintenance database, as its superuser."""
    global _server
    if _server is None:
        # Reading the product's settings makes the key of its sessions where they say; not in the demonstration.
        os.environ["SAURO_VAR"] = str(HOME)
        from sauro.project.postgres import DURABLE, Server, create_roles

        _server = Server(DATA, {**DURABLE, **TUNING})
        _server.begin()
        atexit.register(_server.end)
        create_roles(_server)
    return address_of("postgres")


def address_of(database: str, role: str = "postgres") -> str:
    """A database on this server, as an address that psycopg, Django's settings and the product all read."""
    assert _server is not None
    return f"postgresql://{role}@/{database}?host={_server.sockets}"


def create(database: str, template: str | None = None, owner: str = "postgres") -> str:
    """Drop and create a database (from a template if named); return its address."""
    drop(database)
    with psycopg.connect(address_of("postgres"), autocommit=True) as link:
        parts = (database, owner, template or "template0")
        link.execute(
            sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {} STRATEGY file_copy").format(
                *(sql.Identifier(part) for part in parts)
            )
        )
    return address_of(database)


def drop(database: str) -> None:
    with psycopg.connect(address_of("postgres"), autocommit=True) as link:
        link.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(database)))


def rename(database: str, new: str) -> None:
    with psycopg.connect(address_of("postgres"), autocommit=True) as link:
        names = (sql.Identifier(database), sql.Identifier(new))
        link.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(*names))


def exists(database: str) -> bool:
    with psycopg.connect(address_of("postgres")) as link:
        return link.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone() is not None


def facts() -> dict[str, str]:
    """Version and settings, as the server itself reports them."""
    with psycopg.connect(address_of("postgres")) as link:
        return {name: str((link.execute(f"SHOW {name}").fetchone() or ("",))[0]) for name in STATED}


def crash() -> None:
    """Stop the server as a power cut would (no checkpoint) and start it again: what was not durable is gone."""
    assert _server is not None
    pid = _postmaster()
    os.kill(pid, signal.SIGQUIT)
    with suppress(psutil.NoSuchProcess):
        psutil.Process(pid).wait(60)
    _server.begin()


def _postmaster() -> int:
    return int((DATA / "postmaster.pid").read_text().splitlines()[0])


def server_cpu() -> float:
    """Processor seconds of the server so far: the postmaster, its children, and those of them that have ended."""
    master = psutil.Process(_postmaster())
    ended = master.cpu_times()
    total = float(ended.user + ended.system + ended.children_user + ended.children_system)
    for child in master.children():
        with suppress(psutil.NoSuchProcess):
            spent = child.cpu_times()
            total += spent.user + spent.system
    return total


def commits(database: str) -> int:
    """Transactions that this database has committed, once the sessions that made them have said so."""
    with psycopg.connect(address_of("postgres")) as link:
        row = link.execute(
            "SELECT xact_commit FROM pg_stat_database WHERE datname = %s", [database]
        ).fetchone()
    return int(row[0]) if row else 0


def wait_for_sessions(database: str, seconds: float = 10.0) -> None:
    """Wait until nobody is connected to the database: sessions report their counts and processor time as they end."""
    until = time.monotonic() + seconds
    with psycopg.connect(address_of("postgres"), autocommit=True) as link:
        while time.monotonic() < until:
            row = link.execute("SELECT 1 FROM pg_stat_activity WHERE datname = %s", [database]).fetchone()
            if row is None:
                return
            time.sleep(0.02)
