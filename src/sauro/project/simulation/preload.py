"""What a demonstration begins with: ninety simulated days, made once.

A part of them before it is served for the first time, so that nobody looks at empty pages; the rest beside it, by a
process of the lowest priority.
"""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import structlog
from django.conf import settings

from sauro.core.models import Instance
from sauro.project.cli.command import Exit
from sauro.project.cli.language import _, number
from sauro.project.cli.progress import Stages
from sauro.project.simulation import nation

log = structlog.get_logger()

SEED, DAYS, TASKS = 57, 90, 1_298
FIRST = 1_000
"""How many dossiers are made before anybody is served: enough that no page is empty, and as little as that takes."""
AGAIN = 60.0
"""Seconds until a rest that could not be made is tried again."""
LOOK = 5.0
"""Seconds for which a page server remembers whether the rest is still being made."""
_looked: list[tuple[float, bool]] = []


def first() -> int:
    """How many dossiers are made before the demonstration is served."""
    return min(FIRST, int(settings.SAURO_PRELOAD))


def rest() -> int:
    """How many are made beside it."""
    return int(settings.SAURO_PRELOAD) - first() if settings.DEMONSTRATION else 0


def filling() -> bool:
    """Whether the rest is being made now, so that numbers and lists still grow."""
    if not rest():
        return False
    if not _looked or time.monotonic() - _looked[0][0] > LOOK:
        _looked[:] = [(time.monotonic(), nation.under_way() and not _is_done("preload-rest"))]
    return _looked[0][1]


def _stamp(name: str) -> Path:
    return Path(settings.SAURO_VAR) / "stamps" / name


def _whose() -> str:
    return str(Instance.objects.get(pk=1).created)


def _is_done(name: str) -> bool:
    stamp = _stamp(name)
    return stamp.exists() and stamp.read_text() == _whose()


def _remember(name: str) -> None:
    stamp = _stamp(name)
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(_whose())


def make_rest(over: threading.Event) -> None:
    """Make the rest, and then nothing more. What was cut off goes on at the next start."""
    command = [
        sys.executable, "-m", "sauro.project.cli", "simulate", "--json", "--seed", str(SEED + 1), "--days", str(DAYS),
        "--dossiers", str(rest()), "--tasks", "0", "--processes", "1",
    ]  # fmt: skip
    while not over.is_set():
        made = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
        # Whoever looks at a page goes first.
        os.setpriority(os.PRIO_PROCESS, made.pid, 19)
        while made.poll() is None and not over.wait(0.5):
            pass
        if made.poll() is None:
            made.terminate()
        report, _nothing = made.communicate()
        log.info("simulation.rest", exit=made.returncode)
        # It says what it made once it has come to its end. An act may be refused there, since people live beside it meanwhile.
        if made.returncode == Exit.DONE or (made.returncode == Exit.FAULT and report):
            _remember("preload-rest")
        over.wait(AGAIN if made.returncode in (Exit.ENVIRONMENT, Exit.REFUSED) else None)


def preload(say: Callable[[str], None], stages: Stages) -> None:
    """Simulate the first of them, once for each installation. What was cut off goes on."""
    dossiers = first()
    if not settings.DEMONSTRATION or not dossiers or _is_done("preload"):
        return
    say(_("Simulating {days} days of a nation ({dossiers} dossiers, {tasks} tasks)…").format(
        days=number(DAYS), dossiers=number(dossiers), tasks=number(TASKS)
    ))  # fmt: skip
    with nation.alone():
        told = nation.simulate(nation.Wanted(SEED, DAYS, dossiers, TASKS), stages)
    _remember("preload")
    say(_("Simulated: {acts} acts in {seconds} s, {refused} of them refused.").format(
        acts=number(told.acts), seconds=number(round(told.seconds)), refused=number(told.refused)
    ))  # fmt: skip
