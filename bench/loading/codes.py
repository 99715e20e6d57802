"""Official numbers and references of copies: counted on where the real ones end, so that none is given twice."""

import base64
import itertools
import os
import re
from typing import Any

import psycopg

_TAIL = re.compile(rb"^(.*-)(\d+)$")


class Codes:
    """Gapless numbers by series, as the doorway gives them: PREFIX-0001, PREFIX-0002 …"""

    def __init__(self, link: psycopg.Connection[Any]) -> None:
        rows = link.execute("SELECT scope, last FROM core_number WHERE series = 'dossier'").fetchall()
        self._last: dict[bytes, int] = {scope.encode() + b"-": last for scope, last in rows}

    def next(self, code: bytes) -> bytes:
        found = _TAIL.match(code)
        if found is None:
            raise ValueError(f"{code!r} does not end in a number")
        prefix = found[1]
        self._last[prefix] = number = self._last[prefix] + 1
        return b"%b%04d" % (prefix, number)

    def save(self, link: psycopg.Connection[Any]) -> None:
        """Tell the database how far the numbers have gone."""
        for prefix, last in self._last.items():
            link.execute(
                "UPDATE core_number SET last = %s WHERE series = 'dossier' AND scope = %s",
                [last, prefix[:-1].decode()],
            )


class References:
    """References of the shape that a filing gets, from a counter in base 32: they never meet."""

    def __init__(self) -> None:
        # Forty bits, begun anywhere: a million in a row do not wrap round.
        start = int.from_bytes(os.urandom(5), "big") >> 1
        self._numbers = itertools.count(start)

    def next(self, _reference: bytes) -> bytes:
        text = base64.b32encode(next(self._numbers).to_bytes(5, "big"))
        return b"SR-%b-%b" % (text[:4], text[4:])
