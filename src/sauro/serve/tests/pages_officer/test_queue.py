"""The queue, its files, many at once; Today and the head's page."""

import csv
import io
from datetime import timedelta
from uuid import UUID

import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from sauro.core.doorway import Ask, act
from sauro.core.ids import new_id
from sauro.core.models import Access, Commitment
from sauro.core.moment import now, simulated
from sauro.serve.models import Dossier, Notice
from sauro.serve.tests.conftest import Town
from sauro.serve.tests.pages_officer.conftest import Desks, a_monday, at_home, home
from sauro.web.spreadsheet import inert

pytestmark = pytest.mark.django_db


def test_a_list_is_masked_and_reading_it_opens_nothing(town: Town, desks: Desks) -> None:
    dossier = town.file()
    page = desks.at(dossier).get("/can-bo/ho-so/")
    said = page.content.decode()
    assert str(dossier) in said and "075190000001" not in said and "Trần Thị Hoa" not in said
    assert not Access.objects.filter(commitment=dossier).exists()


@pytest.mark.parametrize("text", ["075190000001", "tran thi hoa", "Hoa"])
def test_a_dossier_is_found_by_what_the_counter_knows(town: Town, desks: Desks, text: str) -> None:
    dossier, other = town.file(), town.file(requester_name="Lê Văn Tám", requester_id="075190000002")
    page = desks.at(dossier).get("/can-bo/ho-so/", {"q": text})
    assert [row.line.id for row in page.context["rows"]] == [dossier]
    by_reference = desks.at(dossier).get(
        "/can-bo/ho-so/", {"q": Dossier.objects.get(pk=other).reference.lower()}
    )
    assert [row.line.id for row in by_reference.context["rows"]] == [other]


def test_filters_stand_in_the_address_and_counts_are_links(town: Town, desks: Desks) -> None:
    first, second = town.file(), town.file()
    desks.post(first, "accept")
    desk = desks.at(second)
    page = desk.get("/can-bo/ho-so/")
    counts = {chip.href: chip.count for chip in page.context["statuses"] if chip.count is not None}
    assert counts == {"/can-bo/ho-so/?status=1": 1, "/can-bo/ho-so/?status=2": 1}
    assert [r.line.id for r in desk.get("/can-bo/ho-so/?status=1").context["rows"]] == [second]
    assert [r.line.id for r in desk.get("/can-bo/ho-so/?mine=1").context["rows"]] == [second]
    assert [r.line.id for r in desks.at(first).get("/can-bo/ho-so/?mine=1").context["rows"]] == [first]
    assert desk.get("/can-bo/ho-so/?procedure=2.000488").context["rows"] == []
    assert desk.get("/can-bo/ho-so/?assisted=1").context["rows"] == []


def test_nonsense_in_an_address_does_no_harm(town: Town, desks: Desks) -> None:
    dossier = town.file()
    for query in (
        "after=x",
        "after=9~y",
        "status=99",
        "sort=;",
        "export=exe",
        "after=infinity~" + str(new_id()),
    ):
        assert desks.at(dossier).get(f"/can-bo/ho-so/?{query}").status_code == 200


def test_pages_follow_each_other_without_a_gap(
    town: Town, desks: Desks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sauro.serve.queries.queue.PAGE", 2)
    filed = {town.file() for _one in range(5)}
    desks.post(min(filed), "accept")
    for sort in ("due", "submitted"):
        seen, address = [], f"/can-bo/ho-so/?sort={sort}"
        while address:
            page = desks.at(max(filed)).get(address)
            seen += [row.line.id for row in page.context["rows"]]
            address = page.context["following"]
        assert len(seen) == 5 and set(seen) == filed


def test_a_file_holds_the_list_masked_and_runs_nothing(town: Town, desks: Desks) -> None:
    dossier = town.file(requester_name="=cmd|' /C calc'!A0")
    desk = desks.at(dossier)
    answer = desk.get("/can-bo/ho-so/?export=csv")
    assert answer["Content-Disposition"].startswith("attachment")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert len(rows) == 2 and rows[1][1] == Dossier.objects.get(pk=dossier).reference
    assert not any(cell.startswith(("=", "+", "-", "@")) for cell in rows[1]) and any(
        cell.startswith("'=") for cell in rows[1]
    )
    book = load_workbook(io.BytesIO(desk.get("/can-bo/ho-so/?export=xlsx").content))
    assert isinstance(book.active, Worksheet)
    cells = [cell for line in book.active.iter_rows() for cell in line]
    assert {cell.data_type for cell in cells if cell.value is not None} == {"s"}
    assert "Trần" not in answer.content.decode() and "075190000001" not in answer.content.decode()


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_nothing_is_taken_for_a_formula(text: str) -> None:
    assert inert(text) == f"'{text}" and inert("SR-1") == "SR-1"


def test_many_are_accepted_at_once_and_each_is_answered_for_itself(town: Town, desks: Desks) -> None:
    filed = [town.file() for _one in range(3)]
    desk = desks.at(filed[0])
    stale = {f"version-{id_}": Commitment.objects.get(pk=id_).version for id_ in filed}
    desks.post(filed[2], "withdraw")
    sent = {"key": "bulk", "chosen": [str(id_) for id_ in [*filed, new_id()]], **stale}
    page = desk.post("/can-bo/ho-so/tiep-nhan/", sent)
    assert (page.context["done"], page.context["refused"]) == (2, 2)
    codes = [line["code"] for line in page.context["lines"]]
    assert codes[0] and codes[1] and codes[0] != codes[1] and codes[2] is None
    assert page.context["lines"][3]["title"] == "–"
    again = desk.post("/can-bo/ho-so/tiep-nhan/", sent)
    assert [line["code"] for line in again.context["lines"]] == codes


def test_a_late_dossier_is_marked_and_the_head_sees_it(town: Town, desks: Desks) -> None:
    monday = a_monday()
    with simulated(lambda: monday):
        dossier = town.file()
        desks.post(dossier, "accept")
    Notice.objects.create(id=new_id(), person=town.officers[UUID(Dossier.objects.get(pk=dossier).plan["positions"]["sign"])],
                          dossier=dossier, kind="breached", event=new_id(), at=monday)  # fmt: skip
    with simulated(lambda: monday + timedelta(days=3)):
        page = desks.at(dossier).get("/can-bo/ho-so/?late=1")
        assert [row.shown.schedule.kind for row in page.context["rows"]] == [
            "late"
        ] and "▲" in page.content.decode()
        head = desks.at(dossier, "sign").get("/can-bo/lanh-dao/")
        assert [row.line.id for row in head.context["late"]] == [dossier]
        assert [item["new"] for item in head.context["notices"]] == [True]
        assert head.context["tallies"].rows[0][1] == 1
        told = home(desks.at(dossier, "sign"))
        assert [line.new for line in told["dossier_notices"].lines] == [False]
        assert [line.code for line in told["agency"].lines] == [Dossier.objects.get(pk=dossier).code]
    assert desks.at(dossier).get("/can-bo/lanh-dao/").status_code == 404


def test_today_shows_what_waits_for_this_office(town: Town, desks: Desks) -> None:
    dossier = town.file()
    assert at_home(desks.at(dossier)) == [dossier]
    officer = desks.at(dossier, "draft")
    assert at_home(officer) == []
    desks.post(dossier, "accept")
    assert at_home(officer) == [dossier]
    assert at_home(desks.at(dossier, "receive")) == []


def test_a_page_of_the_queue_asks_the_database_a_fixed_number_of_questions(
    town: Town, desks: Desks, django_assert_max_num_queries: object
) -> None:
    for _one in range(6):
        last = town.file()
    with django_assert_max_num_queries(47):  # type: ignore[operator]
        desks.at(last).get("/can-bo/ho-so/")


def test_a_home_asks_the_database_a_fixed_number_of_questions(
    town: Town, desks: Desks, django_assert_max_num_queries: object
) -> None:
    dossier, counted = town.file(), 100
    for _one in range(2):
        with django_assert_max_num_queries(counted) as asked:  # type: ignore[operator]
            desks.at(dossier, "sign").get("/can-bo/")
            desks.at(dossier).get("/can-bo/")
        counted = len(asked)
        for _more in range(5):
            town.file()


def test_what_has_ended_is_listed_newest_first(
    town: Town, desks: Desks, monkeypatch: pytest.MonkeyPatch
) -> None:
    filed = [town.file() for _one in range(3)]
    for dossier in filed:
        desks.post(dossier, "refuse", ground="already_registered", reason="Trẻ đã được đăng ký khai sinh.")
    desk, wanted = desks.at(filed[0]), filed[::-1]
    for gathered in (50_000, 1):
        monkeypatch.setattr("sauro.serve.queries.queue.GATHERED", gathered)
        page = desk.get("/can-bo/ho-so/?status=all&sort=due")
        assert [row.line.id for row in page.context["rows"]] == wanted
    assert desk.get("/can-bo/ho-so/").context["rows"] == []


def test_many_are_counted_as_far_as_is_of_use(
    town: Town, desks: Desks, monkeypatch: pytest.MonkeyPatch
) -> None:
    _first, _second, dossier = (town.file() for _one in range(3))
    monkeypatch.setattr("sauro.serve.queries.queue.COUNTED", 2)
    page = desks.at(dossier).get("/can-bo/ho-so/")
    assert {chip.href: chip.count for chip in page.context["statuses"] if chip.count} == {
        "/can-bo/ho-so/?status=1": 2
    }
    assert '<span class="sr-figures">2+</span>' in page.content.decode()


def test_a_moved_dossier_waits_where_it_was_moved_to(town: Town, desks: Desks) -> None:
    dossier = town.file()
    desks.post(dossier, "accept")
    mover, taker = desks.at(dossier), desks.at(dossier, "sign")
    signs = Dossier.objects.get(pk=dossier).plan["positions"]["sign"]
    Commitment.objects.filter(pk=dossier).update(position=signs)
    assert at_home(taker) == [dossier]
    assert at_home(mover) == []


def test_the_queue_sorts_by_the_due_of_the_commitment_while_its_clock_runs(town: Town, desks: Desks) -> None:
    first, second, third = (town.file() for _one in range(3))
    monday, earlier = a_monday(), now() - timedelta(days=7)
    with simulated(lambda: monday):
        desks.post(second, "accept")
    with simulated(lambda: earlier):
        desks.post(third, "accept")
    for dossier in (first, second, third):
        assert Dossier.objects.get(pk=dossier).due == Commitment.objects.get(pk=dossier).due
    page = desks.at(first).get("/can-bo/ho-so/")
    assert [row.line.id for row in page.context["rows"]] == [third, second, first]
    act(Ask("serve.withdraw_dossier", town.citizen, "withdraw", {}, subject=third))
    assert Commitment.objects.get(pk=third).due and Dossier.objects.get(pk=third).due is None
