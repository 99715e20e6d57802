"""Answering a supplement that asks for a field of the form, and reading one's own filing again."""

from uuid import UUID

import pytest
from django.test import Client

from sauro.core.doorway import Ask, act
from sauro.core.queries.visibility import Reader
from sauro.core.refusal import Refusal
from sauro.serve.models import Attachment, Dossier
from sauro.serve.queries.cases import AS_FILED, open_dossier
from sauro.serve.tests.pages_citizen.conftest import PDF, Citizen, signed_in

pytestmark = pytest.mark.django_db
FIELDS = {
    "deficiencies": [
        {"item": "mother_name", "reason": "Tên mẹ viết thiếu dấu", "guidance": "Viết như trong căn cước"},
        {"item": "mother_birth_year", "reason": "Năm sinh không khớp"},
        {"item": "child_birth_date", "reason": "Ngày sinh không khớp giấy"},
    ]
}
BORN = {"child_birth_date_day": "2", "child_birth_date_month": "11", "child_birth_date_year": "2026"}


def asked(citizen: Citizen) -> UUID:
    dossier = citizen.file()
    citizen.town.do(dossier, "serve.accept_dossier")
    citizen.town.do(dossier, "serve.complete_step", {"step": "check"})
    citizen.town.do(dossier, "serve.request_supplement", FIELDS)
    return dossier


def test_a_field_that_was_asked_for_is_answered_in_its_own_box(citizen: Citizen) -> None:
    dossier = asked(citizen)
    page = f"/ho-so-cua-toi/{dossier}/"
    html = citizen.get(page)
    assert 'name="mother_name"' in html and 'value="Trần Thị Hoa"' in html and 'value="1990"' in html
    assert 'name="child_birth_date_day"' in html and 'value="2026"' in html
    assert "Trả lời trước" in html
    sent = {"key": "one", "mother_name": "Trần Thị Hòa", "mother_birth_year": "1991", **BORN}
    assert citizen.client.post(page + "bo-sung/", sent)["Location"] == page
    html = citizen.get(page)
    assert "Đã gửi." in html and "Trần Thị Hòa" in html and "Trần Thị Hoa" in html
    assert Dossier.objects.get(pk=dossier).status == 4
    opened = open_dossier(Reader(citizen.town.citizen), dossier)
    answers, former = opened.parts["answers"], opened.parts[AS_FILED]
    assert answers and former == {"mother_name": "Trần Thị Hoa", "mother_birth_year": 1990}
    assert (answers["mother_name"], answers["mother_birth_year"]) == ("Trần Thị Hòa", 1991)


def test_a_field_is_named_with_its_page_where_labels_repeat(citizen: Citizen) -> None:
    dossier = citizen.file()
    citizen.town.do(dossier, "serve.accept_dossier")
    row = Dossier.objects.get(pk=dossier)
    holder = citizen.town.holder(UUID(row.plan["positions"][row.step]))
    html = signed_in(holder).get(f"/can-bo/ho-so/{dossier}/").content.decode()
    for page in ("Người đi đăng ký", "Người được khai sinh"):
        assert f">{page}: Họ, chữ đệm và tên</option>" in html
    assert ">Họ, chữ đệm và tên</option>" not in html and ">Nơi sinh</option>" in html
    citizen.town.do(
        dossier,
        "serve.request_supplement",
        {"deficiencies": [{"item": "child_name", "reason": "Tên của trẻ viết thiếu dấu"}]},
    )
    html = citizen.get(f"/ho-so-cua-toi/{dossier}/")
    assert "<strong>Người được khai sinh: Họ, chữ đệm và tên</strong>" in html


def test_an_officer_sees_the_corrected_value_with_the_former_beside_it(citizen: Citizen) -> None:
    dossier = asked(citizen)
    sent = {"key": "one", "mother_name": "Trần Thị Hòa", "mother_birth_year": "1990", **BORN}
    citizen.client.post(f"/ho-so-cua-toi/{dossier}/bo-sung/", sent)
    row = Dossier.objects.get(pk=dossier)
    holder = citizen.town.holder(UUID(row.plan["positions"][row.step]))
    html = signed_in(holder).get(f"/can-bo/ho-so/{dossier}/").content.decode()
    assert "Trần Thị Hòa<br>" in html and "khai lúc đầu: Trần Thị Hoa" in html


def test_a_wrong_correction_is_told_at_its_box_and_stays_there(citizen: Citizen) -> None:
    dossier = asked(citizen)
    page = f"/ho-so-cua-toi/{dossier}/bo-sung/"
    wrong = {
        "key": "two",
        "mother_name": "",
        "mother_birth_year": "năm Ngọ",
        **BORN,
        "child_birth_date_year": "2099",
    }
    answer = citizen.client.post(page, wrong)
    html = answer.content.decode()
    assert answer.status_code == 422 and 'value="năm Ngọ"' in html
    for name in ("mother_name", "mother_birth_year"):
        assert f'id="id_{name}_error"' in html and f'href="#id_{name}"' in html
    assert "Ngày sinh không thể sau hôm nay" in html
    unchanged = {"key": "three", "mother_name": "Trần Thị Hoa", "mother_birth_year": "1990", **BORN}
    assert 'id="words-error"' in citizen.client.post(page, unchanged).content.decode()
    assert Dossier.objects.get(pk=dossier).status == 5


@pytest.mark.parametrize(
    ("answers", "code"),
    [
        ({"mother_birth_year": "năm Ngọ"}, "answer_wrong"),
        ({"child_birth_date": "2099-01-01"}, "answer_wrong"),
        ({"nothing": "x"}, "unknown_item"),
    ],
)
def test_the_act_itself_takes_no_wrong_answer(citizen: Citizen, answers: dict[str, str], code: str) -> None:
    dossier = asked(citizen)
    with pytest.raises(Refusal) as refused:
        act(Ask("serve.answer_supplement", citizen.town.citizen, "k", {"answers": answers}, subject=dossier))
    assert (refused.value.code, refused.value.field) == (code, next(iter(answers)))


def test_one_reads_what_one_declared_and_takes_home_what_one_attached(
    citizen: Citizen, stranger: Client
) -> None:
    dossier = citizen.file()
    html = citizen.get(f"/ho-so-cua-toi/{dossier}/")
    file = Attachment.objects.get(dossier=dossier)
    address = f"/ho-so-cua-toi/{dossier}/tep/{file.id}"
    assert "TRẦN AN NHIÊN" in html and "02/11/2026" in html and f'href="{address}"' in html
    answer = citizen.client.get(address)
    assert answer.content == PDF and answer["Content-Disposition"].startswith("attachment")
    assert "no-store" in answer["Cache-Control"]
    other = citizen.file()
    assert citizen.client.get(f"/ho-so-cua-toi/{other}/tep/{file.id}").status_code == 404
    assert stranger.get(address).status_code == 404
