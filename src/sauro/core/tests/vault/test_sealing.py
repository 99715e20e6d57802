"""Parts: what goes in comes out, in its own place only."""

import hashlib
import unicodedata
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sauro.core.vault.cipher import CannotOpen, UnitKey
from sauro.core.vault.sealing import bucket, open_part, seal_part

SECRET = bytes(range(32))
UNIT = UUID("018f3c1a-0000-7000-8000-000000000001")
KEY = UnitKey(UNIT, SECRET)

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)
objects = st.dictionaries(texts, values, max_size=6)


def normal(value: Any) -> Any:
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, list):
        return [normal(item) for item in value]
    return {normal(k): normal(v) for k, v in value.items()} if isinstance(value, dict) else value


@given(objects, texts.filter(bool), st.integers(1, 2**31 - 1))
def test_what_goes_in_comes_out_in_nfc(data: dict[str, Any], part: str, version: int) -> None:
    sealed = seal_part(KEY, part, version, data)
    assert open_part(KEY, part, version, sealed.ciphertext) == normal(data)
    assert sealed[:3] == (UNIT, part, version)
    assert sealed.digest == hashlib.sha256(sealed.ciphertext).digest()


def test_a_mark_after_an_escape_stays_apart() -> None:
    data = {"text": "line\n\u0303", "quote": '"\u0301', "name": "Nguye\u0302\u0303n"}
    assert open_part(KEY, "p", 1, seal_part(KEY, "p", 1, data).ciphertext) == {
        "text": "line\n\u0303",
        "quote": '"\u0301',
        "name": "Nguyễn",
    }


@pytest.mark.parametrize(
    ("unit", "part", "version"), [(uuid4(), "applicant", 1), (UNIT, "mask", 1), (UNIT, "applicant", 2)]
)
def test_opens_in_its_own_place_only(unit: UUID, part: str, version: int) -> None:
    sealed = seal_part(KEY, "applicant", 1, {"name": "Nguyễn Thị Hoa"})
    with pytest.raises(CannotOpen):
        open_part(UnitKey(unit, SECRET), part, version, sealed.ciphertext)


@given(st.data())
def test_any_flipped_bit_closes_it(data: st.DataObject) -> None:
    ciphertext = bytearray(seal_part(KEY, "applicant", 1, {"name": "Hoa"}).ciphertext)
    at = data.draw(st.integers(0, len(ciphertext) * 8 - 1))
    ciphertext[at // 8] ^= 1 << at % 8
    with pytest.raises(CannotOpen):
        open_part(KEY, "applicant", 1, bytes(ciphertext))


def test_an_erased_part_does_not_open() -> None:
    with pytest.raises(CannotOpen):
        open_part(KEY, "applicant", 1, b"")


@given(st.text("abc", max_size=90), st.text("abc", max_size=90))
def test_short_texts_have_one_length(first: str, second: str) -> None:
    lengths = {len(seal_part(KEY, "p", 1, {"a": text}).ciphertext) for text in (first, second)}
    assert len(lengths) == 1


@given(st.integers(1, 100_000))
def test_buckets(length: int) -> None:
    assert length <= bucket(length) <= max(128, 2 * length)
    assert bucket(length) % 128 == 0
    assert bucket(bucket(length)) == bucket(length)


def test_there_are_few_buckets() -> None:
    assert {bucket(n) for n in range(1, 8193)} == {128, 256, 512, 1024, 2048, 4096, 8192}


@pytest.mark.parametrize("data", [{"a": "\ud800"}, {"a": object()}, {1: "a"}])
def test_refuses_what_is_not_json(data: dict[Any, Any]) -> None:
    with pytest.raises(ValueError):
        seal_part(KEY, "p", 1, data)


@pytest.mark.parametrize(("part", "version"), [("", 1), ("p" * 49, 1), ("p", 0), ("p", 2**31)])
def test_refuses_what_the_table_cannot_hold(part: str, version: int) -> None:
    with pytest.raises(ValueError):
        seal_part(KEY, part, version, {})
