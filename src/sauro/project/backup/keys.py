"""The keys around a backup: the administrator's, which opens it, and the copy of the installation's own, kept apart."""

import base64
import binascii
import os
import secrets
import shutil
from datetime import datetime
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from sauro.core.vault.keyfiles import DIRECTORY_MODE, locked, remove_and_scrub, sync_directory, write_new
from sauro.core.vault.keyring import HOME
from sauro.project.backup.sealed import KEY_BYTES
from sauro.project.cli.command import Exit, Stop
from sauro.project.cli.language import _

PUBLIC, PRIVATE = "sauro-backup-1:", "SAURO-BACKUP-SECRET-1:"
COPY = "keys-"
# RFC 9180: whoever makes a backup needs the public key only, so the machine cannot open what it made.
_SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)


def make(path: Path) -> str:
    """Make the administrator's key: the secret in a new file, mode 0600. Gives the public key."""
    key = X25519PrivateKey.generate()
    public = _public(key)
    secret = PRIVATE + base64.b64encode(key.private_bytes_raw()).decode()
    try:
        write_new(path, f"# public key: {public}\n{secret}\n".encode())
    except FileExistsError:
        raise Stop(_("{path} is there already. A key is never written over.").format(path=path)) from None
    except FileNotFoundError:
        raise Stop(_("There is no folder {path}.").format(path=path.parent), Exit.USAGE) from None
    return public


def _public(key: X25519PrivateKey) -> str:
    return PUBLIC + base64.b64encode(key.public_key().public_bytes_raw()).decode()


def _raw(text: str, mark: str) -> bytes | None:
    try:
        raw = base64.b64decode(text.strip().removeprefix(mark), validate=True)
    except (binascii.Error, ValueError):
        return None
    return raw if text.strip().startswith(mark) and len(raw) == KEY_BYTES else None


def wrap(recipient: str, backup: str) -> tuple[bytes, str]:
    """Make the key of a backup. Gives it, and as text what only the recipient's secret opens again."""
    raw = _raw(recipient, PUBLIC)
    if raw is None:
        raise Stop(
            _(
                "The public key of backups is missing or wrong. Make a key once with `sauro backup-key FILE`, keep the "
                "file away from this machine, and set SAURO_BACKUP_RECIPIENT to the line that it prints."
            )
        )
    key = secrets.token_bytes(KEY_BYTES)
    sealed = _SUITE.encrypt(key, X25519PublicKey.from_public_bytes(raw), info=backup.encode())
    return key, base64.b64encode(sealed).decode()


def unwrap(identity: Path, wrapped: str, backup: str, recipient: str) -> bytes:
    """Give the key of a backup by the administrator's secret. Raises Stop where it is another one's."""
    if not identity.is_file():
        raise Stop(_("There is no file {path}.").format(path=identity), Exit.USAGE)
    lines = [line for line in identity.read_text("utf-8").splitlines() if line.startswith(PRIVATE)]
    raw = _raw(lines[0], PRIVATE) if lines else None
    if raw is None:
        raise Stop(_("{path} holds no secret key of backups.").format(path=identity), Exit.USAGE)
    key = X25519PrivateKey.from_private_bytes(raw)
    try:
        return _SUITE.decrypt(base64.b64decode(wrapped), key, info=backup.encode())
    except (InvalidTag, ValueError):
        raise Stop(
            _("{path} does not open this backup. It was made for the key {public}.").format(
                path=identity, public=recipient
            )
        ) from None


def copy_apart(source: Path, target: Path, at: datetime) -> Path:
    """Copy the installation's keys and erasure list to a new folder in `target`, and destroy older copies there.

    An older copy still derives the keys of what was erased since. Gives the new folder, which appears whole or not at all.
    """
    building = target / f".{COPY}{secrets.token_hex(4)}"
    made = target / f"{COPY}{at:%Y%m%dT%H%M%SZ}"
    with locked(source / HOME):
        for path in sorted(source.rglob("*")):
            if path.is_file() and not path.is_symlink():
                _folder(building / path.relative_to(source).parent)
                write_new(building / path.relative_to(source), path.read_bytes())
    building.rename(made)
    sync_directory(target)
    for older in [*target.glob(f"{COPY}*"), *target.glob(f".{COPY}*")]:
        if older != made and older.is_dir():
            _destroy(older)
    return made


def _folder(path: Path) -> None:
    missing = [each for each in (path, *path.parents) if not each.exists()]
    for each in reversed(missing):
        each.mkdir(mode=DIRECTORY_MODE)


def _destroy(folder: Path) -> None:
    for path in folder.rglob("*"):
        if path.is_file():
            remove_and_scrub(path)
    shutil.rmtree(folder, ignore_errors=True)


def found_apart(place: Path) -> Path:
    """Give the folder of the newest copy of the keys in `place`, or `place` itself where it is one."""
    copies = sorted(each for each in place.glob(f"{COPY}*") if (each / HOME).is_dir())
    if (place / HOME).is_dir():
        return place
    if not copies:
        raise Stop(_("There is no copy of the keys in {path}.").format(path=place), Exit.USAGE)
    return copies[-1]


def put_in_place(copy: Path, keys: Path) -> None:
    """Give an installation without keys those of a copy, whole or not at all."""
    _folder(keys)
    keys.chmod(DIRECTORY_MODE)
    for left in keys.glob(f".{HOME}-*"):
        _destroy(left)
    building = keys / f".{HOME}-{secrets.token_hex(4)}"
    building.mkdir(mode=DIRECTORY_MODE)
    for path in (copy / HOME).iterdir():
        write_new(building / path.name, path.read_bytes())
    for path in copy.rglob("*"):
        other = path.relative_to(copy)
        if path.is_file() and other.parts[0] != HOME:
            _folder((keys / other).parent)
            # The secret of sessions was made when this command began; the installation's own takes its place.
            (keys / other).unlink(missing_ok=True)
            write_new(keys / other, path.read_bytes())
    os.rename(building, keys / HOME)  # noqa: PTH104 — fails where a keyring appeared meanwhile
    sync_directory(keys)
