"""Components: a status is never colour alone; a promise always shows its six parts and three statuses."""

import re
from datetime import UTC, datetime
from typing import get_args

import pytest
from django.template import Context, Template
from django.utils import translation

from sauro.web.shapes import (
    MARKS,
    WORDS,
    Chip,
    Head,
    Number,
    Part,
    Promise,
    Status,
    StatusKind,
    Table,
    TimelineEntry,
)


def render(source, **values):
    return Template("{% load sauro %}" + source).render(Context(values))


def text(html):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html)).strip()


def promise(**changes):
    parts = {
        name: Part(f"the {name}")
        for name in ("person", "task", "deadline", "responsibility", "output", "authority")
    }
    states = {
        "reported": Status("claimed", "done"),
        "evidenced": Status("near", "half"),
        "schedule": Status("late"),
    }
    return Promise(**{**parts, **states, **changes})


@pytest.mark.parametrize("kind", get_args(StatusKind))
@pytest.mark.parametrize("language", ["vi", "en"])
def test_a_status_has_mark_and_word(kind, language):
    with translation.override(language):
        shown = text(render("{% status kind %}", kind=kind))
        assert shown == f"{MARKS[kind]} {WORDS[kind]}"


def test_marks_and_words_tell_the_kinds_apart():
    assert len(set(MARKS.values())) == len(MARKS) == len(get_args(StatusKind))
    for language in ("vi", "en"):
        with translation.override(language):
            assert len({str(word) for word in WORDS.values()}) == len(WORDS)


def test_a_promise_shows_six_parts_then_three_statuses_in_order():
    with translation.override("vi"):
        html = render("{% promise promise %}", promise=promise())
    names = re.findall(r"<dt>([^<]+)</dt>", html)
    assert names == [
        "Người",
        "Việc",
        "Thời hạn",
        "Trách nhiệm",
        "Sản phẩm",
        "Thẩm quyền",
        "Báo cáo",
        "Minh chứng",
        "So với hạn gốc",
    ]
    assert [*re.findall(r"sr-status--(\S+)\"", html)] == ["claimed", "near", "late"]


def test_a_missing_clarity_is_shown_as_missing():
    with translation.override("en"):
        assert "▲ not clear yet" in text(render("{% promise promise %}", promise=promise(deadline=Part(""))))


def test_a_number_says_how_it_came_about_and_leads_to_its_events():
    with translation.override("vi"):
        html = render("{% number_card n %}", n=Number("Nhiệm vụ", 1298, "claimed", "/source", "việc"))
        assert 'href="/source"' in html
        assert text(html) == "Nhiệm vụ 1.298 việc ◇ được nêu"
        assert "○ chưa rõ" in text(render("{% number_card n %}", n=Number("x", None, "measured")))
        assert "đo được" in render("{% number_card n %}", n=Number("x", 1, "measured"))


def test_the_timeline_tells_when_who_and_under_which_grant():
    entry = TimelineEntry(
        datetime(2026, 11, 22, 8, tzinfo=UTC), "Accepted", "Officer", "grant 7", kind="late"
    )
    with translation.override("en"):
        shown = text(render("{% timeline entries %}", entries=[entry]))
    assert shown == "Accepted ▲ late 15:00, 22/11/2026 · Officer · grant 7"


def test_a_table_writes_numbers_statuses_and_links():
    table = Table(
        "Queue",
        [Head("Code"), Head("State"), Head("Hours", numeric=True)],
        [[Part("A", href="/a"), Status("late"), 1298]],
    )
    with translation.override("vi"):
        html = render("{% table t %}", t=table)
    assert '<a class="govuk-link" href="/a">A</a>' in html
    assert "quá hạn" in html
    assert re.search(r'<td class="govuk-table__cell sr-cell-number sr-figures">1\.298\s*</td>', html)


def test_an_empty_table_says_what_it_is_for():
    html = render("{% table t %}", t=Table("Queue", [Head("Code")], [], "Nothing waits"))
    assert "<table" not in html
    assert "Nothing waits" in html


def test_an_active_filter_is_told_to_a_screen_reader():
    html = render('{% chips chips "Filters" %}', chips=[Chip("Late", "?", active=True), Chip("Mine", "?m")])
    assert html.count('aria-current="true"') == 1


def test_what_is_shown_is_escaped():
    bad = "<b>x</b>"
    entry = TimelineEntry(None, bad, bad, bad, bad)
    row = Table(bad, [Head(bad)], [[bad]])
    html = render(
        '{% status "late" bad %}{% promise p %}{% timeline e %}{% table t %}{{ bad|law:bad }}',
        bad=bad,
        p=promise(task=Part(bad, bad, bad)),
        e=[entry],
        t=row,
    )
    assert "<b>" not in html
