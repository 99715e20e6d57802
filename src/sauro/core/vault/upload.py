"""Taking a file in: judged, scanned, then sealed on disk, before the act that refers to it.

The body stays in memory until it is sealed. Django would spill large uploads to a temporary file in the clear, so
``FILE_UPLOAD_HANDLERS`` names only the handler that keeps them in memory.
"""

from typing import NamedTuple
from uuid import UUID

import structlog

from sauro.core.vault.cipher import UnitKey
from sauro.core.vault.content.judge import LARGEST, judge
from sauro.core.vault.content.verdict import FileRefused, Flag
from sauro.core.vault.files import FileStore
from sauro.core.vault.scanner import Scanned, Scanner

log = structlog.get_logger()


class StoredFile(NamedTuple):
    """What the act writes into ``core_file``. The file's own name goes into the sealed part ``name_part``, as
    ``{"name": …}``; ``digest`` is the SHA-256 of the ciphertext, ``size`` the bytes of the body."""

    id: UUID
    unit: UUID
    name_part: str
    digest: bytes
    size: int
    media_type: str
    extension: str
    scanned: Scanned
    flags: tuple[Flag, ...]


def receive(
    store: FileStore, key: UnitKey, file_id: UUID, body: bytes, scanner: Scanner, largest: int = LARGEST
) -> StoredFile:
    """Take a body in; durable on return. Raises FileRefused, and then nothing was kept."""
    judged = judge(body, largest)
    scan = scanner.scan(body)
    if scan.verdict == Scanned.INFECTED:
        log.warning("vault.infected", code=scan.finding)
        raise FileRefused("file_infected", finding=scan.finding)
    digest, size = store.put(key, file_id, [body])
    return StoredFile(
        id=file_id,
        unit=key.unit,
        name_part=f"file-{file_id.hex}",
        digest=digest,
        size=size,
        media_type=judged.media_type,
        extension=judged.extension,
        scanned=scan.verdict,
        flags=judged.flags,
    )
