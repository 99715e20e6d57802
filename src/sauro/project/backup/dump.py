"""The database as a stream: PostgreSQL's own programs write and read it, as plain SQL, compressed.

Plain SQL, because any PostgreSQL reads it, now and in thirty years; without owners and rights, which this program
gives anew after a restore.
"""

import contextlib
import os
import shutil
import subprocess
import tempfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Any

import psycopg
from django.conf import settings
from django.db import connection

from sauro.project import postgres
from sauro.project.cli.command import Stop
from sauro.project.cli.language import _
from sauro.project.limits import rates
from sauro.project.settings.security import CACHE_TABLE

PIECE = 256 * 1024
# Sign-ins that were ended since must not come to life again, and workers of then are not missed by those of today.
NOT_KEPT = ("django_session", "usersessions_usersession", "core_heartbeat", CACHE_TABLE, rates.TABLE)
_TIMEOUT = b"\nSET transaction_timeout = 0;\n"
_KNOWS_TIMEOUT = 170000
_GZIP = 31  # zlib's number for a stream with gzip's head


def place() -> dict[str, Any]:
    """The database as its owner, who may read and make everything; as the application where no owner is set."""
    name = connection.settings_dict["NAME"]
    return {**(settings.OWNER_DATABASE or connection.settings_dict), "NAME": name}


@contextlib.contextmanager
def dumping(snapshot: str, server_version: int) -> Iterator[IO[bytes]]:
    """Run pg_dump at an exported snapshot. Gives its output; raises Stop where it does not end well."""
    own = (
        *("--format=plain", "--compress=gzip:1", "--encoding=UTF8", "--no-owner", "--no-privileges"),
        *(
            "--no-comments",
            "--no-tablespaces",
            "--no-publications",
            "--no-subscriptions",
            f"--snapshot={snapshot}",
        ),
        *(f"--exclude-table-data={table}" for table in NOT_KEPT),
    )
    with _running("pg_dump", server_version, own, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        yield process.stdout


def load(pieces: Iterable[bytes], server_version: int) -> None:
    """Let psql read a dump in one transaction: all of it, or nothing. Raises Stop."""
    own = ("--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--single-transaction", "--file=-")
    with _running("psql", server_version, own, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as process:
        assert process.stdin is not None
        unpacking = zlib.decompressobj(_GZIP)
        first = True
        # Where psql has ended early, what it said is told, not that nobody reads any more.
        with contextlib.suppress(BrokenPipeError):
            for piece in pieces:
                text = unpacking.decompress(piece)
                if first and server_version < _KNOWS_TIMEOUT:
                    text = text.replace(_TIMEOUT, b"\n", 1)
                first = first and not text
                process.stdin.write(text)
            process.stdin.write(unpacking.flush())
            process.stdin.close()


@contextlib.contextmanager
def _running(
    program: str, server_version: int, arguments: tuple[str, ...], **streams: Any
) -> Iterator["subprocess.Popen[bytes]"]:
    where = place()
    options = {name: where[name] for name in ("HOST", "PORT", "USER") if where[name]}
    own = {"HOST": "host", "PORT": "port", "USER": "user"}
    given = {own[name]: str(value) for name, value in options.items()} | {"dbname": str(where["NAME"])}
    given |= {name: str(value) for name, value in where["OPTIONS"].items() if name.startswith("ssl")}
    # On the command line everybody on the machine could read the password.
    environment = {**os.environ, "PGPASSWORD": str(where["PASSWORD"] or ""), "PGCONNECT_TIMEOUT": "10"}
    with tempfile.TemporaryFile() as said:
        command = [str(_program(program, server_version)), *arguments]
        command.append(f"--dbname={psycopg.conninfo.make_conninfo(**given)}")
        process = subprocess.Popen(command, env=environment, stderr=said, **streams)
        try:
            yield process
        except BaseException:
            process.kill()
            raise
        finally:
            for stream in (process.stdin, process.stdout):
                with contextlib.suppress(BrokenPipeError):
                    if stream is not None:
                        stream.close()
            process.wait()
        if process.returncode:
            said.seek(0)
            lines = [line for line in said.read().decode(errors="replace").splitlines() if line.strip()]
            # An error may quote a row; its first line names what went wrong.
            reason = lines[0] if lines else str(process.returncode)
            raise Stop(_("{program} failed: {reason}").format(program=program, reason=reason))


def _program(name: str, server_version: int) -> Path:
    """The wheel's program, or, where the server is newer than that, the system's."""
    own = postgres.programs() / name
    if server_version // 10000 <= postgres.MAJOR:
        return own
    found = shutil.which(name)
    if found is None:
        raise Stop(
            _(
                "The server is PostgreSQL {version}. Install its client programs: {program} is not found."
            ).format(version=server_version // 10000, program=name)
        )
    return Path(found)
