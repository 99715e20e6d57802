"""An upload is taken out while the filing that has it with it commits: whichever is first, the other one is told."""

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, connections, transaction

from sauro.core.doorway import Ask, act
from sauro.core.models import StoredFile
from sauro.core.refusal import Refusal
from sauro.serve import drafts, files
from sauro.serve.models import Attachment, Dossier
from sauro.serve.tests.conftest import Town
from sauro.serve.tests.test_claims import PDF

pytestmark = pytest.mark.django_db(transaction=True)
Do = Callable[[], Any]


@pytest.fixture
def upload(town: Town, settings: Any, tmp_path: Path) -> StoredFile:
    settings.SAURO_FILES = tmp_path / "files"
    draft = drafts.begin(town.citizen, town.procedure("1.001193").id)
    return files.take_in(draft.id, town.citizen, "a.pdf", PDF, 10_000)


def filing(town: Town, upload: StoredFile) -> Do:
    said = {
        **town.filing(),
        "id": upload.unit,
        "draft": True,
        "files": {str(upload.id): "birth_notification"},
    }
    return lambda: act(Ask("serve.submit_dossier", town.citizen, "k", said))


def meanwhile(first: Do, second: Do) -> Any:
    """Do the first, and before it commits let the second begin elsewhere; what became of the second."""
    became: list[Any] = []

    def run() -> None:
        try:
            became.append(second())
        except Refusal as refusal:
            became.append(refusal)
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    with transaction.atomic():
        first()
        thread.start()
        assert waits(thread), "the second one waits for the first"
    thread.join(60)
    return became[0]


def waits(thread: threading.Thread) -> bool:
    for _moment in range(3_000):
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            row = cursor.fetchone()
        if row and row[0]:
            return True
        if not thread.is_alive():
            return False
        time.sleep(0.01)
    return False


def test_what_is_being_filed_stays(town: Town, upload: StoredFile) -> None:
    id_ = UUID(str(upload.id))
    became = meanwhile(filing(town, upload), lambda: files.remove(upload))
    assert isinstance(became, Refusal) and became.code == "already_filed"
    kept = StoredFile.objects.get(pk=id_)
    assert Attachment.objects.filter(pk=id_).exists() and files.body_of(kept) == PDF


def test_what_is_being_taken_out_is_not_filed(town: Town, upload: StoredFile) -> None:
    files_it = filing(town, upload)
    became = meanwhile(lambda: files.remove(upload), files_it)
    assert isinstance(became, Refusal) and (became.code, became.field) == ("file_unknown", "files")
    assert not Dossier.objects.filter(pk=upload.unit).exists()
