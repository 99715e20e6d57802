"""The paper says what its signer attests: what was declared, what was entered, under which law, where, by whom."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.utils import translation

from sauro.core.doorway import Ask, act
from sauro.core.doorway.decide import local_day
from sauro.core.doorway.genesis import PLATFORM
from sauro.core.models import Actor, Event
from sauro.core.moment import now
from sauro.core.refusal import Refusal
from sauro.packs import VN
from sauro.packs.pack import read
from sauro.serve import papers, results
from sauro.serve.documents import facts, forms
from sauro.serve.documents.sheet import Heading, Listing, Page, Paragraph
from sauro.serve.models import Dossier
from sauro.serve.queries.cases import history, open_dossier
from sauro.serve.rules.results import check_entries, entered_rows, stated_rows
from sauro.serve.signing import WORKER
from sauro.serve.tests.conftest import ENTERED, Town, office
from sauro.serve.tests.pages_officer.conftest import ENTRIES, Desks

WORDS = ["Đã ghi vào Sổ hộ tịch."]
GRANTED = {"outcome": "granted", "paragraphs": WORDS, "entries": ENTERED}


@pytest.fixture
def desks(town: Town, settings: Any, tmp_path: Path) -> Desks:
    settings.SAURO_FILES, settings.SAURO_KEYS = tmp_path / "files", tmp_path / "keys"
    return Desks(town)


def examined(town: Town) -> UUID:
    """A birth registration that waits for its draft."""
    dossier = town.file(copies_wanted=2)
    town.do(dossier, "serve.accept_dossier")
    town.do(dossier, "serve.complete_step", {"step": "check"})
    return dossier


def decided(dossier: UUID, language: facts.Language = "vi") -> facts.Result:
    """The decision as the paper of this dossier would say it."""
    opened = open_dossier(WORKER, dossier, how="worker")
    case = papers.Case(opened.rows, opened.parts, history(dossier), language)
    drafted = case.last("serve.draft_decision")
    assert drafted is not None
    return papers.decision(case, drafted)


def page_of(result: facts.Result) -> Page:
    with translation.override(result.language):
        return forms.compose(result)


def test_each_point_of_a_result_can_be_met_by_what_stands_on_it() -> None:
    """No procedure asks its signer to attest a number that the paper has no room for."""
    for procedure in read(VN).procedures:
        result = procedure.result
        named = {entry.id for entry in result.entries}
        points = " ".join(point.text.vi for point in result.acceptance)
        assert result.states, procedure.code
        assert "Sổ hộ tịch" not in points or {"register_number", "register_book", "registered_on"} <= named
        assert "số định danh cá nhân" not in points or "personal_number" in named
        assert "số giấy phép" not in points or "permit_number" in named
        assert "mã số đăng ký" not in points or "registration_number" in named


@pytest.mark.django_db
def test_the_result_states_what_was_declared_and_what_was_entered(town: Town) -> None:
    dossier = examined(town)
    town.do(dossier, "serve.draft_decision", GRANTED)
    result = decided(dossier)
    child, parents, requester = result.stated
    assert [title for title, _rows in result.stated] == [
        "Người được khai sinh",
        "Cha, mẹ",
        "Người đi đăng ký",
    ]
    assert child[1][:3] == (
        ("Họ, chữ đệm và tên", "TRẦN AN NHIÊN"), ("Ngày, tháng, năm sinh", "02/11/2026"), ("Giới tính", "Nữ"),
    )  # fmt: skip
    # The father was not named: no empty line says so.
    assert [value for _label, value in parents[1]] == ["Trần Thị Hoa", "1990"]
    assert ("Số định danh cá nhân", "075190000001") in requester[1]
    assert [value for _label, value in result.entries] == [
        "075326000123",
        "127/2026",
        "01/2026",
        "22/11/2026",
    ]
    blocks = page_of(result).blocks
    listed = [block for block in blocks if isinstance(block, Listing)]
    assert [block.rows for block in listed] == [child[1], parents[1], requester[1], result.entries]
    assert Heading("Người được khai sinh") in blocks


@pytest.mark.django_db
def test_a_refusal_certifies_nothing(town: Town) -> None:
    dossier = examined(town)
    refusal = {"outcome": "refused", "ground": "not_competent", "paragraphs": WORDS, "entries": ENTERED}
    town.do(dossier, "serve.draft_decision", refusal)
    assert open_dossier(WORKER, dossier, how="worker").parts is not None
    result = decided(dossier)
    assert result.stated == () and result.entries == ()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changed", "code", "field"),
    [
        ({"personal_number": ""}, "bad_entry", "entry-personal_number"),
        ({"personal_number": "12"}, "bad_entry", "entry-personal_number"),
        ({"registered_on": "31/02/2026"}, "bad_entry", "entry-registered_on"),
        ({"register_book": "x" * 501}, "bad_entry", "entry-register_book"),
        ({"colour": "red"}, "unknown_entry", "entries"),
    ],
)
def test_what_the_result_must_say_is_entered_rightly(town: Town, changed: Any, code: str, field: str) -> None:
    dossier = examined(town)
    with pytest.raises(Refusal) as refused:
        town.do(dossier, "serve.draft_decision", {**GRANTED, "entries": {**ENTERED, **changed}})
    assert (refused.value.code, refused.value.field) == (code, field)
    town.do(dossier, "serve.draft_decision", GRANTED)


@pytest.mark.django_db
def test_entries_are_sealed_and_no_event_has_them(town: Town) -> None:
    dossier = examined(town)
    town.do(
        dossier, "serve.draft_decision", {**GRANTED, "entries": {**ENTERED, "register_book": "QUYEN-SO-9"}}
    )
    event = Event.objects.filter(subject=dossier, name="serve.draft_decision").get()
    written = bytes(event.body) + bytes(event.request)
    assert b"decision-" in written
    assert b"QUYEN-SO-9" not in written and ENTERED["personal_number"].encode() not in written
    part = history(dossier)[-1].data["part"]
    drafted = open_dossier(WORKER, dossier, how="worker").parts[part]
    assert drafted is not None and drafted["entries"]["register_book"] == "QUYEN-SO-9"


@pytest.mark.django_db
def test_the_form_asks_for_each_entry_beside_its_field(town: Town, desks: Desks) -> None:
    dossier = examined(town)
    page = desks.at(dossier).get(f"/can-bo/ho-so/{dossier}/").content.decode()
    assert "Số định danh cá nhân của người được khai sinh" in page and "draft-entry-registered_on_day" in page
    missing = desks.post(dossier, "draft", outcome="granted", paragraphs="Đồng ý.")
    tried = next(offer.form for offer in missing.context["offers"] if offer.verb.slug == "draft")
    assert missing.status_code == 422 and set(tried.errors) == {f"entry-{name}" for name in ENTERED}
    # Who refuses enters nothing.
    refused: dict[str, Any] = {
        "outcome": "refused",
        "ground": "not_competent",
        "paragraphs": "Không thuộc thẩm quyền.",
    }
    assert desks.post(dossier, "draft", **refused).status_code == 302


@pytest.mark.django_db
def test_the_signers_page_shows_what_was_entered(town: Town, desks: Desks) -> None:
    dossier = examined(town)
    desks.post(dossier, "draft", outcome="granted", paragraphs="Đồng ý.", **ENTRIES)
    page = desks.at(dossier, "sign").get(f"/can-bo/ho-so/{dossier}/").content.decode()
    assert "22/11/2026" in page and "127/2026" in page


@pytest.mark.django_db
def test_the_laws_are_cited_by_title_and_each_line_ends_once(town: Town) -> None:
    dossier = examined(town)
    town.do(dossier, "serve.draft_decision", GRANTED)
    blocks = page_of(decided(dossier)).blocks
    lines = [block.text for block in blocks if isinstance(block, Paragraph) and block.style == "italic"]
    assert lines[0] == "Căn cứ Luật Hộ tịch số 60/2014/QH13, Điều 11, 13, 14, 15, 16;"
    assert lines[1] == (
        "Căn cứ Nghị định số 123/2015/NĐ-CP quy định chi tiết một số điều và biện pháp thi hành Luật Hộ tịch, Chương II;"
    )
    assert [line[-1] for line in lines] == [";", ";", ";", "."] and not any(
        line[-2] in ";.," for line in lines
    )
    english = decided(dossier, "en").grounds
    assert english[0].startswith("Pursuant to Law on Civil Status No. 60/2014/QH13, ")


@pytest.mark.django_db
def test_place_signer_and_reference_stand_on_the_paper(town: Town) -> None:
    dossier = examined(town)
    town.do(dossier, "serve.draft_decision", GRANTED)
    row = Dossier.objects.get(pk=dossier)
    result = decided(dossier)
    page = page_of(result)
    assert page.head.place_and_date.startswith("Trấn Biên, ngày ")
    assert result.signer.position == "Chủ tịch"
    said = json.dumps([str(block) for block in page.blocks], ensure_ascii=False)
    assert f"Mã hồ sơ: {row.code}" in said and f"Mã tra cứu: {row.reference}" in said
    assert results.locality(UUID(int=0)) == "" and results.signatory(None, now()).position == ""


@pytest.mark.parametrize(
    ("name", "bare"),
    [
        ("Phường Trấn Biên", "Trấn Biên"), ("Thành phố Đồng Nai", "Đồng Nai"), ("Xã Xuân Lộc", "Xuân Lộc"),
        ("Phường 12", "Phường 12"), ("Thành phố Hồ Chí Minh", "Thành phố Hồ Chí Minh"), ("Đặc khu Côn Đảo", "Côn Đảo"),
    ],
)  # fmt: skip
def test_a_place_is_named_without_its_kind(name: str, bare: str) -> None:
    assert results.without_kind(name) == bare


@pytest.mark.django_db
def test_two_people_of_one_form_are_told_apart_and_money_is_grouped(town: Town) -> None:
    marriage = town.procedure("1.000894")
    answers: dict[str, Any] = {
        "groom_name": "Nguyễn An",
        "bride_name": "Lê Bình",
        "bride_birth_date": "1999-01-05",
    }
    assert [title for title, _rows in stated_rows(marriage, answers, (), {})] == ["Bên nam", "Bên nữ"]
    shop = town.procedure("1.001612")
    answers = {"business_commune": "26041", "business_capital": 50_000_000}
    ((_title, rows),) = stated_rows(shop, answers, (), {"26041": "Phường Trấn Biên"})
    assert [value for _label, value in rows] == ["Phường Trấn Biên", "50.000.000 đ"]
    allowance = town.procedure("1.001776")
    entered, problems = check_entries(
        allowance, {"coefficient": "1,5", "amount": "750.000", "from_month": "12/2026"}
    )
    assert problems == [] and [value for _label, value in entered_rows(allowance, entered)] == [
        "1,5",
        "750.000 đ",
        "12/2026",
    ]


@pytest.mark.django_db
def test_a_deputy_signs_for_the_head(town: Town) -> None:
    """Decree 30/2020, Annex I: "KT. CHỦ TỊCH / PHÓ CHỦ TỊCH"."""
    dossier = examined(town)
    head = Actor.objects.get(pk=office(dossier, "sign"))
    deputy = Actor.objects.get(organisation=head.organisation, type="pho-chu-tich-xa")
    assert results.signatory(head.id, now()).authority == ""
    with translation.override("vi"):
        signer = results.signatory(deputy.id, now())
    assert (signer.authority, signer.position) == ("KT. Chủ tịch", "Phó Chủ tịch")
    with translation.override("en"):
        assert results.signatory(deputy.id, now()).authority == "For the Chairperson"
    # Who only handles dossiers decides nothing, and so signs for nobody.
    assert results.signatory(office(dossier, "check"), now()).authority == ""


@pytest.mark.django_db
def test_who_acts_in_an_office_signs_as_acting(town: Town) -> None:
    """Decree 30/2020, Annex I: "Q. CHỦ TỊCH"; where another holds the office, the paper cannot know who will sign."""
    dossier = examined(town)
    empty = Actor.objects.filter(type="chu-tich-xa").exclude(pk=office(dossier, "sign"))[0].id
    today = local_day(now())
    person, stand_in = town.officers[office(dossier, "receive")], town.officers[office(dossier, "check")]

    def appoint(who: UUID, kind: str) -> None:
        payload = {"person": who, "valid_from": today, "kind": kind}
        act(Ask("core.appoint", PLATFORM, f"{who}{kind}", payload, subject=empty))

    with translation.override("vi"):
        assert results.signatory(empty, now()).position == "Chủ tịch"
        appoint(person, "acting")
        assert results.signatory(empty, now()).position == "Q. Chủ tịch"
        assert results.signatory(empty, now() - timedelta(days=2)).position == "Chủ tịch"
        appoint(stand_in, "holder")
        assert results.signatory(empty, now()).position == "Chủ tịch"
        assert results.signatory(empty, now(), person).position == "Q. Chủ tịch"
