"""What goes wrong in an installation under load: one fault at a time, by chance, each counted by its kind."""

import contextlib
import os
import random
import shutil
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.faults.installation import Installation

SHORTLY = 1.5
"""Seconds for which a disk is full."""


@dataclass
class Faults:
    """The faults of one installation. ``disk`` is the folder to fill, where one may be mounted."""

    at: Installation
    rng: random.Random
    disk: Path | None = None
    met: Counter[str] = field(default_factory=Counter)

    def one(self, kind: str = "") -> None:
        """Let one thing go wrong, and where it does not come back by itself, put it right."""
        known: dict[str, tuple[float, Callable[[], object]]] = {
            "kill web": (6, lambda: self.at.kill_one(self.rng, "granian")),
            "kill worker and sealer": (6, lambda: self.at.kill_one(self.rng, "cli worker")),
            "kill any process": (4, lambda: self.at.kill_one(self.rng)),
            "kill postgres": (2, self.at.kill_postgres),
            **({"full disk": (1, self._fill)} if self.disk else {}),
            "clock jumps": (0.5, self._jump),
        }
        weights = [weight for weight, _do in known.values()]
        kind = kind or self.rng.choices(list(known), weights)[0]
        known[kind][1]()
        self.met[kind] += 1

    def _fill(self) -> None:
        """No byte can be written for a while, by PostgreSQL neither: it may end, and is started as a service would."""
        assert self.disk is not None
        ballast = self.disk / "ballast"
        with contextlib.suppress(OSError), ballast.open("wb", buffering=0) as file:
            while True:
                file.write(bytes(1 << 20))
        assert shutil.disk_usage(self.disk).free < 1 << 20, "the disk is not full"
        try:
            time.sleep(SHORTLY)
        finally:
            ballast.unlink()
        server = self.at.server
        server.begin()
        server.end()

    def _jump(self) -> None:
        """The clock stands elsewhere after a new start: hours ahead, or back again."""
        self.at.end()
        self.at.settings["SAURO_CLOCK_AHEAD_HOURS"] = str(self.rng.choice([0, 1, 7, 30]))
        self.at.begin()


@contextlib.contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Path | None]:
    """A file system of its own on this folder; None where nobody may mount one."""
    command = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=755", "tmpfs", str(folder)]
    if os.geteuid() or subprocess.run(command, check=False, capture_output=True).returncode:
        yield None
        return
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)
