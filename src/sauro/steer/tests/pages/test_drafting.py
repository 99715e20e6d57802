"""Registering an instrument, making a task from its paragraph, correcting it, handing a part on."""

import re
from uuid import UUID

import pytest
from django.contrib.auth import get_user
from django.test import RequestFactory

from sauro.core.models import Actor, Commitment, Record
from sauro.steer.models import Paragraph, Task
from sauro.steer.tests.conftest import State
from sauro.steer.tests.pages.conftest import BOARD, Room, in_parts
from sauro.web.navigation import new_promise

pytestmark = pytest.mark.django_db
INSTRUMENT = {"number": "71-NQ/TW", "title": "Chương trình hành động", "issuer": "Chính phủ", "text": "Điều 1. Một việc\n1. Làm việc này"}  # fmt: skip


def dates() -> dict[str, str]:
    return {**in_parts("issued", -3), **in_parts("valid_from", -2)}


def test_a_doubtful_number_is_asked_about_with_the_likely_one(room: Room) -> None:
    client = room.at("secretary")
    page = client.post(f"{BOARD}van-ban/moi/", {**INSTRUMENT, **dates()})
    said = page.content.decode()
    assert page.status_code >= 400 and list(page.context["form"].errors) == ["number"]
    assert "71/NQ-CP" in said and 'name="sure"' in said and "Làm việc này" in said
    kept = client.post(f"{BOARD}van-ban/moi/", {**INSTRUMENT, **dates(), "sure": "on"})
    assert kept.status_code == 302 and Record.objects.get(code="71-NQ/TW").body["confirmed"]
    shown = client.get(kept["Location"]).content.decode()
    assert "Điều 1, khoản 1" in shown and "Làm việc này" in shown


def test_the_corrected_number_needs_no_tick(room: Room) -> None:
    sent = {**INSTRUMENT, **dates(), "number": "171/NQ-CP"}
    assert room.at("secretary").post(f"{BOARD}van-ban/moi/", sent).status_code == 302
    assert not Record.objects.get(code="171/NQ-CP").body["confirmed"]


def test_instruments_are_found_with_or_without_their_text(room: Room, state: State) -> None:
    everything = room.get("secretary", "van-ban/").context["rows"]
    with_text = room.get("secretary", "van-ban/", text="with").context["rows"]
    assert [row.id for row in with_text] == [state.instrument] and len(everything) > 1
    assert [row.code for row in room.get("secretary", "van-ban/", q="chuong trinh hanh 88").context["rows"]] == ["88/NQ-CP"]  # fmt: skip
    other = next(row for row in everything if not row.paragraphs)
    page = room.at("secretary").post(f"{BOARD}van-ban/{other.id}/", {"text": "Điều 1. Việc"})
    assert page.status_code == 302 and Paragraph.objects.filter(instrument=other.id).count() == 1
    assert room.at("ministry").post(f"{BOARD}van-ban/{other.id}/", {"text": "Điều 1"}).status_code == 403


def test_a_paragraph_becomes_a_draft_and_shows_its_task(room: Room, state: State) -> None:
    client = room.at("secretary")
    address = room.draft_at()
    shown = client.get(f"{BOARD}van-ban/{state.instrument}/").content.decode()
    assert address.replace("&", "&amp;") in shown
    assert client.get(address).context["form"]["task"].value() == "Xây dựng nền tảng dữ liệu dùng chung"
    made = client.post(address, room.terms())
    task = Task.objects.get()
    assert made["Location"] == f"{BOARD}{task.id}/" and task.stage == "draft"
    assert task.coordinating == [state.organisations["province"]] and task.paragraph is not None
    assert task.code in client.get(f"{BOARD}van-ban/{state.instrument}/").content.decode()


def test_choosing_the_lead_shows_its_offices_and_keeps_what_was_typed(room: Room, state: State) -> None:
    sent = {**room.terms(), "find_lead": "tu phap", "choose": "lead", "lead": state.organisations["other"], "position": "", "due_on_month": ""}  # fmt: skip
    page = room.at("secretary").post(room.draft_at(), sent)
    form = page.context["form"]
    offices = {UUID(value) for value, _label in form.fields["position"].choices if value}
    assert page.status_code == 200 and not form.is_bound and state.offices["other"] in offices
    assert str(state.organisations["other"]) in dict(form.fields["lead"].choices)
    assert form["task"].value() == sent["task"] and form["due_on"].value()[0] == sent["due_on_day"]
    assert f'value="{sent["due_on_day"]}"' in page.content.decode()
    labels = dict(form.fields["position"].choices)
    vacant = Actor.objects.filter(kind="position", organisation=state.organisations["other"]).exclude(id=state.offices["other"]).first()  # fmt: skip
    assert vacant is not None and "khuyết" in labels[str(vacant.id)]
    assert "khuyết" not in labels[str(state.offices["other"])]


def test_agencies_are_found_without_diacritics(room: Room, state: State) -> None:
    sent = {"find_coordinating": "uy ban nhan dan dong nai", "choose": "coordinating"}
    form = room.at("secretary").post(room.draft_at(), sent).context["form"]
    assert str(state.organisations["province"]) in dict(form.fields["coordinating"].choices)


def test_without_a_lead_there_is_no_draft(room: Room) -> None:
    page = room.at("secretary").post(room.draft_at(), {"task": "Một việc"})
    assert page.status_code == 422 and list(page.context["form"].errors) == ["lead"]
    assert not Task.objects.exists()


def test_a_province_has_no_authority_over_a_ministry(room: Room, state: State) -> None:
    room.at("province").post(room.draft_at(), room.terms())
    task = Task.objects.get()
    page = room.post("province", task.id, "assign")
    assert page.context["rule"] == "Không giao khi chưa đủ sáu rõ: rõ thẩm quyền" and [name for name, _why, _field in page.context["unclear"]] == ["Thẩm quyền"]  # fmt: skip
    client = room.at("province")
    assert client.get(f"{BOARD}{task.id}/sua/").context["form"]["task"].value() == room.terms()["task"]
    sent = {**room.terms("department", coordinating=[]), "version": Commitment.objects.get(pk=task.id).version}  # fmt: skip
    assert client.post(f"{BOARD}{task.id}/sua/", sent).status_code == 302
    stale = client.post(
        f"{BOARD}{task.id}/sua/", {**sent, "task": "Việc khác", "due_on_day": "7", "note": "Muộn"}
    )
    told = {each.label: (each.yours, each.theirs) for each in stale.context["differences"]}
    assert (
        stale.status_code == 409
        and told["Việc"] == ("Việc khác", sent["task"])
        and told["Ghi chú"][0] == "Muộn"
    )
    assert told["Ngày cuối"][0].startswith("7/") and re.fullmatch(r"\d\d/\d\d/\d{4}", told["Ngày cuối"][1])
    assert "Cơ quan chủ trì" not in told, "what both say alike is not compared"
    assert room.post("province", task.id, "assign").status_code == 302


def test_a_part_is_handed_on_or_told_what_is_unclear(room: Room, state: State) -> None:
    task = state.working()
    address = f"{BOARD}{task}/giao-tiep/"
    unclear = room.at("ministry").post(address, {**room.terms("province", coordinating=[], output=""), "share": "40"})  # fmt: skip
    assert unclear.status_code >= 400 and set(unclear.context["form"].errors) == {"output"}
    too_much = room.at("ministry").post(address, {**room.terms("province", coordinating=[]), "share": "101"})
    assert "share" in too_much.context["form"].errors
    done = room.at("ministry").post(address, {**room.terms("province", coordinating=[]), "share": "33,33"})
    part = Task.objects.get(parent=task)
    assert done.status_code == 302 and part.share == 3_333 and part.stage == "assigned"


def test_what_is_assigned_is_not_corrected(room: Room, state: State) -> None:
    task = state.working()
    assert room.get("secretary", f"{task}/sua/").status_code == 404
    assert room.get("verifier", "moi/", instrument=state.instrument).status_code == 404


def test_another_room_names_the_lead_and_a_note(room: Room, state: State) -> None:
    """The draft that another room asks for: first the instrument, then a form in which the agency, its head and a note stand."""
    asked = {"lead": str(state.organisations["department"]), "note": "Số trễ hạn: 3"}
    client = room.at("province")
    choose = client.get(f"{BOARD}moi/", asked)
    assert all(f'name="{name}" value="{value}"' in choose.content.decode() for name, value in asked.items())
    form = client.get(f"{BOARD}moi/", {**asked, "instrument": str(state.instrument)}).context["form"]
    assert form.initial["note"] == asked["note"] and form.lead == state.organisations["department"]
    assert form.initial["position"] == str(state.offices["department"])
    for nonsense in ("x", "", str(state.instrument)):
        page = client.get(f"{BOARD}moi/", {"lead": nonsense, "instrument": str(state.instrument)})
        assert page.status_code == 200 and "lead" not in page.context["form"].initial


def test_a_draft_is_offered_to_other_rooms_only_for_who_drafts(
    room: Room, state: State, rf: RequestFactory
) -> None:
    for who, offered in (("province", True), ("verifier", False)):
        request = rf.get("/")
        client = room.at(who)
        request.user, request.session = get_user(client), client.session
        href = new_promise(request, state.organisations["department"], "ghi chú")
        assert href.startswith(f"{BOARD}moi/?lead=") is offered
