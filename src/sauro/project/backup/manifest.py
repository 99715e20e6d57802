"""What a backup holds, in one signed note. It is written last: a folder without it is no backup."""

import hashlib
import os
from datetime import datetime
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sauro.core import note
from sauro.core.note import NoteRefused, Verifier
from sauro.core.vault.keyfiles import sync_directory
from sauro.project.backup.sealed import Damaged
from sauro.project.cli.command import Exit, Stop
from sauro.project.cli.language import _

FILE = "manifest.note"
DATABASE, BODIES = "database.sealed", "files.sealed"
UNFINISHED = ".unfinished-"


class Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A sealed stream: bytes on disk, their SHA-256, and how many bytes it holds."""

    name: str
    bytes: int
    sha256: str
    plain: int


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Format 1. `leaves` is the journal's position in the backup, `waiting` the events that had no place in it yet,
    `checkpoint` the newest signed note. `erasures` says how long the erasure list was, not what is on it."""

    format: int
    id: str
    version: str
    origin: str
    taken: datetime
    postgresql: int
    migrations: list[str]
    leaves: int
    waiting: int
    checkpoint: str
    erasures: int
    files: int
    lacking: int
    database_bytes: int
    file_bytes: int
    recipient: str
    key: str
    parts: list[Part]

    @property
    def bytes(self) -> int:
        return sum(part.bytes for part in self.parts)

    def part(self, name: str) -> Part:
        """The part of that name. Raises Damaged."""
        found = next((part for part in self.parts if part.name == name), None)
        if found is None:
            raise Damaged(name)
        return found


def write(folder: Path, manifest: Manifest, key: Ed25519PrivateKey) -> None:
    """Sign it, and make it durable."""
    text = msgspec.json.format(msgspec.json.encode(manifest), indent=1).decode() + "\n"
    with (folder / FILE).open("x", encoding="utf-8") as file:
        file.write(note.sign(text, manifest.origin, key))
        file.flush()
        os.fsync(file.fileno())
    sync_directory(folder)


def read(folder: Path) -> tuple[Manifest, note.Note]:
    """Give the manifest, and the note whose signature is still to be checked. Raises Stop where there is no backup."""
    if folder.name.startswith(UNFINISHED) or not (folder / FILE).is_file():
        raise Stop(
            _("{path} is no backup, or one that was cut off before its end.").format(path=folder), Exit.USAGE
        )
    try:
        signed = note.parse((folder / FILE).read_text("utf-8"))
        manifest = msgspec.json.decode(signed.text, type=Manifest)
    except (NoteRefused, msgspec.MsgspecError, UnicodeDecodeError):
        raise Damaged(FILE) from None
    if manifest.format != 1:
        raise Stop(_("This backup has a form that this version of the program does not read."))
    return manifest, signed


def check_signature(manifest: Manifest, signed: note.Note, key: Ed25519PrivateKey) -> None:
    """Whether the installation with these keys made it. Raises Stop, or Damaged where it was altered."""
    mine: Verifier = note.verifier_of(manifest.origin, key)
    if mine.key_id not in {line.key_id for line in signed.signatures}:
        raise Stop(
            _("These keys are not those of the backup: another installation signed it ({origin}).").format(
                origin=manifest.origin
            )
        )
    try:
        signed.verified_by([mine])
    except NoteRefused:
        raise Damaged(FILE) from None


def check_digests(folder: Path, manifest: Manifest) -> None:
    """Compare every part with the digest of the manifest. Raises Damaged."""
    for part in manifest.parts:
        path = folder / part.name
        if path.name != part.name or not path.is_file() or path.stat().st_size != part.bytes:
            raise Damaged(part.name)
        with path.open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != part.sha256:
                raise Damaged(part.name)
