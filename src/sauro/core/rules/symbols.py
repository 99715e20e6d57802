"""The number of an instrument says who issued it: 71/NQ-CP is the Government's, 57-NQ/TW the Politburo's.

Symbols: Decree 30/2020/NĐ-CP, Annex I and III (State: number/type-issuer), Regulation 66-QĐ/TW (Party: number-type/issuer).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sauro.core.text import fold


@dataclass(frozen=True, slots=True)
class Issuer:
    """Who may issue: a code, the names under which people know it (folded), and the ends of its symbols."""

    code: str
    names: tuple[str, ...]
    ends: tuple[str, ...]


ISSUERS: Sequence[Issuer] = (
    Issuer("politburo", ("bo chinh tri", "politburo"), ("-NQ/TW", "-CT/TW", "-KL/TW", "-QĐ/TW", "-QC/TW")),
    Issuer("secretariat", ("ban bi thu", "secretariat"), ("-CT/TW", "-KL/TW", "-QĐ/TW", "-QC/TW")),
    Issuer("steering_committee", ("ban chi dao trung uong", "central steering committee"), ("-QC/BCĐTW", "-KH/BCĐTW", "-TB/BCĐTW", "-QĐ/BCĐTW")),
    Issuer("assembly", ("quoc hoi", "national assembly"), ("/QH15", "/QH14", "/QH13", "/QH16")),
    Issuer("government", ("chinh phu", "government"), ("/NQ-CP", "/NĐ-CP")),
    Issuer("prime_minister", ("thu tuong", "thu tuong chinh phu", "prime minister"), ("/QĐ-TTg", "/CT-TTg", "/CĐ-TTg")),
    Issuer("committee", ("uy ban nhan dan", "people's committee", "people’s committee"), ("/QĐ-UBND", "/CT-UBND", "/KH-UBND", "/NQ-UBND")),
    Issuer("council", ("hoi dong nhan dan", "people's council", "people’s council"), ("/NQ-HĐND",)),
)  # fmt: skip
_SYMBOL = re.compile(r"(?P<number>\d{1,5}(?:\.\d{1,3})?)(?P<year>/\d{4})?(?P<end>[-/].+)")
_KIND = re.compile(r"[-/](?P<kind>NQ|CT|KL|QĐ|QC|NĐ|CĐ|KH|TB)(?=[-/])")


@dataclass(frozen=True, slots=True)
class Doubt:
    """A symbol that its issuer does not use: whose it looks like, and what was probably meant."""

    looks_like: str
    likely: str


def issuer_of(name: str) -> Issuer | None:
    """The issuer that people call so, in Vietnamese or English, with or without diacritics."""
    said = fold(name)
    found = [
        issuer
        for issuer in ISSUERS
        for known in issuer.names
        if said == known or said.startswith(f"{known} ")
    ]
    # "Thủ tướng Chính phủ" begins like no other; "Chính phủ" alone is the Government.
    return found[0] if found else None


def doubt(symbol: str, issuer: str) -> Doubt | None:
    """What is doubtful about an issuer's symbol; None where it fits, or where nothing is known of either."""
    who, found = issuer_of(issuer), _SYMBOL.fullmatch(symbol.strip())
    if who is None or found is None or found["end"].endswith(who.ends):
        return None
    owner = next((other for other in ISSUERS if found["end"].endswith(other.ends)), None)
    if owner is None:
        return None
    kind = _KIND.search(found["end"])
    end = next((end for end in who.ends if kind and f"{kind['kind']}" in re.split(r"[-/]", end)), who.ends[0])
    year = found["year"] or "" if end.startswith("/") else ""
    return Doubt(owner.code, f"{found['number']}{year}{end}")
