"""What a caller of the doorway claims is checked there, whatever page it came from: whose, where, by which way, which file."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from sauro.core.doorway import Ask, Outcome, act
from sauro.core.doorway.genesis import PLATFORM
from sauro.core.doorway.registry import all_actions
from sauro.core.ids import new_id
from sauro.core.models import Actor, Commitment, Definition, Event, Grant, StoredFile
from sauro.core.refusal import Refusal
from sauro.serve import drafts, files, signing
from sauro.serve.actions import offices
from sauro.serve.actions.subject import OWN, PURPOSE
from sauro.serve.models import Attachment, Dossier
from sauro.serve.queries.cases import answer_by
from sauro.serve.queries.places import places_for
from sauro.serve.tests.conftest import ENTERED, Town, stored
from sauro.serve.tests.pages_officer.conftest import Desks, signed_in
from sauro.serve.tests.test_security import new_person, refusal_of

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF"
WORDS = "Cần thêm thời gian xác minh"


@pytest.fixture
def desks(town: Town, settings: Any, tmp_path: Path) -> Desks:
    settings.SAURO_FILES, settings.SAURO_KEYS = tmp_path / "files", tmp_path / "keys"
    return Desks(town)


def files_as(town: Town, person: UUID, **claims: Any) -> Ask:
    return Ask("serve.submit_dossier", person, new_id().hex, {**town.filing(), **claims})


def assists(town: Town, **claims: Any) -> Ask:
    """A filing by the officer of the one-stop centre for the town's citizen."""
    filing = town.filing() | {"simulated": False}
    desk = Actor.objects.get(kind="position", organisation=filing["received_by"], type="mot-cua-xa").id
    said = {**filing, "applicant": town.citizen, "read_back": "counter-mandate/1", **claims}
    return Ask("serve.assist_filing", town.officers[desk], new_id().hex, said, position=desk)


def code_of(ask: Ask) -> tuple[str, str | None]:
    refused = refusal_of(ask)
    assert refused.rule and str(refused.message)
    return refused.code, refused.field


# ---- whose filing it is


def test_nobody_files_under_the_key_of_anothers_draft(town: Town) -> None:
    """The files of another's draft would be read, and what stands in their unit written over."""
    other = new_person()
    theirs = drafts.begin(other, town.procedure("1.001193").id)
    for claim in ({"id": theirs.id}, {"id": theirs.id, "draft": True}):
        assert code_of(files_as(town, town.citizen, **claim)) == ("not_found", None)
    assert act(files_as(town, other, id=theirs.id, draft=True)).subject == theirs.id


def test_nobody_files_under_the_key_of_a_dossier_or_a_person(town: Town) -> None:
    known = new_id()
    identity = {"name": "Lê Thị Mai", "number": "000190000009"}
    asked = {"id": known, "kind": "person", "valid_from": date(2026, 1, 1), "identity": identity}
    act(Ask("core.register_actor", PLATFORM, "mai", asked))
    for unit in (known, town.file()):
        assert code_of(files_as(town, town.citizen, id=unit)) == ("not_found", None)
        assert code_of(files_as(town, town.citizen, id=unit, draft=True)) == ("not_found", None)


def test_a_draft_for_somebody_else_is_filed_as_such_by_its_assister_only(town: Town) -> None:
    asked = assists(town)
    theirs = drafts.begin(asked.person, town.procedure("1.001193").id, assisted=True)
    own = drafts.begin(town.citizen, town.procedure("1.001193").id)
    assert code_of(assists(town, id=own.id, draft=True)) == ("not_found", None)
    assert code_of(files_as(town, town.citizen, id=theirs.id, draft=True)) == ("not_found", None)
    for_another = drafts.begin(town.citizen, own.procedure, assisted=True)
    assert code_of(files_as(town, town.citizen, id=for_another.id, draft=True)) == ("not_found", None)
    filed = act(assists(town, id=theirs.id, draft=True)).subject
    assert Dossier.objects.get(pk=filed).assister == asked.person


def test_an_applicant_is_a_person_known_here(town: Town) -> None:
    organisation = town.filing()["competent"]
    for nobody in (new_id(), organisation):
        assert code_of(assists(town, applicant=nobody)) == ("no_applicant", "applicant")
    assert act(assists(town)).subject


def test_a_mandate_names_a_statement_and_no_words(town: Town) -> None:
    for said in ("", "Đã đọc lại cho bà Trần Thị Hoa nghe", "tran thi hoa", "x" * 41):
        assert code_of(assists(town, read_back=said)) == ("mandate_not_read_back", "read_back")


# ---- where it goes, by which way


@pytest.mark.parametrize("claimed", ["competent", "received_by", "involved", "area"])
def test_a_filing_goes_where_the_procedure_and_the_place_say(town: Town, claimed: str) -> None:
    there = places_for(town.procedure("1.001193"), "26020", 1)
    here = town.filing()
    assert there is not None and there.competent != here["competent"]
    known: dict[str, dict[str, Any]] = {
        "competent": {"competent": there.competent, "involved": [*here["involved"], there.competent]},
        "received_by": {"received_by": there.received_by, "involved": [*here["involved"], there.received_by]},
        "involved": {"involved": [*here["involved"], there.received_by]},
        "area": {"area": "26020"},
    }
    assert code_of(files_as(town, town.citizen, **known[claimed])) == ("place_unknown", "area")
    assert act(files_as(town, town.citizen)).subject


def test_where_nobody_is_competent_nothing_is_filed(town: Town) -> None:
    assert code_of(files_as(town, town.citizen, area="99999")) == ("place_unknown", "area")


def test_the_way_follows_from_who_files(town: Town) -> None:
    for way in (1, 3, 9):
        assert code_of(files_as(town, town.citizen, simulated=False, channel=way)) == (
            "wrong_channel",
            "channel",
        )
    assert code_of(assists(town, channel=2)) == ("wrong_channel", "channel")
    assert Dossier.objects.get(pk=act(assists(town)).subject).channel == 1


def test_only_a_demonstration_holds_what_is_simulated(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    assert Commitment.objects.get(pk=act(files_as(town, town.citizen)).subject).simulated
    elsewhere = offices._FILING.replace("WHERE i.demonstration", "WHERE NOT i.demonstration")
    assert elsewhere != offices._FILING
    monkeypatch.setattr(offices, "_FILING", elsewhere)
    assert code_of(files_as(town, town.citizen)) == ("not_a_demonstration", "simulated")
    assert act(assists(town)).subject


# ---- whose file it is


def test_what_is_prepared_and_signed_is_the_dossiers_own_file(desks: Desks) -> None:
    town = desks.town
    dossier, other = desks.drafted(), stored(new_id())
    row = Dossier.objects.get(pk=dossier)
    signs = UUID(row.plan["positions"]["sign"])
    payload = {"file": other, "digest": "b" * 64, "prepared": row.prepared_digest}
    assert (
        code_of(Ask("serve.sign_decision", town.officers[signs], "k", payload, dossier, signs))[0]
        == "file_unknown"
    )
    Dossier.objects.filter(pk=dossier).update(prepared_file=None, prepared_digest=None)
    prepared = {"file": other, "digest": "a" * 64}
    assert code_of(Ask("serve.prepare_signature", PLATFORM, "k", prepared, dossier))[0] == "file_unknown"
    act(Ask("serve.prepare_signature", PLATFORM, "k", {**prepared, "file": dossier}, dossier))


def test_what_was_prepared_is_not_replaced_under_the_signers_eyes(desks: Desks) -> None:
    dossier = desks.drafted()
    payload = {"file": dossier, "digest": "a" * 64}
    assert code_of(Ask("serve.prepare_signature", PLATFORM, "k", payload, dossier))[0] == "prepared_already"


def test_two_workers_prepare_one_decision(desks: Desks, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second one was under way when the first had done it: nothing is refused for good, nothing is left behind."""
    town = desks.town
    dossier = town.file()
    town.do(dossier, "serve.accept_dossier")
    town.do(dossier, "serve.complete_step", {"step": "check"})
    town.do(
        dossier, "serve.draft_decision", {"outcome": "granted", "paragraphs": ["Đồng ý."], "entries": ENTERED}
    )
    outcomes: list[Outcome | None] = []
    keep = files.keep

    def interrupted(*given: Any) -> StoredFile:
        monkeypatch.setattr(files, "keep", keep)
        outcomes.append(signing.prepare(dossier))
        return keep(*given)

    monkeypatch.setattr(files, "keep", interrupted)
    outcomes.append(signing.prepare(dossier))
    assert outcomes[0] is not None and outcomes[1] is None
    assert Event.objects.filter(name="serve.prepare_signature", subject=dossier).count() == 1
    (kept,) = StoredFile.objects.filter(unit=dossier, media_type=signing.PREPARED)
    assert Dossier.objects.get(pk=dossier).prepared_file == kept.id
    assert signing.prepare(dossier) is None


def test_what_was_filed_is_not_taken_out_again(desks: Desks) -> None:
    town = desks.town
    draft = drafts.begin(town.citizen, town.procedure("1.001193").id)
    file = files.take_in(draft.id, town.citizen, "a.pdf", PDF, 10_000)
    drafts.add_file(draft, file.id, "birth_notification")
    act(files_as(town, town.citizen, id=draft.id, draft=True, files={str(file.id): "birth_notification"}))
    with pytest.raises(Refusal) as refused:
        files.remove(file)
    assert refused.value.code == "already_filed"
    assert files.body_of(StoredFile.objects.get(pk=Attachment.objects.get(dossier=draft.id).id)) == PDF


# ---- one's own dossier

HANDLED: dict[str, dict[str, Any]] = {
    "serve.accept_dossier": {}, "serve.refuse_dossier": {"ground": "not_competent", "reason": WORDS},
    "serve.request_supplement": {"deficiencies": []}, "serve.resume_dossier": {}, "serve.assign_dossier": {"step": "check"},
    "serve.complete_step": {"step": "check"}, "serve.draft_decision": {"outcome": "granted", "paragraphs": [WORDS]},
    "serve.return_draft": {"reason": WORDS}, "serve.sign_decision": {"file": str(UUID(int=1)), "digest": "", "prepared": ""},
    "serve.issue_result": {}, "serve.return_result": {}, "serve.extend_deadline": {"by": 1, "reason": WORDS},
    "serve.request_payment": {"amount": 1}, "serve.record_payment": {"receipt": "1"}, "serve.stop_dossier": {"reason": WORDS},
}  # fmt: skip


def everything(person: UUID) -> None:
    """A role for every act of handling, everywhere."""
    body = {
        "code": "everything",
        "scope": "all",
        "actions": [*HANDLED, "serve.read_dossier", "serve.list_dossiers"],
    }
    made = {
        "kind": "role",
        "code": "everything",
        "version": 1,
        "valid_from": date(2026, 1, 1),
        "basis": "t",
        "body": body,
    }
    role = act(Ask("core.publish_definition", PLATFORM, "everything", made)).subject
    grant = {"holder": person, "role": role, "scope": "all", "purpose": "t", "basis": "t"}
    act(Ask("core.grant", PLATFORM, "everything", grant))


def test_nobody_handles_their_own_dossier_at_any_step(town: Town) -> None:
    assert HANDLED.keys() == {name for name, known in all_actions().items() if known.purpose == PURPOSE}
    dossier, other = town.file(), new_person()
    everything(town.citizen)
    before = Commitment.objects.filter(pk=dossier).values().get()
    for name, payload in HANDLED.items():
        refused = refusal_of(Ask(name, town.citizen, f"own:{name}", payload, dossier))
        assert (refused.code, refused.rule, refused.status) == ("own_dossier", OWN, 403), name
    assert Commitment.objects.filter(pk=dossier).values().get() == before
    assert code_of(Ask("serve.accept_dossier", other, "k", {}, dossier))[0] == "no_grant"
    act(Ask("serve.withdraw_dossier", town.citizen, "w", {}, dossier))


def test_the_own_dossier_is_offered_nothing(desks: Desks) -> None:
    dossier = desks.town.file()
    position = UUID(Dossier.objects.get(pk=dossier).plan["positions"]["receive"])
    page = desks.at(dossier).get(f"/can-bo/ho-so/{dossier}/")
    assert "accept" in [offer.verb.slug for offer in page.context["offers"]]
    day = {"person": desks.town.citizen, "valid_from": date(2026, 1, 1), "kind": "acting"}
    act(Ask("core.appoint", PLATFORM, "own", day, position))
    page = signed_in(desks.town.citizen).get(f"/can-bo/ho-so/{dossier}/")
    assert [offer.verb.slug for offer in page.context["offers"]] in ([], ["withdraw"])


# ---- on which basis


@pytest.mark.parametrize(
    ("basis", "known"),
    [("118/2025/NĐ-CP, Mẫu 04", True), ("60/2014/QH13, Điều 16", True), ("left", False), ("", False),
     ("60/2014/QH13, vì bà Hoa bận", False), ("1/1999/NĐ-CP, Điều 1", False), ("Trần Thị Hoa", False)],
)  # fmt: skip
def test_an_extension_names_a_law_that_is_known_here(town: Town, basis: str, known: bool) -> None:
    dossier = extendable(town)
    head = Actor.objects.get(
        organisation=Commitment.objects.get(pk=dossier).lead, head=True, kind="position"
    ).id
    asked = Ask(
        "serve.extend_deadline",
        town.officers[head],
        "e",
        {"by": 1, "reason": WORDS, "basis": basis},
        dossier,
        head,
    )
    if known:
        assert act(asked).subject == dossier
    else:
        assert code_of(asked) == ("unknown_basis", "basis")


def extendable(town: Town) -> UUID:
    from tests.properties.dossiers import slower

    slower(town)
    dossier = town.file()
    town.do(dossier, "serve.accept_dossier")
    return dossier


def test_a_grant_is_revoked_on_the_basis_of_a_law_that_is_known_here(town: Town) -> None:
    grant = Grant.objects.get(holder=town.citizen).id
    for basis in ("left", "bà Hoa nghỉ việc", "1/1999/NĐ-CP", "61/2018/NĐ-CP, bà Hoa nghỉ việc"):
        assert code_of(Ask("core.revoke", PLATFORM, basis, {"basis": basis}, grant)) == (
            "unknown_basis",
            "basis",
        )
    act(Ask("core.revoke", PLATFORM, "r", {"basis": "61/2018/NĐ-CP, Điều 16"}, grant))
    assert Grant.objects.get(pk=grant).revoked_at is not None


# ---- what the queue and the notices say


def test_the_queue_tells_nothing_of_dossiers_elsewhere(town: Town, desks: Desks) -> None:
    """Accepting many: an id of another agency's dossier and one that nobody has are answered in the same words."""
    here = town.file()
    elsewhere = Town("26020", new_person(), town.officers).file()
    sent = {"key": "bulk", "chosen": [str(elsewhere), str(new_id())]}
    hidden, absent = desks.at(here).post("/can-bo/ho-so/tiep-nhan/", sent).context["lines"]
    said: Callable[[Any], Any] = lambda line: (line["title"], line["refusal"].code, line["refusal"].rule, str(line["refusal"].message))  # fmt: skip  # noqa: E731
    assert said(hidden) == said(absent)


def test_a_supplement_request_says_until_when_to_answer(town: Town) -> None:
    from sauro.core.doorway.decide import local_day
    from sauro.core.queries.visibility import Reader
    from sauro.serve import jobs, papers
    from sauro.serve.documents import notices
    from sauro.serve.queries.cases import history, open_dossier

    dossier = town.file()
    assert jobs.facts_of(dossier).answer_by is None
    town.do(
        dossier,
        "serve.request_supplement",
        {"deficiencies": [{"item": "birth_notification", "reason": "Bản chụp bị mờ"}]},
    )
    asked = history(dossier)[-1].at
    by = answer_by(town.procedure("1.001193"), asked)
    assert by is not None and 30 <= (local_day(by) - local_day(asked)).days <= 40
    assert jobs.facts_of(dossier).answer_by == by
    assert "bổ sung trước" in notices.write("supplement_requested", jobs.facts_of(dossier), "vi").body
    opened = open_dossier(Reader(town.citizen), dossier)
    assert papers._form02(papers.Case(opened.rows, opened.parts, history(dossier), "vi")).answer_by == by  # type: ignore[union-attr]
    act(Ask("serve.answer_supplement", town.citizen, "a", {"words": "Tôi gửi lại bản rõ."}, dossier))
    town.do(dossier, "serve.accept_dossier")
    assert jobs.facts_of(dossier).answer_by is None


def test_letters_and_pages_speak_to_a_person_in_the_same_words(town: Town) -> None:
    from sauro.serve import jobs
    from sauro.serve.documents import notices

    dossier = town.file()
    town.do(dossier, "serve.accept_dossier")
    facts = jobs.facts_of(dossier)
    for step in (
        "submitted",
        "accepted",
        "supplement_requested",
        "resumed",
        "finished",
        "withdrawn",
        "refused",
        "stopped",
    ):
        assert "ông/bà" not in notices.write(step, facts, "vi").body.lower(), step
    assert "bạn" in notices.write("accepted", facts, "vi").body


def test_a_role_lists_no_handling_for_who_may_only_read() -> None:
    """The auditor reads everything and handles nothing."""
    auditor = Definition.objects.get(kind="role", code="auditor", state="published").body["actions"]
    assert not HANDLED.keys() & set(auditor)
