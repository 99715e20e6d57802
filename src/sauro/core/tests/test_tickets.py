"""Tickets of live streams: what is written is read, what was altered opens nothing, and no person can be read from it."""

from uuid import UUID

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from sauro.core import tickets
from sauro.core.tickets import Ticket, TicketRefused

keys = st.binary(min_size=1, max_size=40)
topics = st.lists(st.from_regex(r"[a-z][a-z0-9_]{0,39}", fullmatch=True), min_size=1, max_size=5).map(tuple)


@st.composite
def written(draw):
    key = draw(keys)
    who = tickets.holder(key, draw(st.uuids()), draw(st.none() | st.uuids()))
    return key, Ticket(who, draw(topics), draw(st.integers(1, 2**40)))


@given(written(), st.floats(0, 2**41))
def test_what_is_written_is_read_until_its_end(made, at):
    key, ticket = made
    text = tickets.sign(key, ticket)
    if at < ticket.until:
        assert tickets.read(key, text, at) == ticket
    else:
        with pytest.raises(TicketRefused, match="ticket_expired"):
            tickets.read(key, text, at)


def test_at_its_end_it_opens_nothing_any_more():
    text = tickets.sign(b"k", Ticket(tickets.holder(b"k", UUID(int=1), None), ("numbers",), 100))
    assert tickets.read(b"k", text, 99.9)
    with pytest.raises(TicketRefused, match="ticket_expired"):
        tickets.read(b"k", text, 100)


@given(written(), st.data())
def test_a_change_of_any_one_character_is_refused(made, data):
    key, ticket = made
    text = tickets.sign(key, ticket)
    place = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(st.characters(codec="utf-8"))
    assume(other != text[place])
    with pytest.raises(TicketRefused, match="ticket_wrong"):
        tickets.read(key, text[:place] + other + text[place + 1 :], 0)


@given(written(), keys)
def test_another_key_opens_nothing(made, other):
    key, ticket = made
    # HMAC fills a short key up with noughts.
    assume(key.rstrip(b"\0") != other.rstrip(b"\0"))
    with pytest.raises(TicketRefused, match="ticket_wrong"):
        tickets.read(other, tickets.sign(key, ticket), 0)


@given(keys, st.text())
def test_whatever_is_sent_is_refused_and_breaks_nothing(key, text):
    with pytest.raises(TicketRefused):
        tickets.read(key, text, 0)


@given(written(), topics)
def test_topics_cannot_be_exchanged(made, others):
    key, ticket = made
    assume(others != ticket.topics)
    said, _, seal = tickets.sign(key, ticket).rpartition("~")
    forged = "~".join([*said.split("~")[:3], "-".join(others), seal])
    with pytest.raises(TicketRefused, match="ticket_wrong"):
        tickets.read(key, forged, 0)


@given(keys, st.uuids(), st.none() | st.uuids(), st.uuids(), st.none() | st.uuids())
def test_a_holder_is_one_person_in_one_position_and_names_neither(key, person, position, other, place):
    known = tickets.holder(key, person, position)
    assert known == tickets.holder(key, person, position)
    assert (known == tickets.holder(key, other, position)) == (person == other)
    assert (known == tickets.holder(key, person, place)) == (position == place)
    assert person.hex not in known and str(person) not in known
    assert known != tickets.holder(key + b"x", person, position)


@pytest.mark.parametrize("wrong", [(), ("",), ("a-b",), ("a~b",), ("Numbers",), ("số",), ("a" * 41,)])
def test_a_topic_that_could_be_read_as_two_is_not_written(wrong):
    with pytest.raises(ValueError):
        Ticket(tickets.holder(b"k", UUID(int=1), None), wrong, 1)


def test_the_key_is_not_the_secret():
    assert b"secret" not in tickets.key_of("secret") and tickets.key_of("secret") != tickets.key_of("secret2")
