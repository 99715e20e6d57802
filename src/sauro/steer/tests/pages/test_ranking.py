"""The ranking's page and files: both numbers of each rate, and each number the way to its list."""

import csv
import io
import re
from datetime import timedelta

import pytest
from django.utils.html import escape

from sauro.core.moment import now, simulated
from sauro.steer.tests.conftest import State, in_days
from sauro.steer.tests.pages.conftest import BOARD, Room

pytestmark = pytest.mark.django_db


def finish(state: State, who: str, task: object) -> None:
    state.report(who, task)  # type: ignore[arg-type]
    state.show(who, task)  # type: ignore[arg-type]
    state.do("verifier", "close_task", task=task)  # type: ignore[arg-type]


def test_each_number_leads_to_its_list(room: Room, state: State) -> None:
    finish(state, "ministry", state.working())
    extended = state.working()
    until = {"until": in_days(150), "reason": "Phạm vi được mở rộng", "decision": state.instrument}
    state.do("secretary", "extend_task", until, extended)
    overdue = state.working()
    assigned = state.draft(**state.terms("other"))
    state.do("secretary", "assign_task", task=assigned)
    later = now() + timedelta(days=125)
    with simulated(lambda: later):
        finish(state, "ministry", extended)
        page = room.get("secretary", "xep-hang/")
        line, last = page.context["rows"]
        assert (last["row"].rank, last["row"].id) == (2, state.organisations["other"])
        assert [(rate.numerator, rate.denominator) for rate, *_links in line["rates"]] == [
            (2, 2),
            (1, 2),
            (2, 3),
        ]
        said = page.content.decode()
        assert "66,67\xa0%" in said and "50,00\xa0%" in said
        for rate, above, below in line["rates"]:
            for count, href in ((rate.numerator, above), (rate.denominator, below)):
                assert f'href="{escape(href)}"' in said
                assert len(room.at("secretary").get(href).context["rows"]) == count, href
        listed = room.at("secretary").get(line["overdue"]).context["rows"]
        assert [row.line.id for row in listed] == [overdue]
        assert (line["row"].matrix.open_overdue, line["row"].overdue_days) == (
            1,
            (later - listed[0].line.due).days,
        )


def test_who_has_nothing_due_is_listed_apart(room: Room, state: State) -> None:
    state.working()
    page = room.get("secretary", "xep-hang/")
    assert not page.context["rows"] and len(page.context["without"]) == 1
    assert "Chưa có gì để xếp hạng" in page.content.decode()
    assert 'class="sr-empty"' in room.get("secretary", "xep-hang/", of="province").content.decode()
    instruments = room.get("secretary", "xep-hang/", of="instrument", by="days")
    assert [line["row"].name for line in instruments.context["without"]] == ["88/NQ-CP"]
    for nonsense in ("of=x", "by=x", "of=&by=&export=pdf"):
        assert room.at("secretary").get(f"{BOARD}xep-hang/?{nonsense}").status_code == 200


def test_the_file_has_numerators_and_denominators(room: Room, state: State) -> None:
    finish(state, "ministry", state.working())
    answer = room.get("secretary", "xep-hang/", export="csv")
    assert re.search(r'filename="xep-hang-ministry-\d{4}-\d\d-\d\d.csv"', answer["Content-Disposition"])
    heads, first = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert first[:5] == ["1", "Bộ Khoa học và Công nghệ", "100,00\xa0%", "1", "1"] and len(heads) == len(
        first
    )
    assert room.get("secretary", "xep-hang/", export="xlsx").content.startswith(b"PK")
