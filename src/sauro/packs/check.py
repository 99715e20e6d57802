"""``sauro pack check``: everything that is wrong in a pack, with file and line.

It never stops at the first fault. A file that has not its shape is reported and then left out, and what refers to it
is not judged, so that one mistake makes one finding.
"""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from sauro.packs.checks import (  # fmt: skip
    calendars,
    fees,
    forms,
    indicators,
    procedures,
    references,
    rules,
    statuses,
    steps,
)
from sauro.packs.checks.book import Book, Finding, open_book

__all__ = ["Finding", "check", "main"]


def check(path: Path) -> list[Finding]:
    """All findings of the pack in this folder, by file and line; none means that it may be loaded."""
    book = open_book(path)
    return sorted({*book.findings, *_pack(book), *_procedures(book)})


def main(argv: Sequence[str]) -> int:
    """Check the packs named; 0 clean, 1 findings, 2 no pack there. Findings go to standard output, one a line."""
    if not argv:
        sys.stderr.write("usage: sauro pack check PATH…\n")
        return 2
    found = 0
    for name in argv:
        path = Path(name)
        if not (path / "pack.yaml").is_file():
            sys.stderr.write(f"{name}: there is no pack here (no pack.yaml)\n")
            return 2
        findings = check(path)
        found += len(findings)
        for finding in findings:
            sys.stdout.write(f"{path / finding.file}:{finding.line}: {finding.message}\n")
    return 1 if found else 0


def _pack(book: Book) -> Iterator[Finding]:
    yield from references.check_facts(book)
    yield from references.check_unique(book)
    yield from references.check_instruments(book)
    yield from references.check_organisations(book)
    yield from references.check_positions(book)
    yield from references.check_roles(book)
    yield from references.check_lists(book)
    yield from statuses.check_statuses(book)
    yield from calendars.check_calendar(book)
    yield from indicators.check_indicators(book)
    yield from indicators.check_claims(book)
    yield from indicators.check_citations(book)


def _procedures(book: Book) -> Iterator[Finding]:
    yield from procedures.check_distinct(book)
    for sheet in book.procedures:
        desk = procedures.Desk(book, sheet)
        yield from procedures.check_procedure(desk)
        yield from forms.check_form(desk)
        yield from forms.check_components(desk)
        yield from rules.check_rules(desk)
        yield from fees.check_fees(desk)
        yield from steps.check_steps(desk)
