"""A person's own dossiers: followed, supplemented, withdrawn, and taken home as paper."""

from uuid import UUID

import pytest
from django.db import connection
from django.test import Client

from sauro.core.journal import consumers
from sauro.core.journal.sealer import seal_once
from sauro.core.models import StoredFile
from sauro.core.queries.visibility import Reader
from sauro.serve import reactions
from sauro.serve.models import Attachment, Dossier, Notice
from sauro.serve.pages.citizen.sending import due_if_accepted
from sauro.serve.queries.cases import open_dossier
from sauro.serve.tests.conftest import office
from sauro.serve.tests.pages_citizen.conftest import PDF, Citizen, upload
from sauro.web.wording import moment

pytestmark = pytest.mark.django_db
ASKED = {
    "deficiencies": [
        {"item": "birth_notification", "reason": "Bản chụp bị mờ", "guidance": "Chụp lại dưới ánh sáng"}
    ]
}


def ask_for_a_supplement(citizen: Citizen) -> UUID:
    dossier = citizen.file()
    citizen.town.do(dossier, "serve.accept_dossier")
    citizen.town.do(dossier, "serve.complete_step", {"step": "check"})
    citizen.town.do(dossier, "serve.request_supplement", ASKED)
    return dossier


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_page_of_a_new_dossier_says_by_when(citizen: Citizen, language: str) -> None:
    dossier = citizen.file()
    row = Dossier.objects.get(pk=dossier)
    html = citizen.get(f"/ho-so-cua-toi/{dossier}/", language)
    by = due_if_accepted(citizen.town.procedure("1.001193"), (), row.submitted_at)
    assert str(moment(by)).split(",")[0] in html
    assert row.reference in html and "sr-promise" not in html


def test_an_accepted_dossier_shows_the_promise_and_its_computation(citizen: Citizen) -> None:
    dossier = citizen.file()
    code = citizen.town.do(dossier, "serve.accept_dossier").answer["code"]
    html = citizen.get(f"/ho-so-cua-toi/{dossier}/")
    assert code in html and "sr-promise" in html
    assert "Lịch hẹn được tính thế nào?" in html
    assert citizen.get("/ho-so-cua-toi/").count(f"/ho-so-cua-toi/{dossier}/") == 1


def test_a_supplement_is_answered_with_a_file_and_words(citizen: Citizen) -> None:
    dossier = ask_for_a_supplement(citizen)
    page = f"/ho-so-cua-toi/{dossier}/"
    html = citizen.get(page)
    assert (
        "Bản chụp bị mờ" in html
        and "Chụp lại dưới ánh sáng" in html
        and 'name="file-birth_notification"' in html
    )
    sent = {"key": "one", "words": "Tôi gửi lại bản rõ.", "file-birth_notification": upload(PDF, "ro.pdf")}
    assert citizen.client.post(page + "bo-sung/", sent)["Location"] == page
    sent = {"key": "one", "words": "Tôi gửi lại bản rõ.", "file-birth_notification": upload(PDF, "ro.pdf")}
    assert citizen.client.post(page + "bo-sung/", sent)["Location"] == page
    assert Attachment.objects.filter(dossier=dossier).count() == 2
    assert Dossier.objects.get(pk=dossier).status == 4
    assert 'name="words"' not in citizen.get(page)


def test_a_wrong_answer_to_a_supplement_loses_no_words(citizen: Citizen) -> None:
    dossier = ask_for_a_supplement(citizen)
    before = StoredFile.objects.filter(unit=dossier).count()
    sent = {
        "key": "two",
        "words": "Xin xem ảnh",
        "file-birth_notification": [upload(PDF, "ro.pdf"), upload(b"MZ\x90\x00" + b"\0" * 99, "anh.jpg")],
    }
    answer = citizen.client.post(f"/ho-so-cua-toi/{dossier}/bo-sung/", sent)
    html = answer.content.decode()
    assert (
        answer.status_code == 422
        and "Xin xem ảnh</textarea>" in html
        and 'href="#file-birth_notification"' in html
    )
    assert StoredFile.objects.filter(unit=dossier).count() == before
    answer = citizen.client.post(f"/ho-so-cua-toi/{dossier}/bo-sung/", {"key": "three", "words": "  "})
    assert answer.status_code == 422 and 'id="words-error"' in answer.content.decode()
    assert Dossier.objects.get(pk=dossier).status == 5


def test_withdrawn_after_being_asked(citizen: Citizen) -> None:
    dossier = citizen.file()
    page = f"/ho-so-cua-toi/{dossier}/rut/"
    html = citizen.get(page)
    assert "Đăng ký khai sinh" in html and Dossier.objects.get(pk=dossier).status == 1
    key = html.split('name="key" value="')[1].split('"')[0]
    for _press in range(2):
        assert citizen.client.post(page, {"key": key}).status_code == 302
    assert Dossier.objects.get(pk=dossier).status == 7
    assert page not in citizen.get(f"/ho-so-cua-toi/{dossier}/")


@pytest.mark.parametrize("language", ["vi", "en"])
def test_papers_are_downloads(citizen: Citizen, language: str) -> None:
    dossier = citizen.file()
    page = f"/ho-so-cua-toi/{dossier}/giay-to/"
    citizen.client.cookies["sauro_language"] = language
    assert citizen.client.get(page + "form01.pdf").status_code == 404
    assert citizen.client.get(page + "result.pdf").status_code == 404
    citizen.town.do(dossier, "serve.accept_dossier")
    for kind in ("acknowledgement", "form01", "form06"):
        answer = citizen.client.get(f"{page}{kind}.pdf")
        assert answer.status_code == 200 and answer.content.startswith(b"%PDF"), kind
        assert answer["Content-Type"] == "application/pdf" and answer["Content-Disposition"].startswith(
            "attachment"
        )
        assert "no-store" in answer["Cache-Control"]
    assert citizen.client.get(page + "draft.pdf").status_code == 404


def test_who_looked_names_the_office_and_never_the_reader(citizen: Citizen) -> None:
    dossier = citizen.file()
    row = Dossier.objects.get(pk=dossier)
    office = UUID(row.plan["positions"][row.step])
    open_dossier(Reader(citizen.town.holder(office), office), dossier)
    for page in (f"/ho-so-cua-toi/{dossier}/", "/ai-da-xem/"):
        html = citizen.get(page)
        assert "Trung tâm Phục vụ hành chính công" in html and "Chính bạn" in html
        assert str(citizen.town.holder(office)) not in html


def test_nobody_else_opens_it(citizen: Citizen, stranger: Client) -> None:
    dossier = ask_for_a_supplement(citizen)
    page = f"/ho-so-cua-toi/{dossier}/"
    for address in (page, page + "rut/", page + "giay-to/acknowledgement.pdf", f"/ho-so/{dossier}/da-nop/"):
        assert stranger.get(address).status_code == 404, address
    for address in (page + "rut/", page + "bo-sung/"):
        assert stranger.post(address, {"key": "x", "words": "x"}).status_code == 404
    assert Dossier.objects.get(pk=dossier).status == 5
    anonymous = Client().get(page)
    assert anonymous.status_code == 302 and anonymous["Location"] == f"/accounts/login/?next={page}"


@pytest.mark.django_db(transaction=True)
def test_the_inbox_tells_each_change_once(citizen: Citizen) -> None:
    dossier = citizen.file()
    citizen.town.do(dossier, "serve.accept_dossier")
    connection.ensure_connection()
    while seal_once(connection.connection):
        pass
    for _again in range(2):
        while consumers.drain(reactions.CONSUMERS[0]):
            pass
    for language, word in (("vi", "mới"), ("en", "Dossier")):
        html = citizen.get("/thong-bao/", language)
        assert word in html and html.count("<article") == 2
        assert f'href="/ho-so-cua-toi/{dossier}/"' in html
        assert "TRẦN AN NHIÊN" not in html and "Trần Thị Hoa" not in html
    assert 'class="sr-tag"' not in citizen.get("/thong-bao/")


@pytest.mark.django_db(transaction=True)
def test_who_must_pay_is_told_and_told_again_once_it_is_paid(citizen: Citizen) -> None:
    dossier = citizen.file()
    for action, payload in (
        ("serve.accept_dossier", {}),
        ("serve.complete_step", {"step": "check"}),
        ("serve.request_payment", {"amount": 50_000}),
        ("serve.record_payment", {"receipt": "PT-1"}),
    ):
        citizen.town.do(
            dossier, action, payload, step="receive" if action == "serve.accept_dossier" else "check"
        )
    connection.ensure_connection()
    while seal_once(connection.connection):
        pass
    while consumers.drain(reactions.CONSUMERS[0]):
        pass
    told = Notice.objects.filter(dossier=dossier).order_by("at", "id").values_list("kind", flat=True)
    assert list(told) == ["submitted", "accepted", "payment_requested", "resumed"]
    assert "please pay" in citizen.get("/thong-bao/", "en")


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize(
    "page", ["/", "/thu-tuc/", "/ho-so-cua-toi/", "/thong-bao/", "/ai-da-xem/", "/xac-thuc/", "/nhat-ky/"]
)
def test_pages_without_anything_yet_say_what_they_are_for(citizen: Citizen, page: str, language: str) -> None:
    html = citizen.get(page, language)
    assert f'<html lang="{language}"' in html and html.count("<h1") == 1


def test_own_dossiers_come_a_page_at_a_time(citizen: Citizen, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sauro.serve.queries.cases.OWN_PAGE", 2)
    filed, seen, address = [citizen.town.file() for _one in range(5)], [], "/ho-so-cua-toi/"
    while address:
        answer = citizen.client.get(address)
        assert answer.context["count"] == 5
        seen += [item.line.id for item in answer.context["lines"]]
        address = answer.context["following"]
    assert seen == filed[::-1]
    assert len(citizen.client.get("/ho-so-cua-toi/?after=x~y").context["lines"]) == 2


@pytest.mark.parametrize("language", ["vi", "en"])
def test_home_says_what_waits_first_and_who_looked(citizen: Citizen, language: str) -> None:
    plain = citizen.file()
    said = citizen.get("/ho-so-cua-toi/", language)
    none, asks = {
        "vi": ("Không có việc nào", "Bạn cần bổ sung hồ sơ"),
        "en": ("your dossiers are with the agencies", "A supplement is asked for"),
    }[language]
    assert none in said and asks not in said
    dossier = ask_for_a_supplement(citizen)
    desk = office(dossier, "check")
    open_dossier(Reader(citizen.town.holder(desk), desk), dossier)
    page = citizen.get("/ho-so-cua-toi/", language)
    assert 'id="lately"' in page and page.partition('id="lately"')[2].count("<li>") >= 1
    waits = page.partition('data-section="waits"')[2].partition("</section>")[0]
    assert asks in waits and str(dossier) in waits and str(plain) not in waits and none not in page
    assert len(page.encode()) < 60_000
    assert asks not in citizen.get(f"/ho-so-cua-toi/?after=2020-01-01~{dossier}", language)
    Dossier.objects.filter(pk=dossier).update(status=6)
    assert asks not in citizen.get("/ho-so-cua-toi/", language)
    assert {"vi": "Bạn cần nộp tiền", "en": "You are asked to pay"}[language] in citizen.get(
        "/ho-so-cua-toi/", language
    )
