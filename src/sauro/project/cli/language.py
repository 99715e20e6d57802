"""The command line's own words. Needs no Django: an error about the settings must be readable too."""

import gettext
import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path

_spoken: ContextVar[str] = ContextVar("sauro_spoken", default="")


def _language() -> str:
    return _spoken.get() or os.environ.get("SAURO_LANGUAGE", "vi") or "vi"


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Say everything in this language inside the block: what the operator reads on a page."""
    token = _spoken.set(language[:2])
    try:
        yield
    finally:
        _spoken.reset(token)


@cache
def _catalogue(language: str) -> gettext.NullTranslations:
    folder = Path(__file__).resolve().parents[1] / "locale"
    return gettext.translation("django", str(folder), languages=[language], fallback=True)


def _(message: str) -> str:
    """Give the message in the operator's language (SAURO_LANGUAGE)."""
    return _catalogue(_language()).gettext(message)


def ngettext(one: str, many: str, count: int) -> str:
    """Give the message for a count in the operator's language."""
    return _catalogue(_language()).ngettext(one, many, count)


def number(value: float, digits: int = 0) -> str:
    """Give a number as the operator's language writes it: 1.298,5 in Vietnamese, 1,298.5 in English."""
    written = f"{value:,.{digits}f}"
    return written.translate(str.maketrans(",.", ".,")) if _language().startswith("vi") else written
