"""What a stranger can check by the code on the paper; and that it is never more than public facts."""

from uuid import UUID

import pytest
from django.db import connection
from django.test import Client

from sauro.core.journal import checkpoints
from sauro.core.journal.sealer import seal_once
from sauro.core.models import Actor, Instance
from sauro.core.note import verifier_of
from sauro.core.queries.visibility import Reader
from sauro.core.vault import keyring
from sauro.serve import signing
from sauro.serve.models import Dossier
from sauro.serve.tests.conftest import BIRTH, ENTERED
from sauro.serve.tests.pages_citizen.conftest import Citizen, upload

pytestmark = pytest.mark.django_db(transaction=True)


def seal() -> None:
    connection.ensure_connection()
    while seal_once(connection.connection):
        pass
    checkpoints.sign_checkpoint(
        connection.connection, keyring.current().checkpoint_key, Instance.objects.get(pk=1).name
    )


def decided(citizen: Citizen) -> UUID:
    """A dossier with its signed result, through the real signing."""
    town, dossier = citizen.town, citizen.file()
    town.do(dossier, "serve.accept_dossier")
    town.do(dossier, "serve.complete_step", {"step": "check"})
    town.do(
        dossier, "serve.draft_decision",
        {"outcome": "granted", "paragraphs": ["Đồng ý cho TRẦN AN NHIÊN."], "entries": ENTERED},
    )  # fmt: skip
    assert signing.prepare(dossier) is not None
    office = UUID(Dossier.objects.get(pk=dossier).plan["positions"]["sign"])
    signing.sign(Reader(town.holder(office), office), dossier, "sign")
    return dossier


def test_a_stranger_sees_public_facts_only(citizen: Citizen) -> None:
    dossier = decided(citizen)
    seal()
    row = Dossier.objects.get(pk=dossier)
    assert row.code is not None
    personal = [
        str(value)
        for name, value in BIRTH.items()
        if len(str(value)) > 6 and name not in ("proof_of_birth", "result_delivery")
    ]
    # A code counts up: whoever could look it up could walk through all of them.
    assert Client().get(f"/xac-thuc/{row.code}/").status_code == 404
    for code in (row.reference, row.reference.lower()):
        for language in ("vi", "en"):
            client = Client()
            client.cookies["sauro_language"] = language
            html = client.get(f"/xac-thuc/{code}/").content.decode()
            assert row.code in html and (row.result_digest or "-") in html
            known = [
                str(row.applicant),
                str(dossier),
                *map(str, citizen.town.officers.values()),
                *personal,
                "Đồng ý cho",
            ]
            assert [value for value in known if value in html] == []
            leaf, root = ("(lá):", "(gốc):") if language == "vi" else ("(leaf):", "(root):")
            assert leaf in html and root in html
            assert html.count("checkpoint gồm" if language == "vi" else "the checkpoint of") == 1


def test_the_signed_paper_is_known_and_a_changed_one_is_not(citizen: Citizen) -> None:
    dossier = decided(citizen)
    row = Dossier.objects.get(pk=dossier)
    paper = citizen.client.get(f"/ho-so-cua-toi/{dossier}/giay-to/result.pdf").content
    assert paper.startswith(b"%PDF")
    page, same, changed = f"/xac-thuc/{row.reference}/", "Đây đúng là giấy tờ", "Đây không phải giấy tờ"
    html = Client().post(page, {"paper": upload(paper, "ket-qua.pdf")}).content.decode()
    assert (
        same in html and changed not in html and "Chữ ký khớp" in html and "KHÔNG CÓ GIÁ TRỊ PHÁP LÝ" in html
    )
    at = paper.index(b"stream") + 20
    for tampered in (
        paper[:at] + bytes([paper[at] ^ 1]) + paper[at + 1 :],
        paper + b"\n",
        b"%PDF-1.4 nothing",
    ):
        html = Client().post(page, {"paper": upload(tampered, "ket-qua.pdf")}).content.decode()
        assert changed in html and same not in html
        assert "sr-status--late" in html and "Giấy tờ không đúng" in html and "Giấy tờ thật" not in html
    html = Client().post(page, {"paper": upload(b"\xff\xd8\xff\xe0", "ket-qua.pdf")}).content.decode()
    assert "Tệp này không phải PDF" in html and changed not in html
    assert "Chọn tệp PDF" in Client().post(page, {}).content.decode()


def test_it_says_in_words_whose_signature_it_is_and_what_each_fingerprint_is_of(citizen: Citizen) -> None:
    dossier = decided(citizen)
    row = Dossier.objects.get(pk=dossier)
    agency = Actor.objects.get(pk=row.competent)
    page = f"/xac-thuc/{row.reference}/"
    html = Client(HTTP_ACCEPT_LANGUAGE="vi").get(page).content.decode()
    assert f"Chủ tịch, {agency.name_vi}" in html and "Dấu vân tay (SHA-256) của giấy tờ đã ký" in html
    paper = citizen.client.get(f"/ho-so-cua-toi/{dossier}/giay-to/result.pdf").content
    client = Client()
    client.cookies["sauro_language"] = "en"
    html = client.post(page, {"paper": upload(paper, "result.pdf")}).content.decode()
    assert f"Signed by the Chairperson, {agency.name_en} at " in html
    assert "Name in the certificate of the signature: Chữ ký thử" in html
    assert "Fingerprint (SHA-256) of the file that you gave" in html
    assert (
        html.count("(NO LEGAL VALUE)") == 2 == html.count('<span lang="vi">KHÔNG CÓ GIÁ TRỊ PHÁP LÝ</span>')
    )
    changed = client.post(page, {"paper": upload(paper + b"\n", "result.pdf")}).content.decode()
    assert "Signed by the" not in changed


def test_a_reference_is_found_however_it_is_typed(citizen: Citizen) -> None:
    reference = Dossier.objects.get(pk=citizen.town.file()).reference
    bare = reference.removeprefix("SR-")
    for typed in (
        reference,
        reference.lower(),
        reference.replace("-", ""),
        bare,
        bare.replace("-", " ").lower(),
    ):
        assert Client().get("/xac-thuc/", {"code": f" {typed} "})["Location"] == f"/xac-thuc/{reference}/"
        assert Client().get(f"/xac-thuc/{typed}/").status_code == 200


def test_what_cannot_be_looked_up_is_told_why(citizen: Citizen) -> None:
    client = Client(HTTP_ACCEPT_LANGUAGE="vi")
    answer = client.get("/xac-thuc/", {"code": " "})
    assert answer.status_code == 422 and "Hãy gõ Mã tra cứu" in answer.content.decode()
    dossier = citizen.town.file()
    code = citizen.town.do(dossier, "serve.accept_dossier").answer["code"]
    for answer in (client.get("/xac-thuc/", {"code": code.lower()}), client.get(f"/xac-thuc/{code}/")):
        assert answer.status_code == 404 and "mã hồ sơ tăng dần" in answer.content.decode()


def test_an_unknown_code_says_what_to_do(citizen: Citizen) -> None:
    client = Client()
    assert client.get("/xac-thuc/?code=SR-AAAA-BBBB")["Location"] == "/xac-thuc/SR-AAAA-BBBB/"
    answer = client.get("/xac-thuc/SR-AAAA-BBBB/")
    assert answer.status_code == 404 and 'href="#code"' in answer.content.decode()
    assert client.get("/xac-thuc/", {"code": "a/b"}).status_code == 404
    assert client.get("/xac-thuc/", {"code": "<script>"}, follow=True).content.decode().count("<script>") == 0


def test_the_checkpoint_can_be_kept(citizen: Citizen) -> None:
    client = Client()
    assert client.get("/nhat-ky/checkpoint").status_code == 404
    seal()
    answer = client.get("/nhat-ky/checkpoint")
    assert answer["Content-Disposition"] == 'attachment; filename="checkpoint.txt"'
    verifier = verifier_of(Instance.objects.get(pk=1).name, keyring.current().checkpoint_key)
    assert checkpoints.notes_in(answer.content.decode()) and verifier is not None
    assert answer.content.decode().splitlines()[2] in client.get("/nhat-ky/").content.decode().replace(
        "&#x3D;", "="
    )
