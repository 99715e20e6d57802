"""Masks: identity as lists show it. Enough for an officer to tell two rows apart, too little to know who it is.

Stars stand for any number of characters. Masks are personal text all the same: they rest sealed, as part ``mask``.
"""

import unicodedata
from typing import Any

from sauro.core.text import nfc

_STARS = "***"
_KEPT_DIGITS = 3
# A number with fewer characters than this would be half shown.
_SHORTEST_SHOWN = 8


def mask_name(name: str) -> str:
    """First letter of each word: ``Nguyễn Thị Hoa`` → ``N*** T*** H***``. A word of one letter shows nothing."""
    return " ".join(_masked_word(word) for word in nfc(name).split()) or _STARS


def mask_number(number: str) -> str:
    """The last three characters of an ID or licence number: ``079123456789`` → ``******789``."""
    found = "".join(c for c in number if c.isalnum())
    return 2 * _STARS + (found[-_KEPT_DIGITS:] if len(found) >= _SHORTEST_SHOWN else "")


def mask_phone(phone: str) -> str:
    """The last three digits: ``+84 912 345 678`` → ``******678``."""
    return mask_number("".join(c for c in phone if c.isdecimal()))


def mask_email(address: str) -> str:
    """First letter of the mailbox and of its host: ``hoa.nguyen@example.vn`` → ``h***@e***``."""
    mailbox, at, host = nfc(address).strip().rpartition("@")
    return f"{_masked_word(mailbox)}@{_masked_word(host)}" if at else _STARS


def identity_mask(
    *, name: str | None = None, number: str | None = None, phone: str | None = None, email: str | None = None
) -> dict[str, Any]:
    """What to seal as part ``mask``: masked values of what is given, under the same names."""
    given = {
        "name": name and mask_name(name),
        "number": number and mask_number(number),
        "phone": phone and mask_phone(phone),
        "email": email and mask_email(email),
    }
    return {field: masked for field, masked in given.items() if masked}


def _masked_word(word: str) -> str:
    # A letter is kept with the marks that no composed form swallows.
    end = 1
    while end < len(word) and unicodedata.combining(word[end]):
        end += 1
    return word[:end] + _STARS if end < len(word) else _STARS
