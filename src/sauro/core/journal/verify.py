"""``verify``: whether the journal, its tree and the state that follows from it are what they were.

Detects events altered, deleted, inserted, reordered or truncated, a database rolled back as a whole, and rows of
state altered, deleted or inserted, against the checkpoints in the database and any that was kept elsewhere. What no
checkpoint covers yet can only be checked against itself.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from psycopg import Cursor, ServerCursor

from sauro.core import note
from sauro.core.journal.checkpoints import notes_in
from sauro.core.journal.database import Connection
from sauro.core.journal.findings import Findings, Kind, Progress, Report
from sauro.core.journal.leaves import READ, Expected, Walk
from sauro.core.journal.replay import ranges, replay_check, snapshot
from sauro.core.journal.sealer import tree_size
from sauro.core.note import Checkpoint, NoteRefused, Verifier

GRACE_SECONDS = 60
"""An event that has waited longer for its place than a working sealer ever lets it is a finding."""

_WAITING = """
SELECT e.id::text FROM core_event e
WHERE e.recorded < now() - make_interval(secs => %s)
  AND NOT EXISTS (SELECT FROM core_leaf l WHERE l.event_id = e.id)
ORDER BY e.seq
"""


def verify(
    connection: Connection,
    verifiers: Sequence[Verifier],
    work_dir: Path,
    against: Path | None = None,
    progress: Progress | None = None,
) -> Report:
    """Verify everything; ``against`` is a file with a checkpoint (or a history of them) that was kept elsewhere.

    ``verifiers`` are the public keys whose checkpoints count; ``work_dir`` takes the scratch file of the replay.
    Raises NoteRefused where the file holds no checkpoint at all, OSError where it cannot be read.
    """
    say = progress or (lambda *_: None)
    kept = notes_in(against.read_text(encoding="utf-8")) if against else []
    findings = Findings()
    with Cursor(connection) as cursor:
        waiting = _waiting(cursor)
        size = tree_size(cursor)
        expected = _stored(cursor, list(verifiers), findings)
    for text in kept:
        expected += _kept(text, list(verifiers), findings, str(against))
    expected.sort(key=lambda each: each.size)
    walk = Walk(expected, findings)
    for done, rows in ranges(connection, READ, 0, size):
        walk.take(rows)
        say("events", done, size)
    walk.end()
    with Cursor(connection) as cursor:
        if not walk.torn:
            _check_tiles(connection, walk)
        for event in sorted(set(waiting) & set(_waiting(cursor))):
            findings.add(Kind.EVENT_INSERTED, event=event)
    report = replay_check(connection, work_dir, fresh=True, progress=progress)
    for finding in report.findings.kept:
        findings.put(finding)
    report.findings, report.covered = findings, walk.covered
    return report


def _stored(cursor: Cursor[Any], verifiers: list[Verifier], findings: Findings) -> list[Expected]:
    """The checkpoints in the database, without those that were tampered with."""
    found: list[Expected] = []
    rows = cursor.execute("SELECT size, root, note FROM core_checkpoint ORDER BY size", binary=True)
    for size, root, text in rows:
        source = f"core_checkpoint {size}"
        try:
            said = note.open_checkpoint(text, verifiers)
        except NoteRefused:
            findings.add(Kind.CHECKPOINT_FORGED, source=source)
            continue
        if (said.size, said.root) != (size, root):
            findings.add(Kind.CHECKPOINT_FORGED, source=source)
        found.append(Expected(said.size, said.root, source))
    return found


def _kept(text: str, verifiers: list[Verifier], findings: Findings, source: str) -> list[Expected]:
    """A checkpoint from outside. Raises NoteRefused where the text is none."""
    Checkpoint.parse(note.parse(text).text)
    try:
        said = note.open_checkpoint(text, verifiers)
    except NoteRefused:
        findings.add(Kind.CHECKPOINT_FORGED, source=source)
        return []
    return [Expected(said.size, said.root, source)]


def _check_tiles(connection: Connection, walk: Walk) -> None:
    """The stored subtree hashes against those of the leaves: wrong, missing, or too many."""
    right = {(level, index): hash_ for level, row in walk.tiles.items() for index, hash_ in enumerate(row)}
    with snapshot(connection) as plain, ServerCursor(connection, "tiles") as cursor:
        size = tree_size(plain)
        cursor.execute("SELECT level, index, hash FROM core_tile ORDER BY level, index", binary=True)
        for level, index, hash_ in cursor:
            # A subtree may have been completed since the leaves were read.
            end = (index + 1) << level
            if end > size or (end <= walk.events and right.pop((level, index), None) != hash_):
                walk.findings.add(Kind.TILE_WRONG, level=level, index=index)
    for level, index in right:
        walk.findings.add(Kind.TILE_WRONG, level=level, index=index)


def _waiting(cursor: Cursor[Any]) -> list[str]:
    """Committed events that have waited too long for a place."""
    return [row[0] for row in cursor.execute(_WAITING, [GRACE_SECONDS])]
