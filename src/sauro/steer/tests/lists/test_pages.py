"""A secretary's way from a ministry's file to its tasks, page by page, in both languages; who sees nothing of it."""

import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import load_workbook

from sauro.core.ids import new_id
from sauro.steer.models import ColumnMap, Task, TaskList
from sauro.steer.tests.conftest import State
from sauro.steer.tests.lists.conftest import Desk
from sauro.steer.tests.lists.sample import HEADER, row, workbook
from sauro.steer.tests.pages.conftest import BOARD, signed_in

pytestmark = pytest.mark.django_db
LISTS = f"{BOARD}nhap/"


def at(desk: Desk, who: str = "secretary") -> Client:
    return signed_in(desk.state.persons[who], desk.state.offices[who])


def send(client: Client, body: bytes, name: str = "nhiem vu.xlsx") -> Any:
    return client.post(LISTS, {"file": SimpleUploadedFile(name, body)})


def form_of(page: Any) -> dict[str, str]:
    """The fields of the columns' form as the page shows them."""
    form = page.context["form"]
    return {name: str(form[name].value() or "") for name in form.fields if name != "doubles"}


def brought(client: Client, rows: list[list[Any]]) -> str:
    """The address of a list that was read, with its columns as they were guessed, and checked."""
    columns = send(client, workbook(rows))["Location"]
    done = client.post(columns, form_of(client.get(columns)))
    assert done.status_code == 302, done.context["form"].errors
    return str(done["Location"])


def test_from_a_file_to_its_tasks_and_back(desk: Desk) -> None:
    client = at(desk)
    assert f'href="{LISTS}"' in client.get(BOARD).content.decode()
    empty = client.get(LISTS).content.decode()
    assert 'class="sr-empty"' in empty and 'enctype="multipart/form-data"' in empty
    columns = send(client, workbook([row(1), row(2, due="31/02/2027"), row(3, due=None)]))["Location"]
    page = client.get(columns)
    assert (
        page.context["form"].header == 4
        and form_of(page)["lead"] == "2"
        and "DANH MỤC" in page.content.decode()
    )
    assert [at for at, _cells in page.context["form"].preview] == [1, 2, 3, 4, 5, 6, 7]
    assert "30/06/2027" in page.content.decode() and "nhiem vu.xlsx" in client.get(LISTS).content.decode()
    here = client.post(columns, form_of(page))["Location"]
    page = client.get(here)
    assert (
        dict(page.context["shown"].counts) == {"clear": 1, "refused": 1, "draft": 1}
        and not Task.objects.exists()
    )
    assert "31/02/2027" in client.get(f"{here}?kind=refused").content.decode()
    done = client.post(here, {"do": "import", "mode": "assign"}, follow=True)
    assert dict(done.context["shown"].counts) == {"assigned": 1, "refused": 1, "made": 1}
    for task in Task.objects.all():
        assert f"{BOARD}{task.id}/" in done.content.decode()
    assert sorted(Task.objects.values_list("stage", flat=True)) == ["assigned", "draft"]
    undone = client.post(here, {"do": "undo"}, follow=True)
    assert (
        set(Task.objects.values_list("stage", flat=True)) == {"cancelled"}
        and undone.context["list"].undone_at
    )
    assert 'value="undo"' not in undone.content.decode()


def test_a_second_press_does_nothing_more(desk: Desk) -> None:
    client = at(desk)
    here = brought(client, [row(1)])
    for _press in range(2):
        assert client.post(here, {"do": "import", "mode": "drafts"})["Location"] == here
    assert Task.objects.count() == 1
    client.post(here, {"do": "undo"})
    page = client.post(here, {"do": "import", "mode": "drafts"}, follow=True)
    assert set(Task.objects.values_list("stage", flat=True)) == {"cancelled"}
    assert dict(page.context["shown"].counts) == {"withdrawn": 1}


def test_columns_are_remembered_for_the_next_file_of_the_form(desk: Desk) -> None:
    client = at(desk)
    own = ["TT", "Việc phải làm", "Đầu mối", "Ghi chép"]
    rows = [[1, "Một việc", "Bộ Tư pháp", "x"]]
    columns = send(client, workbook(rows, above=[["Kế hoạch"], own]))["Location"]
    page = client.get(columns)
    assert form_of(page)["task"] == form_of(page)["lead"] == ""
    form = {"header": "2", "task": "1", "lead": "2", "default_instrument": str(desk.state.instrument)}
    assert client.post(columns, form).status_code == 302
    page = client.get(send(client, workbook(rows * 2, above=[["Kế hoạch tháng sau"], [], [name.upper() for name in own]]))["Location"])  # fmt: skip
    assert page.context["content"]["remembered"] and page.context["form"].header == 3
    assert (form_of(page)["task"], form_of(page)["lead"]) == ("1", "2")
    kept = ColumnMap.objects.get()
    assert "Việc" not in str(kept.columns) and kept.organisation == desk.state.organisations["secretary"]
    ministry = at(desk, "ministry")
    page = ministry.get(send(ministry, workbook(rows, above=[own]))["Location"])
    assert "remembered" not in page.context["content"]


def test_errors_stand_beside_their_fields_and_nothing_is_lost(desk: Desk) -> None:
    client = at(desk)
    for body, name in ((b"%PDF-1.4\n%%EOF\n", "a.pdf"), (b"", "a.xlsx"), (b"PK\x03\x04zz", "b.xlsx")):
        page = send(client, body, name)
        assert page.status_code == 422 and list(page.context["form"].errors) == ["file"]
    assert client.post(LISTS, {}).status_code == 422 and not TaskList.objects.exists()
    columns = send(client, workbook([row()]))["Location"]
    form = form_of(client.get(columns))
    page = client.post(columns, {**form, "lead": form["task"], "instrument": "", "header": "400"})
    assert page.status_code == 422
    assert set(page.context["form"].errors) == {"lead", "default_instrument", "header"}
    assert form_of(page)["output"] == form["output"] and form_of(page)["header"] == "400"
    page = client.post(columns, {**form, "task": "", "lead": "99"})
    assert set(page.context["form"].errors) == {"task", "lead"}
    for nonsense in ({"header": "x"}, {"header": "-1"}, {"header": "9" * 20}, {"sheet": "7"}):
        assert client.post(columns, {**form, **nonsense}).status_code in (302, 422)


def test_another_row_can_name_the_columns_without_script(desk: Desk) -> None:
    client = at(desk)
    columns = send(client, workbook([row()]))["Location"]
    form = {**form_of(client.get(columns)), "header": "1", "choose": "1", "default_verifier": str(desk.state.offices["verifier"])}  # fmt: skip
    page = client.post(columns, form)
    assert page.status_code == 200 and page.context["form"].header == 1 and form_of(page)["lead"] == ""
    assert form_of(page)["default_verifier"] == str(desk.state.offices["verifier"])
    page = client.post(columns, {**form_of(page), "header": "4", "choose": "1"})
    assert form_of(page)["lead"] == "2"


def test_the_result_is_taken_away_with_nothing_a_spreadsheet_would_run(desk: Desk) -> None:
    client = at(desk)
    here = brought(client, [row(1), row(2, task='=HYPERLINK("http://x")', output="@SUM(1)", lead="-1")])
    client.post(here, {"do": "import", "mode": "drafts"})
    body = client.get(f"{here}ket-qua.xlsx")
    assert body["Content-Disposition"].startswith("attachment")
    sheet = load_workbook(io.BytesIO(body.content)).active
    assert sheet is not None
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0][: len(HEADER)] == tuple(HEADER) and len(rows) == 3
    assert rows[1][-1] == Task.objects.get().code and rows[2][-1] is None and rows[2][-2]
    assert rows[2][2] == "'-1" and all(cell.data_type != "f" for line in sheet.iter_rows() for cell in line)


def test_an_export_comes_back_and_is_known(desk: Desk, state: State) -> None:
    """Its columns are known by themselves, in either language, and each row as the task that it is."""
    client = at(desk)
    client.post(
        brought(client, [row(1), row(2, beside="Bộ Tư pháp; Bộ Y tế")]), {"do": "import", "mode": "assign"}
    )
    state.draft(code="=NV1")
    for language in ("vi", "en"):
        client.cookies["sauro_language"] = language
        body = client.get(BOARD, {"state": "all", "export": "xlsx"}).content
        columns = send(client, body)["Location"]
        form = form_of(client.get(columns))
        assert all(form[name] for name in ("code", "task", "instrument", "paragraph", "lead", "position", "coordinating", "output", "due", "verifier")), form  # fmt: skip
        page = client.get(client.post(columns, form)["Location"])
        assert dict(page.context["shown"].counts) == {"exists": 3}


def test_an_export_makes_the_same_tasks_elsewhere(desk: Desk) -> None:
    client = at(desk)
    client.post(brought(client, [row(1, beside="Bộ Tư pháp; Bộ Y tế")]), {"do": "import", "mode": "assign"})
    first = Task.objects.get()
    said = ("lead", "instrument", "paragraph", "coordinating", "verifier", "due_on", "folded")
    before = [getattr(first, name) for name in said]
    body = client.get(BOARD, {"state": "all", "export": "xlsx"}).content
    # As if it stood in another installation: there it has another code, and nothing stands yet.
    Task.objects.filter(pk=first.id).update(code="X", stage="cancelled")
    columns = send(client, body)["Location"]
    client.post(
        client.post(columns, form_of(client.get(columns)))["Location"], {"do": "import", "mode": "assign"}
    )
    made = Task.objects.get(stage="assigned")
    assert [getattr(made, name) for name in said] == before


def test_long_lists_have_pages_and_kinds(desk: Desk) -> None:
    client = at(desk)
    here = brought(client, [row(number, due="x" if number % 2 else "31/12/2027") for number in range(210)])
    page = client.get(here)
    assert len(page.context["shown"].lines) == 100 and page.context["shown"].following
    last = client.get(f"{here}?kind=all&page=3").context["shown"]
    assert len(last.lines) == 10 and not last.following and last.previous
    assert {line.status.kind for line in client.get(f"{here}?kind=refused").context["shown"].lines} == {
        "late"
    }
    for nonsense in ("kind=x", "page=0", "page=-1", "page=999", "page=" + "9" * 30):
        assert client.get(f"{here}?{nonsense}").status_code == 200


def test_drafts_are_assigned_from_the_result(desk: Desk) -> None:
    client = at(desk)
    here = brought(client, [row(1), row(2, due=None)])
    client.post(here, {"do": "import", "mode": "drafts"})
    page = client.post(here, {"do": "assign"}, follow=True)
    assert dict(page.context["shown"].counts) == {"assigned": 1, "made": 1} and page.context["drafts"] == 1


def test_what_was_taken_on_is_named_before_undoing(desk: Desk, state: State) -> None:
    client = at(desk)
    here = brought(client, [row(1), row(2)])
    client.post(here, {"do": "import", "mode": "assign"})
    taken = Task.objects.order_by("code")[0]
    state.do("ministry", "accept_task", task=taken.id)
    page = client.get(here)
    assert [task.id for task, _stage in page.context["kept"]] == [taken.id] and page.context["undoable"] == 1
    client.post(here, {"do": "undo"})
    assert sorted(Task.objects.values_list("stage", flat=True)) == ["cancelled", "working"]


def test_a_file_is_thrown_away(desk: Desk) -> None:
    client = at(desk)
    here = brought(client, [row(1)])
    assert client.post(here, {"do": "discard"})["Location"] == LISTS and not TaskList.objects.exists()
    here = brought(client, [row(1)])
    client.post(here, {"do": "import", "mode": "drafts"})
    client.post(here, {"do": "discard"})
    page = client.get(here)
    assert page.context["content"] is None and Task.objects.get().code in page.content.decode()
    assert (
        client.get(f"{here}ket-qua.xlsx").status_code == 404 and client.get(f"{here}cot/").status_code == 302
    )
    client.post(here, {"do": "undo"})
    assert Task.objects.get().stage == "cancelled"


def test_it_is_for_who_may_draft_and_a_list_for_who_brought_it(desk: Desk, state: State) -> None:
    client = at(desk)
    here = brought(client, [row(1)])
    begun = send(client, workbook([row(2)]))["Location"]
    for visitor in (at(desk, "verifier"), signed_in(new_id())):
        assert visitor.get(LISTS).status_code == visitor.post(LISTS).status_code == 404
        assert visitor.get(here).status_code == visitor.post(here, {"do": "import"}).status_code == 404
    assert "nhap/" not in at(desk, "verifier").get(BOARD).content.decode()
    ministry = at(desk, "ministry")
    for address in (here, begun, f"{here}ket-qua.xlsx"):
        assert (
            ministry.get(address).status_code == ministry.post(address, {"do": "import"}).status_code == 404
        )
    assert not Task.objects.exists() and here not in ministry.get(LISTS).content.decode()
    # Who holds the office later sees what was imported in it and may undo it, without the cells of the file.
    client.post(here, {"do": "import", "mode": "drafts"})
    assert ministry.get(here).status_code == ministry.post(here, {"do": "undo"}).status_code == 404
    state.seat("later", "VN.VPTW", "thu-ky-chi-dao")
    later = signed_in(state.persons["later"], state.offices["later"])
    page = later.get(here)
    assert page.context["content"] is None and later.get(begun).status_code == 404
    later.post(here, {"do": "undo"})
    assert Task.objects.get().stage == "cancelled"


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_page_speaks_the_readers_language(desk: Desk, language: str) -> None:
    client = at(desk)
    client.cookies["sauro_language"] = language
    here = brought(client, [row(1), row(2, lead="Bộ Không Có")])
    words = {"vi": ("Nhập danh sách nhiệm vụ", "Cột nào ghi gì", "Việc nhập sẽ làm gì", "không tạo được"), "en": ("Import a task list", "Which column holds what", "What the import would do", "cannot be made")}[language]  # fmt: skip
    pages = [
        client.get(LISTS),
        client.get(f"{here}cot/"),
        client.get(here),
        client.get(f"{here}?kind=refused"),
    ]
    for page, said in zip(pages, words, strict=True):
        assert said in page.content.decode() and f'<html lang="{language}"' in page.content.decode()
