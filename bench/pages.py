"""Pages with a million dossiers behind them: server time of catalogue, queue and dossier; what citizen pages weigh."""

import json
import subprocess
import sys
from statistics import median
from typing import Any

from bench import loader, postgres
from bench.machine import versions
from bench.result import ROOT, Result, Settings, table
from bench.web.outside import Line, serve, weigh
from bench.web.places import GROUPS, Visit

TITLE = "pages over a database full of dossiers"
REQUESTS = 100
OVER_THE_LINE = 60
TARGET_MS, TARGET_KB = 100.0, 60.0
WEIGHED = (
    "front page", "catalogue", "search", "procedure", "my dossiers", "dossier, citizen", "verify", "sign in"
)  # fmt: skip


def run(settings: Settings) -> Result:
    dossiers = int(loader.DOSSIERS * settings.size)
    # The database itself, not a copy of so many gigabytes: a visit leaves only its traces in the ledger of who looked,
    # in sessions and in accounts.
    address = postgres.address_of(loader.ensure(dossiers))
    inside = _inside(address, dossiers, settings.runs)
    visits = {name: Visit(**visit) for name, visit in inside["visits"].items()}
    with serve(address) as port:
        line = {name: _over_the_line(Line(port), visit) for name, visit in visits.items()}
        visits |= {"verify": Visit("/xac-thuc/"), "sign in": Visit("/accounts/login/")}
        weights = {name: weigh(Line(port), visits[name]) for name in WEIGHED}
    return _result(inside, line, weights, dossiers)


def _inside(address: str, dossiers: int, runs: int) -> dict[str, Any]:
    facts = str(loader.facts_file(dossiers))
    command = [sys.executable, "-m", "bench.web.inside", address, facts, str(runs), str(REQUESTS)]
    done = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def _over_the_line(line: Line, visit: Visit) -> list[float]:
    for _ in range(5):
        line.timed(visit)
    return sorted(line.timed(visit) for _ in range(OVER_THE_LINE))


def _at(sorted_times: list[float], part: float) -> float:
    return sorted_times[min(len(sorted_times) - 1, int(len(sorted_times) * part))]


def _result(
    inside: dict[str, Any],
    line: dict[str, list[float]],
    weights: dict[str, dict[str, float]],
    dossiers: int,
) -> Result:
    figures: dict[str, dict[str, float]] = {}
    for name, runs in inside["times_ms"].items():
        ordered = [sorted(one) for one in runs]
        figures[name] = {
            "p50_ms": median(_at(one, 0.50) for one in ordered),
            "p95_ms": median(_at(one, 0.95) for one in ordered),
            "line_p50_ms": _at(line[name], 0.50),
            "line_p95_ms": _at(line[name], 0.95),
            "cpu_ms": inside["cpu_ms"][name],
            "html_bytes": inside["bytes"][name],
            "statements": inside["queries"][name],
        }
    rows = [
        [
            name, f"{f['p50_ms']:.1f}", f"{f['p95_ms']:.1f}", f"{f['line_p50_ms']:.1f}", f"{f['line_p95_ms']:.1f}",
            f"{f['cpu_ms']:.1f}", f"{f['statements']:.0f}", f"{f['html_bytes'] / 1000:.1f}",
        ]
        for name, f in figures.items()
    ]  # fmt: skip
    worst = {group: max(figures[name]["p95_ms"] for name in names) for group, names in GROUPS.items()}
    notes = [_judged(f"{group}: worst p95", value, TARGET_MS, "ms") for group, value in worst.items()]
    notes.append(
        _judged("heaviest citizen page, fonts aside", max(w["kb"] for w in weights.values()), TARGET_KB, "KB")
    )
    _print_weights(weights)
    return Result(
        work=f"{dossiers:,} dossiers; {REQUESTS} requests per page and run, each by another person for another dossier",
        columns=["page", "p50 ms", "p95 ms", "line p50", "line p95", "cpu ms", "statements", "HTML kB"],
        rows=rows,
        ours={"pages": figures, "weights_kb": weights, "worst_p95_ms": worst},
        versions=versions("django", "psycopg", "granian", "whitenoise"),
        conditions={
            **postgres.facts(),
            "dossiers": dossiers,
            "loader": _loaded(dossiers),
        },
        notes=notes,
    )


def _judged(what: str, value: float, target: float, unit: str) -> str:
    return f"{what} {value:.1f} {unit}, aim {target:.0f} {unit}: {'met' if value <= target else 'NOT met'}"


def _loaded(dossiers: int) -> dict[str, Any]:
    facts = json.loads(loader.facts_file(dossiers).read_text())
    return {name: facts[name] for name in ("base_s", "copy_s", "indexes_s", "events_copied") if name in facts}


def _print_weights(weights: dict[str, dict[str, float]]) -> None:
    kinds = ("requests", "html", "css", "js", "img", "font", "kb")
    rows = [
        [name, *(f"{w[kind]:.0f}" if kind == "requests" else f"{w[kind]:.1f}" for kind in kinds)]
        for name, w in weights.items()
    ]
    print(
        f"\nA first visit with an empty cache, kB over the line (kb: all but fonts)\n{table(['page', *kinds], rows)}\n"
    )
