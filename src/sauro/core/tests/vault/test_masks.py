"""Masks: enough to tell rows apart, too little to know who it is."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sauro.core.text import fold, nfc
from sauro.core.vault.masks import identity_mask, mask_email, mask_name, mask_number, mask_phone

LETTERS = "aăâbcdđeêghiklmnoôơpqrstuưvxyàảãáạếễ"
syllables = st.text(LETTERS, min_size=1, max_size=7).map(str.capitalize)
names = st.lists(syllables, min_size=1, max_size=6).map(" ".join)


@pytest.mark.parametrize(
    ("name", "mask"),
    [
        ("Nguyễn Thị Hoa", "N*** T*** H***"),
        ("  đặng   Ánh ", "đ*** Á***"),
        (unicodedata.normalize("NFD", "Ếch Ộp"), "Ế*** Ộ***"),
        ("H'Hen Niê", "H*** N***"),
        ("Y Bhăm Êban", "*** B*** Ê***"),
        ("", "***"),
    ],
)
def test_names(name: str, mask: str) -> None:
    assert mask_name(name) == mask


@given(names)
def test_no_word_of_a_name_shows(name: str) -> None:
    mask = mask_name(name)
    assert len(mask.split()) == len(name.split())
    for word, shown in zip(name.split(), mask.split(), strict=True):
        assert fold(word) != fold(shown.replace("*", ""))
        assert len(nfc(shown).replace("*", "")) <= 1


@given(names, names)
def test_length_of_a_word_does_not_show(first: str, second: str) -> None:
    lengths = {len(word) for word in (mask_name(first) + " " + mask_name(second)).split()}
    assert lengths <= {3, 4}


@pytest.mark.parametrize(
    ("number", "mask"),
    [("079123456789", "******789"), ("079 123-456 789", "******789"), ("1234567", "******"), ("", "******")],
)
def test_numbers(number: str, mask: str) -> None:
    assert mask_number(number) == mask


@given(st.text("0123456789ABCDEF", max_size=20))
def test_at_most_three_characters_of_a_number_show(number: str) -> None:
    assert re.fullmatch(r"\*{6}[0-9A-F]{0,3}", mask_number(number))


def test_phones_and_addresses() -> None:
    assert mask_phone("+84 912 345 678") == mask_phone("0912345678") == "******678"
    assert mask_email("hoa.nguyen@example.vn") == "h***@e***"
    assert mask_email("h@example.vn") == "***@e***"
    assert mask_email("not an address") == "***"


def test_identity() -> None:
    assert identity_mask(name="Nguyễn Thị Hoa", number="079123456789") == {
        "name": "N*** T*** H***",
        "number": "******789",
    }
    assert identity_mask(name="", email=None) == {}
