"""Live pages: what 500 open streams on one edge process cost the pages, and how soon an act is heard."""

import json
import os
import socket
import subprocess
import sys
import time
from bisect import bisect_right
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from statistics import median
from typing import Any
from uuid import UUID

import psutil

from bench import loader, postgres
from bench.machine import versions
from bench.ours import installation
from bench.programs import pipe, program
from bench.result import ROOT, Result, Settings
from bench.web.outside import Line, serve
from bench.web.places import Visit

TITLE = "pages beside 500 open live streams, and how soon an act is heard"
DOSSIERS, LEAST_DOSSIERS = 5_000, 500
STREAMS, OF_ONE = 500, 10
REQUESTS = 20
ACTS_A_SECOND = 5
PAGES = ("today", "queue", "dossier, officer", "dossier, citizen", "my dossiers", "catalogue")
LISTEN_ON = 5.0
TARGET, AIM_MS = 1.10, 2_000


@dataclass
class Side:
    """What was measured with streams open, or without: milliseconds of each round by page; the edge's own figures."""

    rounds: list[dict[str, list[float]]] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    page_cpu: list[float] = field(default_factory=list)
    load: list[float] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)
    heard: list[float] = field(default_factory=list)
    ticks: list[float] = field(default_factory=list)

    def p(self, part: float, page: str = "") -> float:
        """The median over rounds of a quantile, of one page or of all."""
        return median(_at(_of(one, page), part) for one in self.rounds)


@dataclass(frozen=True)
class At:
    """The installation that is measured: its database, the ports of its pages and of its edge, and the edge's process."""

    database: str
    pages_port: int
    edge_port: int
    edge: int


def run(settings: Settings) -> Result:
    dossiers = max(LEAST_DOSSIERS, int(DOSSIERS * settings.size))
    streams = max(10, int(STREAMS * settings.size))
    requests = max(3, int(REQUESTS * settings.size))
    address = postgres.address_of(loader.ensure(dossiers))
    visits = _visits(address, dossiers)
    sides = {"without": Side(), "with": Side()}
    with ExitStack() as stack:
        environment = _prepared(address)
        pages = stack.enter_context(serve(address))
        edge = stack.enter_context(program("live", "edge", environment))
        stack.enter_context(program("live", "worker-0", environment))
        port = int(environment["SAURO_EDGE_PORT"])
        _wait_for(port)
        _warm(Line(pages), visits)
        for turn in range(settings.runs):
            for name in ("without", "with") if turn % 2 == 0 else ("with", "without"):
                open_now = streams if name == "with" else 0
                _round(sides[name], open_now, requests, visits, At(address, pages, port, edge))
    return _result(sides, streams, requests, dossiers)


def _warm(line: Line, visits: dict[str, Visit]) -> None:
    for visit in visits.values():
        for _ in range(10):
            line.timed(visit)


def _round(side: Side, streams: int, requests: int, visits: dict[str, Visit], at: At) -> None:
    with ExitStack() as stack:
        listening = stack.enter_context(_listeners(at, streams)) if streams else None
        acting = stack.enter_context(_talking("bench.web.acts", at.database, str(ACTS_A_SECOND)))
        # The server lets go of a line on which nothing is asked for long.
        line = Line(at.pages_port)
        process = psutil.Process(at.edge)
        servers = [each for each in psutil.Process().children(recursive=True) if _serves_pages(each)]
        before, began, at_pages = _cpu(process), time.monotonic(), sum(map(_cpu, servers))
        times: dict[str, list[float]] = {name: [] for name in visits}
        for _ in range(requests):
            for name, visit in visits.items():
                times[name].append(line.timed(visit))
        spent, wall = _cpu(process) - before, time.monotonic() - began
        side.rounds.append(times)
        side.cpu.append(spent / wall * 100)
        side.page_cpu.append((sum(map(_cpu, servers)) - at_pages) * 1000 / requests / len(visits))
        side.load.append(os.getloadavg()[0])
        side.memory.append(process.memory_info().rss / 2**20)
        acts = _answer(acting)
        if listening is not None:
            # The last event has its place; now everybody may hear of it.
            time.sleep(LISTEN_ON)
            heard = _answer(listening)
            if heard["open"] != streams:
                raise SystemExit(f"of {streams} streams {heard['open']} were open at the end")
            side.heard += _latencies(acts, heard["heard"])
            side.ticks.append(heard["ticks"] / wall)


def _latencies(acts: list[list[float]], heard: list[list[list[float]]]) -> list[float]:
    """Milliseconds from the answer to an act until a stream was told a version that counts it, for each of both."""
    found = []
    for ticks in heard:
        told = [version for version, _moment in ticks]
        for place, answered in acts:
            # The version is how many events have a place: one past the last.
            index = bisect_right(told, place)
            if index == len(ticks):
                raise SystemExit(f"a stream was never told of event {place:.0f}")
            found.append(max(0.0, (ticks[index][1] - answered) * 1000))
    return found


def _visits(address: str, dossiers: int) -> dict[str, Visit]:
    """One visit for each page, with its session, and no timing."""
    command = [sys.executable, "-m", "bench.web.inside", address, str(loader.facts_file(dossiers)), "0", "1"]
    done = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
    found = json.loads(done.stdout.splitlines()[-1])["visits"]
    return {name: Visit(**found[name]) for name in PAGES}


def _prepared(address: str) -> dict[str, str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    own = {"SAURO_EDGE_PORT": str(port), "SAURO_EDGE_STREAMS_PER_ADDRESS": "100000"}
    return {**os.environ, **installation.environment(address), **own}


def _wait_for(port: int) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise SystemExit("the edge did not come up: see var/bench/logs/live-edge.log")


@contextmanager
def _listeners(at: At, streams: int) -> Iterator[subprocess.Popen[str]]:
    given = _tickets(at.database, streams)
    with _talking("bench.web.listeners", str(at.edge_port), str(streams), lines=given) as running:
        yield running


def _tickets(database: str, streams: int) -> list[str]:
    """As many tickets, each person with a few of them."""
    from sauro.core import tickets
    from sauro.project.settings.security import secret_key

    key = tickets.key_of(secret_key(installation.home(database) / "keys"))
    until = int(time.time()) + tickets.LIFE
    holders = [tickets.holder(key, UUID(int=1 + number // OF_ONE), None) for number in range(streams)]
    return [tickets.sign(key, tickets.Ticket(holder, ("journal",), until)) for holder in holders]


@contextmanager
def _talking(module: str, *words: str, lines: list[str] | None = None) -> Iterator[subprocess.Popen[str]]:
    """A process of the benchmark that says "ready", and its answer at the next line it is given."""
    running = subprocess.Popen(
        [sys.executable, "-m", module, *words], cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )  # fmt: skip
    try:
        for line in lines or []:
            pipe(running.stdin).write(line + "\n")
        pipe(running.stdin).flush()
        if pipe(running.stdout).readline() != "ready\n":
            raise SystemExit(f"{module} did not begin")
        yield running
    finally:
        running.kill()
        running.wait()


def _answer(running: subprocess.Popen[str]) -> Any:
    pipe(running.stdin).write("now\n")
    pipe(running.stdin).flush()
    return json.loads(pipe(running.stdout).readline())


def _cpu(process: psutil.Process) -> float:
    spent = process.cpu_times()
    return float(spent.user + spent.system)


def _serves_pages(process: psutil.Process) -> bool:
    # Granian's worker has no name of its own; it is the child of the one that was told what to serve.
    return any("sauro.project.wsgi:application" in each.cmdline() for each in (process, *process.parents()))


def _of(times: dict[str, list[float]], page: str) -> list[float]:
    return sorted(times[page]) if page else sorted(one for some in times.values() for one in some)


def _at(ordered: list[float], part: float) -> float:
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))]


def _result(sides: dict[str, Side], streams: int, requests: int, dossiers: int) -> Result:
    without, beside = sides["without"], sides["with"]
    rows = [
        [
            page or "all pages", f"{without.p(0.5, page):.1f}", f"{beside.p(0.5, page):.1f}",
            f"{without.p(0.95, page):.1f}", f"{beside.p(0.95, page):.1f}", f"{beside.p(0.95, page) / without.p(0.95, page):.2f}",
        ]
        for page in (*PAGES, "")
    ]  # fmt: skip
    ratio = beside.p(0.95) / without.p(0.95)
    heard = sorted(beside.heard)
    figures: dict[str, dict[str, Any]] = {
        name: {
            "p50_ms": side.p(0.5), "p95_ms": side.p(0.95),
            "rounds_p95_ms": [round(_at(_of(one, ""), 0.95), 1) for one in side.rounds],
            "page_cpu_ms": median(side.page_cpu), "load": [round(one, 1) for one in side.load],
            "edge_cpu_percent": median(side.cpu), "edge_mib": median(side.memory),
        }
        for name, side in sides.items()
    }  # fmt: skip
    figures["with"] |= {
        "heard_p50_ms": _at(heard, 0.5),
        "heard_p95_ms": _at(heard, 0.95),
        "heard_worst_ms": heard[-1],
        "ticks_a_second": median(beside.ticks),
    }
    met = "met" if ratio <= TARGET else "NOT met"
    in_time = "met" if _at(heard, 0.95) <= AIM_MS else "NOT met"
    return Result(
        work=f"{streams} streams, {ACTS_A_SECOND} acts a second, {requests} requests a page and round, {dossiers:,} dossiers",
        columns=["page over the line, ms", "p50 without", "p50 with", "p95 without", "p95 with", "ratio"],
        rows=rows,
        ours=figures,
        versions=versions("granian", "psycopg", "django"),
        conditions={**postgres.facts(), "streams": streams, "dossiers": dossiers},
        notes=[
            f"p95 of pages beside {streams} streams is {ratio:.2f} of that without, aim {TARGET:.2f}: {met}",
            f"act answered to tick heard: p50 {_at(heard, 0.5):.0f} ms, p95 {_at(heard, 0.95):.0f} ms, worst "
            f"{heard[-1]:.0f} ms, aim {AIM_MS} ms: {in_time}",
            f"the edge: {figures['without']['edge_mib']:.0f} MiB and {figures['without']['edge_cpu_percent']:.1f} % of a "
            f"core without streams, {figures['with']['edge_mib']:.0f} MiB and {figures['with']['edge_cpu_percent']:.1f} % "
            f"with them, {figures['with']['ticks_a_second']:.0f} ticks a second",
            "p95 of each round, without and with: "
            + "; ".join(" ".join(map(str, figures[name]["rounds_p95_ms"])) for name in sides),
            f"processor time of the page server for a request: {figures['without']['page_cpu_ms']:.1f} ms without streams, "
            f"{figures['with']['page_cpu_ms']:.1f} ms with them",
            "load of the machine at the end of each round, without and with: "
            + "; ".join(" ".join(map(str, figures[name]["load"])) for name in sides),
            "the listeners hear, and fetch nothing; they, the acts, the database and the pages share the cores",
        ],
    )
