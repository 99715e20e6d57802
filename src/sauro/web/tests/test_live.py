"""A part of a page that changes by itself: fetched under its reader's right, not sent twice, complete without an edge."""

from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pytest
from django.template import engines
from django.test import RequestFactory

from sauro.core import tickets
from sauro.core.queries.visibility import Reader
from sauro.core.tickets import Ticket
from sauro.web import live

READER = Reader(UUID(int=7), UUID(int=8))
EDGE = "http://127.0.0.1:1/edge"


@pytest.fixture(autouse=True)
def pages(settings):
    """Templates of this test, and an edge."""
    settings.SAURO_EDGE_URL = EDGE
    settings.LIVE_TOPICS = {"journal": None, "numbers": "watch.measure"}
    loaders = [("django.template.loaders.locmem.Loader", {"part.html": "<p>{{ count }}</p>"})]
    options = {**settings.TEMPLATES[0]["OPTIONS"], "loaders": [*loaders, "django.template.loaders.app_directories.Loader"]}  # fmt: skip
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "APP_DIRS": False, "OPTIONS": options}]


def fetched(count, known="", **more):
    request = RequestFactory().get("/part/", headers={"If-None-Match": known} if known else {}, **more)
    return live.fragment(request, READER, ["numbers"], "part.html", {"count": count})


def test_a_ticket_is_the_readers_for_these_topics_and_ten_minutes(settings, monkeypatch):
    monkeypatch.setattr("sauro.web.live.time.time", lambda: 5_000.4)
    address = live.ticket_for(READER, ["numbers", "journal"])
    assert address.startswith(f"{EDGE}/ticks?t=")
    key = tickets.key_of(settings.SECRET_KEY)
    found = tickets.read(key, parse_qs(urlsplit(address).query)["t"][0], 5_000.4)
    assert found == Ticket(tickets.holder(key, READER.person, READER.position), ("numbers", "journal"), 5_600)
    assert READER.person.hex not in address and str(READER.person) not in address


def test_a_topic_that_nobody_follows_is_a_mistake():
    with pytest.raises(KeyError, match="number_s"):
        live.ticket_for(READER, ["journal", "number_s"])


def test_what_the_page_has_already_is_not_sent_again():
    first = fetched(1)
    assert first.content == b"<p>1</p>" and first["Sauro-Stream"].startswith(EDGE)
    again, changed = fetched(1, first["ETag"]), fetched(2, first["ETag"])
    assert (again.status_code, again.content) == (304, b"")
    assert again["ETag"] == first["ETag"] and again["Sauro-Stream"].startswith(EDGE)
    assert (changed.status_code, changed.content) == (200, b"<p>2</p>") and changed["ETag"] != first["ETag"]
    assert all("private" in each["Cache-Control"] for each in (first, again, changed))


def test_the_page_knows_the_tag_of_what_stands_in_it():
    request = RequestFactory().get("/")
    part = live.part(request, READER, ["numbers"], "/part/", "part.html", {"count": 1})
    assert part.tag == fetched(1)["ETag"]
    shown = engines["django"].from_string("{% load sauro %}{% live part %}").render({"part": part})
    assert "<p>1</p>" in shown and 'data-sr-live-fragment="/part/"' in shown and f"{EDGE}/ticks?t=" in shown


def test_without_an_edge_the_part_stands_there_all_the_same(settings):
    settings.SAURO_EDGE_URL = ""
    assert "Sauro-Stream" not in fetched(1)
    request = RequestFactory().get("/")
    part = live.part(request, READER, ["numbers"], "/part/", "part.html", {"count": 1})
    shown = engines["django"].from_string("{% load sauro %}{% live part %}").render({"part": part})
    assert 'data-sr-live-stream=""' in shown and "<p>1</p>" in shown
