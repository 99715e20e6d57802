"""Evidence by file: taken in by content, sealed under the task, given out to who may read it, each time recorded."""

from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from sauro.core.ids import new_id
from sauro.core.models import Access, Commitment, StoredFile
from sauro.core.tests.tampering import tamper
from sauro.core.vault.scanner import NoScanner, Scan, Scanned
from sauro.steer.models import Evidence
from sauro.steer.tests.conftest import State
from sauro.steer.tests.pages.conftest import BOARD, Room

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"
NAME = "biên bản nghiệm thu.pdf"


def send(room: Room, task: UUID, body: bytes = PDF, who: str = "ministry", **more: Any) -> Any:
    upload = SimpleUploadedFile(NAME, body, content_type="text/html")
    return room.post(who, task, "evidence", kind="file", file=upload, reference="", words="Biên bản", **more)


def bodies(settings: Any) -> list[Path]:
    return [path for path in Path(settings.SAURO_FILES).rglob("*") if path.is_file()]


def test_a_file_is_attached_and_given_out_to_who_may_read(room: Room, state: State, settings: Any) -> None:
    task = state.working()
    assert send(room, task).status_code == 302
    piece = Evidence.objects.get(task=task)
    stored = StoredFile.objects.get(pk=piece.reference)
    assert (piece.kind, piece.digest, stored.unit) == ("file", bytes(stored.digest).hex(), task)
    assert stored.media_type == "application/pdf"  # by its content, whatever the browser said
    (body,) = bodies(settings)
    assert b"%PDF" not in body.read_bytes()
    page = room.get("verifier", f"{task}/").content.decode()
    address = f"{BOARD}{task}/tep/{stored.id}/"
    assert f'href="{address}"' in page and NAME in page
    tamper("DELETE FROM core_access")
    given = room.get("verifier", f"{task}/tep/{stored.id}/")
    assert given.content == PDF and given["Content-Type"] == "application/pdf"
    assert given["Content-Disposition"].startswith("attachment;") and "no-store" in given["Cache-Control"]
    read = Access.objects.get(commitment=task, how="file")
    assert read.reader == state.persons["verifier"]
    for who, wrong in (("other", f"{task}/tep/{stored.id}/"), ("verifier", f"{task}/tep/{new_id()}/")):
        assert room.get(who, wrong).status_code == 404


def test_anothers_file_is_not_given_out_under_a_task_of_ones_own(room: Room, state: State) -> None:
    theirs, own = state.working(), state.working()
    send(room, theirs)
    stored = StoredFile.objects.get()
    assert room.get("ministry", f"{own}/tep/{stored.id}/").status_code == 404


def test_sent_twice_it_is_kept_once(room: Room, state: State, settings: Any) -> None:
    task, key, version = state.working(), new_id().hex, None
    version = Commitment.objects.get(pk=task).version
    for _again in range(2):
        assert send(room, task, key=key, version=version).status_code == 302
    assert (
        Evidence.objects.filter(task=task).count() == StoredFile.objects.count() == len(bodies(settings)) == 1
    )


@pytest.mark.parametrize("body", [b"<html><script>alert(1)</script>", b"MZ\x90\x00" + b"\x00" * 200])
def test_what_is_not_accepted_is_told_beside_its_field_and_not_kept(room: Room, state: State, settings: Any, body: bytes) -> None:  # fmt: skip
    task = state.working()
    answer = send(room, task, body)
    assert answer.status_code >= 400
    form = next(offer.form for offer in answer.context["offers"] if offer.verb.slug == "evidence")
    assert form.errors.keys() == {"file"} and form["words"].value() == "Biên bản"
    assert not StoredFile.objects.exists() and not bodies(settings) and not Evidence.objects.exists()


def test_an_infected_file_is_refused(room: Room, state: State, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(NoScanner, "scan", lambda _self, _body: Scan(Scanned.INFECTED, "Eicar"))
    assert send(room, state.working()).status_code >= 400
    assert not StoredFile.objects.exists()


def test_what_the_act_refuses_leaves_no_file(room: Room, state: State, settings: Any) -> None:
    task = state.working()
    assert send(room, task, version=0).status_code == 409
    state.hand("ministry", task, "province")
    assert send(room, task, who="province").status_code in (403, 404, 409, 422)
    assert not StoredFile.objects.exists() and not bodies(settings)


def test_a_kind_asks_for_its_own_field(room: Room, state: State) -> None:
    task = state.working()
    for sent, field in (({"kind": "file"}, "file"), ({"kind": "link", "reference": ""}, "reference")):
        answer = room.post("ministry", task, "evidence", **sent)
        form = next(offer.form for offer in answer.context["offers"] if offer.verb.slug == "evidence")
        assert answer.status_code == 422 and form.errors.keys() == {field}
