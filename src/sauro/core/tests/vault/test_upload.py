"""Taking a file in, and asking again about what lies in quarantine."""

from uuid import uuid4

import pytest
from structlog.testing import capture_logs

from sauro.core.tests.vault import samples
from sauro.core.vault.cipher import UnitKey
from sauro.core.vault.content.verdict import FileRefused, Flag
from sauro.core.vault.files import FileStore
from sauro.core.vault.scanner import Scan, Scanned
from sauro.core.vault.upload import receive


class Says:
    """A scanner of one opinion."""

    def __init__(self, verdict: Scanned) -> None:
        self.verdict, self.seen = verdict, b""

    def scan(self, body: bytes) -> Scan:
        self.seen = body
        return Scan(self.verdict, "why")


@pytest.mark.parametrize("verdict", [Scanned.CLEAN, Scanned.QUARANTINED, Scanned.UNSCANNED])
def test_kept(store: FileStore, key: UnitKey, verdict: Scanned) -> None:
    body, file_id = samples.pdf(b"<</S /JavaScript>>"), uuid4()
    kept = receive(store, key, file_id, body, Says(verdict))
    assert (kept.id, kept.unit, kept.size, kept.scanned) == (file_id, key.unit, len(body), verdict)
    assert (kept.media_type, kept.extension, kept.flags) == ("application/pdf", "pdf", (Flag.SCRIPT,))
    assert len(kept.name_part) <= 48
    assert b"".join(store.open(key, file_id, kept.digest)) == body


def test_infected_is_not_kept(store: FileStore, key: UnitKey) -> None:
    file_id = uuid4()
    with capture_logs() as lines, pytest.raises(FileRefused) as caught:
        receive(store, key, file_id, samples.pdf(), Says(Scanned.INFECTED))
    assert lines == [{"event": "vault.infected", "code": "why", "log_level": "warning"}]
    assert (caught.value.code, caught.value.details) == ("file_infected", {"finding": "why"})
    assert not store.has(file_id)


def test_refused_is_neither_scanned_nor_kept(store: FileStore, key: UnitKey) -> None:
    scanner, file_id = Says(Scanned.CLEAN), uuid4()
    with pytest.raises(FileRefused):
        receive(store, key, file_id, b"MZ", scanner)
    with pytest.raises(FileRefused):
        receive(store, key, file_id, samples.pdf(), scanner, largest=10)
    assert not scanner.seen and not store.has(file_id)
