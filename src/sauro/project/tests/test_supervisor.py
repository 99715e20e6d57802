import os
import signal
import subprocess
import sys
import time
from pathlib import Path

SUPERVISE = """
import sys
from sauro.project.supervisor import Program, Supervisor
child = "import os,time,sys; open(sys.argv[1],'a').write(f'{os.getpid()}\\\\n'); time.sleep(600)"
sys.exit(Supervisor([Program('child', [sys.executable, '-c', child, sys.argv[1]])], print).keep_running(lambda: None))
"""


def _begin(book: Path):
    return subprocess.Popen([sys.executable, "-c", SUPERVISE, str(book)])


def _children(book: Path, count: int) -> list[int]:
    for _ in range(400):
        found = book.read_text().split() if book.exists() else []
        if len(found) >= count:
            return [int(each) for each in found]
        time.sleep(0.05)
    raise AssertionError(f"{count} starts expected, {found} seen")


def _gone(process: int) -> bool:
    for _ in range(200):
        try:
            state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            return True
        if state == "Z":
            return True
        time.sleep(0.05)
    return False


def test_a_killed_process_is_started_again_and_all_end_together(tmp_path):
    book = tmp_path / "starts"
    supervisor = _begin(book)
    (first,) = _children(book, 1)
    os.kill(first, signal.SIGKILL)
    second = _children(book, 2)[1]
    supervisor.terminate()
    assert supervisor.wait(30) == 0
    assert _gone(second)


def test_nothing_outlives_a_killed_supervisor(tmp_path):
    book = tmp_path / "starts"
    supervisor = _begin(book)
    (child,) = _children(book, 1)
    supervisor.kill()
    supervisor.wait()
    assert _gone(child)
