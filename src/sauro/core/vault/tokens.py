"""Search tokens: keyed digests of folded words and numbers, so that the database can find what it cannot read.

A token tells nothing without the token key. Equal words give equal tokens: who holds the database sees how often a
word occurs, not which one it is. That is why names are the only free text that is tokenised.
"""

import re
from collections.abc import Callable
from uuid import UUID

from sauro.core.text import fold, words
from sauro.core.vault.database import Database
from sauro.core.vault.keyring import Keyring
from sauro.core.vault.parts import Tokens

__all__ = ["KINDS", "Tokens", "having_all", "search_units", "tokens_for"]

TOKEN_BYTES = 16
_NOT_ALNUM = re.compile(r"[\W_]+")
_COUNTRY = "84"


def _number(text: str) -> list[str]:
    found = _NOT_ALNUM.sub("", fold(text))
    return [found] if found else []


def _phone(text: str) -> list[str]:
    digits = re.sub(r"[^0-9]", "", fold(text))
    if text.strip().startswith("+") or digits.startswith("00"):
        digits = digits.removeprefix("00")
        digits = (
            "0" + digits.removeprefix(_COUNTRY).removeprefix("0")
            if digits.startswith(_COUNTRY)
            else "+" + digits
        )
    return [digits] if digits.strip("+") else []


def _email(text: str) -> list[str]:
    found = text.strip().casefold()
    return [found] if found else []


KINDS: dict[str, Callable[[str], list[str]]] = {
    "name": lambda text: list(dict.fromkeys(words(text))),
    "number": _number,
    "phone": _phone,
    "email": _email,
}
"""What each kind of token is made from: the words of a name; a number, a telephone or an address as a whole."""


def tokens_for(keyring: Keyring, kind: str, text: str) -> list[bytes]:
    """The tokens of ``text``, 16 bytes each, none twice. Raises KeyError for an unknown kind."""
    return [keyring.token_digest(kind, found)[:TOKEN_BYTES] for found in KINDS[kind](text)]


def having_all(keyring: Keyring, kind: str, text: str) -> tuple[str, list[object]]:
    """SQL and its parameters that give the units (column ``unit``) having every token of ``text``.

    For use as ``… IN (sql)`` in a query that begins with who is asking. A text without tokens gives no unit.
    """
    tokens = tokens_for(keyring, kind, text)
    if not tokens:
        return "SELECT NULL::uuid AS unit WHERE false", []
    joins = [
        f" JOIN core_token t{n} ON t{n}.unit = t0.unit AND t{n}.kind = t0.kind AND t{n}.token = %s"
        for n in range(1, len(tokens))
    ]
    sql = f"SELECT t0.unit FROM core_token t0{''.join(joins)} WHERE t0.kind = %s AND t0.token = %s"  # noqa: S608 — constant parts only
    return sql, [*tokens[1:], kind, tokens[0]]


def search_units(db: Database, keyring: Keyring, kind: str, text: str, limit: int) -> list[UUID]:
    """At most ``limit`` units that have every token of ``text``, newest first (unit ids grow with time)."""
    sql, parameters = having_all(keyring, kind, text)
    rows = db.execute(f"{sql} ORDER BY unit DESC LIMIT %s", [*parameters, limit]).fetchall()
    return [unit for (unit,) in rows]
