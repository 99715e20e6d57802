"""The erasure list: what was erased, kept with the keys and apart from backups of the database.

A restored database may still hold what was erased after the backup was taken; the list is what tells. It only grows:
a unit is *announced* before the act that erases it, and *done* after that act has committed (or *withdrawn* if it was
refused). What a crash leaves announced is settled by ``erasure.settle``.
"""

import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from uuid import UUID

from sauro.core.vault.keyfiles import KeyringRefused, check_file, locked


class Step(StrEnum):
    """How far an erasure has come."""

    ANNOUNCED = "announced"
    DONE = "done"
    WITHDRAWN = "withdrawn"


# The full stop closes a line: without it, a crash cut the line short.
_LINE = re.compile(r"([0-9a-f-]{36}) ([0-9a-f-]{36}) (\S+) (announced|done|withdrawn) \.")
_END = " ."


@dataclass(frozen=True, slots=True)
class Entry:
    """The last line of a unit: which erasure (an id), when (UTC), and how far it has come."""

    unit: UUID
    erasure: UUID
    at: datetime
    step: Step


class ErasureList:
    """The file ``erased.list``: lines are appended, never rewritten; the last line of a unit holds, but *done* is
    never taken back."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def announce(self, units: Iterable[UUID], erasure: UUID, at: datetime) -> None:
        """Put units on the list, durable on return. Units that are announced or done already stay as they stand."""
        with locked(self._path.parent):
            stands = self.entries()
            open_ones = [
                u for u in dict.fromkeys(units) if u not in stands or stands[u].step == Step.WITHDRAWN
            ]
            self._append([Entry(unit, erasure, at, Step.ANNOUNCED) for unit in open_ones])

    def advance(self, units: Iterable[UUID], step: Step) -> None:
        """Move announced units to ``step``, durable on return. Others stay as they stand.

        Raises KeyError for a unit that was never announced.
        """
        with locked(self._path.parent):
            stands = self.entries()
            moving = [stands[unit] for unit in dict.fromkeys(units) if stands[unit].step == Step.ANNOUNCED]
            self._append([replace(entry, step=step) for entry in moving])

    def entries(self) -> dict[UUID, Entry]:
        """Every unit on the list. Raises KeyringRefused when the file is missing or has a line it cannot read.

        A line cut short by a crash is passed over: its append never returned, so nothing was done on its word.
        """
        check_file(self._path)
        found: dict[UUID, Entry] = {}
        for number, line in enumerate(self._path.read_text("ascii", errors="replace").splitlines(), start=1):
            parts = _LINE.fullmatch(line)
            if parts:
                entry = Entry(
                    UUID(parts[1]), UUID(parts[2]), datetime.fromisoformat(parts[3]), Step(parts[4])
                )
                if entry.unit not in found or found[entry.unit].step != Step.DONE:
                    found[entry.unit] = entry
            elif line.endswith(_END):
                raise KeyringRefused(
                    f"{self._path}, line {number}, is damaged. Restore the list from its own copy."
                )
        return found

    def _append(self, entries: Sequence[Entry]) -> None:
        if not entries:
            return
        # A line that a crash cut short ends here, so that the next one stands alone.
        lines = "" if self._ends_whole() else "\n"
        lines += "".join(f"{e.unit} {e.erasure} {e.at.isoformat()} {e.step} .\n" for e in entries)
        descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_NOFOLLOW)
        with os.fdopen(descriptor, "ab") as file:
            file.write(lines.encode())
            file.flush()
            os.fsync(file.fileno())

    def _ends_whole(self) -> bool:
        size = self._path.stat().st_size
        with self._path.open("rb") as file:
            file.seek(max(0, size - 1))
            return file.read() in (b"", b"\n")
