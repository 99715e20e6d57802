"""Filings in bulk from a file, and dossiers out of the platform: one result a row, nothing lost, nothing twice."""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
from django.db import connection, transaction
from django.utils.translation import gettext as _

from sauro.core.doorway import Ask, Outcome, act_many
from sauro.core.doorway.decide import local_day
from sauro.core.moment import now
from sauro.core.queries.visibility import Reader
from sauro.core.refusal import Refusal
from sauro.serve import drafts
from sauro.serve.queries import catalogue
from sauro.serve.queries.places import Places, places_for
from sauro.serve.rules.procedures import Procedure

LONGEST_LINE = 1_000_000


class FilingRow(msgspec.Struct, forbid_unknown_fields=True):
    """One line of an import (JSON): ``key`` names the filing where it comes from, so that a repeat is known."""

    key: str
    procedure: str
    area: str
    identity: dict[str, str]
    answers: dict[str, str | int | bool]
    channel: int = 1
    applicant_type: str = "citizen"


@dataclass(frozen=True, slots=True)
class RowResult:
    """What became of one line: ``filed``, ``repeated`` or ``refused``, with the reference or the reason."""

    line: int
    key: str
    outcome: str
    reference: str = ""
    reason: str = ""
    rule: str = ""


def import_filings(reader: Reader, path: Path, *, dry_run: bool = False) -> Iterator[RowResult]:
    """File every line of a JSON Lines file as received at the counter, through ``act_many``.

    A line that cannot be read or is refused is told and does not hold up the others; running the same file again
    files nothing twice. With ``dry_run`` lines are read and checked, and nothing is filed.
    """
    chunk: list[tuple[int, FilingRow, Ask]] = []
    places: dict[tuple[str, str, int], tuple[Procedure, Places] | None] = {}
    for line, text in _lines(path):
        try:
            row = msgspec.json.decode(text, type=FilingRow)
            chunk.append((line, row, _ask(reader, row, places)))
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            yield RowResult(line, "", "refused", reason=_misshapen(error), rule="import: shape")
        except Refusal as refusal:
            yield RowResult(line, row.key, "refused", reason=str(refusal.message), rule=refusal.rule)
        if len(chunk) >= 500:
            yield from _settle(chunk, dry_run)
            chunk = []
    yield from _settle(chunk, dry_run)


_MISSING = re.compile(r"Object missing required field `([^`]*)`")
_UNKNOWN = re.compile(r"Object contains unknown field `([^`]*)`")
_WRONG = re.compile(r"Expected .* - at `\$\.([^`]*)`")


def _misshapen(error: Exception) -> str:
    """What is wrong with a line, in the reader's language: the decoder speaks English only."""
    said = str(error)
    if found := _MISSING.match(said):
        return _("The field “%(field)s” is missing.") % {"field": found[1]}
    if found := _UNKNOWN.match(said):
        return _("There is no field “%(field)s” in a filing.") % {"field": found[1]}
    if found := _WRONG.match(said):
        return _("The field “%(field)s” has a value of the wrong kind.") % {"field": found[1]}
    return _("This line is not a JSON object in UTF-8, or is longer than %(count)d bytes.") % {
        "count": LONGEST_LINE
    }


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    with path.open("rb") as file:
        for number, line in enumerate(iter(lambda: file.readline(LONGEST_LINE + 1), b""), 1):
            if line.strip():
                yield number, line


def _ask(
    reader: Reader, row: FilingRow, places: dict[tuple[str, str, int], tuple[Procedure, Places] | None]
) -> Ask:
    where = (row.procedure, row.area, row.channel)
    if where not in places:
        found = catalogue.by_code(row.procedure, local_day(now()))
        at = places_for(found, row.area, row.channel) if found else None
        places[where] = (found, at) if found and at else None
    known = places[where]
    if known is None:
        raise Refusal(
            "place_unknown",
            "import: procedure and area",
            _("Nobody handles this procedure there."),
            field="area",
        )
    procedure, at = known
    payload = {
        "id": drafts.unit_for(reader.person, row.key), "definition": procedure.id, "received_by": at.received_by,
        "competent": at.competent, "involved": at.involved, "area": row.area, "answers": row.answers,
        "channel": row.channel, "applicant_type": row.applicant_type, "identity": row.identity, "read_back": "import",
    }  # fmt: skip
    return Ask(
        "serve.assist_filing", reader.person, f"import:{row.key}"[:80], payload, position=reader.position
    )


def _settle(chunk: Sequence[tuple[int, FilingRow, Ask]], dry_run: bool) -> Iterator[RowResult]:
    if dry_run:
        yield from (RowResult(line, row.key, "checked") for line, row, *_rest in chunk)
        return
    results = act_many([ask for _line, _row, ask in chunk])
    for (line, row, *_rest), result in zip(chunk, results, strict=True):
        if isinstance(result, Outcome):
            said = "repeated" if result.repeated else "filed"
            yield RowResult(line, row.key, said, reference=str(result.answer.get("reference", "")))
        else:
            yield RowResult(line, row.key, "refused", reason=str(result.message), rule=result.rule)


COLUMNS = (
    "code", "reference", "procedure_code", "status", "channel", "assisted", "area", "submitted_at", "accepted_at", "due",
    "due_original", "finished_at", "returned_at", "supplements", "extensions", "decision", "simulated",
)  # fmt: skip
_EXPORT = """
SELECT d.code, d.reference, d.procedure_code, d.status, d.channel, d.assister IS NOT NULL, d.area, d.submitted_at,
  d.accepted_at, c.due, c.due_original, c.finished_at, d.returned_at, d.supplements, c.extensions, d.decision, c.simulated
FROM serve_dossier d JOIN core_commitment c ON c.id = d.id ORDER BY d.id
"""


def export_dossiers(path: Path) -> int:
    """Write every dossier's non-personal facts as CSV (UTF-8 with a mark, for spreadsheets). Returns how many."""
    count = 0
    with (
        path.open("w", encoding="utf-8-sig", newline="") as file,
        transaction.atomic(),
        # A cursor on the server: a nation's dossiers do not fit into memory.
        connection.chunked_cursor() as cursor,
    ):
        out = csv.writer(file)
        out.writerow(COLUMNS)
        cursor.execute(_EXPORT)
        while rows := cursor.fetchmany(2_000):
            out.writerows([_plain(value) for value in row] for row in rows)
            count += len(rows)
    return count


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


def summary(results: Iterable[RowResult]) -> dict[str, int]:
    """How many rows came to which outcome."""
    counted: dict[str, int] = {}
    for result in results:
        counted[result.outcome] = counted.get(result.outcome, 0) + 1
    return counted
