"""Writes docs/reference from the code: settings and commands; from the locks the list of packages. `python -m tools.reference` writes; a check compares."""

import argparse
import os
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "docs" / "reference"
MADE = "<!-- Written by `make docs` from the code; change the code instead. -->\n\n"

EXIT_MEANINGS = {
    "DONE": "done; for a check: all is well",
    "FAULT": "a check found a fault",
    "USAGE": "the command line is wrong",
    "ENVIRONMENT": "a setting, the database, a key or a permission is missing or wrong",
    "REFUSED": "a rule refused it; the sentence names the rule",
    "INTERRUPTED": "interrupted from the keyboard",
}


def settings() -> str:
    """Give settings.md."""
    from sauro.project.settings.table import ROOT as HERE
    from sauro.project.settings.table import TABLE

    lines = [MADE, "# Settings — Cài đặt\n\n", "Environment variables; every one has a default.\n"]
    for each in TABLE:
        default = each.default.replace(str(HERE), ".") or "(empty)"
        choices = f" · one of `{'`, `'.join(each.choices)}`" if each.choices else ""
        lines.append(f"\n## `{each.name}`\n\nDefault: `{default}`{choices}\n\n{each.en}\n\n{each.vi}\n")
    return "".join(lines)


def commands() -> str:
    """Give commands.md."""
    os.environ["SAURO_LANGUAGE"] = "en"
    from sauro.project.cli import COMMANDS, parser
    from sauro.project.cli.command import Exit

    lines = [
        MADE,
        "# Commands\n\nMessages follow `SAURO_LANGUAGE` (`vi`, `en`). Errors go to standard error.\n",
    ]
    under = next(each for each in parser()._actions if isinstance(each, argparse._SubParsersAction))
    for command in COMMANDS:
        lines.append(f"\n## `sauro {command.name}`\n\n{command.summary()}\n")
        lines += [f"{line}\n" for line in _arguments(under.choices[command.name])]
    lines.append("\n## Exit codes\n\n| Code | Meaning |\n|---|---|\n")
    lines += [f"| {code.value} | {EXIT_MEANINGS[code.name]} |\n" for code in Exit]
    return "".join(lines)


def _arguments(parser: argparse.ArgumentParser) -> Iterator[str]:
    wanted = [each for each in parser._actions if not isinstance(each, argparse._HelpAction)]
    if not wanted:
        return
    yield "\n| Argument | Meaning |\n|---|---|"
    for each in wanted:
        name = ", ".join(each.option_strings) or each.dest
        value = f" {each.metavar or each.dest.upper()}" if each.option_strings and each.nargs != 0 else ""
        choices = f" ({', '.join(map(str, each.choices))})" if each.choices else ""
        yield f"| `{name}{value}` | {each.help or ''}{choices} |"


def sbom() -> str:
    """Give sbom.cdx.json."""
    from tools import sbom as made

    return made.text()


PAGES = {"settings.md": settings, "commands.md": commands, "sbom.cdx.json": sbom}


def faults() -> list[str]:
    """Give one sentence for each page that no longer says what the code does."""
    return [
        f"docs/reference/{name} differs from the code; run make docs"
        for name, page in PAGES.items()
        if not (FOLDER / name).exists() or (FOLDER / name).read_text() != page()
    ]


def undeclared() -> list[str]:
    """Give one sentence for each SAURO_ name, in code or documentation, that no table declares."""
    from django.conf import settings as loaded

    from sauro.project.settings.table import BY_NAME

    known = set(BY_NAME) | {name for name in dir(loaded) if name.startswith("SAURO_")}
    places = [
        *(ROOT / "src").rglob("*.py"),
        *ROOT.glob("*.md"),
        *(ROOT / "docs").rglob("*.md"),
        ROOT / "Makefile",
    ]
    return [
        f"{path.relative_to(ROOT)} uses {name}, which src/sauro/project/settings/table.py does not declare"
        for path in places
        if "tests" not in path.parts
        for name in sorted(set(re.findall(r"\bSAURO_[A-Z_]*[A-Z]\b", path.read_text())) - known)
    ]


def write() -> None:
    """Write every page."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, page in PAGES.items():
        (FOLDER / name).write_text(page())


if __name__ == "__main__":
    write()
