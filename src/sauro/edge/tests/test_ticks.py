"""The application of live ticks: what is heard, by whom, how long, and that nothing piles up for who does not listen."""

import asyncio
from functools import wraps
from uuid import UUID

import pytest

from sauro.edge import ticks
from sauro.edge.tests.listening import ORIGIN, Browser, edge, listen, settle
from sauro.edge.ticks import HEARTBEAT, OF_ONE_HOLDER


def in_loop(test):
    """Run a test that waits; a test that would wait for ever fails."""

    @wraps(test)
    def run(*args, **kwargs):
        asyncio.run(asyncio.wait_for(test(*args, **kwargs), 20))

    return run


@in_loop
async def test_a_stream_says_where_each_topic_stands_and_then_what_changes():
    app, feed, clock = edge()
    heard = listen(app, clock, ("journal", "numbers"), headers={"origin": ORIGIN})
    await settle()
    assert heard.status == 200 and heard.headers["content-type"].startswith("text/event-stream")
    assert heard.headers["access-control-allow-origin"] == ORIGIN
    assert heard.ticks == [("journal", 7), ("numbers", 5)]
    feed.tell({"journal": 8, "numbers": 5})
    await settle()
    feed.tell({"journal": 8, "numbers": 8})
    await settle()
    assert heard.ticks[2:] == [("journal", 8), ("numbers", 8)]


@in_loop
async def test_only_the_topics_of_the_ticket_are_told():
    app, feed, clock = edge()
    heard = listen(app, clock, ("numbers", "nothing_of_ours"))
    await settle()
    feed.tell({"journal": 9, "numbers": 5})
    await settle()
    assert heard.ticks == [("numbers", 5)]


@in_loop
async def test_a_version_that_goes_back_is_told_too():
    app, feed, clock = edge()
    heard = listen(app, clock)
    await settle()
    feed.tell({"journal": 2, "numbers": 0})
    await settle()
    assert heard.ticks == [("journal", 7), ("journal", 2)]


@in_loop
async def test_who_takes_nothing_gets_the_newest_version_only():
    app, feed, clock = edge()
    slow, quick = listen(app, clock), listen(app, clock)
    await settle()
    slow.taking.clear()
    for version in range(8, 1_008):
        feed.tell({"journal": version, "numbers": 5})
        await settle()
    slow.taking.set()
    await settle()
    assert quick.ticks == [("journal", version) for version in range(7, 1_008)]
    # The one that was on its way when the reader stopped, and the newest.
    assert slow.ticks == [("journal", 7), ("journal", 8), ("journal", 1_007)]


@in_loop
async def test_who_takes_nothing_for_long_is_let_go(monkeypatch):
    monkeypatch.setattr(ticks, "PATIENCE", 0.01)
    app, feed, clock = edge()
    slow = listen(app, clock)
    await settle()
    slow.taking.clear()
    feed.tell({"journal": 8, "numbers": 5})
    await slow.task
    alive = Browser(app, path="/healthz")
    await settle()
    assert b'"streams": 0' in alive.body


@in_loop
async def test_a_lost_database_is_told_as_not_knowing_and_its_return_with_every_version():
    app, feed, clock = edge()
    heard = listen(app, clock, ("journal", "numbers"))
    await settle()
    feed.tell(None)
    feed.tell(None)
    await settle()
    assert heard.events[2:] == [("blind", {})]
    late = listen(app, clock)
    await settle()
    assert late.events == [("blind", {})]
    feed.tell({"journal": 7, "numbers": 5})
    await settle()
    assert heard.ticks[2:] == [("journal", 7), ("numbers", 5)]
    assert late.ticks == [("journal", 7)]


@in_loop
async def test_silence_is_broken_every_fifteen_seconds():
    app, _feed, clock = edge()
    heard = listen(app, clock)
    await settle()
    clock.at += HEARTBEAT - 1
    app.look()
    await settle()
    assert [name for name, _data in heard.events] == ["tick"]
    clock.at += 1
    app.look()
    await settle()
    assert [name for name, _data in heard.events] == ["tick", "beat"]
    app.look()
    await settle()
    assert len(heard.events) == 2


@in_loop
async def test_a_stream_ends_with_its_ticket():
    app, feed, clock = edge()
    heard = listen(app, clock, life=60)
    await settle()
    clock.at += 60
    app.look()
    await heard.task
    assert heard.ended and heard.events[-1] == ("over", {})
    feed.tell({"journal": 99, "numbers": 99})
    assert ("journal", 99) not in heard.ticks


@in_loop
async def test_a_ticket_that_is_over_foreign_or_absent_opens_nothing():
    app, _feed, clock = edge()
    asked = [
        listen(app, clock, life=-1),
        listen(app, clock, key=b"another"),
        listen(app, clock, ("nothing_of_ours",)),
        Browser(app),
        Browser(app, query="t=%00%ff&t=1"),
    ]
    await settle()
    assert [each.status for each in asked] == [401] * 5
    assert [b"ticket_expired" in each.body for each in asked] == [True, *[False] * 4]
    assert all(b'"rule"' in each.body and each.ended for each in asked)


@in_loop
async def test_pages_of_other_places_may_not_listen():
    app, _feed, clock = edge()
    foreign = listen(app, clock, headers={"origin": "https://other.example"})
    own = listen(app, clock)
    await settle()
    assert (foreign.status, own.status) == (403, 200)
    assert "access-control-allow-origin" not in {**foreign.headers, **own.headers}


@in_loop
async def test_beyond_its_limit_the_process_opens_no_stream_until_one_ends():
    app, _feed, clock = edge(streams=2)
    first, second = listen(app, clock), listen(app, clock)
    await settle()
    third = listen(app, clock, headers={"origin": ORIGIN})
    await settle()
    assert third.status == 503 and int(third.headers["retry-after"]) > 0
    assert third.headers["access-control-allow-origin"] == ORIGIN
    first.leave()
    await first.task
    fourth = listen(app, clock)
    await settle()
    assert (second.status, fourth.status) == (200, 200)


@in_loop
async def test_one_address_may_not_take_all_streams():
    app, _feed, clock = edge(of_one_address=2)
    of_one = [listen(app, clock, address="10.0.0.1") for _ in range(3)]
    other = listen(app, clock, address="10.0.0.2")
    await settle()
    assert [each.status for each in (*of_one, other)] == [200, 200, 503, 200]


@in_loop
async def test_one_person_may_not_take_all_streams():
    app, _feed, clock = edge()
    of_one = [listen(app, clock) for _ in range(OF_ONE_HOLDER + 1)]
    other = listen(app, clock, person=UUID(int=2))
    await settle()
    assert [each.status for each in of_one] == [*[200] * OF_ONE_HOLDER, 503] and other.status == 200


@pytest.mark.parametrize(
    ("proxies", "header", "refused"),
    [(0, "1.1.1.{}", True), (1, "9.9.9.9, 1.1.1.{}", False), (1, "1.1.1.{}, 9.9.9.9", True), (2, "1.1.1.{}, 9.9.9.9", False)],
)  # fmt: skip
@in_loop
async def test_the_address_is_believed_from_as_many_proxies_as_there_are(proxies, header, refused):
    app, _feed, clock = edge(of_one_address=1, proxies=proxies)
    asked = [listen(app, clock, headers={"x-forwarded-for": header.format(n)}) for n in range(2)]
    await settle()
    assert [each.status for each in asked] == [200, 503 if refused else 200]


@in_loop
async def test_a_line_that_the_visitor_sent_hides_none_that_the_proxy_added():
    app, _feed, clock = edge(of_one_address=1, proxies=1)
    lines = [[("x-forwarded-for", f"9.9.9.{n}"), ("x-forwarded-for", "1.1.1.1")] for n in range(2)]
    asked = [listen(app, clock, headers=each) for each in lines]
    await settle()
    assert [each.status for each in asked] == [200, 503]


@in_loop
async def test_who_leaves_is_forgotten():
    app, _feed, clock = edge(of_one_address=1)
    for _ in range(3):
        heard = listen(app, clock)
        await settle()
        assert heard.status == 200
        heard.leave()
        await heard.task
    assert not app._listeners and not app._addresses and not app._holders


@in_loop
async def test_a_refusal_is_not_counted_for_ever():
    app, _feed, clock = edge(of_one_address=1)
    open_one = listen(app, clock)
    await settle()
    for _ in range(3):
        refused = listen(app, clock)
        await refused.task
        assert refused.status == 503
    open_one.leave()
    await open_one.task
    assert not app._addresses and not app._holders


@in_loop
async def test_the_end_of_the_process_ends_every_stream_and_opens_none():
    app, _feed, clock = edge()
    heard = [listen(app, clock, person=UUID(int=n)) for n in range(50)]
    await settle()
    app.end()
    await asyncio.gather(*(each.task for each in heard))
    assert all(each.ended and each.events[-1] == ("over", {}) for each in heard)
    late = listen(app, clock)
    await late.task
    assert late.status == 503


@in_loop
async def test_other_addresses_and_methods():
    app, feed, _clock = edge()
    feed.tell(None)
    asked = [
        Browser(app, path="/healthz"), Browser(app, path="/edge/readyz"), Browser(app, path="/"),
        Browser(app, path="/ticks/x"), Browser(app, method="POST"), Browser(app, method="OPTIONS"),
    ]  # fmt: skip
    await settle()
    assert [each.status for each in asked] == [200, 503, 404, 404, 405, 405]
