"""What a benchmark is given and what it hands back; how that is printed and kept."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
KEPT = ROOT / "var" / "bench"


@dataclass(frozen=True)
class Settings:
    """runs: interleaved rounds, of which medians are taken. size: a multiplier of the work (1 is the default)."""

    runs: int = 5
    size: float = 1.0


@dataclass
class Result:
    """Figures in the units that their names say; ratios are peer over ours, so above 1 we are cheaper or faster."""

    work: str
    columns: list[str]
    rows: list[list[str]]
    ours: dict[str, Any] = field(default_factory=dict)
    peers: dict[str, Any] = field(default_factory=dict)
    ratios: dict[str, float] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)
    conditions: dict[str, Any] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def table(columns: list[str], rows: list[list[str]]) -> str:
    """A plain table: the first column to the left, figures to the right."""
    widths = [max(len(row[i]) for row in [columns, *rows]) for i in range(len(columns))]
    lines = [_line(columns, widths), "  ".join("-" * width for width in widths)]
    return "\n".join(lines + [_line(row, widths) for row in rows])


def _line(cells: list[str], widths: list[int]) -> str:
    padded = [
        cell.ljust(width) if i == 0 else cell.rjust(width)
        for i, (cell, width) in enumerate(zip(cells, widths, strict=True))
    ]
    return "  ".join(padded).rstrip()


def keep(name: str, title: str, settings: Settings, result: Result, machine: dict[str, Any]) -> Path:
    """Write var/bench/NAME.json; of a quick look NAME_SIZE.json, so that it never stands for the whole."""
    KEPT.mkdir(parents=True, exist_ok=True)
    path = KEPT / (f"{name}.json" if settings.size == 1 else f"{name}_{settings.size:g}.json")
    body = {"name": name, "title": title, **asdict(result), "runs": settings.runs, "size": settings.size}
    body |= {"cores": machine["cores"], "machine": machine}
    path.write_text(json.dumps(body, indent=1, ensure_ascii=False, default=str) + "\n")
    return path
