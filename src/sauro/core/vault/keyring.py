"""The keys of an instance, in one directory outside the database: ``vault`` within ``SAURO_KEYS``.

``master-0001.key`` …  the master keys, one file per generation; the newest wraps, all unwrap
``token.key``          makes search tokens
``request.key``        makes the digests of requests, by which a repeated request is recognised
``checkpoint.key``     Ed25519, signs the journal's checkpoints
``erased.list``        the units that were erased

Made once at install; modes 0700 and 0600 are demanded. The copy of this directory is kept apart from backups of the
database, and is renewed after each erasure.
"""

import hashlib
import hmac
import os
import re
import secrets
import shutil
import tempfile
import threading
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NoReturn
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings

from sauro.core.vault.erased import ErasureList
from sauro.core.vault.keyfiles import (
    DIRECTORY_MODE,
    KeyringRefused,
    check_directory,
    check_file,
    locked,
    remove_and_scrub,
    replace_and_scrub,
    sync_directory,
    write_new,
)
from sauro.core.vault.seeds import DamagedSeeds, SeedTree

__all__ = ["Keyring", "KeyringRefused", "create", "current", "exists", "load", "use"]

HOME = "vault"
"""The keyring's own directory within the directory of keys, where others keep theirs: it appears whole or not at all."""

_SECRET_BYTES = 32
_SECRETS = ("token.key", "request.key", "checkpoint.key")
_ERASED = "erased.list"
_MASTER = re.compile(r"master-([0-9]{4,9})\.key")


class Keyring:
    """The keys, loaded. Shows no secret when printed, and cannot be pickled or copied out of the process."""

    __slots__ = (
        "_changed",
        "_checkpoint",
        "_lock",
        "_masters",
        "_place",
        "_request",
        "_token",
        "directory",
        "erased",
    )

    def __init__(self, directory: Path) -> None:
        check_directory(directory.parent)
        check_directory(directory)
        self.directory, self._place = directory, str(directory)
        self.erased = ErasureList(directory / _ERASED)
        self._token, self._request, self._checkpoint = (_secret(directory / name) for name in _SECRETS)
        self._lock = threading.Lock()
        self._masters: dict[int, SeedTree] = {}
        self._changed = 0
        self.reload()
        self.erased.entries()

    def __repr__(self) -> str:
        return f"Keyring({str(self.directory)!r})"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a keyring is never pickled")

    @property
    def checkpoint_key(self) -> Ed25519PrivateKey:
        """The key that signs checkpoints of the journal."""
        return Ed25519PrivateKey.from_private_bytes(self._checkpoint)

    def request_digest(self, body: bytes) -> bytes:
        """32 bytes by which a repeated request is recognised, useless to who does not hold the key."""
        return hmac.digest(self._request, b"sauro.request.1" + body, hashlib.sha256)

    def token_digest(self, kind: str, text: str) -> bytes:
        """32 bytes for ``text`` (folded already) within ``kind``; kinds never meet."""
        return hmac.digest(
            self._token, b"sauro.token.1\0" + kind.encode() + b"\0" + text.encode(), hashlib.sha256
        )

    @property
    def newest(self) -> int:
        """The generation that wraps."""
        self._follow()
        return max(self._masters)

    @property
    def generations(self) -> Sequence[int]:
        """The generations that unwrap, in order."""
        return sorted(self._masters)

    def wrapping_key(self, unit: UUID, generation: int) -> bytes:
        """The key that wraps ``unit``'s key. Raises Shredded when the unit was erased, KeyringRefused for a
        generation that is not here."""
        self._follow()
        tree = self._masters.get(generation)
        if tree is None:
            raise KeyringRefused(
                f"{self.directory} has no master key of generation {generation}. Restore it from the keys' own backup."
            )
        return tree.wrapping_key(unit)

    def reload(self) -> None:
        """Read the master keys from their files."""
        with self._lock, locked(self.directory):
            self._take()

    def _follow(self) -> None:
        # Another process may have rotated, retired or shredded: a key that is gone from disk must not live on here.
        if self._stamp() != self._changed:
            self.reload()

    def _stamp(self) -> int:
        return os.stat(self._place).st_mtime_ns  # noqa: PTH116 — on the way of every unwrapping

    def _take(self) -> None:
        self._changed = self._stamp()
        self._masters = _read_masters(self.directory)

    def rotate(self) -> int:
        """Make a new master key and return its generation. Units move to it with ``rotation.rewrap``."""
        with self._lock, locked(self.directory):
            generation = max(_read_masters(self.directory)) + 1
            write_new(
                _master(self.directory, generation),
                SeedTree.fresh(secrets.token_bytes(_SECRET_BYTES)).to_bytes(),
            )
            self._take()
        return generation

    def retire(self, generation: int) -> None:
        """Destroy an old master key. Whatever it still wraps, in the database or in any backup, is closed for good."""
        with self._lock, locked(self.directory):
            if generation >= max(_read_masters(self.directory)):
                raise KeyringRefused("The newest master key cannot be retired. Rotate first.")
            remove_and_scrub(_master(self.directory, generation))
            self._take()

    def shred(self, units: Iterable[UUID]) -> None:
        """Destroy the wrapping keys of units in every generation. Durable on return; repeating it does nothing."""
        wanted = list(units)
        with self._lock, locked(self.directory):
            self._take()
            for generation, tree in self._masters.items():
                if not all(tree.is_shredded(unit) for unit in wanted):
                    smaller = tree.without(wanted)
                    replace_and_scrub(_master(self.directory, generation), smaller.to_bytes())
                    self._masters[generation] = smaller
            self._changed = self._stamp()

    def is_shredded(self, unit: UUID) -> bool:
        """Whether no generation can derive the unit's wrapping key any more."""
        self._follow()
        return all(tree.is_shredded(unit) for tree in self._masters.values())


def create(keys: Path) -> Keyring:
    """Make the keyring of a new instance in ``keys``. It appears whole or not at all; refuses to replace one."""
    keys = keys.absolute()
    keys.mkdir(mode=DIRECTORY_MODE, parents=True, exist_ok=True)
    check_directory(keys)
    if exists(keys):
        raise KeyringRefused(
            f"{keys / HOME} exists already. Keys are made once; to begin anew, move it away yourself."
        )
    building = Path(tempfile.mkdtemp(prefix=".vault-", dir=keys))
    try:
        for name in _SECRETS:
            write_new(building / name, secrets.token_bytes(_SECRET_BYTES))
        write_new(_master(building, 1), SeedTree.fresh(secrets.token_bytes(_SECRET_BYTES)).to_bytes())
        write_new(building / _ERASED, b"")
        # Fails when another process was faster: a directory that is not empty is never replaced.
        building.rename(keys / HOME)
    except OSError as error:
        shutil.rmtree(building, ignore_errors=True)
        raise KeyringRefused(f"The keys could not be made in {keys}: {error.strerror}.") from error
    sync_directory(keys)
    return load(keys)


def exists(keys: Path) -> bool:
    """Whether ``keys`` holds a keyring."""
    return (keys / HOME).exists()


def load(keys: Path) -> Keyring:
    """The keyring in ``keys``. Raises KeyringRefused for wrong modes, owners, missing or damaged files."""
    return Keyring(keys.absolute() / HOME)


_current: Keyring | None = None
_loading = threading.Lock()


def current() -> Keyring:
    """This process's keyring, loaded once from the setting ``SAURO_KEYS``."""
    global _current
    if _current is None:
        with _loading:
            if _current is None:
                _current = load(settings.SAURO_KEYS)
    return _current


def use(keyring: Keyring | None) -> None:
    """Put another keyring in place (None: load anew when next asked). For tests and for tools on a copy."""
    global _current
    _current = keyring


def _master(directory: Path, generation: int) -> Path:
    return directory / f"master-{generation:04}.key"


def _secret(path: Path) -> bytes:
    check_file(path)
    body = path.read_bytes()
    if len(body) != _SECRET_BYTES:
        raise KeyringRefused(f"{path} is damaged. Restore the keys from their own backup.")
    return body


def _read_masters(directory: Path) -> dict[int, SeedTree]:
    found: dict[int, SeedTree] = {}
    for path in directory.iterdir():
        name = _MASTER.fullmatch(path.name)
        if name:
            check_file(path)
            try:
                found[int(name[1])] = SeedTree.from_bytes(path.read_bytes())
            except DamagedSeeds:
                raise KeyringRefused(f"{path} is damaged. Restore the keys from their own backup.") from None
    if not found:
        raise KeyringRefused(f"{directory} has no master key. Restore the keys from their own backup.")
    return found
