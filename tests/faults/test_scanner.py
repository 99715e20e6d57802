"""Uploads and a real clamd that goes away and comes back: what has no verdict stays shut, and gets its verdict later."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sauro.core.models import StoredFile
from sauro.core.tests.vault.samples import pdf
from sauro.core.vault import keeping
from sauro.core.vault.scanner import ClamdScanner, Scanned
from sauro.project import worker
from sauro.serve.tests.conftest import Town
from sauro.serve.tests.pages_citizen.conftest import PDF, Citizen, signed_in
from tests.faults.installation import free_port

CLAMD = shutil.which("clamd") or "/usr/sbin/clamd"
pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not Path(CLAMD).exists(), reason="needs clamd (the package clamav-daemon)"),
]
# The only thing that this scanner knows; no other one objects to it.
BAD = b"sau-ro-test-of-a-scanner"
INFECTED = pdf(b"<</Note (" + BAD + b")>>")


class Clamd:
    """ClamAV's daemon with one signature of our own, instead of the hundreds of megabytes that it fetches."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.process: subprocess.Popen[bytes] | None = None
        known = folder / "signatures"
        known.mkdir()
        (known / "own.ndb").write_text(f"Sauro.Test:0:*:{BAD.hex()}\n")
        told = f"TCPSocket {self.port}\nTCPAddr 127.0.0.1\nDatabaseDirectory {known}\nForeground yes\nStreamMaxLength 30M\n"
        (folder / "clamd.conf").write_text(told)

    def begin(self) -> None:
        with (self.folder / "clamd.log").open("ab") as log:
            command = [CLAMD, "--config-file", str(self.folder / "clamd.conf")]
            self.process = subprocess.Popen(command, stdout=log, stderr=log)
        end = time.monotonic() + 120
        while not self.answers():
            assert self.process.poll() is None and time.monotonic() < end, (
                self.folder / "clamd.log"
            ).read_text()
            time.sleep(0.1)

    def answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), 5) as line:
                line.sendall(b"zPING\0")
                return line.recv(16) == b"PONG\0"
        except OSError:
            return False

    def kill(self) -> None:
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None


@pytest.fixture
def clamd(tmp_path: Path, settings: Any) -> Iterator[Clamd]:
    folder = tmp_path / "clamd"
    folder.mkdir()
    made = Clamd(folder)
    settings.SAURO_CLAMD = f"127.0.0.1:{made.port}"
    made.begin()
    yield made
    made.kill()


@pytest.fixture
def citizen(town: Town) -> Citizen:
    return Citizen(signed_in(town.citizen), town)


def papers_of(citizen: Citizen) -> Any:
    """A draft that has come to its papers."""
    draft = citizen.begin()
    for section in ("requester", "child"):
        citizen.fill(draft, section)
    return draft


def test_what_clamd_says_is_understood(clamd: Clamd) -> None:
    scanner = ClamdScanner(f"127.0.0.1:{clamd.port}")
    assert scanner.scan(PDF).verdict == Scanned.CLEAN
    assert scanner.scan(b"x" * 5_000_000 + BAD) == (Scanned.INFECTED, "Sauro.Test.UNOFFICIAL")
    assert scanner.scan(b"x" * 31 * 1024 * 1024).verdict == Scanned.QUARANTINED


def test_an_infected_file_is_refused_and_leaves_nothing(citizen: Citizen, clamd: Clamd) -> None:
    draft = papers_of(citizen)
    answer = citizen.attach(draft, INFECTED, "giay.pdf")
    html = answer.content.decode()
    assert "giay.pdf" in html and 'href="#file-birth_notification"' in html
    assert not StoredFile.objects.filter(unit=draft.id).exists()


def test_what_had_no_verdict_stays_shut_until_it_has_one(citizen: Citizen, clamd: Clamd) -> None:
    clamd.kill()
    draft = citizen.fill_all()
    file = StoredFile.objects.get(unit=draft.id)
    assert file.scanned == Scanned.QUARANTINED
    citizen.send(draft)
    address = f"/ho-so-cua-toi/{draft.id}/tep/{file.pk}"
    assert citizen.client.get(address).status_code == 409, "nothing is lost, and nothing is opened"
    assert keeping.rescan() == 0
    clamd.begin()
    assert "quarantine" in worker.duties() and keeping.rescan() == 1
    assert citizen.client.get(address).content == PDF
    assert keeping.rescan() == 0


def test_what_is_found_infected_later_stays_shut_for_good(citizen: Citizen, clamd: Clamd) -> None:
    clamd.kill()
    draft = papers_of(citizen)
    citizen.attach(draft, INFECTED, "giay.pdf", stay="1")
    citizen.attach(draft, PDF, "khac.pdf", stay="1")
    clamd.begin()
    assert keeping.rescan() == 2
    found = dict(StoredFile.objects.filter(unit=draft.id).values_list("size", "scanned"))
    assert found == {len(INFECTED): Scanned.INFECTED, len(PDF): Scanned.CLEAN}


def test_only_a_demonstration_opens_what_nobody_looked_at(citizen: Citizen, settings: Any) -> None:
    settings.SAURO_CLAMD = ""
    assert keeping.scanner().scan(PDF).verdict == Scanned.UNSCANNED
    settings.DEMONSTRATION = False
    assert keeping.scanner().scan(PDF).verdict == Scanned.QUARANTINED
