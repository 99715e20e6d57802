"""The port to a virus scanner. What a scanner says decides whether a file may be opened."""

import socket
import struct
from enum import StrEnum
from typing import NamedTuple, Protocol

_PIECE = 64 * 1024
_LONGEST_ANSWER = 4096


class Scanned(StrEnum):
    """What is known of a file; the values of ``core_file.scanned``."""

    CLEAN = "clean"
    INFECTED = "infected"
    QUARANTINED = "quarantined"
    """The scanner could not be asked: the file is kept and stays shut until it can."""
    UNSCANNED = "unscanned"
    """This deployment has no scanner."""


OPENABLE = frozenset({Scanned.CLEAN, Scanned.UNSCANNED})


class Scan(NamedTuple):
    """A verdict, and the scanner's own name for what it found."""

    verdict: Scanned
    finding: str = ""


class Scanner(Protocol):
    """Anything that looks at a file's bytes. It never raises: a scanner that fails says ``quarantined``."""

    def scan(self, body: bytes) -> Scan: ...


class NoScanner:
    """No scanner is configured."""

    def scan(self, body: bytes) -> Scan:
        """Always ``unscanned``."""
        return Scan(Scanned.UNSCANNED)


class Nobody:
    """No scanner is configured where one must be: every file waits until there is one."""

    def scan(self, body: bytes) -> Scan:
        """Always ``quarantined``."""
        return Scan(Scanned.QUARANTINED, "NoScanner")


class ClamdScanner:
    """ClamAV's daemon, over INSTREAM (clamd(8)): ``/run/clamav/clamd.ctl`` or ``host:port``.

    Raises ValueError for an address of another shape.
    """

    def __init__(self, address: str, seconds: float = 30) -> None:
        host, _, port = address.rpartition(":")
        if address.startswith("/"):
            self._address: str | tuple[str, int] = address
        elif host and "/" not in host and port.isdecimal() and int(port) < 65_536:
            self._address = (host.strip("[]"), int(port))
        else:
            raise ValueError(f"{address!r} is neither the path of a socket nor host:port")
        self._seconds = seconds

    def scan(self, body: bytes) -> Scan:
        """Clean, infected with a finding, or quarantined with the reason why no verdict was had."""
        try:
            return _verdict(self._ask(body))
        except OSError as error:
            return Scan(Scanned.QUARANTINED, type(error).__name__)

    def _ask(self, body: bytes) -> str:
        with self._connected() as connection:
            connection.sendall(b"zINSTREAM\0")
            for at in range(0, len(body), _PIECE):
                piece = body[at : at + _PIECE]
                connection.sendall(struct.pack("!L", len(piece)) + piece)
            connection.sendall(struct.pack("!L", 0))
            answer = b""
            while not answer.endswith(b"\0") and len(answer) < _LONGEST_ANSWER:
                received = connection.recv(_LONGEST_ANSWER)
                if not received:
                    break
                answer += received
        return answer.rstrip(b"\0\n").decode("utf-8", errors="replace")

    def _connected(self) -> socket.socket:
        if isinstance(self._address, tuple):
            return socket.create_connection(self._address, self._seconds)
        connection = socket.socket(socket.AF_UNIX)
        try:
            connection.settimeout(self._seconds)
            connection.connect(self._address)
        except OSError:
            connection.close()
            raise
        return connection


def _verdict(answer: str) -> Scan:
    """``stream: OK``, ``stream: Win.Test.EICAR FOUND``, or an error such as ``INSTREAM size limit exceeded. ERROR``."""
    found = answer.removeprefix("stream: ")
    if found == "OK":
        return Scan(Scanned.CLEAN)
    if found.endswith(" FOUND"):
        return Scan(Scanned.INFECTED, found.removesuffix(" FOUND"))
    return Scan(Scanned.QUARANTINED, found)
