import unicodedata
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

import orjson
import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from sauro.core.canonical import MAX_INTEGER, NotCanonical, canonical, encode, plain, quick

text = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))
keys = st.text(st.characters(min_codepoint=1, max_codepoint=127), max_size=8)
scalars = st.none() | st.booleans() | st.integers(-MAX_INTEGER, MAX_INTEGER) | text
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(keys, inner, max_size=5),
    max_leaves=30,
)


def nfc(value: Any) -> Any:
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, list):
        return [nfc(item) for item in value]
    if isinstance(value, dict):
        return {key: nfc(item) for key, item in value.items()}
    return value


@given(values)
def test_the_bytes_are_those_of_rfc_8785(value: Any) -> None:
    assert canonical(value) == rfc8785.dumps(nfc(value))


@given(values)
def test_reading_and_writing_again_changes_nothing(value: Any) -> None:
    once = canonical(value)
    assert canonical(orjson.loads(once)) == encode(orjson.loads(once)) == once


@given(text)
def test_every_control_character_and_plane_is_escaped_as_the_standard_says(value: str) -> None:
    assert canonical([value]) == rfc8785.dumps([nfc(value)])


def test_the_whole_range_of_characters_agrees() -> None:
    every = "".join(chr(c) for c in range(1, 0x30000) if not 0xD800 <= c < 0xE000)
    assert canonical(every) == rfc8785.dumps(nfc(every))


@given(st.decimals(allow_nan=False, allow_infinity=False))
def test_equal_decimals_have_equal_bytes(value: Decimal) -> None:
    said = orjson.loads(canonical(value))
    assert Decimal(said) == value
    assert "E" not in said
    assert said != "-0"
    assert canonical(Decimal(said + ("0" if "." in said else ".0"))) == canonical(value)


@given(st.datetimes(min_value=datetime(2, 1, 1), max_value=datetime(9998, 12, 31)), st.integers(-14, 14))  # noqa: DTZ001
def test_one_moment_has_one_form_whatever_its_zone(naive: datetime, hours: int) -> None:
    utc = naive.replace(tzinfo=UTC)
    elsewhere = utc.astimezone(timezone(timedelta(hours=hours)))
    said = orjson.loads(canonical(elsewhere))
    assert said == utc.strftime("%Y-%m-%dT%H:%M:%S.%fZ").rjust(27, "0")
    assert datetime.fromisoformat(said) == utc


class Colour(StrEnum):
    RED = "red"


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (UUID("01890A5D-AC96-774B-BCCE-B302099A8057"), '"01890a5d-ac96-774b-bcce-b302099a8057"'),
        (date(2025, 7, 1), '"2025-07-01"'),
        (datetime(2025, 7, 1, 10, 0, tzinfo=timezone(timedelta(hours=7))), '"2025-07-01T03:00:00.000000Z"'),
        (Decimal("1500.00"), '"1500"'),
        (Decimal("1E+3"), '"1000"'),
        (Decimal("-0.00"), '"0"'),
        (b"\x00\xff", '"00ff"'),
        (memoryview(b"\x01"), '"01"'),
        (Colour.RED, '"red"'),
        ({"b": 1, "a": (True, None)}, '{"a":[true,null],"b":1}'),
        ("Đà Nẵng", '"Đà Nẵng"'),
    ],
)
def test_what_json_cannot_say_goes_in_as_text(value: Any, said: str) -> None:
    assert canonical(value) == said.encode()


@pytest.mark.parametrize(
    "value",
    [
        1.0,
        float("nan"),
        float("inf"),
        2**53,
        -(2**53),
        2**64,
        "a\0b",
        "ă\0",
        "\ud800",
        {"ừ": 1},
        {1: 1},
        {"a\0": 1},
        {None: 1},
        datetime(2025, 1, 1),  # noqa: DTZ001
        Decimal("NaN"),
        Decimal("Infinity"),
        object(),
        {1, 2},
    ],
)
def test_what_has_no_exact_form_is_refused(value: Any) -> None:
    with pytest.raises(NotCanonical):
        canonical({"outer": [value]})


@pytest.mark.parametrize("piece", ["đ", "ê\\", '"', ",1", '":', "[9", "e\u0302"])
def test_long_text_takes_time_in_proportion(piece: str) -> None:
    assert canonical([piece * 300_000]) == rfc8785.dumps([nfc(piece * 300_000)])


def test_a_refusal_says_where() -> None:
    with pytest.raises(NotCanonical) as caught:
        canonical({"fees": [{"amount": 1}, {"amount": 1.5}]})
    assert caught.value.path == ("fees", "1", "amount")
    assert "fees.1.amount" in str(caught.value)


def test_plain_leaves_its_argument_alone() -> None:
    given_value = {"when": datetime(2025, 1, 1, tzinfo=UTC), "list": [Decimal("2.50")]}
    assert plain(given_value) == {"when": "2025-01-01T00:00:00.000000Z", "list": ["2.5"]}
    assert given_value["list"] == [Decimal("2.50")]


ours = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**60), 2**60), st.text(max_size=8), st.uuids(), st.binary(max_size=6),
    st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=7))])), st.dates(), st.decimals(allow_nan=False, places=3),
    st.sampled_from(["e\u0302", "\\u0000", "\0", "Tiếng Việt", "\ud800", "\u2028"]),
)  # fmt: skip


@given(st.dictionaries(st.text("abcXYZ_1", max_size=4), ours | st.lists(ours, max_size=3), max_size=6))
def test_quick_gives_the_same_bytes_and_refuses_the_same(value: dict[str, Any]) -> None:
    def made(how: Callable[[Any], bytes]) -> bytes | None:
        try:
            return how(value)
        except NotCanonical:
            return None

    assert made(quick) == made(canonical)
