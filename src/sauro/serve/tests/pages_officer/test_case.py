"""A dossier at the desks of its officers: every act by its form, and every refusal with its reason."""

from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client

from sauro.core.ids import new_id
from sauro.core.models import Access, Actor, Commitment
from sauro.core.moment import simulated
from sauro.serve.models import Dossier
from sauro.serve.tests.conftest import ENTERED, Town
from sauro.serve.tests.pages_officer.conftest import ENTRIES, Desks, a_monday, signed_in

pytestmark = pytest.mark.django_db
MET = ["same_as_form", "personal_number", "register_number"]


def test_a_birth_registration_from_the_queue_to_the_hand(town: Town, desks: Desks) -> None:
    dossier = town.file()
    page = desks.at(dossier).get(f"/can-bo/ho-so/{dossier}/")
    assert page.status_code == 200 and "TRẦN AN NHIÊN" in page.content.decode()
    assert [offer.verb.slug for offer in page.context["offers"]] == [
        "accept",
        "supplement",
        "refuse",
        "withdraw",
    ]
    promised = page.context["accepts"]["due"]
    assert desks.post(dossier, "accept").status_code == 302
    promise = Commitment.objects.get(pk=dossier)
    assert promise.due_original is not None and abs((promise.due_original - promised).total_seconds()) < 60
    assert desks.post(dossier, "complete", step="check", note="Khớp.").status_code == 302
    written: dict[str, Any] = {"outcome": "granted", "paragraphs": "Một.\r\n\r\nHai.", **ENTRIES}
    assert desks.post(dossier, "draft", **written).status_code == 302
    waiting = desks.at(dossier).get(f"/can-bo/ho-so/{dossier}/")
    assert (
        "sign" not in [offer.verb.slug for offer in waiting.context["offers"]]
        and not waiting.context["signing"]["ready"]
    )
    from sauro.serve import signing

    signing.prepare(dossier)
    row = Dossier.objects.get(pk=dossier)
    seen = desks.at(dossier).get(f"/can-bo/ho-so/{dossier}/giay-to/prepared.pdf")
    assert seen.content.startswith(b"%PDF") and seen["Content-Disposition"].startswith("attachment")
    unchecked = desks.post(dossier, "sign", met=MET[:1], digest=row.prepared_digest)
    assert unchecked.status_code == 422 and Dossier.objects.get(pk=dossier).result_digest is None
    assert desks.post(dossier, "sign", met=MET, digest=row.prepared_digest).status_code == 302
    assert desks.post(dossier, "issue").status_code == 302
    desk = desks.at(dossier)
    assert desk.get(f"/can-bo/ho-so/{dossier}/giay-to/result.pdf").content.startswith(b"%PDF")
    assert desks.post(dossier, "hand-over", how="counter").status_code == 302
    row, promise = Dossier.objects.get(pk=dossier), Commitment.objects.get(pk=dossier)
    assert (row.status, row.delivery, promise.closed_how) == (10, "delivered", "satisfied")
    assert desk.get(f"/can-bo/ho-so/{dossier}/").context["offers"] == []
    for kind in ("acknowledgement", "form01", "form06"):
        assert desk.get(f"/can-bo/ho-so/{dossier}/giay-to/{kind}.pdf").content.startswith(b"%PDF")


def test_opening_is_recorded_and_other_agencies_find_nothing(town: Town, desks: Desks) -> None:
    dossier = town.file()
    desks.at(dossier).get(f"/can-bo/ho-so/{dossier}/")
    assert Access.objects.filter(commitment=dossier, purpose="settle_dossier").exists()
    elsewhere = Actor.objects.get(kind="organisation", code="C26020.HCC")
    town.staff(elsewhere.id)
    position = Actor.objects.get(kind="position", organisation=elsewhere.id, type="mot-cua-xa")
    stranger = signed_in(town.officers[position.id])
    before = Access.objects.count()
    assert stranger.get(f"/can-bo/ho-so/{dossier}/").status_code == 404
    assert stranger.get(f"/can-bo/ho-so/{dossier}/giay-to/form01.pdf").status_code == 404
    assert desks.post(dossier, "accept", stranger).status_code == 404
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM core_refusal WHERE subject = %s AND code = 'not_found'", [dossier]
        )
        assert cursor.fetchone()[0] >= 2
    assert Access.objects.count() == before
    assert str(dossier) not in stranger.get("/can-bo/ho-so/?status=all").content.decode()


def test_a_citizen_and_a_stranger_have_no_desk(town: Town) -> None:
    dossier = town.file()
    assert signed_in(town.citizen).get("/can-bo/ho-so/").status_code == 404
    assert signed_in(town.citizen).get(f"/can-bo/ho-so/{dossier}/").status_code == 404
    assert Client().get("/can-bo/").status_code == 302


def test_a_supplement_is_asked_answered_and_the_second_is_warned_of(town: Town, desks: Desks) -> None:
    dossier = town.file()
    desks.post(dossier, "accept")
    desks.post(dossier, "complete", step="check")
    items: dict[str, Any] = {
        "item_0": "birth_notification",
        "reason_0": "Bản chụp bị mờ quá",
        "guidance_0": "Chụp lại.",
        "rows": 3,
    }
    more: dict[str, Any] = {"item_2": "child_name", "reason_2": "Thiếu chữ đệm của trẻ"}
    assert desks.post(dossier, "supplement", **items, **more).status_code == 302
    assert Dossier.objects.get(pk=dossier).status == 5
    page = desks.at(dossier).get(f"/can-bo/ho-so/{dossier}/")
    assert [item["item"] for item in page.context["exchanges"][0]["items"]] == [
        "birth_notification",
        "child_name",
    ]
    assert not page.context["exchanges"][0]["overdue"]
    assert desks.post(dossier, "resume", how="counter").status_code == 302
    page = desks.at(dossier).get(f"/can-bo/ho-so/{dossier}/")
    assert "govuk-warning-text" in page.content.decode()
    assert desks.post(dossier, "supplement", **items).status_code == 302
    page = desks.at(dossier).get(f"/can-bo/ho-so/{dossier}/")
    assert page.context["exchanges"][1]["overdue"] and Dossier.objects.get(pk=dossier).supplements == 2
    desks.answer(dossier)
    assert "Tôi gửi lại bản rõ." in desks.at(dossier).get(f"/can-bo/ho-so/{dossier}/").content.decode()


def test_a_reason_that_says_nothing_is_refused_beside_its_field_and_nothing_typed_is_lost(
    town: Town, desks: Desks
) -> None:
    dossier = town.file()
    answer = desks.post(dossier, "supplement", rows=3, item_1="birth_notification", item_0="child_name",
                        reason_0="Thiếu chữ đệm của trẻ", reason_1="Mờ", guidance_1="Chụp lại cho rõ")  # fmt: skip
    assert answer.status_code == 422
    offer = next(o for o in answer.context["offers"] if o.verb.slug == "supplement")
    assert "reason-1" in offer.form.errors and "Chụp lại cho rõ" in answer.content.decode()
    assert Dossier.objects.get(pk=dossier).status == 1


def test_more_lines_keep_what_was_typed(town: Town, desks: Desks) -> None:
    dossier = town.file()
    answer = desks.post(
        dossier, "supplement", rows=3, more=1, item_0="child_name", reason_0="Thiếu chữ đệm của trẻ"
    )
    offer = next(o for o in answer.context["offers"] if o.verb.slug == "supplement")
    assert (
        answer.status_code == 200
        and offer.form.rows_shown == 5
        and "Thiếu chữ đệm của trẻ" in answer.content.decode()
    )


def test_a_dossier_is_not_accepted_with_a_ground(town: Town, desks: Desks) -> None:
    dossier = town.file()
    assert desks.post(dossier, "refuse", ground="", reason="Không thuộc thẩm quyền").status_code == 422
    assert (
        desks.post(
            dossier, "refuse", ground="already_registered", reason="Trẻ đã được đăng ký khai sinh."
        ).status_code
        == 302
    )
    assert Dossier.objects.get(pk=dossier).status == 3
    one_stop = desks.at(dossier, "receive")
    assert one_stop.get(f"/can-bo/ho-so/{dossier}/giay-to/form03.pdf").content.startswith(b"%PDF")
    assert "Trẻ đã được đăng ký khai sinh." in one_stop.get(f"/can-bo/ho-so/{dossier}/").content.decode()


def test_who_drafted_cannot_sign_and_the_page_says_why(town: Town, desks: Desks) -> None:
    dossier = desks.drafted()
    plan = Dossier.objects.get(pk=dossier).plan["positions"]
    drafter = town.officers[UUID(plan["draft"])]
    from datetime import date

    from sauro.core.doorway import Ask, act
    from sauro.core.doorway.genesis import PLATFORM

    appointed = {"person": drafter, "valid_from": date(2026, 1, 1), "kind": "acting"}
    act(Ask("core.appoint", PLATFORM, new_id().hex, appointed, subject=UUID(plan["sign"])))
    desk = signed_in(drafter)
    chosen = desk.post("/can-bo/chuc-vu/", {"position": plan["sign"], "next": f"/can-bo/ho-so/{dossier}/"})
    assert chosen.status_code == 302 and chosen["Location"] == f"/can-bo/ho-so/{dossier}/"
    page = desk.get(f"/can-bo/ho-so/{dossier}/")
    assert page.context["signing"]["doer"] and "sign" not in [o.verb.slug for o in page.context["offers"]]
    digest = Dossier.objects.get(pk=dossier).prepared_digest
    forced = desks.post(dossier, "sign", desk, met=MET, digest=digest)
    assert forced.status_code == 403 and "I3" in forced.content.decode()
    assert Dossier.objects.get(pk=dossier).result_digest is None


def test_an_office_that_is_not_held_cannot_be_chosen(town: Town, desks: Desks) -> None:
    dossier = town.file()
    plan = Dossier.objects.get(pk=dossier).plan["positions"]
    desk = desks.at(dossier)
    desk.post("/can-bo/chuc-vu/", {"position": plan["sign"], "next": "https://example.org/"})
    assert str(desk.get("/can-bo/").context["official"].office.position) == plan["receive"]


def test_a_stale_form_shows_both_versions(town: Town, desks: Desks) -> None:
    dossier = town.file()
    seen = Commitment.objects.get(pk=dossier).version
    desks.post(dossier, "accept")
    answer = desks.post(
        dossier,
        "refuse",
        desks.at(dossier, "receive"),
        version=seen,
        ground="already_registered",
        reason="Đã đăng ký từ trước.",
    )
    assert answer.status_code == 409
    said = answer.content.decode()
    assert "Đã đăng ký từ trước." in said and Dossier.objects.get(pk=dossier).status == 2


def test_the_same_form_sent_twice_is_one_act(town: Town, desks: Desks) -> None:
    dossier = town.file()
    desk, version = desks.at(dossier), Commitment.objects.get(pk=dossier).version
    answers = [desks.post(dossier, "accept", desk, key="twice", version=version) for _again in range(2)]
    assert [a.status_code for a in answers] == [302, 302]
    assert Commitment.objects.get(pk=dossier).version == version + 1


def test_what_no_longer_fits_keeps_what_was_typed(town: Town, desks: Desks) -> None:
    dossier = town.file()
    desks.post(dossier, "accept")
    answer = desks.post(
        dossier,
        "refuse",
        desks.at(dossier, "receive"),
        ground="already_registered",
        reason="Đã đăng ký từ trước.",
    )
    assert (
        answer.status_code == 409
        and answer.context["lost"]
        and "Đã đăng ký từ trước." in answer.content.decode()
    )


def test_a_preview_is_a_pdf_and_saves_nothing(town: Town, desks: Desks) -> None:
    dossier = town.file()
    desks.post(dossier, "accept")
    desks.post(dossier, "complete", step="check")
    version = Commitment.objects.get(pk=dossier).version
    answer = desks.post(dossier, "draft", outcome="granted", paragraphs="Đồng ý.", preview="1", **ENTRIES)
    assert answer.content.startswith(b"%PDF") and Commitment.objects.get(pk=dossier).version == version


def test_a_draft_goes_back_and_its_words_are_there_again(town: Town, desks: Desks) -> None:
    dossier = desks.drafted()
    assert desks.post(dossier, "return-draft", reason="Sửa lại nơi sinh").status_code == 302
    page = desks.at(dossier).get(f"/can-bo/ho-so/{dossier}/")
    offer = next(o for o in page.context["offers"] if o.verb.slug == "draft")
    assert offer.form["paragraphs"].value() == "Đồng ý đăng ký khai sinh."
    assert offer.form["entry-personal_number"].value() == ENTERED["personal_number"]
    assert (
        'name="draft-entry-registered_on_year" type="text" inputmode="numeric" value="2026"'
        in page.content.decode()
    )
    assert "Sửa lại nơi sinh" in page.content.decode()


def test_the_head_stops_with_a_reason_and_cannot_move_what_is_due_the_same_day(
    town: Town, desks: Desks
) -> None:
    # In the morning: what is filed after three o'clock is due on the next day.
    monday = a_monday()
    with simulated(lambda: monday):
        dossier = town.file()
        desks.post(dossier, "accept")
        head = desks.at(dossier, "sign")
        offers = head.get(f"/can-bo/ho-so/{dossier}/").context["offers"]
        assert "extend" not in [o.verb.slug for o in offers]
        refused = desks.post(dossier, "extend", head, by=2, reason="Chờ cơ sở dữ liệu quốc gia")
        assert refused.status_code == 409 and refused.context["lost"]
        desks.post(dossier, "complete", step="check")
        assert desks.post(dossier, "stop", head, reason="Thôi").status_code == 422
        assert desks.post(dossier, "stop", head, reason="Người nộp đề nghị dừng").status_code == 302
        assert Dossier.objects.get(pk=dossier).status == 8


def test_a_payment_is_notified_and_recorded(town: Town, desks: Desks) -> None:
    dossier = town.file()
    desks.post(dossier, "accept")
    desks.post(dossier, "complete", step="check")
    assert desks.post(dossier, "request-payment", amount="0").status_code == 422
    assert desks.post(dossier, "request-payment", amount="50.000").status_code == 302
    assert (Dossier.objects.get(pk=dossier).fee, Dossier.objects.get(pk=dossier).status) == (50_000, 6)
    assert desks.post(dossier, "record-payment", receipt="BL-0001").status_code == 302
    assert Dossier.objects.get(pk=dossier).payment == "paid"


def test_the_counter_withdraws_for_the_applicant(town: Town, desks: Desks) -> None:
    dossier = town.file()
    assert desks.post(dossier, "withdraw").status_code == 302
    assert Dossier.objects.get(pk=dossier).status == 7


def test_what_is_to_be_done_stands_before_what_was_told(town: Town, desks: Desks) -> None:
    """In this order a phone shows it, and a screen reader reads it."""
    dossier = town.file()
    html = desks.at(dossier).get(f"/can-bo/ho-so/{dossier}/").content.decode()
    places = [
        html.index(mark)
        for mark in ("<h1", 'id="acts"', 'id="accept"', "sr-promise", 'id="part-1"', 'id="forms"')
    ]
    assert places == sorted(places)
