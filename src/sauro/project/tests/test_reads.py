"""Who looked at my data: the page, one read contested, explained and answered; and everything that is refused on the way."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from sauro.core import moment, timers
from sauro.core.actions.erasure import erase_unit
from sauro.core.doorway import Ask, Outcome, act
from sauro.core.doorway.decide import VIETNAM, local_day
from sauro.core.doorway.genesis import PLATFORM
from sauro.core.ids import new_id
from sauro.core.journal.consumers import SealedEvent
from sauro.core.models import Access, Actor, Commitment, Contest, ContestNotice, Event, Grant, Refused, Timer
from sauro.core.queries import definitions
from sauro.core.queries.reading import Sought, looks, who_looked
from sauro.core.queries.visibility import Reader
from sauro.core.refusal import Refusal
from sauro.core.tests.tampering import tamper
from sauro.core.vault.files import FileStore
from sauro.project.reads import listing
from sauro.project.reads.context import turn_then
from sauro.project.reads.telling import ACTS, tell
from sauro.serve.queries.cases import open_dossier
from sauro.serve.tests.conftest import Town, office, town  # noqa: F401 — a fixture
from sauro.serve.tests.pages_officer.conftest import signed_in

pytestmark = pytest.mark.django_db
PAGE, DESK = "/ai-da-xem/", "/can-bo/phan-doi/"
WHY = "Tôi không có hồ sơ nào ở đó"


class Read:
    """A dossier that an officer opened, its citizen, and the data-protection officers of the province and the nation."""

    def __init__(self, town: Town) -> None:  # noqa: F811
        self.town, self.citizen = town, town.citizen
        self.dossier = town.file()
        self.place = office(self.dossier, "check")
        self.reader = town.officers[self.place]
        for code in ("P75", "VN.CP"):
            town.staff(Actor.objects.get(code=code).id)
        self.offices = {
            code: Actor.objects.get(code=f"{code}/bao-ve-du-lieu").id for code in ("P75", "VN.CP")
        }
        self.officer, self.above = (town.officers[self.offices[code]] for code in ("P75", "VN.CP"))
        open_dossier(Reader(self.reader, self.place), self.dossier)
        self.access = Access.objects.get(reader=self.reader).pk

    def contest(self, reason: str = WHY, key: str = "", person: UUID | None = None) -> UUID:
        payload = {"access": self.access, "reason": reason}
        return act(Ask("core.contest_read", person or self.citizen, key or new_id().hex, payload)).subject

    def do(
        self, contest: UUID, verb: str, person: UUID, position: UUID | None = None, **said: Any
    ) -> Outcome:
        return act(Ask(f"core.{verb}", person, new_id().hex, said, contest, position))

    def ask(self, contest: UUID) -> Outcome:
        return self.do(
            contest, "ask_explanation", self.officer, self.offices["P75"], question="Đã xem để làm gì"
        )

    def explain(self, contest: UUID) -> Outcome:
        return self.do(contest, "explain_read", self.reader, explanation="Để thẩm tra hồ sơ")

    def answer(self, contest: UUID, outcome: str = "justified", **said: Any) -> Outcome:
        words = {"answer": "Cán bộ thẩm tra hồ sơ của bạn", **said}
        return self.do(contest, "answer_contest", self.officer, self.offices["P75"], outcome=outcome, **words)


@pytest.fixture
def read(town: Town) -> Read:  # noqa: F811
    return Read(town)


def refused(code: str) -> Any:
    return pytest.raises(Refusal, check=lambda refusal: refusal.code == code)


def told(read: Read, contest: UUID) -> dict[str, set[UUID]]:
    """What everybody was told about a contest, once the journal's reader has come to all of it."""
    events = [
        SealedEvent(n, e.id, e.name, e.person, e.position, e.subject, e.recorded, bytes(e.body))
        for n, e in enumerate(Event.objects.filter(subject=contest).order_by("recorded", "id"))
        if e.name in {*ACTS, "core.fire_timer"}
    ]
    tell(events)
    tell(events)
    found: dict[str, set[UUID]] = {}
    for row in ContestNotice.objects.filter(contest=contest):
        found.setdefault(row.kind, set()).add(row.person)
    assert ContestNotice.objects.count() == sum(map(len, found.values())), "once for each event"
    return found


def test_a_contest_is_a_promise_with_the_time_of_the_pack(read: Read) -> None:
    contest = read.contest()
    row, promise = Contest.objects.get(pk=contest), Commitment.objects.get(pk=contest)
    right = definitions.in_force("data_right", "contest_read", local_day(moment.now()))
    assert right is not None
    assert promise.due is not None and promise.position == read.offices["P75"] and promise.state == "assigned"
    lasts = (promise.due.astimezone(VIETNAM).date() - local_day(promise.opened_at)).days
    assert right.body["amount"] <= lasts <= right.body["amount"] + 12, "a day off carries over"
    assert {"half_time", "due_soon", "breach", "retention"} == set(
        Timer.objects.filter(commitment=contest).values_list("kind", flat=True)
    )
    assert (row.reader, row.office, row.case, row.stage) == (read.reader, read.place, read.dossier, "open")
    event = Event.objects.get(subject=contest)
    assert WHY.encode() not in bytes(event.body) and WHY not in str(vars(row)), (
        "its words are in the vault alone"
    )


def test_the_whole_way_to_a_read_that_was_not_justified(read: Read) -> None:
    contest = read.contest()
    with refused("not_heard"):
        read.answer(contest, "unjustified", consequence="reminded")
    read.ask(contest)
    with refused("asked_already"):
        read.ask(contest)
    with refused("not_heard"):
        read.answer(contest, "unjustified", consequence="reminded")
    read.explain(contest)
    with refused("no_consequence"):
        read.answer(contest, "unjustified")
    read.answer(contest, "unjustified", consequence="reminded")
    row, promise = Contest.objects.get(pk=contest), Commitment.objects.get(pk=contest)
    assert (row.stage, row.outcome, row.consequence) == ("answered", "unjustified", "reminded")
    assert (promise.state, promise.closed_how, promise.closer) == ("closed", "satisfied", read.officer)
    waiting = Timer.objects.filter(commitment=contest, fired_at=None, cancelled_at=None)
    assert set(waiting.values_list("kind", flat=True)) <= {"retention"}
    with refused("ended"):
        read.answer(contest)
    found = told(read, contest)
    assert (
        found["contested"] == {read.officer}
        and read.reader in found["asked"]
        and found["explained"] == {read.officer}
    )
    assert found["answered"] == {read.citizen, read.reader}


def test_what_is_not_heard_in_time_may_be_judged(read: Read) -> None:
    contest = read.contest()
    read.ask(contest)
    due = Contest.objects.get(pk=contest).explain_due
    assert due is not None
    with moment.simulated(lambda: due + timedelta(minutes=1)):
        timers.fire_due()
        found = told(read, contest)
        assert {read.reader, read.officer} <= found["explain"]
        read.answer(contest, "unjustified", consequence="handed_to_head")


def test_the_same_read_is_not_contested_twice_but_anew_after_withdrawing(read: Read) -> None:
    first = read.contest(key="one")
    assert read.contest(key="one") == first
    with refused("contested_already"):
        read.contest()
    read.do(first, "withdraw_contest", read.citizen)
    with refused("ended"):
        read.do(first, "withdraw_contest", read.citizen)
    second = read.contest()
    read.answer(second)
    with refused("contested_already"):
        read.contest()


def test_only_ones_own_data_and_never_ones_own_reading(read: Read) -> None:
    with refused("not_found"):
        other = read.town.officers[office(read.dossier, "sign")]
        role = definitions.in_force("role", "citizen", local_day(moment.now()))
        assert role is not None
        act(
            Ask(
                "core.grant",
                PLATFORM,
                "g-other",
                {"holder": other, "role": role.id, "scope": "own", "purpose": "citizen", "basis": "account"},
            )
        )
        read.contest(person=other)
    open_dossier(Reader(read.citizen), read.dossier)
    read.access = Access.objects.get(reader=read.citizen).pk
    with refused("own_read"):
        read.contest()
    tamper("UPDATE core_access SET sealed_until = %s", moment.now() + timedelta(days=1))
    with refused("not_found"):
        read.contest()


def test_nobody_rules_over_their_own_read(read: Read) -> None:
    """The officer of the province read it: the officer above answers, whatever office the first one holds."""
    tamper("UPDATE core_access SET reader = %s", read.officer)
    contest = read.contest()
    assert Commitment.objects.get(pk=contest).position == read.offices["VN.CP"]
    for verb, said in (("ask_explanation", {"question": "vì sao đã xem"}), ("answer_contest", {"outcome": "justified", "answer": "đúng việc của tôi"})):  # fmt: skip
        with refused("own_read"):
            read.do(contest, verb, read.officer, read.offices["P75"], **said)
    assert listing.to_answer(Reader(read.officer, read.offices["P75"])) == []
    assert listing.open_to_answer(Reader(read.officer, read.offices["P75"]), contest) is None
    read.do(
        contest,
        "answer_contest",
        read.above,
        read.offices["VN.CP"],
        outcome="justified",
        answer="Đúng việc được giao",
    )
    assert Refused.objects.filter(code="own_read", rule__startswith="I3").count() == 2


def test_who_deputised_for_the_officer_carries_the_officers_bias(read: Read) -> None:
    """A read by a deputy is a matter of who they acted for, too."""
    tamper("UPDATE core_access SET behalf = %s", read.officer)
    contest = read.contest()
    with refused("own_read"):
        read.answer(contest)


def test_who_explained_does_not_judge(read: Read) -> None:
    contest = read.contest()
    read.ask(contest)
    head = Actor.objects.filter(
        kind="position", organisation=Contest.objects.get(pk=contest).agency, head=True
    ).get()
    chief = read.town.officers[head.id]
    read.do(contest, "explain_read", chief, head.id, explanation="Cán bộ được phân công")
    Commitment.objects.filter(pk=contest).update(doers=[read.officer])
    with refused("own_read"):
        read.answer(contest)


def test_only_the_office_in_turn_answers_until_it_is_late(read: Read) -> None:
    contest = read.contest()
    said = {"outcome": "justified", "answer": "Đúng việc được giao"}
    with refused("not_your_office"):
        read.do(contest, "answer_contest", read.above, read.offices["VN.CP"], **said)
    due = Commitment.objects.get(pk=contest).due
    assert due is not None
    with moment.simulated(lambda: due + timedelta(minutes=1)):
        timers.fire_due()
        found = told(read, contest)
        assert read.officer in found["due_soon"] and {read.officer, read.above} <= found["breach"]
        assert read.town.officers[Actor.objects.get(code="P75/chu-tich-tinh").id] in found["breach"], (
            "the head is told"
        )
        assert listing.waiting(Reader(read.above, read.offices["VN.CP"]), answers=True, explains=True) == 1
        read.do(contest, "answer_contest", read.above, read.offices["VN.CP"], **said)


def test_without_any_officer_it_stands_and_the_gap_is_promised(read: Read) -> None:
    Grant.objects.filter(holder__in=read.offices.values()).update(revoked_at=moment.now())
    contest = read.contest()
    promise = Commitment.objects.get(pk=contest)
    assert promise.state == "filed" and promise.position is None and promise.due is not None
    assert Commitment.objects.get(kind="gap", parent=contest).position is not None


def test_the_explainer_sees_what_is_asked_and_not_the_persons_words(read: Read) -> None:
    contest = read.contest()
    reader = Reader(read.reader, read.place)
    assert listing.open_to_explain(reader, contest) is None, "not before they are asked"
    read.ask(contest)
    opened = listing.open_to_explain(reader, contest)
    assert opened is not None and set(opened.parts) == {"question-1"}
    stranger = Reader(read.town.officers[office(read.dossier, "draft")], office(read.dossier, "draft"))
    if stranger.person != read.reader:
        assert listing.open_to_explain(stranger, contest) is None
        with refused("no_grant"):
            read.do(
                contest, "explain_read", stranger.person, stranger.position, explanation="tôi không biết gì"
            )


def test_erasing_the_contest_takes_all_its_words(read: Read, tmp_path: Any) -> None:
    contest = read.contest()
    read.ask(contest)
    erase_unit(
        Ask("core.erase", PLATFORM, "e", {"unit": contest, "basis": "91/2025/QH15"}), FileStore.current()
    )
    opened = listing.open_own(Reader(read.citizen), contest)
    assert opened is not None and all(part is None for part in opened.parts.values())
    assert signed_in(read.citizen).get(f"{PAGE}phan-doi/{contest}/").status_code == 200
    with refused("erased"):
        read.explain(contest)


# -- the ledger


def test_the_page_tells_people_apart_from_machines_and_oneself(read: Read) -> None:
    open_dossier(Reader(read.citizen), read.dossier)
    open_dossier(Reader(PLATFORM), read.dossier, how="worker")
    client = signed_in(read.citizen)
    page = client.get(PAGE).content.decode()
    assert page.count('/phan-doi/"') == 2 and "không có người nào đọc" in page
    for by, lines in (("others", 1), ("machine", 1), ("own", 1)):
        assert client.get(PAGE, {"by": by}).content.decode().count('<li id="r') == lines, by
    assert str(read.reader) not in page


def test_by_agency_case_and_day(read: Read) -> None:
    client, today = signed_in(read.citizen), local_day(moment.now())
    agency = Access.objects.get(pk=read.access).organisation

    def lines(**asked: Any) -> int:
        return client.get(PAGE, asked).content.decode().count('<li id="r')

    assert lines() == lines(agency=agency) == lines(case=read.dossier) == lines(since=today, until=today) == 1
    assert lines(agency=new_id()) == lines(case=new_id()) == lines(until=today - timedelta(days=1)) == 0
    assert lines(since=today + timedelta(days=1)) == 0
    assert lines(since="x", agency="y", before="z~z") == 1, "what cannot be read counts as not asked"


def test_pages_go_on_without_losing_or_repeating_a_line(read: Read) -> None:
    seen = Access.objects.get(pk=read.access)
    Access.objects.bulk_create(
        Access(
            id=new_id(), reader=read.reader, position=read.place, organisation=seen.organisation, purpose="settle_dossier",
            commitment=read.dossier, subjects=[read.citizen], first_at=seen.first_at, last_at=seen.last_at - timedelta(minutes=n // 2),
        )
        for n in range(60)
    )  # fmt: skip
    client, address, found = signed_in(read.citizen), PAGE, list[str]()
    for _page in range(3):
        page = client.get(address).content.decode()
        found += re.findall(r'<li id="r([0-9a-f-]+)"', page)
        following = re.search(r'href="(\?[^"]*before=[^"]*)" rel="next"', page)
        address = PAGE + following[1].replace("&amp;", "&") if following else ""
    assert address == "" and len(found) == len(set(found)) == 61


def test_the_file_holds_every_line_and_nothing_that_runs(read: Read) -> None:
    answer = signed_in(read.citizen).get(PAGE, {"export": "csv"})
    text = answer.content.decode("utf-8-sig")
    assert answer["Content-Type"].startswith("text/csv") and text.count("\n") == 2
    assert str(read.reader) not in text


def test_a_deputys_read_says_so(read: Read) -> None:
    chair = office(read.dossier, "sign")
    committee = Actor.objects.get(pk=chair).organisation
    vice = Actor.objects.get(organisation=committee, type="pho-chu-tich-xa").id
    head, deputy = read.town.officers[chair], read.town.officers[vice]
    today = local_day(moment.now())
    named = {
        "deputy": deputy, "deputy_position": vice, "roles": ["competent_authority"], "valid_from": today,
        "valid_to": today + timedelta(days=3),
    }  # fmt: skip
    act(Ask("core.delegate", head, "d", named, chair, chair))
    open_dossier(Reader(deputy, chair), read.dossier)
    row = Access.objects.get(reader=deputy)
    assert (row.behalf, row.position) == (head, chair) and row.delegation is not None
    line = next(line for line in who_looked(read.citizen) if line.id == row.pk)
    assert (line.position_vi, line.deputy_vi) == tuple(Actor.objects.get(pk=p).name_vi for p in (chair, vice))
    assert "làm thay tại chức vụ" in signed_in(read.citizen).get(PAGE).content.decode()
    read.access = row.pk
    contest = Contest.objects.get(pk=read.contest())
    assert (contest.reader, contest.behalf) == (deputy, head)


def test_whose_turn_it_was_is_read_from_the_journal(read: Read) -> None:
    at = moment.now()
    first = office(read.dossier, "receive")
    assert turn_then(read.dossier, first, at) == "theirs"
    assert turn_then(read.dossier, read.place, at) == "planned"
    assert turn_then(read.dossier, read.offices["P75"], at) == "not"
    assert turn_then(read.dossier, None, at) == turn_then(None, first, at) == "unknown"
    read.town.do(read.dossier, "serve.accept_dossier", step="receive")
    assert turn_then(read.dossier, read.place, moment.now()) == "theirs"
    assert turn_then(read.dossier, read.place, at) == "planned", "as it was then"


# -- pages


@pytest.fixture
def people(read: Read) -> Iterator[dict[str, Client]]:
    yield {
        "citizen": signed_in(read.citizen),
        "officer": signed_in(read.officer),
        "reader": signed_in(read.reader),
    }


def test_from_the_form_to_the_answer_by_pages(read: Read, people: dict[str, Client]) -> None:
    form = f"{PAGE}{read.access}/phan-doi/"
    assert people["citizen"].get(form).status_code == 200
    empty = people["citizen"].post(form, {"key": "a", "reason": ""})
    assert empty.status_code == 422 and "id_reason_error" in empty.content.decode()
    made = people["citizen"].post(form, {"key": "b", "reason": WHY})
    contest = Contest.objects.get().pk
    assert made.status_code == 302 and made["Location"] == f"{PAGE}phan-doi/{contest}/"
    assert WHY in people["citizen"].get(made["Location"]).content.decode()
    assert people["citizen"].get(form)["Location"] == made["Location"], "not twice"

    desk = people["officer"].get(DESK).content.decode()
    assert f"{DESK}{contest}/" in desk and WHY not in desk, "a list shows nobody's words"
    page = people["officer"].get(f"{DESK}{contest}/").content.decode()
    assert WHY in page
    assert (
        people["officer"]
        .post(f"{DESK}{contest}/ask/", {"key": "c", "ask-question": "Xem để làm việc gì"})
        .status_code
        == 302
    )
    assert f"{DESK}{contest}/" in people["reader"].get(DESK).content.decode()
    asked = people["reader"].get(f"{DESK}{contest}/").content.decode()
    assert "Xem để làm việc gì" in asked and WHY not in asked
    assert (
        people["reader"]
        .post(f"{DESK}{contest}/explain/", {"key": "d", "explain-explanation": "Thẩm tra tờ khai của hồ sơ"})
        .status_code
        == 302
    )
    unheard = {"key": "e", "answer-outcome": "unjustified", "answer-answer": "Không đúng việc được giao"}
    assert people["officer"].post(f"{DESK}{contest}/answer/", unheard).status_code == 422
    answered = people["officer"].post(
        f"{DESK}{contest}/answer/", {**unheard, "key": "f", "answer-consequence": "reminded"}
    )
    assert answered.status_code == 302
    mine = people["citizen"].get(made["Location"]).content.decode()
    assert "Không đúng việc được giao" in mine and "Thẩm tra tờ khai của hồ sơ" in mine
    assert f"{DESK}{contest}/" in people["officer"].get(DESK, {"ended": "1"}).content.decode()


def test_reading_a_contest_is_a_read_that_the_person_sees(read: Read, people: dict[str, Client]) -> None:
    contest = read.contest()
    assert people["officer"].get(f"{DESK}{contest}/").status_code == 200
    lines = looks(read.citizen, Sought(contest), 10)
    assert [line.purpose for line in lines] == ["protect_data"] and lines[0].position_vi


def test_others_find_nothing(read: Read, people: dict[str, Client]) -> None:
    contest = read.contest()
    assert people["reader"].get(f"{DESK}{contest}/").status_code == 404, "not before they are asked"
    stranger = signed_in(read.town.officers[Actor.objects.get(code="P75/chu-tich-tinh").id])
    assert stranger.get(f"{PAGE}phan-doi/{contest}/").status_code == 404
    assert stranger.get(f"{PAGE}{read.access}/phan-doi/").status_code == 404
    assert people["citizen"].get(f"{DESK}{contest}/").status_code == 404
    assert Client().get(f"{DESK}{contest}/").status_code == 302
    assert people["officer"].post(f"{DESK}{contest}/withdraw/", {"key": "x"}).status_code == 404
    assert people["officer"].get(f"{DESK}{new_id()}/").status_code == 404


def test_withdrawn_by_the_person_alone(read: Read, people: dict[str, Client]) -> None:
    contest = read.contest()
    assert people["officer"].post(f"{PAGE}phan-doi/{contest}/rut/", {"key": "x"}).status_code in (403, 404)
    assert people["citizen"].post(f"{PAGE}phan-doi/{contest}/rut/", {"key": "y"}).status_code == 302
    assert Contest.objects.get().stage == "withdrawn"
    assert f"{PAGE}{read.access}/phan-doi/" in people["citizen"].get(PAGE).content.decode()


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)
