"""Files that hold secrets: their modes, and how they are replaced without a moment in which half of one exists."""

import fcntl
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

DIRECTORY_MODE, FILE_MODE = 0o700, 0o600
_OTHERS = 0o077


class KeyringRefused(Exception):
    """The keys cannot be used as they are. The message is a sentence that says what to do; it holds no secret."""


def check_directory(path: Path) -> None:
    """Refuse a directory of keys that is missing, a link, somebody else's, or open to others."""
    try:
        found = path.lstat()
    except FileNotFoundError:
        raise KeyringRefused(f"There are no keys in {path}. Restore them from their own backup.") from None
    if not stat.S_ISDIR(found.st_mode):
        raise KeyringRefused(f"{path} must be a directory, not a link or a file.")
    _check_owner_and_mode(path, found, DIRECTORY_MODE)


def check_file(path: Path) -> None:
    """Refuse a key file that is missing, a link, somebody else's, or open to others."""
    try:
        found = path.lstat()
    except FileNotFoundError:
        raise KeyringRefused(f"{path} is missing. Restore the keys from their own backup.") from None
    if not stat.S_ISREG(found.st_mode):
        raise KeyringRefused(f"{path} must be a plain file, not a link.")
    _check_owner_and_mode(path, found, FILE_MODE)


def _check_owner_and_mode(path: Path, found: os.stat_result, mode: int) -> None:
    if found.st_uid != os.geteuid():
        raise KeyringRefused(
            f"{path} belongs to another user. Give it to the user that runs sauro: chown {os.geteuid()} {path}"
        )
    if stat.S_IMODE(found.st_mode) & _OTHERS:
        raise KeyringRefused(f"{path} is open to other users. Close it: chmod {mode:o} {path}")


def write_new(path: Path, body: bytes) -> None:
    """Make a file that did not exist, durable on return."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, FILE_MODE)
    with os.fdopen(descriptor, "wb") as file:
        file.write(body)
        file.flush()
        os.fsync(file.fileno())
    sync_directory(path.parent)


def replace_and_scrub(path: Path, body: bytes) -> None:
    """Replace a file atomically, then overwrite the blocks of the old one.

    Overwriting is the best that a program can do: copy-on-write file systems and flash keep old blocks, which is why
    the directory of keys belongs on an encrypted volume.
    """
    fresh = path.with_name(path.name + ".new")
    fresh.unlink(missing_ok=True)
    write_new(fresh, body)
    with path.open("r+b") as old:
        fresh.replace(path)
        sync_directory(path.parent)
        _scrub(old.fileno())


def remove_and_scrub(path: Path) -> None:
    """Unlink a file and overwrite its blocks. Nothing happens when it is not there."""
    try:
        with path.open("r+b") as old:
            path.unlink()
            sync_directory(path.parent)
            _scrub(old.fileno())
    except FileNotFoundError:
        return


def _scrub(descriptor: int) -> None:
    size = os.fstat(descriptor).st_size
    os.pwrite(descriptor, bytes(size), 0)
    os.fsync(descriptor)


def sync_directory(path: Path) -> None:
    """Make renames and new names in a directory durable."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def locked(directory: Path) -> Iterator[None]:
    """Hold the directory of keys against other processes while its files change."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
