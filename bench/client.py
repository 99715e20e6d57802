"""How one side of `cases` is driven: a process of its own per client, so that no side's settings meet another's.

python -m bench.peers.NAME prepare ADDRESS            make the schema in an empty database
python -m bench.peers.NAME run ADDRESS CASES CLIENT   print "ready", wait for a line, work, print one JSON line
python -m bench.peers.NAME verify ADDRESS CASES       fail unless exactly CASES cases stand there, finished and whole
"""

import gc
import json
import resource
import sys
import time
from typing import Protocol

from bench.machine import versions

STEPS = ("submit", "accept", "draft", "sign", "return")


class Outside:
    """Sums what is spent inside its `with` blocks, which the timing leaves out."""

    def __init__(self) -> None:
        self.cpu = self.wall = 0.0
        self._began = (0.0, 0.0)

    def __enter__(self) -> None:
        self._began = (cpu(), time.perf_counter())

    def __exit__(self, *_error: object) -> None:
        self.cpu += cpu() - self._began[0]
        self.wall += time.perf_counter() - self._began[1]


class Side(Protocol):
    """One way to carry a five-step case, each step one durable transaction of its own that reloads what it needs."""

    @property
    def packages(self) -> tuple[str, ...]: ...

    @property
    def warm_up(self) -> int: ...

    def prepare(self, address: str) -> None: ...

    def open(self, address: str, client: int) -> None: ...

    def carry(self, first: int, cases: int) -> None:
        """Carry so many cases through all five steps; `first` numbers them apart within this process."""

    def verify(self, address: str) -> dict[str, int]:
        """Rows as they stand: "finished" cases in their last state, "begun" cases, and "steps" recorded."""


def answers(number: int) -> dict[str, str]:
    """Eight form answers, about 330 bytes of JSON: the same on every side."""
    return {
        "child_name": f"Nguyễn Thị Minh Anh {number}",
        "born_on": "2025-09-14",
        "birth_place": "Bệnh viện Phụ sản Trung ương",
        "sex": "female",
        "mother_name": "Trần Thị Hồng Hạnh",
        "father_name": "Nguyễn Văn Thành",
        "address": "Số 12 ngõ 45 phố Vọng, phường Bạch Mai, Hà Nội",
        "copies": "2",
    }


def cpu() -> float:
    """Processor seconds of this process and of the children it has waited for."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def serve(side: Side) -> None:
    """The command line that bench/cases.py talks to."""
    verb, address, *rest = sys.argv[1:]
    if verb == "prepare":
        side.prepare(address)
    elif verb == "run":
        _run(side, address, int(rest[0]), int(rest[1]))
    elif verb == "verify":
        _verify(side, address, int(rest[0]))


def _run(side: Side, address: str, cases: int, client: int) -> None:
    side.open(address, client)
    side.carry(0, side.warm_up)
    gc.collect()
    print("ready", flush=True)
    sys.stdin.readline()
    outside: Outside = getattr(side, "outside", Outside())
    outside.cpu = outside.wall = 0.0
    cpu_before, wall_before = cpu(), time.perf_counter()
    side.carry(side.warm_up, cases)
    wall, spent = time.perf_counter() - wall_before - outside.wall, cpu() - cpu_before - outside.cpu
    told = {
        "cases": cases,
        "carried": side.warm_up + cases,
        "wall_s": wall,
        "cpu_s": spent,
        "outside_cpu_s": outside.cpu,
    }
    print(json.dumps(told | {"versions": versions(*side.packages)}), flush=True)


def _verify(side: Side, address: str, cases: int) -> None:
    found = side.verify(address)
    wanted = {"finished": cases, "begun": cases}
    wrong = {name: found.get(name) for name, number in wanted.items() if found.get(name) != number}
    if wrong:
        sys.exit(f"the work was not done: {cases} cases were carried, the database holds {found}")
    if "steps" in found and found["steps"] != cases * len(STEPS):
        sys.exit(f"{found['steps']} steps are recorded for {cases} cases of {len(STEPS)}")
    print(json.dumps(found))
