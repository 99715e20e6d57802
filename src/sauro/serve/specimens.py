"""Specimens: one signed file that stands for the results of many simulated dossiers.

A simulated nation decides thousands of dossiers in a minute, and one signature takes fifty milliseconds. So each kind
of result is drawn and signed once, says on its face that it is a specimen, and every simulated dossier of that kind is
signed with exactly these bytes: the digest in the journal is the digest of the file that anybody gets. It lies here
once and in the clear, since it is about nobody.
"""

from hashlib import sha256
from pathlib import Path

from django.conf import settings

from sauro.core.models import StoredFile


def folder() -> Path:
    """Where specimens lie, beside the sealed files of dossiers."""
    return Path(settings.SAURO_FILES) / "specimens"


def keep(name: str, body: bytes) -> str:
    """Keep a specimen under its name and digest. Gives the digest, SHA-256 in hex."""
    digest = sha256(body).hexdigest()
    folder().mkdir(mode=0o700, parents=True, exist_ok=True)
    for path, content in ((_path(digest), body), (_name(name), digest.encode())):
        unfinished = path.with_suffix(".part")
        unfinished.write_bytes(content)
        unfinished.rename(path)
    return digest


def named(name: str) -> bytes | None:
    """The specimen that was kept under a name."""
    known = _name(name)
    return read(known.read_text()) if known.is_file() else None


def read(digest: str) -> bytes | None:
    """The specimen with this digest, or None where there is none; never other bytes than those."""
    path = _path(digest)
    body = path.read_bytes() if path.is_file() else None
    return body if body is not None and sha256(body).hexdigest() == digest else None


def of(file: StoredFile) -> bytes | None:
    """The specimen that a stored file stands for, or None where it has a sealed body of its own."""
    return None if file.name_part else read(bytes(file.digest).hex())


def _path(digest: str) -> Path:
    return folder() / f"{digest}.pdf"


def _name(name: str) -> Path:
    return folder() / f"{name}.digest"
