"""Signed notes and checkpoints, as C2SP writes them (c2sp.org/signed-note, c2sp.org/tlog-checkpoint), with Ed25519.

A note is text, an empty line, and lines of signatures. A checkpoint is a note whose text says which log (its
*origin*), how many leaves, and their root. Any program that knows the two specifications can check ours.
"""

import base64
import binascii
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from sauro.core.merkle import HASH_BYTES

ED25519 = b"\x01"
_MARK = "\u2014 "
_MAX_BYTES = 1_000_000
_MAX_SIGNATURES = 100


class NoteRefused(ValueError):
    """A note cannot be read, or is not signed by a known key. The message says why."""


@dataclass(frozen=True, slots=True)
class Verifier:
    """Whose signature is accepted: a key name and an Ed25519 public key (32 raw bytes)."""

    name: str
    public: bytes

    @property
    def key_id(self) -> bytes:
        """The first four bytes of SHA-256(name ‖ 0x0A ‖ 0x01 ‖ public key)."""
        return sha256(self.name.encode() + b"\n" + ED25519 + self.public).digest()[:4]

    def text(self) -> str:
        """The verifier key as text: ``name+id+key``."""
        return f"{self.name}+{self.key_id.hex()}+{base64.b64encode(ED25519 + self.public).decode()}"

    @classmethod
    def parse(cls, text: str) -> "Verifier":
        """Read ``name+id+key``. Raises NoteRefused."""
        name, id_, key = [*text.strip().split("+", 2), "", ""][:3]
        raw = _base64(key)
        if not _is_name(name) or len(raw) != 33 or raw[:1] != ED25519:
            raise NoteRefused("A verifier key is name+id+key with an Ed25519 key")
        found = cls(name, raw[1:])
        if found.key_id.hex() != id_:
            raise NoteRefused("The id of the verifier key does not belong to its name and key")
        return found

    def accepts(self, text: str, signature: bytes) -> bool:
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, text.encode())
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature line: by which key name, with which four bytes of key id, and the signature itself."""

    name: str
    key_id: bytes
    signature: bytes


@dataclass(frozen=True, slots=True)
class Note:
    """A note as read: its text (with its last line feed) and its signatures, none of them checked yet."""

    text: str
    signatures: tuple[Signature, ...]

    def verified_by(self, verifiers: list[Verifier]) -> list[Verifier]:
        """The known keys that signed this. Raises NoteRefused where there is none, or a known key's is wrong."""
        found: list[Verifier] = []
        for line in self.signatures:
            for verifier in verifiers:
                if (verifier.name, verifier.key_id) != (line.name, line.key_id) or verifier in found:
                    continue
                if not verifier.accepts(self.text, line.signature):
                    raise NoteRefused(f"The signature of {line.name} does not belong to this text")
                found.append(verifier)
        if not found:
            raise NoteRefused("The note is not signed by any key that is known here")
        return found


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a log says of itself: the first ``size`` leaves of ``origin`` have the root ``root`` (32 bytes)."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"

    @classmethod
    def parse(cls, text: str) -> "Checkpoint":
        """Read the text of a checkpoint note; extension lines are allowed and left out. Raises NoteRefused."""
        lines = text.split("\n")
        if len(lines) < 4 or lines[-1] != "" or not all(lines[:-1]):
            raise NoteRefused("A checkpoint has an origin, a size and a root, one on each line")
        origin, size, root = lines[:3]
        if not (size.isascii() and size.isdigit()) or (len(size) > 1 and size[0] == "0") or len(size) > 19:
            raise NoteRefused("The size of a checkpoint is a whole number without leading zeros")
        raw = _base64(root)
        if len(raw) != HASH_BYTES:
            raise NoteRefused("The root of a checkpoint is 32 bytes in base64")
        return cls(origin, int(size), raw)


def verifier_of(name: str, key: Ed25519PrivateKey) -> Verifier:
    """The public side of a signing key, under the name it signs as."""
    return Verifier(name, key.public_key().public_bytes_raw())


def sign(text: str, name: str, key: Ed25519PrivateKey) -> str:
    """A signed note over ``text``, which ends in a line feed. Raises NoteRefused for text a note cannot hold."""
    if not _is_name(name):
        raise NoteRefused("The name of a key is not empty and has neither spaces nor +")
    if not text.endswith("\n") or not _is_text(text):
        raise NoteRefused("The text of a note ends in a line feed and has no other control characters")
    line = verifier_of(name, key).key_id + key.sign(text.encode())
    return f"{text}\n{_MARK}{name} {base64.b64encode(line).decode()}\n"


def parse(note: str) -> Note:
    """Read a note without checking its signatures. Raises NoteRefused."""
    if len(note) > _MAX_BYTES or not _is_text(note):
        raise NoteRefused("A note is text without control characters, of at most a million characters")
    text, found, lines = note.rpartition("\n\n")
    if not found or not text or not lines.endswith("\n"):
        raise NoteRefused("A note ends with an empty line and lines of signatures")
    signatures = tuple(_signature(line) for line in lines[:-1].split("\n"))
    if len(signatures) > _MAX_SIGNATURES:
        raise NoteRefused(f"A note has at most {_MAX_SIGNATURES} signatures")
    return Note(text + "\n", signatures)


def open_checkpoint(note: str, verifiers: list[Verifier]) -> Checkpoint:
    """Read a checkpoint and check that a known key signed it. Raises NoteRefused."""
    read = parse(note)
    read.verified_by(verifiers)
    return Checkpoint.parse(read.text)


def _signature(line: str) -> Signature:
    name, gap, encoded = line.removeprefix(_MARK).partition(" ")
    raw = _base64(encoded)
    if not line.startswith(_MARK) or not gap or not _is_name(name) or len(raw) < 5:
        raise NoteRefused("A line of a signature is — name base64")
    return Signature(name, raw[:4], raw[4:])


def _base64(text: str) -> bytes:
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise NoteRefused("What should be base64 is not") from None
    # Strict: one value has one spelling, so that nobody can change a note without changing what it says.
    if base64.b64encode(raw).decode() != text:
        raise NoteRefused("What should be base64 is not in its one form")
    return raw


def _is_name(name: str) -> bool:
    return bool(name) and "+" not in name and not any(each.isspace() for each in name)


def _is_text(text: str) -> bool:
    return not any((each < " " and each != "\n") or "\ud800" <= each <= "\udfff" for each in text)
