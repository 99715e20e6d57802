"""The scanner port against a server that speaks clamd's protocol over real sockets."""

import socket
import struct
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from sauro.core.vault.scanner import OPENABLE, ClamdScanner, NoScanner, Scanned

# The industry's harmless test file, in two halves so that no scanner objects to this one.
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + rb"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


class Clamd:
    """Reads INSTREAM as clamd does, and finds the test file."""

    def __init__(self, server: socket.socket, answer: bytes | None = None) -> None:
        self.server, self.answer, self.received = server, answer, b""
        server.listen()
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def serve(self) -> None:
        while True:
            try:
                connection, _ = self.server.accept()
            except OSError:
                return
            with connection, connection.makefile("rb") as stream:
                assert stream.read(10) == b"zINSTREAM\0"
                self.received = b""
                while length := struct.unpack("!L", stream.read(4))[0]:
                    self.received += stream.read(length)
                found = b"stream: Eicar-Test-Signature FOUND" if EICAR in self.received else b"stream: OK"
                connection.sendall((self.answer if self.answer is not None else found) + b"\0")


@pytest.fixture
def listening(tmp_path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "clamd.ctl"))
        yield server


@pytest.fixture
def scanner(tmp_path: Path) -> ClamdScanner:
    return ClamdScanner(str(tmp_path / "clamd.ctl"), seconds=5)


@pytest.mark.parametrize("size", [0, 1, 64 * 1024, 64 * 1024 + 1, 1_000_000])
def test_clean(listening: socket.socket, scanner: ClamdScanner, size: int) -> None:
    clamd = Clamd(listening)
    assert scanner.scan(b"x" * size).verdict == Scanned.CLEAN
    assert clamd.received == b"x" * size


def test_infected(listening: socket.socket, scanner: ClamdScanner) -> None:
    Clamd(listening)
    assert scanner.scan(b"x" * 65_530 + EICAR) == (Scanned.INFECTED, "Eicar-Test-Signature")


def test_over_tcp() -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        Clamd(server)
        scanner = ClamdScanner(f"127.0.0.1:{server.getsockname()[1]}", seconds=5)
        assert scanner.scan(b"x").verdict == Scanned.CLEAN
        assert scanner.scan(EICAR).verdict == Scanned.INFECTED


@pytest.mark.parametrize(
    "answer", [b"INSTREAM size limit exceeded. ERROR", b"", b"stream: OKAY", b"UNKNOWN COMMAND"]
)
def test_any_other_answer_is_no_verdict(
    listening: socket.socket, scanner: ClamdScanner, answer: bytes
) -> None:
    Clamd(listening, answer)
    assert scanner.scan(b"x").verdict == Scanned.QUARANTINED


def test_a_scanner_that_is_down_quarantines(scanner: ClamdScanner) -> None:
    assert scanner.scan(b"x") == (Scanned.QUARANTINED, "FileNotFoundError")
    assert ClamdScanner("127.0.0.1:1", seconds=5).scan(b"x").verdict == Scanned.QUARANTINED


def test_a_scanner_that_hangs_quarantines(listening: socket.socket, tmp_path: Path) -> None:
    listening.listen()
    assert ClamdScanner(str(tmp_path / "clamd.ctl"), seconds=0.05).scan(b"x").verdict == Scanned.QUARANTINED


def test_a_scanner_that_hangs_up_quarantines(listening: socket.socket, scanner: ClamdScanner) -> None:
    listening.listen()
    threading.Thread(target=lambda: listening.accept()[0].close(), daemon=True).start()
    assert scanner.scan(b"x" * 10_000_000).verdict == Scanned.QUARANTINED


@pytest.mark.parametrize(
    "address", ["", "clamd", "unix:relative", "host:", "host:port", ":3310", "host:65536", "http://x:1"]
)
def test_wrong_addresses(address: str) -> None:
    with pytest.raises(ValueError, match="neither"):
        ClamdScanner(address)


def test_without_a_scanner() -> None:
    assert NoScanner().scan(EICAR).verdict == Scanned.UNSCANNED
    assert frozenset({"clean", "unscanned"}) == OPENABLE
