"""Vietnamese text: one form for storing, one for searching, one for sorting. Pure.

PostgreSQL is not asked to fold or to collate: the bundled server has no ICU and no ``unaccent``, so both are computed
here and stored.
"""

import re
import unicodedata
from functools import lru_cache

_SPACE = re.compile(r"\s+")
_WORD = re.compile(r"[^\W_]+")
# Đ does not decompose; the others are what keyboards and old fonts put in its place (Eth, African D).
_BARRED_D = str.maketrans({"đ": "d", "ð": "d", "ɖ": "d"})
# Zero-width characters, soft hyphens and the like: invisible, so they may not make two words differ.
_INVISIBLE = "Cf"

_TONES = {"\u0300": "1", "\u0309": "2", "\u0303": "3", "\u0301": "4", "\u0323": "5"}
_NO_TONE = "0"
_BREVE, _CIRCUMFLEX, _HORN = "\u0306", "\u0302", "\u031b"
# Rank of a letter among those that share its Latin base: a ă â, d đ, e ê, o ô ơ, u ư.
_RANKS = {("a", _BREVE): "2", ("a", _CIRCUMFLEX): "3", ("e", _CIRCUMFLEX): "2"}
_RANKS |= {("o", _CIRCUMFLEX): "2", ("o", _HORN): "3", ("u", _HORN): "2"}
_END_OF_SYLLABLE, _NUMBER = "0", "1"
_LONGEST_NUMBER = 99


def nfc(text: str) -> str:
    """``text`` in Unicode normal form C, the only form in which text is stored, hashed or signed."""
    return text if unicodedata.is_normalized("NFC", text) else unicodedata.normalize("NFC", text)


def fold(text: str) -> str:
    """``text`` for comparing and searching: lowercase, without diacritics, đ as d, single spaces.

    ``fold("Đà Nẵng") == "da nang"``, whatever the normal form of the input. Compatibility forms (full-width
    digits, ligatures) fold to their plain letters. Punctuation stays.
    """
    if not text.isascii():
        marked = unicodedata.normalize("NFKD", text).casefold()
        # casefold may compose again (İ), so decompose once more before the marks go.
        marked = unicodedata.normalize("NFKD", marked)
        text = "".join(
            c for c in marked if not unicodedata.combining(c) and unicodedata.category(c) != _INVISIBLE
        )
        text = text.translate(_BARRED_D)
    return _SPACE.sub(" ", text.lower()).strip()


def words(text: str) -> list[str]:
    """The folded words of ``text`` in order, without punctuation: ``words("H'Hen Niê") == ["h", "hen", "nie"]``."""
    return _WORD.findall(fold(text))


@lru_cache(maxsize=8192)
def sort_key(text: str) -> str:
    """A string of ``[0-9a-z]`` whose plain order is the order of a Vietnamese dictionary.

    Syllable by syllable: first the letters in the order a ă â b c d đ e ê g h i k l m n o ô ơ p q r s t u ư v x y
    (f j w z at their Latin places), then the tone in the order ngang, huyền, hỏi, ngã, sắc, nặng. Numbers come
    before letters and in numeric order. The key holds no space, capital or punctuation, so that ``ORDER BY`` gives
    the same order in every collation of the database; equal keys differ at most in case or punctuation.
    """
    decomposed = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", text).casefold())
    return "".join(_syllable_key(part) for part in _syllables(decomposed))


def _syllables(decomposed: str) -> list[str]:
    """Runs of letters with their marks, or runs of decimal digits."""
    found: list[str] = []
    kind = ""
    for c in decomposed:
        category = unicodedata.category(c)
        if category == _INVISIBLE:
            continue
        is_mark = category.startswith("M")
        now = kind if is_mark else {"L": "L", "N": "N"}.get(category[0], "")
        if now and now == kind:
            found[-1] += c
        elif now:
            found.append(c)
        kind = now
    return found


def _syllable_key(part: str) -> str:
    if part[0].isdecimal():
        digits = "".join(str(unicodedata.decimal(c)) for c in part if c.isdecimal()).lstrip("0")[
            :_LONGEST_NUMBER
        ]
        return f"{_NUMBER}{len(digits):02}{digits}"
    letters, tone = "", _NO_TONE
    for position, c in enumerate(part):
        if unicodedata.combining(c):
            if tone == _NO_TONE:
                tone = _TONES.get(c, _NO_TONE)
            continue
        letters += _letter_key(c, part[position + 1 :])
    return letters + _END_OF_SYLLABLE + tone


def _letter_key(letter: str, rest: str) -> str:
    """Two characters: the Latin base, and its rank among the letters of that base."""
    if letter in "đðɖ":
        return "d2"
    if not ("a" <= letter <= "z"):
        # Another script: after z, by code point.
        return f"z9{ord(letter):06x}"
    for mark in rest:
        if not unicodedata.combining(mark):
            break
        if (letter, mark) in _RANKS:
            return letter + _RANKS[letter, mark]
    return letter + "1"
