"""The programs that a benchmark starts beside itself."""

import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import IO

from bench.result import KEPT, ROOT


@contextmanager
def program(bench: str, name: str, environment: Mapping[str, str]) -> Iterator[int]:
    """One program of an installation, its words in var/bench/logs; yields its process id."""
    (KEPT / "logs").mkdir(parents=True, exist_ok=True)
    with (KEPT / "logs" / f"{bench}-{name}.log").open("w") as log:
        command = [sys.executable, "-m", "bench.web.server", name]
        running = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
    try:
        yield running.pid
    finally:
        running.terminate()
        running.wait(60)


def pipe(stream: IO[str] | None) -> IO[str]:
    """A stream that was asked for, and is there."""
    assert stream is not None
    return stream
