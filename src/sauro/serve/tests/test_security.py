"""What an attacker would try: another's draft, an office not held, a race, a signature without authority, hostile text."""

from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from sauro.core.doorway import Ask, act, act_many
from sauro.core.doorway.genesis import PLATFORM
from sauro.core.ids import new_id
from sauro.core.models import Actor, Commitment, Definition, Event
from sauro.core.queries import definitions
from sauro.core.queries.visibility import Reader, grants_of
from sauro.core.refusal import Refusal
from sauro.core.vault import keeping
from sauro.serve import drafts, files, signing
from sauro.serve.models import Dossier, Draft
from sauro.serve.pages.citizen import verify
from sauro.serve.pages.officer.asked import Asked
from sauro.serve.tests.conftest import COMMUNE, Town
from sauro.serve.tests.pages_officer.conftest import ENTRIES, Desks, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def desks(town: Town, settings: Any, tmp_path: Path) -> Desks:
    settings.SAURO_FILES, settings.SAURO_KEYS = tmp_path / "files", tmp_path / "keys"
    return Desks(town)


def new_person() -> UUID:
    """Somebody with the rights of every citizen."""
    person, day = new_id(), date(2026, 1, 1)
    act(
        Ask(
            "core.register_actor", PLATFORM, f"c{person}", {"id": person, "kind": "person", "valid_from": day}
        )
    )
    role = Definition.objects.get(kind="role", code="citizen", state="published")
    grant = {"holder": person, "role": role.id, "scope": "own", "purpose": "file", "basis": "account"}
    act(Ask("core.grant", PLATFORM, f"g{person}", grant))
    return person


def give(person: UUID, role: str) -> None:
    given = Definition.objects.get(kind="role", code=role, state="published")
    grant = {"holder": person, "role": given.id, "scope": "all", "purpose": role, "basis": "test"}
    act(Ask("core.grant", PLATFORM, f"{role}{person}", grant))


def refusal_of(ask: Ask) -> Refusal:
    with pytest.raises(Refusal) as refused:
        act(ask)
    return refused.value


def test_nobody_acts_in_a_position_they_do_not_hold(town: Town) -> None:
    dossier = town.file()
    position = next(iter(town.officers))
    ask = Ask("serve.withdraw_dossier", town.citizen, "k", {}, dossier, position)
    assert refusal_of(ask).code == "no_grant"
    assert not grants_of(Reader(town.citizen, position), "serve.read_dossier")
    assert grants_of(Reader(town.citizen), "serve.read_dossier")


def test_nobody_gives_authority_to_themselves(town: Town) -> None:
    """An administrator reads no dossier, and cannot make themselves one who does."""
    town.filing()
    administrator, position = new_person(), next(iter(town.officers))
    give(administrator, "administrator")
    role = Definition.objects.get(kind="role", code="auditor", state="published").id
    grant = {"holder": administrator, "role": role, "scope": "all", "purpose": "audit", "basis": "test"}
    assert refusal_of(Ask("core.grant", administrator, "k", grant)).code == "gives_itself"
    day = {"person": administrator, "valid_from": date(2026, 1, 1)}
    assert refusal_of(Ask("core.appoint", administrator, "k", day, position)).code == "gives_itself"


def test_a_stale_form_tells_nothing_to_who_has_no_authority(town: Town) -> None:
    dossier, stranger = town.file(), new_person()
    ask = Ask("serve.accept_dossier", stranger, "k", {}, dossier, version=99)
    assert refusal_of(ask).code == "no_grant"
    (result,) = act_many([Ask("serve.accept_dossier", stranger, "m", {}, dossier, version=99)])
    assert isinstance(result, Refusal) and result.code == "no_grant"


def test_a_filed_dossier_cannot_be_thrown_away_as_a_draft(town: Town) -> None:
    """The draft's key is the dossier's from the filing on: throwing the draft away would erase what was filed."""
    payload = town.filing()
    draft = drafts.begin(town.citizen, payload["definition"])
    act(Ask("serve.submit_dossier", town.citizen, "k", {**payload, "id": draft.id, "draft": True}))
    with pytest.raises(Refusal) as refused:
        drafts.discard(draft)
    assert refused.value.code == "already_filed"
    assert files.unit_key(draft.id)


def test_a_draft_for_somebody_else_is_never_filed_as_ones_own(town: Town) -> None:
    draft = drafts.begin(town.citizen, town.procedure("1.001193").id, assisted=True)
    client = signed_in(town.citizen)
    for page in ("requester", "tep", "kiem-tra", "bo"):
        assert client.get(f"/nop/{draft.id}/{page}/").status_code == 404, page
    assert str(draft.id) not in client.get("/ho-so-cua-toi/").content.decode()


def test_a_draft_is_nobody_elses(town: Town) -> None:
    draft = drafts.begin(town.citizen, town.procedure("1.001193").id)
    client = signed_in(new_person())
    for page in ("requester", "tep", "kiem-tra", "bo"):
        assert client.get(f"/nop/{draft.id}/{page}/").status_code == 404, page
        assert client.post(f"/nop/{draft.id}/{page}/", {"declare": "yes"}).status_code == 404, page
    assert Draft.objects.filter(pk=draft.id).exists()


def test_one_account_cannot_fill_the_database_with_drafts(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drafts, "MOST", 1)
    found = town.procedure("1.001193").id
    drafts.begin(town.citizen, found)
    with pytest.raises(Refusal):
        drafts.begin(town.citizen, found)


def test_files_of_one_filing_have_an_end(desks: Desks, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "MOST_FILES", 0)
    draft = drafts.begin(desks.town.citizen, desks.town.procedure("1.001193").id)
    with pytest.raises(Refusal) as refused:
        files.take_in(draft.id, desks.town.citizen, "a.pdf", b"%PDF-1.4\n%%EOF\n", 10_000)
    assert refused.value.code == "file_too_many"


def test_nothing_is_signed_for_who_may_not_sign(desks: Desks, monkeypatch: pytest.MonkeyPatch) -> None:
    """The key is asked only for who may sign: not first asked, and the act refused afterwards."""
    dossier = desks.drafted()
    plan = Dossier.objects.get(pk=dossier).plan["positions"]
    clerk = UUID(plan["receive"])
    person = new_person()
    act(
        Ask(
            "core.appoint",
            PLATFORM,
            "clerk",
            {"person": person, "valid_from": date(2026, 1, 1)},
            subject=clerk,
        )
    )
    monkeypatch.setattr(signing, "signer", lambda: pytest.fail("the key was asked"))
    with pytest.raises(Refusal) as refused:
        signing.sign(Reader(person, clerk), dossier, "k")
    assert refused.value.code == "no_grant"


def test_nothing_else_is_signed_than_what_was_seen(desks: Desks, monkeypatch: pytest.MonkeyPatch) -> None:
    dossier = desks.drafted()
    signs = UUID(Dossier.objects.get(pk=dossier).plan["positions"]["sign"])
    monkeypatch.setattr(signing, "signer", lambda: pytest.fail("the key was asked"))
    with pytest.raises(Refusal) as refused:
        signing.sign(Reader(desks.town.officers[signs], signs), dossier, "k", digest="0" * 64)
    assert refused.value.code == "not_prepared"


def test_nobody_signs_their_own_dossier(desks: Desks) -> None:
    dossier = desks.drafted()
    signs = UUID(Dossier.objects.get(pk=dossier).plan["positions"]["sign"])
    day = {"person": desks.town.citizen, "valid_from": date(2026, 1, 1)}
    act(Ask("core.appoint", PLATFORM, "own", day, subject=signs))
    with pytest.raises(Refusal) as refused:
        signing.sign(Reader(desks.town.citizen, signs), dossier, "k")
    assert refused.value.code == "own_dossier"
    assert Commitment.objects.get(pk=dossier).state == "assigned"


def test_only_the_platform_says_what_is_to_be_signed(desks: Desks) -> None:
    dossier = desks.drafted()
    signs = UUID(Dossier.objects.get(pk=dossier).plan["positions"]["sign"])
    payload = {"file": new_id(), "digest": "a" * 64}
    ask = Ask("serve.prepare_signature", desks.town.officers[signs], "k", payload, dossier, signs)
    assert refusal_of(ask).code == "no_grant"


def test_a_preview_is_for_the_drafter_and_for_drafts(desks: Desks) -> None:
    dossier = desks.town.file()
    signer, drafter = desks.at(dossier, "sign"), desks.at(dossier, "draft")
    desks.post(dossier, "accept")
    desks.post(dossier, "complete", step="check")
    written = {"outcome": "granted", "paragraphs": "Đồng ý.", "preview": "1", **ENTRIES}
    assert desks.post(dossier, "draft", drafter, **written)["Content-Type"] == "application/pdf"
    assert desks.post(dossier, "draft", signer, **written)["Content-Type"] != "application/pdf"
    assert desks.post(
        dossier, "extend", drafter, by="1", reason="Cần thêm giấy tờ", preview="1"
    ).status_code in (302, 403, 404, 409)


def test_what_stands_in_events_has_no_room_for_words(town: Town) -> None:
    dossier = town.file()
    town.do(dossier, "serve.accept_dossier")
    town.do(dossier, "serve.complete_step", {"step": "check"})
    deficient = {"deficiencies": [{"item": "birth_notification", "reason": "Bản chụp bị mờ"}]}
    town.do(dossier, "serve.request_supplement", deficient)
    for action, payload in (
        ("serve.resume_dossier", {"how": "Trần Thị Hoa mang đến"}),
        ("serve.record_payment", {"receipt": "Trần Thị Hoa"}),
        ("serve.record_payment", {"receipt": "x" * 65}),
    ):
        with pytest.raises(Refusal) as refused:
            town.do(dossier, action, payload)
        assert refused.value.field in ("how", "receipt"), action
    assert not any(b"Hoa" in bytes(body) for body in Event.objects.values_list("body", flat=True))


def test_the_counter_opens_nobody_by_an_identifier_alone(town: Town) -> None:
    other = new_id()
    identity = {"name": "Lê Thị Mai", "number": "000190000009"}
    asked = {"id": other, "kind": "person", "valid_from": date(2026, 1, 1), "identity": identity}
    act(Ask("core.register_actor", PLATFORM, "mai", asked))
    centre = Actor.objects.filter(kind="organisation", type="one-stop-commune", area=COMMUNE).first()
    received = centre.id if centre else town.filing()["received_by"]
    town.staff(received)
    person = town.officers[
        Actor.objects.filter(kind="position", organisation=received).order_by("code")[0].id
    ]
    give(person, "assister")
    client = signed_in(person)
    sent = {"do": "known", "person": str(other), "procedure": "1.001193", "area": COMMUNE}
    assert client.post("/can-bo/quay/", {**sent, "number": "000190000008"}).status_code == 422
    assert not Draft.objects.filter(person=person).exists()
    assert client.post("/can-bo/quay/", {**sent, "number": "000190000009"}).status_code == 302


def test_made_up_codes_are_not_remembered(client: Client) -> None:
    client.get("/thu-tuc/1.001193/")
    before = len(definitions._shelf.found)
    for number in range(5):
        assert client.get(f"/thu-tuc/khong-co-{number}/").status_code == 404
    assert len(definitions._shelf.found) == before


@pytest.mark.parametrize(
    "address", ["/xac-thuc/%00/", "/xac-thuc/?code=%00", "/thu-tuc/?q=%00", "/thu-tuc/1.001193/nop/?province=%00", "/can-bo/ho-so/?procedure=%00"]
)  # fmt: skip
def test_a_nul_is_a_bad_request_everywhere(client: Client, address: str) -> None:
    assert client.get(address).status_code == 400
    assert client.post("/i18n/set", {"language": "vi\x00"}).status_code == 400


@pytest.mark.parametrize(
    "moment", ["2026-W01-1", "20260101T000000", "infinity", "2026-11-30 17:00:00+00", "nothing"]
)
def test_a_made_up_place_in_a_list_is_one_the_database_can_read(town: Town, moment: str) -> None:
    from django.http import QueryDict

    from sauro.core.moment import now
    from sauro.serve.queries.queue import queue

    sent = QueryDict(mutable=True)
    sent["after"] = f"{moment}~urn:uuid:{new_id()}"
    assert queue(Reader(town.citizen), Asked.read(sent).filter, now()).lines == []


def test_one_paper_is_checked_at_a_time(town: Town, client: Client, tmp_path: Path) -> None:
    dossier = town.file()
    Dossier.objects.filter(pk=dossier).update(result_digest="a" * 64)
    paper = tmp_path / "paper.pdf"
    paper.write_bytes(b"%PDF-1.4\n")
    with verify._ONE_AT_A_TIME, paper.open("rb") as body:
        answer = client.post(f"/xac-thuc/{Dossier.objects.get(pk=dossier).reference}/", {"paper": body})
    assert "signature" not in answer.context["verdict"] and answer.context["verdict"]["problem"]


def test_no_paper_is_read_where_nothing_was_signed(
    town: Town, client: Client, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(verify, "_checked", lambda *_: pytest.fail("it was read"))
    paper = tmp_path / "paper.pdf"
    paper.write_bytes(b"%PDF-1.4\n")
    with paper.open("rb") as body:
        assert (
            client.post(
                f"/xac-thuc/{Dossier.objects.get(pk=town.file()).reference}/", {"paper": body}
            ).status_code
            == 200
        )


def test_pages_of_signed_in_people_are_kept_by_nobody(town: Town, client: Client) -> None:
    person = signed_in(town.citizen)
    for address in ("/", "/thu-tuc/", "/ho-so-cua-toi/", "/thong-bao/", "/khong-co/"):
        said = person.get(address)["Cache-Control"]
        assert "no-store" in said and "private" in said, address
    assert "no-store" not in client.get("/thu-tuc/").get("Cache-Control", "")


def test_the_api_takes_no_form_of_another_site(town: Town) -> None:
    inside = signed_in(town.citizen)
    outside = Client(enforce_csrf_checks=True)
    outside.cookies = inside.cookies
    sent = {"procedure": "1.001193", "area": COMMUNE, "answers": {}}
    answer = outside.post(
        "/api/dossiers", sent, content_type="application/json", headers={"Idempotency-Key": "abcdefgh"}
    )
    assert answer.status_code == 403


@pytest.mark.parametrize("page", ["email/", "confirm-email/", "login/code/confirm/"])
def test_no_page_takes_an_address_in_the_clear(town: Town, page: str) -> None:
    assert signed_in(town.citizen).get(f"/accounts/{page}").status_code == 404


@pytest.mark.parametrize(
    "address",
    ["https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere.example", "javascript:alert(1)"],
)
def test_nobody_is_sent_to_another_site(town: Town, client: Client, address: str) -> None:
    town.filing()
    official = signed_in(next(iter(town.officers.values())))
    for answer in (
        client.post("/i18n/set", {"language": "en", "next": address}),
        official.post("/can-bo/chuc-vu/", {"position": "", "next": address}),
    ):
        assert (
            answer.status_code == 302
            and answer["Location"].startswith("/")
            and not answer["Location"].startswith(("//", "/\\"))
        )
