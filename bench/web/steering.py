"""python -m bench.web.steering ADDRESS FACTS RUNS REQUESTS: pages and roll-ups over a cascade of tasks, timed in process.

``… fold ADDRESS`` does what the worker does for figures, as in production, until it is ended. Prints one JSON line.
"""

import itertools
import json
import random
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from bench.ours import installation
from bench.result import ROOT
from bench.web.inside import ask, statements
from bench.web.people import signed_in
from bench.web.places import Visit

OFFICIALS, REPORTS, LEVELS, LONGEST = 30, 40, 5, 60.0
BOARD = "/can-bo/nhiem-vu/"
_PLAIN = """
WITH RECURSIVE below AS (
  SELECT id, stage, late, due, whole, children, progress FROM steer_task WHERE parent = %s
  UNION ALL SELECT t.id, t.stage, t.late, t.due, t.whole, t.children, t.progress FROM below b JOIN steer_task t ON t.parent = b.id)
SELECT count(*) FILTER (WHERE stage = 'done' AND late < 2), count(*) FILTER (WHERE stage = 'done' AND late = 2),
  count(*) FILTER (WHERE stage IN ('assigned', 'working', 'reported') AND due >= %s),
  count(*) FILTER (WHERE stage IN ('assigned', 'working', 'reported') AND due < %s),
  coalesce(sum(whole) FILTER (WHERE children = 0 AND stage NOT IN ('declined', 'cancelled')), 0),
  coalesce(sum(whole * CASE stage WHEN 'done' THEN 100 ELSE progress END / 100)
    FILTER (WHERE children = 0 AND stage NOT IN ('declined', 'cancelled')), 0)
FROM below WHERE stage <> 'draft'
"""
_CHILD = "SELECT id FROM steer_task WHERE parent = %s ORDER BY code LIMIT 1"
_OPEN_ENDS = """
SELECT t.id, t.progress, t.parent FROM steer_task t WHERE t.lead = %s AND t.stage = 'working' AND t.children = 0
  AND t.path[1] = %s LIMIT 20
"""


def main() -> None:
    if sys.argv[1] == "fold":
        fold(sys.argv[2])
        return
    address, facts, runs, requests = (
        sys.argv[1],
        json.loads(Path(sys.argv[2]).read_text()),
        int(sys.argv[3]),
        int(sys.argv[4]),
    )
    installation.enter(address)
    random.seed(1)
    from sauro.project.wsgi import application

    turns = visits(facts)
    queries = {name: statements(application, next(turn)) for name, turn in turns.items()}
    times: dict[str, list[list[float]]] = {name: [] for name in turns}
    cpu = dict.fromkeys(turns, 0.0)
    levels = _levels(UUID(facts["root"]))
    for _run in range(runs):
        for name, turn in turns.items():
            for _ in range(3):
                ask(application, next(turn))
            before = time.process_time()
            times[name].append([ask(application, next(turn))[1] for _ in range(requests)])
            cpu[name] += (time.process_time() - before) * 1000 / requests / runs
        for level in levels:
            _roll_up(level)
    shown, folded = _reports(address, facts)
    print(
        json.dumps(
            {
                "times_ms": times,
                "cpu_ms": cpu,
                "queries": queries,
                "roll_ups": levels,
                "shown_ms": shown,
                "folded_ms": folded,
            },
            default=str,
        )
    )


def visits(facts: dict[str, Any]) -> dict[str, Iterator[Visit]]:
    """Endless visits by the name of the page: of the secretariat, which lists everything, and of heads of agencies."""
    secretary = signed_in(UUID(facts["secretary"]))
    # The first leads the root; of the others some, spread over the levels.
    heads = facts["heads"][:: max(1, len(facts["heads"]) // OFFICIALS)]
    sessions = [signed_in(UUID(person)) for _organisation, person, _position in heads]
    tasks = {
        session: _some(UUID(organisation))
        for session, (organisation, *_rest) in zip(sessions, heads, strict=True)
    }

    def all_of(*queries: dict[str, Any]) -> Iterator[Visit]:
        return (Visit(f"{BOARD}?{urlencode(query)}", secretary) for query in itertools.cycle(queries))

    def each(query: str) -> Iterator[Visit]:
        return (Visit(f"{BOARD}{query}", session) for session in itertools.cycle(sessions))

    leads = [
        {"lead": organisation, "state": state}
        for organisation, *_rest in heads
        for state in ("open", "overdue")
    ]
    return {
        "board, secretariat": all_of({}),
        "board, past the deadline": all_of({"state": "overdue"}),
        "board, green and red": all_of({"state": "green_red"}),
        "board, completed late": all_of({"state": "late"}),
        "board, of one lead": all_of(*leads),
        "board, by code": all_of(*({"q": code, "state": "all"} for code in _codes())),
        "board, of a head": each(""),
        "board, my turn": each("?mine=1"),
        "ranking, ministries": (Visit(f"{BOARD}xep-hang/", secretary) for _ in itertools.count()),
        "ranking, instruments": (Visit(f"{BOARD}xep-hang/?of=instrument", secretary) for _ in itertools.count()),
        "task, the root": (Visit(f"{BOARD}{facts['root']}/", secretary) for _ in itertools.count()),
        "task, of a head": (
            Visit(f"{BOARD}{random.choice(tasks[session])}/", session) for session in itertools.cycle(sessions) if tasks[session]
        ),
    }  # fmt: skip


def _some(lead: UUID) -> list[UUID]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM steer_task WHERE lead = %s LIMIT 50", [lead])
        return [row[0] for row in cursor.fetchall()]


def _codes() -> list[str]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT code FROM steer_task ORDER BY id LIMIT 50")
        return [row[0] for row in cursor.fetchall()]


def _levels(root: UUID) -> list[dict[str, Any]]:
    """A task of each level above the last, with room for its times."""
    from django.db import connection

    made: list[dict[str, Any]] = []
    with connection.cursor() as cursor:
        task = root
        for _level in range(LEVELS):
            made.append({"task": task, "ours_ms": [], "recursive_ms": [], "tasks": 0})
            cursor.execute(_CHILD, [task])
            (task,) = cursor.fetchone()
    return made


def _roll_up(level: dict[str, Any]) -> None:
    """The same figures by ours and by the recursive query; raises SystemExit where they differ."""
    from django.db import connection

    from sauro.core.moment import now
    from sauro.steer.queries.matrices import standing

    at, task = now(), level["task"]
    for _ in range(20):
        began = time.perf_counter()
        found = standing([task], at)
        level["ours_ms"].append((time.perf_counter() - began) * 1000)
    with connection.cursor() as cursor:
        began = time.perf_counter()
        cursor.execute(_PLAIN, [task, at, at])
        row = cursor.fetchone()
        level["recursive_ms"].append((time.perf_counter() - began) * 1000)
    m = found.matrix
    if (m.done_on_time, m.done_late, m.open_in_time, m.open_overdue, found.whole, found.done) != row:
        raise SystemExit(f"{task}: {found} is not {row}")
    level["tasks"] = m.all


def _reports(address: str, facts: dict[str, Any]) -> tuple[list[float], list[float]]:
    """Reports of progress on the last level: milliseconds from the act's call until the root shows it, and until it is folded."""
    from django.db import connection

    command = [sys.executable, "-m", "bench.web.steering", "fold", address]
    worker = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert worker.stdout is not None
    worker.stdout.readline()
    shown: list[float] = []
    folded: list[float] = []
    try:
        with connection.cursor() as cursor:
            for organisation, person, position in itertools.islice(
                itertools.cycle(facts["heads"]), 10 * REPORTS
            ):
                cursor.execute(_OPEN_ENDS, [UUID(organisation), UUID(facts["root"])])
                ends = cursor.fetchall()
                if ends and len(shown) < REPORTS:
                    one, other = _report(
                        UUID(facts["root"]), UUID(person), UUID(position), *random.choice(ends)
                    )
                    shown.append(one)
                    folded.append(other)
    finally:
        worker.terminate()
        worker.wait(30)
    return shown, folded


def _report(
    root: UUID, person: UUID, position: UUID, task: UUID, progress: int, parent: UUID
) -> tuple[float, float]:
    from sauro.core.doorway import Ask, act
    from sauro.core.moment import now
    from sauro.steer.models import Delta
    from sauro.steer.queries.matrices import standing

    before = [standing([scope], now()).done for scope in (root, parent)]
    said = {"progress": progress % 90 + 5, "words": "Đã làm thêm một phần việc"}
    began = time.perf_counter()
    act(Ask("steer.report_progress", person, uuid.uuid4().hex, said, task, position))
    while any(
        standing([scope], now()).done == old for scope, old in zip((root, parent), before, strict=True)
    ):
        if time.perf_counter() - began > LONGEST:
            raise SystemExit(f"a report on {task} does not show in {root}")
        time.sleep(0.002)
    shown = (time.perf_counter() - began) * 1000
    while Delta.objects.exists():
        time.sleep(0.005)
    return shown, (time.perf_counter() - began) * 1000


def fold(address: str) -> None:
    """The worker's duties that figures wait for: folding, and giving events their place."""
    installation.enter(address)
    from sauro.project import worker
    from sauro.project.heart import Heart

    over, own, duties = threading.Event(), Heart(), worker.duties()
    for name in ("counts", "sealer"):
        threading.Thread(target=worker.keep, args=(name, duties[name], over, own), daemon=True).start()
    print("ready", flush=True)
    over.wait()


if __name__ == "__main__":
    main()
