"""A five-step case beside its peers: submit, accept, draft, sign, return; the same five durable writes on every side."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from bench import postgres
from bench.client import STEPS
from bench.programs import pipe
from bench.result import KEPT, ROOT, Result, Settings

TITLE = "a five-step case, beside django-viewflow, SpiffWorkflow and django-fsm-2"
CASES = 120
CLIENTS = (1, 4)
COLUMNS = ["", "clients", "client CPU ms/case", "server CPU ms/case", "cases/s"]


@dataclass
class Contender:
    """One side: the module that carries it, its database, and what has been measured of it so far."""

    name: str
    module: str
    environment: dict[str, str] = field(default_factory=dict)
    factor: int = 1
    clients: tuple[int, ...] = CLIENTS
    address: str = ""
    carried: int = 0
    versions: dict[str, str] = field(default_factory=dict)
    cpu: dict[int, list[float]] = field(default_factory=dict)
    server: dict[int, list[float]] = field(default_factory=dict)
    wall: dict[int, list[float]] = field(default_factory=dict)

    @property
    def database(self) -> str:
        return "cases_" + "".join(letter if letter.isalnum() else "_" for letter in self.name.lower())

    @property
    def ours(self) -> bool:
        return self.module.startswith("bench.ours")


def contenders() -> list[Contender]:
    return [
        Contender("sauro act", "bench.ours.cases"),
        Contender("sauro act_many", "bench.ours.cases", {"OURS": "many"}, factor=25, clients=(1,)),
        Contender("SpiffWorkflow", "bench.peers.spiff"),
        Contender("django-fsm-2", "bench.peers.fsm"),
        Contender("viewflow, people", "bench.peers.viewflow"),
        Contender("viewflow, code", "bench.peers.viewflow", {"VIEWFLOW": "code"}),
        Contender("raw SQL floor", "bench.peers.raw_sql"),
    ]


def run(settings: Settings) -> Result:
    postgres.start()
    sides = contenders()
    if not (ROOT / "bench" / "ours" / "cases.py").exists():
        sides = [side for side in sides if not side.ours]
    for side in sides:
        side.address = postgres.create(side.database, owner="sauro_owner" if side.ours else "postgres")
        _call(side, "prepare", side.address)
    for turn in range(settings.runs):
        start = turn % len(sides)
        for side in sides[start:] + sides[:start]:
            for clients in side.clients:
                _measure(side, clients, max(clients, int(CASES * side.factor * settings.size)))
    postgres.crash()
    checked = {side.name: _verify(side) for side in sides}
    conditions = postgres.facts() | {
        "clients": list(CLIENTS),
        "cases_per_run": CASES,
        "after_a_crash": checked,
    }
    for side in sides:
        postgres.drop(side.database)
    return _result(sides, conditions)


def _command(side: Contender, *words: str) -> tuple[list[str], dict[str, str]]:
    return [sys.executable, "-m", side.module, *words], {**os.environ, **side.environment}


def _call(side: Contender, *words: str) -> str:
    command, environment = _command(side, *words)
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{side.name}: {words[0]} failed\n{done.stderr[-4000:]}")
    return done.stdout


def _verify(side: Contender) -> dict[str, Any]:
    """After the crash: every case that was measured stands there, finished."""
    found: dict[str, Any] = json.loads(
        _call(side, "verify", side.address, str(side.carried)).splitlines()[-1]
    )
    return found


def _measure(side: Contender, clients: int, cases: int) -> None:
    """One turn of one side: start its clients, let them go at once, add up what they spent."""
    each = cases // clients
    before = postgres.commits(side.database)
    started = [_start(side, each, number) for number in range(clients)]
    for client in started:
        _await(client, side, "ready")
    server_before = postgres.server_cpu()
    for client in started:
        pipe(client.stdin).write("go\n")
        pipe(client.stdin).flush()
    spent = [json.loads(_await(client, side, "{")) for client in started]
    wall = max(one["wall_s"] for one in spent)
    for client in started:
        pipe(client.stdin).close()
        client.wait()
    postgres.wait_for_sessions(side.database)
    done = each * clients
    side.carried += sum(one["carried"] for one in spent)
    side.versions = spent[0]["versions"]
    side.cpu.setdefault(clients, []).append(sum(one["cpu_s"] for one in spent) / done * 1000)
    side.server.setdefault(clients, []).append((postgres.server_cpu() - server_before) / done * 1000)
    side.wall.setdefault(clients, []).append(done / wall)
    _check_commits(side, done, postgres.commits(side.database) - before)


def _check_commits(side: Contender, cases: int, committed: int) -> None:
    """One transaction per step is the work; fewer means that a side has cheated."""
    if side.factor == 1 and committed < cases * len(STEPS):
        raise SystemExit(
            f"{side.name} committed {committed} transactions for {cases} cases of {len(STEPS)} steps"
        )


def _start(side: Contender, cases: int, number: int) -> subprocess.Popen[str]:
    command, environment = _command(side, "run", side.address, str(cases), str(number))
    log = KEPT / "logs" / f"{side.database}.{number}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("w") as errors:
        return subprocess.Popen(
            command,
            env=environment,
            cwd=ROOT,
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
        )


def _await(client: subprocess.Popen[str], side: Contender, head: str) -> str:
    for line in pipe(client.stdout):
        if line.startswith(head):
            return line
    client.wait()
    raise SystemExit(f"{side.name}: a client ended early, see var/bench/logs/{side.database}.*.log")


def _result(sides: list[Contender], conditions: dict[str, Any]) -> Result:
    figures = {side.name: {n: _figures(side, n) for n in side.clients} for side in sides}
    rows = [
        [name, str(n), f"{f['client_cpu_ms']:.2f}", f"{f['server_cpu_ms']:.2f}", f"{f['cases_per_s']:.1f}"]
        for name, by_clients in figures.items()
        for n, f in by_clients.items()
    ]
    return Result(
        work=f"{CASES} cases per run and side, five steps each, one durable commit per step; PDF and signature outside",
        columns=COLUMNS,
        rows=rows,
        ours={side.name: figures[side.name] for side in sides if side.ours},
        peers={side.name: figures[side.name] for side in sides if not side.ours},
        ratios=_ratios(sides, figures),
        versions={name: number for side in sides for name, number in side.versions.items()},
        conditions=conditions,
        notes=[
            "medians of interleaved runs; generator, server and database share the cores",
            "SpiffWorkflow writes no audit row, grants and proofs are ours alone; ratios take the cheaper of viewflow's two",
            "the server was then stopped without a checkpoint, started again, and every case counted",
        ],
    )


def _figures(side: Contender, clients: int) -> dict[str, float]:
    return {
        "client_cpu_ms": median(side.cpu[clients]),
        "client_cpu_ms_least": min(side.cpu[clients]),
        "server_cpu_ms": median(side.server[clients]),
        "cases_per_s": median(side.wall[clients]),
    }


def _ratios(sides: list[Contender], figures: dict[str, dict[int, dict[str, float]]]) -> dict[str, float]:
    """Peer over ours in client CPU, ours over peer in cases per second: above 1 we are ahead."""
    if not any(side.ours for side in sides):
        return {}
    ratios: dict[str, float] = {}
    for ours, clients in (("sauro act", 1), ("sauro act", 4), ("sauro act_many", 1)):
        for peer, names in (
            ("viewflow", ["viewflow, people", "viewflow, code"]),
            ("SpiffWorkflow", ["SpiffWorkflow"]),
            ("django-fsm-2", ["django-fsm-2"]),
        ):
            mine, theirs = figures[ours][clients], [figures[name][clients] for name in names]
            label = f"{ours} against {peer}, {clients} client{'s' if clients > 1 else ''}"
            ratios[f"{label}: client CPU"] = (
                min(one["client_cpu_ms"] for one in theirs) / mine["client_cpu_ms"]
            )
            ratios[f"{label}: cases/s"] = mine["cases_per_s"] / max(one["cases_per_s"] for one in theirs)
    return ratios
