"""A simulated nation at work: 200 officials and 2,000 citizens ask for fifty pages a second, on the cores of this machine."""

import json
import os
import re
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from statistics import median
from typing import Any

import psutil
import psycopg
from psycopg import sql

from bench import postgres
from bench.machine import versions
from bench.ours import installation
from bench.programs import pipe, program
from bench.result import KEPT, ROOT, Result, Settings
from bench.web.outside import serve
from bench.web.traffic import MIX

TITLE = "a nation's officials and citizens at fifty requests a second"
DOSSIERS, TASKS = 20_000, 1_298
RATE, SECONDS, WARM_UP = 50.0, 60.0, 10.0
AIM_MS, GENERATOR_PERCENT = 500.0, 20.0
THREADS = 100
SLOW_MS = 50
PROCESSES = "2"
RATES = "write=120/0 sign_in=60/0 search=60/0 export=30/0 api=300/0"
"""As they stand for an account; all accounts come from one address here."""
LOG = postgres.DATA.with_name(postgres.DATA.name + ".log")
_DURATION = re.compile(r"duration: ([\d.]+) ms\s+(?:(?:execute|parse|bind)[^:]*|statement): (.*)", re.DOTALL)
QUIET = {"SAURO_PACE": "0", "SAURO_PRELOAD": "0"}
"""Nothing is simulated beside what is asked."""
LEFT = """
SELECT (SELECT count(*) FROM procrastinate_jobs WHERE status IN ('todo', 'doing')) + (SELECT count(*) FROM steer_delta)
  + abs(l.leaves - coalesce((SELECT value FROM core_tally WHERE name = 'acts' AND key = ''), 0))
  + (SELECT coalesce(sum(l.leaves - c.position), 1) FROM core_consumer c)
  + (SELECT count(*) FROM core_timer WHERE fired_at IS NULL AND cancelled_at IS NULL AND due_at <= now())
  + (SELECT count(*) FROM (SELECT id FROM core_event EXCEPT SELECT event_id FROM core_leaf) e)
  + (SELECT count(*) FROM (SELECT 1 EXCEPT SELECT 1 FROM watch_edition) n)
FROM (SELECT coalesce(max(leaf_index) + 1, 0) AS leaves FROM core_leaf) l
"""
ACTS = "SELECT key FROM core_event WHERE key LIKE 'load-%%' AND name IN ('serve.submit_dossier', 'serve.accept_dossier')"


def run(settings: Settings) -> Result:
    dossiers, seconds = max(300, int(DOSSIERS * settings.size)), max(3.0, SECONDS * settings.size)
    tasks = max(40, int(TASKS * settings.size))
    template = ensure(dossiers, tasks)
    # A copy: what is asked here files and accepts. It shares the keys of what it is a copy of.
    address = postgres.create(f"{template}__load", template)
    rate = RATE if settings.size >= 1 else RATE / 5
    asked = _plans(address, seconds, rate, settings.runs)
    measured: list[Round] = []
    with ExitStack() as stack:
        environment = {**os.environ, **installation.environment(address)}
        stack.enter_context(
            _settings(
                {
                    "SAURO_WEB_PROCESSES": PROCESSES,
                    **QUIET,
                    "SAURO_RATES": RATES,
                }
            )
        )
        log = _log_from(address)
        port = stack.enter_context(serve(address))
        stack.enter_context(program("load", "worker-0", {**os.environ, **environment}))
        for number, plan in enumerate(asked["plans"], 1):
            measured.append(_round(port, plan))
            print(f"round {number}: {measured[-1]}", file=sys.stderr)
        slow = _slow(log)
        told = _checked(address, measured, environment)
    conditions = {
        **postgres.facts(),
        "dossiers": dossiers,
        "tasks": tasks,
        "seconds": seconds,
        "rate": rate,
        "web_processes": PROCESSES,
    }
    conditions |= {name: asked[name] for name in ("officials", "citizens")} | told
    return _result(measured, slow, conditions)


def ensure(dossiers: int, tasks: int) -> str:
    """The name of the template with a simulated nation of so many dossiers and tasks; built where it is not there yet."""
    postgres.start()
    name = f"nation_{dossiers}"
    facts = KEPT / f"{name}.json"
    if not postgres.exists(name) or not facts.exists():
        half = f"{name}__half"
        postgres.drop(name)
        address = postgres.create(half, owner="sauro_owner")
        command = [sys.executable, "-m", "bench.loading.nation", address, str(dossiers), str(tasks)]
        done = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
        _catch_up(address)
        postgres.rename(half, name)
        KEPT.mkdir(parents=True, exist_ok=True)
        facts.write_text(done.stdout.splitlines()[-1])
    return name


def _catch_up(address: str) -> None:
    """Let a worker do what ninety days in one go left to it: papers, counts, tallies, the first edition of the numbers."""
    environment = {**os.environ, **installation.environment(address), **QUIET}
    with program("load", "worker-0", environment), psycopg.connect(address, autocommit=True) as link:
        while left := link.execute(LEFT).fetchall()[0][0]:
            print(f"for the worker: {left}", file=sys.stderr)
            time.sleep(5)


class Round:
    """What one round of requests met: the plan, milliseconds, statuses, and who used the processor."""

    def __init__(
        self,
        plan: list[dict[str, Any]],
        said: dict[str, Any],
        cpu: dict[str, float],
        memory: dict[str, float],
    ) -> None:
        # The first seconds fill caches and connections, and are not counted.
        counted = [index for index, each in enumerate(plan) if each["at"] >= min(WARM_UP, plan[-1]["at"] / 6)]
        self.all = list(zip(plan, said["statuses"], strict=True))
        self.times: dict[str, list[float]] = defaultdict(list)
        for index in counted:
            self.times[plan[index]["kind"]].append(said["times_ms"][index])
        self.errors = Counter(
            f"{each['kind']} {each['path'].partition('?')[0]}: {status}" for each, status in self.all if status not in each["wanted"]
        )  # fmt: skip
        self.wall = said["wall_s"]
        self.generator = said["cpu_s"] / self.wall * 100
        self.cpu = {name: spent / self.wall for name, spent in cpu.items()}
        self.memory = memory
        self.load = os.getloadavg()[0]

    def p(self, part: float, kind: str = "") -> float:
        """A quantile in milliseconds, of one kind or of all."""
        ordered = sorted(self.times[kind] if kind else [one for some in self.times.values() for one in some])
        return ordered[min(len(ordered) - 1, int(len(ordered) * part))]

    def __str__(self) -> str:
        return (
            f"{len(self.all)} requests, p50 {self.p(0.5):.0f}, p95 {self.p(0.95):.0f} ms, {self.errors.total()} errors, "
            f"generator {self.generator:.0f} % of a core, cores used {self.cpu}"
        )


def _plans(address: str, seconds: float, rate: float, rounds: int) -> dict[str, Any]:
    command = [sys.executable, "-m", "bench.web.traffic", address, str(seconds), str(rate), str(rounds)]
    done = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def _round(port: int, plan: list[dict[str, Any]]) -> Round:
    command = [sys.executable, "-m", "bench.web.generator", str(port), str(THREADS)]
    with subprocess.Popen(
        command, cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as running:
        pipe(running.stdin).write(json.dumps(plan) + "\n")
        pipe(running.stdin).flush()
        if pipe(running.stdout).readline() != "ready\n":
            raise SystemExit("the generator did not begin")
        before = _spent()
        pipe(running.stdin).write("now\n")
        pipe(running.stdin).flush()
        said = json.loads(pipe(running.stdout).readline())
    after = _spent()
    return Round(plan, said, {name: after[name] - before[name] for name in after}, _memory())


def _spent() -> dict[str, float]:
    """Processor seconds so far: of the page servers, the worker, and the database."""
    spent = {"pages": 0.0, "worker": 0.0, "database": postgres.server_cpu()}
    for name, used, _memory in _programs():
        spent[name] += used
    return spent


def _memory() -> dict[str, float]:
    """MiB that are a program's alone, of all its processes together."""
    held = {"pages": 0.0, "worker": 0.0}
    for name, _used, memory in _programs():
        held[name] += memory
    return held


def _programs() -> Iterator[tuple[str, float, float]]:
    """Of each process of the page server and the worker: whose it is, its processor seconds, its own MiB."""
    for each in psutil.Process().children(recursive=True):
        try:
            lines = [" ".join(one.cmdline()) for one in (each, *each.parents())]
            used, memory = each.cpu_times(), each.memory_full_info().uss / 2**20
        except psutil.NoSuchProcess:
            continue
        for name, mark in (("pages", "sauro.project.wsgi:application"), ("worker", "cli worker")):
            if any(mark in line for line in lines):
                yield name, used.user + used.system, memory


@contextmanager
def _settings(values: dict[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})


def _log_from(address: str) -> int:
    """Let the database write down every statement of some length. Gives where its log ends now."""
    name = address.partition("@/")[2].partition("?")[0]
    with psycopg.connect(postgres.address_of("postgres"), autocommit=True) as link:
        link.execute(
            sql.SQL("ALTER DATABASE {} SET log_min_duration_statement = {}").format(
                sql.Identifier(name), sql.Literal(SLOW_MS)
            )
        )
    return LOG.stat().st_size


def _slow(start: int) -> list[tuple[float, int, float, str]]:
    """The statements that were written down: milliseconds in all, how often, the longest, and their first words."""
    with LOG.open(encoding="utf-8", errors="replace") as file:
        file.seek(start)
        entries = re.split(r"^\d{4}-\d\d-\d\d [\d:.]+ UTC ", file.read(), flags=re.MULTILINE)
    found: dict[str, list[float]] = defaultdict(list)
    for entry in entries:
        if matched := _DURATION.search(entry):
            found[" ".join(matched[2].split())[:110]].append(float(matched[1]))
    return sorted(((sum(each), len(each), max(each), words) for words, each in found.items()), reverse=True)


def _checked(address: str, measured: list[Round], environment: dict[str, str]) -> dict[str, int]:
    """Raises SystemExit unless all that was answered is there: acts, rows of who looked, the journal, the state."""
    acted = {
        each["key"]
        for one in measured
        for each, status in one.all
        if each["sent"] and status in each["wanted"]
    }
    opened = {
        tuple(each["reads"])
        for one in measured
        for each, status in one.all
        if each["reads"] and status == 200
    }
    with psycopg.connect(address) as link:
        found = [key for (key,) in link.execute(ACTS).fetchall()]
        looked = {
            (str(reader), str(subject))
            for reader, subject in link.execute("SELECT reader, commitment FROM core_access").fetchall()
        }
    if not acted <= set(found) or len(found) != len(set(found)):
        raise SystemExit(f"{len(acted)} acts were answered, {len(found)} stand in the journal")
    if not opened <= looked:
        raise SystemExit(f"{len(opened - looked)} of {len(opened)} openings left no row of who looked")
    for command in (["verify"], ["replay", "--check", "--fresh"]):
        done = subprocess.run(
            [sys.executable, "-m", "sauro.project.cli", *command],
            cwd=ROOT,
            env=environment,
            check=False,
            capture_output=True,
            text=True,
        )
        if done.returncode:
            raise SystemExit(f"sauro {' '.join(command)}: {done.stdout[-2000:]}{done.stderr[-2000:]}")
    return {"acts": len(acted), "openings": len(opened)}


def _result(
    measured: list[Round], slow: list[tuple[float, int, float, str]], conditions: dict[str, Any]
) -> Result:
    figures = {
        kind: {
            "share": MIX.get(kind, 1.0),
            "p50_ms": median(one.p(0.50, kind) for one in measured),
            "p95_ms": median(one.p(0.95, kind) for one in measured),
            "worst_ms": max(one.p(1.00, kind) for one in measured),
        }
        for kind in (*MIX, "")
        if all(one.times[kind] or not kind for one in measured)
    }
    rows = [
        [
            kind or "all",
            f"{f['share']:.0%}",
            f"{f['p50_ms']:.0f}",
            f"{f['p95_ms']:.0f}",
            f"{f['worst_ms']:.0f}",
        ]
        for kind, f in figures.items()
    ]
    errors = sum((one.errors for one in measured), Counter[str]())
    generator, p95 = max(one.generator for one in measured), figures[""]["p95_ms"]
    cores = {name: median(one.cpu[name] for one in measured) for name in measured[0].cpu}
    served = median(len(one.all) / one.wall for one in measured)
    c = conditions
    return Result(
        work=f"{c['officials']} officials and {c['citizens']} citizens, {c['rate']:.0f} requests a second for {c['seconds']:.0f} s, "
        f"a simulated nation of {c['dossiers']:,} dossiers and {c['tasks']:,} tasks, {PROCESSES} page processes, one worker",
        columns=["request", "share", "p50 ms", "p95 ms", "worst ms"],
        rows=rows,
        ours={"requests": figures, "cores": cores, "generator_percent": generator, "served": served,
              "rounds_p95_ms": [round(one.p(0.95)) for one in measured], "slow": slow[:10]},
        versions=versions("granian", "psycopg", "django"),
        conditions=conditions,
        notes=[
            f"p95 of all {p95:.0f} ms, aim {AIM_MS:.0f} ms: {'met' if p95 <= AIM_MS else 'NOT met'}; of each round "
            + " ".join(f"{one.p(0.95):.0f}" for one in measured),
            f"errors {errors.total()}, aim 0: {'met' if not errors else 'NOT met: ' + str(errors.most_common(5))}",
            f"answered {served:.1f} a second of {c['rate']:.0f} asked; the generator used {generator:.0f} % of one core at most, "
            f"aim {GENERATOR_PERCENT:.0f} %: {'met' if generator <= GENERATOR_PERCENT else 'NOT met'}",
            "cores in use: " + ", ".join(f"{name} {spent:.2f}" for name, spent in cores.items())
            + "; memory of their own: " + ", ".join(f"{name} {held:.0f} MiB" for name, held in measured[-1].memory.items())
            + "; load of the machine after each round " + " ".join(f"{one.load:.1f}" for one in measured),
            f"afterwards: {c['acts']} acts and {c['openings']} openings of dossiers checked against the journal and the ledger of who "
            "looked; verify and replay --check passed",
            *(f"{total:.0f} ms in {count} × at most {worst:.0f} ms: {words}" for total, count, worst, words in slow[:5]),
        ],
    )  # fmt: skip
