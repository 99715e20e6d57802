"""Filing through the pages, as a browser without script does it."""

from datetime import date, datetime
from io import BytesIO
from typing import Any
from uuid import UUID
from zipfile import ZipFile

import pytest
from django.contrib.auth.models import User
from django.test import Client

from sauro.core.doorway import Ask, act
from sauro.core.doorway.decide import local_day
from sauro.core.doorway.genesis import PLATFORM
from sauro.core.ids import new_id
from sauro.core.models import Account, Definition, Event, StoredFile
from sauro.core.moment import now
from sauro.core.queries import definitions
from sauro.core.queries.reading import open_case
from sauro.core.queries.visibility import Reader
from sauro.serve import drafts
from sauro.serve.actions.subject import DOSSIER
from sauro.serve.models import Attachment, Dossier, Draft
from sauro.serve.queries import catalogue
from sauro.serve.tests.pages_citizen.conftest import PDF, Citizen, signed_in, upload

pytestmark = pytest.mark.django_db
EXE = b"MZ\x90\x00" + b"\0" * 200


def test_the_whole_filing(citizen: Citizen) -> None:
    dossier = citizen.file()
    row = Dossier.objects.get(pk=dossier)
    assert (row.applicant, row.channel, row.status) == (citizen.town.citizen, 2, 1)
    assert Attachment.objects.filter(dossier=dossier, component="birth_notification").count() == 1
    assert not Draft.objects.filter(pk=dossier).exists()
    opened = open_case(
        Reader(citizen.town.citizen), "serve.read_dossier", DOSSIER, dossier, purpose="settle_dossier"
    )
    answers, contact = opened.parts["answers"], opened.parts["contact"]
    assert answers is not None and contact is not None
    assert answers["child_name"] == "TRẦN AN NHIÊN"
    assert "draft" not in opened.parts
    assert contact["name"] == "Trần Thị Hoa"


@pytest.mark.parametrize(("language", "said"), [("vi", "Đã nộp hồ sơ"), ("en", "Your dossier is filed")])
def test_the_confirmation_says_reference_and_date(citizen: Citizen, language: str, said: str) -> None:
    dossier = citizen.file()
    html = citizen.get(f"/ho-so/{dossier}/da-nop/", language)
    row = Dossier.objects.get(pk=dossier)
    assert said in html and row.reference in html
    assert f"/ho-so-cua-toi/{dossier}/giay-to/acknowledgement.pdf" in html
    assert f"{local_day(now()).year}" in html


def test_pressed_twice_it_is_one_dossier_and_the_same_page(citizen: Citizen) -> None:
    citizen.town.filing(channel=2)
    draft = citizen.fill_all()
    first, second = citizen.send(draft), citizen.send(draft)
    assert first["Location"] == second["Location"] == f"/ho-so/{draft.id}/da-nop/"
    assert Dossier.objects.count() == 1
    assert Event.objects.filter(name="serve.submit_dossier").count() == 1
    assert citizen.client.get(f"/nop/{draft.id}/kiem-tra/")["Location"] == first["Location"]


def test_a_crash_between_filing_and_clearing_files_once(
    citizen: Citizen, monkeypatch: pytest.MonkeyPatch
) -> None:
    citizen.town.filing(channel=2)
    draft = citizen.fill_all()
    clear = drafts.clear
    monkeypatch.setattr(drafts, "clear", lambda _draft: None)
    citizen.send(draft)
    assert Draft.objects.filter(pk=draft.id).exists()
    monkeypatch.setattr(drafts, "clear", clear)
    assert citizen.send(draft)["Location"] == f"/ho-so/{draft.id}/da-nop/"
    assert Dossier.objects.count() == 1 and not Draft.objects.filter(pk=draft.id).exists()


def test_nothing_is_filed_without_the_declaration(citizen: Citizen) -> None:
    citizen.town.filing(channel=2)
    draft = citizen.fill_all()
    html = citizen.post(f"/nop/{draft.id}/kiem-tra/", {}).content.decode()
    assert 'href="#declare"' in html and 'id="declare-error"' in html
    assert not Dossier.objects.exists()


def test_what_was_typed_stays_in_the_boxes_right_or_wrong(citizen: Citizen) -> None:
    draft = citizen.begin()
    answer = citizen.fill(draft, "requester", requester_id="12 ba", requester_name="Lê Thị Bưởi")
    html = answer.content.decode()
    assert answer.status_code == 200 and 'value="12 ba"' in html and 'value="Lê Thị Bưởi"' in html
    assert 'href="#id_requester_id"' in html and 'id="id_requester_id_error"' in html
    assert "12 ba" in citizen.get(f"/nop/{draft.id}/requester/")


def test_every_refusal_has_an_address_to_which_back_can_return(citizen: Citizen) -> None:
    citizen.town.filing(channel=2)
    draft = citizen.fill_all()
    for page, sent in (("requester", {"requester_name": ""}), ("kiem-tra", {})):
        answer = citizen.client.post(f"/nop/{draft.id}/{page}/", sent)
        assert answer.status_code == 302 and answer["Location"] == f"/nop/{draft.id}/{page}/?loi=1"
        assert "govuk-error-summary" in citizen.get(answer["Location"])


def test_a_date_that_does_not_exist_stays_in_its_boxes(citizen: Citizen) -> None:
    draft = citizen.begin()
    citizen.fill(draft, "requester")
    html = citizen.fill(draft, "child", child_birth_date="2026-13-45").content.decode()
    for text in (html, citizen.get(f"/nop/{draft.id}/child/"), citizen.get(f"/nop/{draft.id}/child/?sua=1")):
        for box, value in (("day", "45"), ("month", "13"), ("year", "2026")):
            assert (
                f'id="id_child_birth_date_{box}" name="child_birth_date_{box}" type="text" inputmode="numeric" value="{value}"'
                in text
            )
    assert 'href="#id_child_birth_date_day"' in html


def test_a_birth_tomorrow_is_refused_by_the_procedure_rule(citizen: Citizen) -> None:
    draft = citizen.begin()
    citizen.fill(draft, "requester")
    html = citizen.fill(draft, "child", child_birth_date="2099-01-01").content.decode()
    assert "Ngày sinh không thể sau hôm nay" in html


@pytest.mark.parametrize(
    ("other", "told"),
    [
        ({"mother_name": "", "mother_birth_year": "", "mother_id": ""}, "id_mother_name_error"),
        ({"mother_name": "", "father_name": "Nguyễn Văn Thành", "mother_birth_year": ""}, ""),
        ({"mother_birth_year": "1925"}, "id_mother_birth_year_error"),
        ({"mother_birth_year": "1926"}, ""),
        ({"mother_birth_year": "2026"}, "id_mother_birth_year_error"),
        ({"father_name": "Nguyễn Văn Thành", "father_birth_year": "1900"}, "id_father_birth_year_error"),
    ],
)
def test_a_parent_is_named_and_of_an_age_to_be_one(
    citizen: Citizen, other: dict[str, str], told: str
) -> None:
    draft = citizen.begin()
    citizen.fill(draft, "requester")
    citizen.fill(draft, "child")
    answer = citizen.fill(draft, "parents", **other)
    if told:
        assert f'id="{told}"' in answer.content.decode()
    else:
        assert answer["Location"] == f"/nop/{draft.id}/delivery/"


def test_who_cares_for_a_child_of_unknown_parents_names_none(citizen: Citizen) -> None:
    """Such a child is registered too: it need not have been abandoned."""
    draft = citizen.begin()
    citizen.fill(draft, "requester", requester_relation="carer")
    citizen.fill(draft, "child")
    nobody = {"mother_name": "", "mother_birth_year": "", "mother_id": ""}
    assert citizen.fill(draft, "parents", **nobody)["Location"] == f"/nop/{draft.id}/delivery/"


def test_a_result_by_post_needs_an_address(citizen: Citizen) -> None:
    draft = citizen.begin()
    for section in ("requester", "child", "parents"):
        citizen.fill(draft, section)
    assert 'name="delivery_address"' not in citizen.get(f"/nop/{draft.id}/delivery/")
    html = citizen.fill(draft, "delivery", result_delivery="post").content.decode()
    assert 'name="delivery_address"' in html
    html = citizen.fill(draft, "delivery", result_delivery="post", delivery_address="").content.decode()
    assert 'id="id_delivery_address_error"' in html
    to = {"result_delivery": "post", "delivery_address": "12 Lê Lợi, phường Trấn Biên"}
    assert citizen.fill(draft, "delivery", **to)["Location"] == f"/nop/{draft.id}/tep/"


def test_each_procedure_says_which_place_decides(citizen: Citizen) -> None:
    asked = {
        "1.000656": ("Người đã mất cư trú lần cuối ở đâu?", "Where did the deceased last live?"),
        "1.001193": ("Cha hoặc mẹ của trẻ cư trú ở đâu?", "Where does the child’s father or mother live?"),
        "1.012783": ("Thửa đất ở đâu?", "Where is the plot?"),
    }
    for code, (vi, en) in asked.items():
        assert f'<h1 class="govuk-heading-l">{vi}</h1>' in citizen.get(f"/thu-tuc/{code}/nop/")
        assert f'<h1 class="govuk-heading-l">{en}</h1>' in citizen.get(f"/thu-tuc/{code}/nop/", "en")
    assert "chọn nơi lập biên bản" in citizen.get("/thu-tuc/1.001193/nop/")
    found = catalogue.procedures(date(2026, 11, 22))
    assert len(found) == 12 and all(f.terms.place for f in found)


def test_saved_for_later_even_when_half_done(citizen: Citizen) -> None:
    draft = citizen.begin()
    answer = citizen.client.post(f"/nop/{draft.id}/requester/", {"requester_name": "Bà Năm", "later": "1"})
    assert answer["Location"] == "/ho-so-cua-toi/"
    assert f'href="/nop/{draft.id}/requester/"' in citizen.get("/ho-so-cua-toi/")
    assert 'value="Bà Năm"' in citizen.get(f"/nop/{draft.id}/requester/")


def test_an_answer_decides_which_sections_and_papers_follow(citizen: Citizen) -> None:
    draft = citizen.begin()
    citizen.fill(draft, "requester")
    assert (
        citizen.fill(draft, "child", proof_of_birth="abandoned")["Location"] == f"/nop/{draft.id}/delivery/"
    )
    papers = citizen.get(f"/nop/{draft.id}/tep/")
    assert 'name="file-abandoned_minutes"' in papers and 'name="file-birth_notification"' not in papers
    assert citizen.client.get(f"/nop/{draft.id}/parents/").status_code == 302
    assert (
        citizen.fill(draft, "child", proof_of_birth="certificate")["Location"] == f"/nop/{draft.id}/parents/"
    )
    assert 'name="file-birth_notification"' in citizen.get(f"/nop/{draft.id}/tep/")


def test_questions_that_an_answer_calls_for_come_on_the_same_page(citizen: Citizen) -> None:
    """A field whose condition is met on its own page is asked before the person is led on."""
    found, section, opens = _section_with_a_condition(citizen)
    draft = citizen.begin(found)
    address = f"/nop/{draft.id}/{section}/"
    before = citizen.get(address)
    answer = citizen.post(address, opens["given"])
    assert answer.status_code == 200
    after = answer.content.decode()
    assert f'name="{opens["field"]}' not in before and f'name="{opens["field"]}' in after


def _section_with_a_condition(citizen: Citizen) -> tuple[str, str, dict[str, Any]]:
    for found in catalogue.procedures(date(2026, 11, 22)):
        for section in found.terms.form.sections:
            for field in section.fields:
                rule = found.rules.get(field.when or "")
                example = next((e for e in rule.examples if e.holds), None) if rule else None
                own = {f.id for f in section.fields}
                if section.when is None and example and set(example.facts) <= own:
                    given = {
                        k: "yes" if v is True else "no" if v is False else str(v)
                        for k, v in example.facts.items()
                    }
                    return found.code, section.id, {"field": field.id, "given": given}
    pytest.skip("no procedure has such a field")


def test_a_file_is_refused_by_what_it_is_not_by_its_name(citizen: Citizen) -> None:
    draft = citizen.begin()
    for section in ("requester", "child"):
        citizen.fill(draft, section)
    answer = citizen.attach(draft, EXE, "anh.jpg")
    html = answer.content.decode()
    assert answer.status_code == 200 and "anh.jpg" in html and 'href="#file-birth_notification"' in html
    assert "gửi dưới dạng: PDF, JPG, PNG" in html and "DOCX" not in html
    assert not StoredFile.objects.filter(unit=draft.id).exists()


def test_a_file_of_a_kind_that_the_component_does_not_take_leaves_nothing(citizen: Citizen) -> None:
    draft = citizen.begin()
    for section in ("requester", "child"):
        citizen.fill(draft, section)
    html = citizen.attach(draft, an_empty_document(), "giay.docx").content.decode()
    assert "giay.docx" in html and "gửi dưới dạng: PDF, JPG, PNG" in html
    assert not StoredFile.objects.filter(unit=draft.id).exists()


def an_empty_document() -> bytes:
    """A DOCX that opens, and says nothing."""
    kinds = (
        '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    )
    kinds += '<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
    body = BytesIO()
    with ZipFile(body, "w") as archive:
        archive.writestr("[Content_Types].xml", kinds)
        archive.writestr("_rels/.rels", '<?xml version="1.0"?><Relationships/>')
        archive.writestr("word/document.xml", '<?xml version="1.0"?><document/>')
    return body.getvalue()


def test_copies_that_are_wanted_are_each_paid(citizen: Citizen) -> None:
    citizen.town.filing(channel=2)
    draft = citizen.fill_all()
    citizen.fill(draft, "delivery", copies_wanted="2")
    assert "16.000" in citizen.get(f"/nop/{draft.id}/kiem-tra/")
    citizen.send(draft)
    assert Dossier.objects.get(pk=draft.id).fee == 16_000


def test_an_old_address_of_a_draft_leads_its_owner_to_the_dossier(citizen: Citizen, stranger: Client) -> None:
    dossier = citizen.file()
    for page in ("requester", "tep", "bo"):
        assert citizen.client.get(f"/nop/{dossier}/{page}/")["Location"] == f"/ho-so-cua-toi/{dossier}/"
        assert stranger.get(f"/nop/{dossier}/{page}/").status_code == 404


def test_a_file_can_be_taken_out_again(citizen: Citizen) -> None:
    draft = citizen.begin()
    for section in ("requester", "child"):
        citizen.fill(draft, section)
    citizen.attach(draft, stay="1")
    file = StoredFile.objects.get(unit=draft.id)
    html = citizen.get(f"/nop/{draft.id}/tep/")
    assert "giấy chứng sinh.pdf" in html
    citizen.client.post(f"/nop/{draft.id}/tep/", {"remove": str(file.id)})
    citizen.client.post(f"/nop/{draft.id}/tep/", {"remove": str(file.id)})
    citizen.client.post(f"/nop/{draft.id}/tep/", {"remove": "not-an-id"})
    assert "giấy chứng sinh.pdf" not in citizen.get(f"/nop/{draft.id}/tep/")
    assert not StoredFile.objects.filter(unit=draft.id).exists()


def test_a_required_paper_is_asked_for_before_the_last_look(citizen: Citizen) -> None:
    draft = citizen.begin()
    for section in ("requester", "child", "parents", "delivery"):
        citizen.fill(draft, section)
    html = citizen.post(f"/nop/{draft.id}/tep/", {"continue": "1"}).content.decode()
    assert 'id="file-birth_notification-error"' in html
    html = citizen.get(f"/nop/{draft.id}/kiem-tra/")
    assert f'href="/nop/{draft.id}/tep/#file-birth_notification"' in html
    citizen.send(draft)
    assert not Dossier.objects.exists()


def test_the_last_look_sends_back_to_the_field_and_the_field_back_again(citizen: Citizen) -> None:
    citizen.town.filing(channel=2)
    draft = citizen.fill_all()
    citizen.fill(draft, "child", child_name="")
    html = citizen.get(f"/nop/{draft.id}/kiem-tra/")
    target = f"/nop/{draft.id}/child/?sua=1"
    assert f'href="{target}#id_child_name"' in html
    assert 'id="id_child_name_error"' in citizen.get(target)
    sent = citizen.client.post(
        target, {"child_name": "TRẦN AN", "child_birth_date_day": "2", "child_birth_date_month": "11", "child_birth_date_year": "2026",
                 "child_gender": "female", "child_birth_place": "Đồng Nai", "child_home_place": "Đồng Nai", "child_ethnicity": "Kinh",
                 "child_nationality": "Việt Nam", "proof_of_birth": "certificate", "surrogacy": "no"},
    )  # fmt: skip
    assert sent["Location"] == f"/nop/{draft.id}/kiem-tra/"


def test_a_new_version_in_the_meantime_is_shown_and_the_draft_moves_to_it(citizen: Citizen) -> None:
    citizen.town.filing(channel=2)
    draft = citizen.fill_all()
    newer = _publish_a_newer_birth()
    html = citizen.send(draft).content.decode()
    assert not Dossier.objects.exists()
    assert "Nhóm máu" in html and "Thư điện tử" in html
    assert Draft.objects.get(pk=draft.id).procedure == newer
    assert "TRẦN AN NHIÊN" in html
    html = citizen.get(f"/nop/{draft.id}/kiem-tra/")
    assert f'href="/nop/{draft.id}/child/?sua=1#id_blood_group"' in html
    citizen.fill(draft, "child", blood_group="O")
    citizen.send(draft)
    assert Dossier.objects.get(pk=draft.id).procedure == newer


def _publish_a_newer_birth() -> UUID:
    """Version 2 asks for the blood group and no longer for an e-mail address."""
    known = Definition.objects.get(kind="procedure", code="1.001193", state="published")
    body = known.body | {"version": 2, "valid_from": "2026-01-02"}
    requester, child, *others = body["form"]["sections"]
    requester = requester | {"fields": [f for f in requester["fields"] if f["id"] != "requester_email"]}
    asked = {
        "id": "blood_group",
        "label": {"vi": "Nhóm máu", "en": "Blood group"},
        "type": "text",
        "personal": True,
        "required": True,
    }
    child = child | {"fields": [*child["fields"], asked]}
    body["form"] = body["form"] | {"sections": [requester, child, *others]}
    payload = {
        "kind": "procedure",
        "code": "1.001193",
        "version": 2,
        "valid_from": date(2026, 1, 2),
        "basis": "thử nghiệm",
        "body": body,
    }
    made = act(Ask("core.publish_definition", PLATFORM, "newer-birth", payload)).subject
    definitions.forget()
    return made


def test_own_identity_is_filled_in(citizen: Citizen) -> None:
    person = new_id()
    identity = {"name": "Nguyễn Thị Năm", "number": "000150000009", "phone": "0987654321"}
    payload = {"id": person, "kind": "person", "valid_from": date(2026, 1, 1), "identity": identity}
    act(Ask("core.register_actor", PLATFORM, "nam", payload))
    other = Citizen(signed_in(person), citizen.town)
    html = other.get(f"/nop/{other.begin().id}/requester/")
    assert all(f'value="{value}"' in html for value in identity.values())


def test_the_last_commune_is_offered_again(citizen: Citizen) -> None:
    assert "selected" not in citizen.get("/thu-tuc/1.001193/nop/")
    citizen.begin()
    assert f'<option value="{citizen.town.area}" selected>' in citizen.get("/thu-tuc/1.000894/nop/")
    html = citizen.get("/thu-tuc/1.000894/nop/?province=")
    assert 'name="province"' in html and 'name="area"' not in html


def test_no_province_is_chosen_for_anybody(citizen: Citizen) -> None:
    html = citizen.get("/thu-tuc/1.001193/nop/?province=")
    first = html.split('<select class="govuk-select" id="province"')[1].split("</option>")[0]
    assert first.endswith('<option value="">Chọn tỉnh, thành phố') and "province-error" not in html
    asked = citizen.get("/thu-tuc/1.001193/nop/?thieu=1&province=")
    assert 'id="province-error"' in asked and 'name="area"' not in asked
    assert 'name="area"' in citizen.get("/thu-tuc/1.001193/nop/?thieu=1&province=75")


@pytest.mark.parametrize(
    ("at", "said", "begins"),
    [
        (
            "2026-11-22T13:00:00+00:00",
            "Bây giờ cơ quan đã hết giờ làm việc",
            "23/11/2026",
        ),  # a Sunday evening
        (
            "2026-11-25T08:30:00+00:00",
            "Hồ sơ tiếp nhận vào cuối ngày",
            "26/11/2026",
        ),  # after 15:00 of a Wednesday
        ("2026-11-23T02:00:00+00:00", "Nếu được tiếp nhận hôm nay", ""),
    ],
)
def test_the_last_look_says_when_the_clock_can_begin(
    citizen: Citizen, monkeypatch: pytest.MonkeyPatch, at: str, said: str, begins: str
) -> None:
    citizen.town.filing(channel=2)
    draft = citizen.fill_all()
    monkeypatch.setattr("sauro.serve.pages.citizen.sending.now", lambda: datetime.fromisoformat(at))
    html = citizen.get(f"/nop/{draft.id}/kiem-tra/")
    assert said in html and begins in html.split(said)[1].split("</li>")[0]
    assert ("tính từ lúc đó" in html) == bool(begins)


def test_no_commune_chosen_says_what_to_do(citizen: Citizen) -> None:
    for area in ("", "99999"):
        html = citizen.client.post(
            "/thu-tuc/1.001193/nop/", {"province": "75", "area": area}
        ).content.decode()
        assert 'href="#area"' in html and 'id="area-error"' in html
    assert not Draft.objects.exists()


def test_a_draft_thrown_away_leaves_nothing(citizen: Citizen) -> None:
    draft = citizen.begin()
    citizen.client.post(f"/nop/{draft.id}/tep/", {"file-birth_notification": upload(PDF, "a.pdf")})
    citizen.get(f"/nop/{draft.id}/bo/")
    assert citizen.client.post(f"/nop/{draft.id}/bo/")["Location"] == "/ho-so-cua-toi/"
    assert not Draft.objects.exists() and not StoredFile.objects.exists()


def test_nobody_else_gets_near_a_draft(citizen: Citizen, stranger: Client) -> None:
    citizen.town.filing(channel=2)
    draft = citizen.fill_all()
    for page in ("requester", "tep", "kiem-tra", "bo"):
        assert stranger.get(f"/nop/{draft.id}/{page}/").status_code == 404
        assert stranger.post(f"/nop/{draft.id}/{page}/", {"declare": "yes"}).status_code == 404
    assert Draft.objects.filter(pk=draft.id).exists() and not Dossier.objects.exists()
    assert stranger.get(f"/ho-so/{draft.id}/da-nop/").status_code == 404


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_page_of_a_filing_renders(citizen: Citizen, language: str) -> None:
    citizen.town.filing(channel=2)
    draft = citizen.fill_all()
    for page in ("requester", "child", "parents", "delivery", "tep", "kiem-tra", "bo"):
        html = citizen.get(f"/nop/{draft.id}/{page}/", language)
        assert f'<html lang="{language}"' in html and html.count("<h1") == 1


def test_a_new_local_account_can_file_at_once(citizen: Citizen) -> None:
    client = Client()
    client.force_login(User.objects.create(username="moi"))
    newcomer = Citizen(client, citizen.town)
    citizen.town.filing(channel=2)
    draft = newcomer.fill_all()
    assert newcomer.send(draft)["Location"] == f"/ho-so/{draft.id}/da-nop/"
    assert Dossier.objects.get(pk=draft.id).applicant == Account.objects.get(user__username="moi").person
    assert client.get(f"/ho-so-cua-toi/{draft.id}/").status_code == 200


@pytest.mark.parametrize("proof", ["certificate", "abandoned"])
def test_the_count_of_steps_stays_what_it_was(citizen: Citizen, proof: str) -> None:
    """An abandoned child has no section of parents: the count told on the first page holds all the same."""
    draft, told = citizen.begin(), []
    citizen.fill(draft, "requester")
    for section in ("requester", "child"):
        told.append(citizen.get(f"/nop/{draft.id}/{section}/"))
    citizen.fill(draft, "child", proof_of_birth=proof)
    told.append(citizen.get(f"/nop/{draft.id}/delivery/"))
    said = [page.split('sr-progress__where">')[1].split(":")[0] for page in told]
    assert said == ["Bước 1 trên 6", "Bước 2 trên 6", "Bước 4 trên 6"]
    back = "parents" if proof == "certificate" else "child"
    assert f"/nop/{draft.id}/{back}/" in told[2]
