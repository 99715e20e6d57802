import os
import subprocess
import sys
import tempfile
from pathlib import Path

import psycopg
import pytest

from sauro.project.postgres import DURABLE, NoServer, Server, create_database, create_roles

USE = """
import sys, pathlib
from sauro.project.postgres import Server
server = Server(pathlib.Path(sys.argv[1])); server.begin(); print("in", flush=True); sys.stdin.readline(); server.end()
"""


@pytest.fixture
def folder():
    """A folder of our own: pytest closes its folders to other accounts, and as root the server runs as one."""
    with tempfile.TemporaryDirectory() as made:
        yield Path(made)


@pytest.fixture
def server(folder):
    made = Server(folder / "pg", DURABLE)
    made.begin()
    yield made
    made.end()


def _other(server):
    """Another process that uses the same server until its input closes."""
    command = [sys.executable, "-c", USE, str(server.data)]
    other = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd="/")
    assert other.stdout and other.stdout.readline() == "in\n"
    return other


def test_commits_are_durable_and_nobody_else_may_connect(server):
    with psycopg.connect(server.address()) as connection:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            assert connection.execute(f"SHOW {setting}").fetchone() == ("on",)
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
    assert server.sockets.stat().st_mode & 0o077 == 0
    assert server.data.stat().st_mode & 0o077 == 0


def test_the_last_to_leave_stops_the_server(server):
    with _other(server) as other:
        server.end()
        assert server.running()
        other.communicate("\n", timeout=30)
    assert not server.running()


def test_a_user_that_was_killed_does_not_keep_it_running(server):
    with _other(server) as other:
        other.kill()
        other.wait()
    server.end()
    assert not server.running()


def test_a_server_that_was_killed_starts_again_with_what_was_committed(server):
    create_roles(server)
    assert create_database(server)
    assert not create_database(server)
    with psycopg.connect(server.address("sauro")) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS n")
    os.kill(int((server.data / "postmaster.pid").read_text().split()[0]), 9)
    again = Server(server.data, DURABLE)
    again.begin()
    with psycopg.connect(again.address("sauro")) as connection:
        assert connection.execute("SELECT n FROM kept").fetchone() == (1,)
    again.end()


def test_a_stranger_s_socket_folder_is_refused(folder):
    server = Server(folder / "pg", DURABLE)
    server.sockets.mkdir(mode=0o777)
    server.sockets.chmod(0o777)
    with pytest.raises(NoServer, match="open to others"):
        server.begin()
