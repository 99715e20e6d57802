"""Keeps the installation's processes running: starts them, restarts one that dies, stops them together."""

import contextlib
import ctypes
import http.client
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import structlog

log = structlog.get_logger()

# From <sys/prctl.h>: the kernel sends this signal to a process whose parent has died.
PR_SET_PDEATHSIG = 1
PATIENCE = 20.0
LONGEST_PAUSE = 30.0


@dataclass(frozen=True, slots=True)
class Program:
    """One process to keep running. `ready` is (host, port, path, name it is asked as) to ask until it answers 200."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    ready: tuple[str, int, str, str] | None = None


@dataclass(slots=True)
class _Running:
    program: Program
    process: subprocess.Popen[bytes]
    began: float
    failures: int = 0
    again_at: float = 0.0


class Supervisor:
    """Runs the programs until SIGTERM, SIGINT or `stop`."""

    def __init__(self, programs: Sequence[Program], say: Callable[[str], None]) -> None:
        self._programs = programs
        self._say = say
        self._over = threading.Event()
        self._running: list[_Running] = []

    def stop(self) -> None:
        """Begin to end, as after SIGTERM."""
        self._over.set()

    def keep_running(self, when_ready: Callable[[], None]) -> int:
        """Start everything, call `when_ready` once pages answer, and return 0 when told to stop."""
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, lambda *_: self._over.set())
        try:
            self._running = [_Running(each, _start(each), time.monotonic()) for each in self._programs]
            waiting = [each.program.ready for each in self._running if each.program.ready]
            asked = 0.0
            while not self._over.wait(0.1):
                self._restart_the_dead()
                if not waiting or time.monotonic() - asked < 0.3:
                    continue
                asked = time.monotonic()
                if all(_answers(*place) for place in waiting):
                    waiting = []
                    when_ready()
        finally:
            self._end_all()
        return 0

    def _restart_the_dead(self) -> None:
        now = time.monotonic()
        for each in self._running:
            if each.again_at:
                if now >= each.again_at:
                    each.process, each.began, each.again_at = _start(each.program), now, 0.0
                continue
            code = each.process.poll()
            if code is None:
                continue
            # A program's own children must not outlive it: they would hold its port and its work.
            _signal_group(each.process, signal.SIGKILL)
            each.failures = 0 if now - each.began > PATIENCE else each.failures + 1
            pause = min(LONGEST_PAUSE, 0.2 * 2**each.failures)
            each.again_at = now + pause
            log.warning("supervisor.process_ended", name=each.program.name, exit=code, seconds=pause)

    def _end_all(self) -> None:
        alive = [each for each in self._running if not each.again_at]
        for each in alive:
            with contextlib.suppress(ProcessLookupError):
                each.process.terminate()
        end = time.monotonic() + PATIENCE
        for each in alive:
            with contextlib.suppress(subprocess.TimeoutExpired):
                each.process.wait(max(0.1, end - time.monotonic()))
            _signal_group(each.process, signal.SIGKILL)
            each.process.wait()


def _start(program: Program) -> subprocess.Popen[bytes]:
    parent = os.getpid()
    prctl = ctypes.CDLL(None, use_errno=True).prctl if sys.platform == "linux" else None

    def follow_parent() -> None:
        if prctl is not None:
            prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
            if os.getppid() != parent:
                os._exit(0)

    return subprocess.Popen(
        list(program.command),
        env={**os.environ, **program.environment},
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        # Safe here: the supervisor has one thread.
        preexec_fn=follow_parent,
    )


def _signal_group(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)


def _answers(host: str, port: int, path: str, name: str) -> bool:
    connection = http.client.HTTPConnection(host, port, timeout=2)
    try:
        connection.request("GET", path, headers={"Host": name})
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
