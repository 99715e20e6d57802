"""Tasks in a cascade six deep: server time of the board, rankings and roll-ups; beside a recursive query; reports to the top."""

import json
import subprocess
import sys
from pathlib import Path
from statistics import median
from typing import Any

from bench import postgres
from bench.machine import versions
from bench.result import KEPT, ROOT, Result, Settings

TITLE = "a million tasks in a cascade six deep"
REQUESTS, AIM_MS, AIM_SHOWN_MS = 30, 200.0, 1000.0


def run(settings: Settings) -> Result:
    carried = max(1, int(10 * settings.size**0.25 + 1e-9))
    address = postgres.address_of(ensure(carried))
    facts = json.loads(facts_file(carried).read_text())
    requests = max(4, int(REQUESTS * min(1.0, settings.size)))
    # The database itself, not a copy of so many gigabytes: what a run leaves are reads in the ledger, and some reports.
    command = [
        sys.executable,
        "-m",
        "bench.web.steering",
        address,
        str(facts_file(carried)),
        str(settings.runs),
        str(requests),
    ]
    done = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
    return _result(json.loads(done.stdout.splitlines()[-1]), facts, requests)


def name_of(carried: int) -> str:
    return f"cascade_{carried}"


def facts_file(carried: int) -> Path:
    return KEPT / f"{name_of(carried)}.json"


def ensure(carried: int) -> str:
    """The name of the database with a cascade in which so many of ten parts are carried on; built where it is not there."""
    postgres.start()
    name = name_of(carried)
    if postgres.exists(name) and facts_file(carried).exists():
        return name
    # Built beside its final name, so that one that is cut short is never taken for whole.
    facts_file(carried).unlink(missing_ok=True)
    postgres.drop(name)
    half = f"{name}__half"
    address = postgres.create(half, owner="sauro_owner")
    KEPT.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "bench.loading.steering", address, str(carried)]
    done = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
    facts_file(carried).write_text(done.stdout.splitlines()[-1])
    postgres.rename(half, name)
    return name


def _at(times: list[float], part: float) -> float:
    ordered = sorted(times)
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))]


def _result(found: dict[str, Any], facts: dict[str, Any], requests: int) -> Result:
    figures = {
        name: {
            "p50_ms": median(_at(one, 0.5) for one in runs), "p95_ms": median(_at(one, 0.95) for one in runs),
            "cpu_ms": found["cpu_ms"][name],
            "statements": found["queries"].get(name, 1),
        }
        for name, runs in found["times_ms"].items()
    }  # fmt: skip
    rows = [
        [
            name,
            f"{f['p50_ms']:.1f}",
            f"{f['p95_ms']:.1f}",
            f"{f['cpu_ms']:.1f}",
            f"{f['statements']:.0f}",
            "",
            "",
        ]
        for name, f in figures.items()
    ]
    ratios = {}
    for level in found["roll_ups"]:
        name, figures_of, ratio = _roll_up(level)
        ratios[f"{name}: recursive SQL over ours"] = ratio
        figures[name] = figures_of
        ours = [f"{figures_of['p50_ms']:.1f}", f"{figures_of['p95_ms']:.1f}", "", "1"]
        rows.append([name, *ours, f"{figures_of['recursive_ms']:.1f}", f"{ratio:.0f} ×"])
    worst = max(figures, key=lambda name: figures[name]["p95_ms"])
    shown, folded = found["shown_ms"], found["folded_ms"]
    return Result(
        work=f"{facts['tasks']:,} tasks under one root, {facts['events_copied']:,} events; {requests} requests a page and run",
        columns=["", "p50 ms", "p95 ms", "cpu ms", "statements", "recursive ms", "ratio"],
        rows=rows,
        ours={"pages": figures, "shown_ms": shown, "folded_ms": folded},
        peers={"recursive SQL": found["roll_ups"]},
        ratios=ratios,
        versions=versions("django", "psycopg"),
        conditions={
            **postgres.facts(),
            **{name: facts[name] for name in ("tasks", "events_copied", "base_s", "copy_s", "counts_s")},
        },
        notes=[
            _judged(f"worst p95 ({worst})", figures[worst]["p95_ms"], AIM_MS),
            _judged(
                f"a report until the root's figures show it ({len(shown)} reports, p95)",
                _at(shown, 0.95),
                AIM_SHOWN_MS,
            ),
            _judged("… until it is folded (p95)", _at(folded, 0.95), AIM_SHOWN_MS),
            "Every roll-up was equal to the recursive query's counts in the same run.",
        ],
    )


def _judged(what: str, value: float, aim: float) -> str:
    return f"{what} {value:.1f} ms, aim {aim:.0f} ms: {'met' if value <= aim else 'NOT met'}"


def _roll_up(level: dict[str, Any]) -> tuple[str, dict[str, float], float]:
    """The name of a roll-up, its figures, and how many times ours a recursive query takes; medians of each."""
    ours, theirs = median(level["ours_ms"]), median(level["recursive_ms"])
    figures = {"p50_ms": ours, "p95_ms": _at(level["ours_ms"], 0.95), "statements": 1, "recursive_ms": theirs}
    return f"roll-up, {level['tasks']:,} tasks", figures, theirs / ours
