"""Folding, words and Vietnamese dictionary order."""

import random
import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sauro.core.text import fold, nfc, sort_key, words

VIETNAMESE = "aàảãáạăằẳẵắặâầẩẫấậbcdđeèẻẽéẹêềểễếệghiìỉĩíịklmnoòỏõóọôồổỗốộơờởỡớợpqrstuùủũúụưừửữứựvxyỳỷỹýỵ"
vietnamese = st.text(alphabet=VIETNAMESE + VIETNAMESE.upper() + " -0123456789", max_size=40)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Đà Nẵng", "da nang"),
        ("  NGUYỄN \t Thị\u00a0Hoa\n", "nguyen thi hoa"),
        ("ĐƯỜNG ÐƯỜNG Ɖường", "duong duong duong"),
        ("Buôn Ma Thuột", "buon ma thuot"),
        ("12/3 Lê Lợi, P.5", "12/3 le loi, p.5"),
        ("Ho\u00adà\u200bng", "hoang"),
        ("１２３ ﬁ", "123 fi"),
        ("İstanbul", "istanbul"),
        ("", ""),
    ],
)
def test_fold(text: str, folded: str) -> None:
    assert fold(text) == folded
    assert fold(unicodedata.normalize("NFD", text)) == folded
    assert fold(unicodedata.normalize("NFC", text)) == folded


def test_every_vietnamese_letter_folds_to_ascii() -> None:
    assert set(fold(VIETNAMESE + VIETNAMESE.upper())) <= set("abcdefghijklmnopqrstuvwxyz")


@given(st.text(max_size=60))
def test_fold_settles_at_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(max_size=60))
def test_fold_does_not_see_the_normal_form(text: str) -> None:
    assert fold(unicodedata.normalize("NFD", text)) == fold(unicodedata.normalize("NFC", text))


def test_words() -> None:
    assert words("Nguyễn Thị-Hoa, (Đà Nẵng)") == ["nguyen", "thi", "hoa", "da", "nang"]
    assert words("H'Hen Niê_Kđăm") == ["h", "hen", "nie", "kdam"]
    assert words(" ,.- ") == []


def test_nfc() -> None:
    assert nfc(unicodedata.normalize("NFD", "Nguyễn")) == "Nguyễn"


def in_order(*texts: str) -> None:
    shuffled = list(texts)
    random.Random(7).shuffle(shuffled)
    assert sorted(shuffled, key=sort_key) == list(texts)
    decomposed = [unicodedata.normalize("NFD", t) for t in shuffled]
    assert [nfc(t) for t in sorted(decomposed, key=sort_key)] == list(texts)


def test_alphabet_order() -> None:
    in_order(*"aăâbcdđeêfghijklmnoôơpqrstuưvwxyz")


def test_tone_order() -> None:
    in_order("ma", "mà", "mả", "mã", "má", "mạ")
    in_order("mê", "mề", "mể", "mễ", "mế", "mệ")


def test_dictionary_order_goes_by_syllable() -> None:
    in_order("ba", "ba bị", "ba cá", "bà", "bà con", "bá", "ban", "bàn", "băn", "bân")
    in_order("an", "ăn", "ân", "ba")
    in_order("da", "dụng", "đa", "đụng", "e")


def test_provinces_in_order() -> None:
    in_order(
        "An Giang",
        "Bắc Ninh",
        "Cà Mau",
        "Cao Bằng",
        "Cần Thơ",
        "Đà Nẵng",
        "Đắk Lắk",
        "Điện Biên",
        "Đồng Nai",
        "Gia Lai",
    )


def test_numbers_in_numeric_order() -> None:
    in_order("Mẫu 2", "Mẫu 10", "Mẫu 010a", "Mẫu đơn")
    assert sort_key("Mẫu 2") == sort_key("MẪU  02.")


@given(st.text(max_size=40))
def test_key_is_plain(text: str) -> None:
    assert re.fullmatch(r"[0-9a-z]*", sort_key(text))


@given(vietnamese, vietnamese)
def test_order_by_letters_then_tone(left: str, right: str) -> None:
    assert (reference_key(left) < reference_key(right)) == (sort_key(left) < sort_key(right))


def reference_key(text: str) -> list[tuple[int, list[int], int]]:
    """The same order the slow way: tuples instead of strings."""
    letters = "aăâbcdđeêghiklmnoôơpqrstuưvxy"
    found: list[tuple[int, list[int], int]] = []
    for part in re.findall(r"[0-9]+|[^\W\d]+", nfc(text).lower()):
        if part.isdigit():
            found.append((0, [], int(part)))
            continue
        tones, plain = [], []
        for c in unicodedata.normalize("NFD", part):
            if c in "\u0300\u0309\u0303\u0301\u0323":
                tones.append("\u0300\u0309\u0303\u0301\u0323".index(c) + 1)
            else:
                plain.append(c)
        ranks = [letters.index(c) for c in unicodedata.normalize("NFC", "".join(plain))]
        found.append((1, ranks, tones[0] if tones else 0))
    return found
