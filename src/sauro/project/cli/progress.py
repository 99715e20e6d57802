"""How far long work has come, and how much longer it will take. Written to standard error."""

import sys
import time
from collections.abc import Mapping

from sauro.project.cli.language import _, number


class Progress:
    """A line that is rewritten on a terminal, and a new line every ten seconds elsewhere.

    `total` counts the same things as `reach`; 0 means that it is not known.
    """

    def __init__(self, title: str, total: int = 0) -> None:
        self.title, self.total = title, total
        self._terminal = sys.stderr.isatty()
        self._began = time.monotonic()
        self._shown = self._began - 9.0

    def reach(self, done: int) -> None:
        """Say that `done` of the total are done. Cheap to call often."""
        now = time.monotonic()
        if now - self._shown < (0.2 if self._terminal else 10.0):
            return
        self._shown = now
        self._write(self.line(done, now - self._began))

    def line(self, done: int, seconds: float) -> str:
        """Give the text for `done` after `seconds`."""
        if not self.total or not done:
            return f"{self.title}: {number(done)}"
        left = seconds / done * max(self.total - done, 0)
        estimate = _("about {seconds} s left").format(seconds=number(round(left)))
        share = done * 100 // self.total
        return f"{self.title}: {number(done)} / {number(self.total)} ({share} %), {estimate}"

    def _write(self, line: str) -> None:
        sys.stderr.write(f"\r\x1b[K{line}" if self._terminal else f"{line}\n")
        sys.stderr.flush()

    def clear(self) -> None:
        """Take the line away where the next one would stand in it."""
        if self._terminal:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()


class Stages:
    """Progress of work in several stages; `titles` names each stage for a person."""

    def __init__(self, titles: Mapping[str, str]) -> None:
        self._titles = titles
        self._stage = ""
        self._progress: Progress | None = None

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Say that `done` of `total` are done in this stage."""
        if stage != self._stage or self._progress is None:
            self._stage, self._progress = stage, Progress(self._titles.get(stage, stage), total)
        self._progress.reach(done)
        if done >= total:
            self._progress.clear()
