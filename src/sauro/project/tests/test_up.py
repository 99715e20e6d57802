"""`sauro up` says in words which port is taken, before it starts anything."""

import argparse
import contextlib
import socket

import pytest

from sauro.project import start
from sauro.project.cli import up
from sauro.project.cli.command import Stop


@pytest.fixture
def taken():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


@pytest.fixture(autouse=True)
def nothing_is_started(monkeypatch):
    for name in ("only_one", "database"):
        monkeypatch.setattr(start, name, contextlib.nullcontext)
    monkeypatch.setattr(start, "prepare", lambda say: None)
    monkeypatch.setattr(start, "processes", lambda: pytest.fail("it was started"))


@pytest.mark.parametrize(
    ("mine", "words"), [("SAURO_PORT", "--port"), ("SAURO_EDGE_PORT", "SAURO_EDGE_PORT")]
)
def test_a_taken_port_is_named_with_what_to_do(settings, taken, mine, words):
    settings.SAURO_PORT = settings.SAURO_EDGE_PORT = 0
    setattr(settings, mine, taken)
    with pytest.raises(Stop, match=f"{taken}.*{words}"):
        up.run(argparse.Namespace(port=None, prepare=False))


def test_the_edge_is_started_where_it_has_a_port(settings, monkeypatch):
    monkeypatch.undo()
    settings.SAURO_EDGE_PORT = 8001
    assert [program.name for program in start.processes()][-1] == "edge"
    settings.SAURO_EDGE_PORT = 0
    assert "edge" not in [program.name for program in start.processes()]
