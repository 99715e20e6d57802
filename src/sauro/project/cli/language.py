"""The command line's own words. Needs no Django: an error about the settings must be readable too."""

import gettext
import os
from functools import cache
from pathlib import Path


@cache
def _catalogue() -> gettext.NullTranslations:
    language = os.environ.get("SAURO_LANGUAGE", "vi") or "vi"
    folder = Path(__file__).resolve().parents[1] / "locale"
    return gettext.translation("django", str(folder), languages=[language], fallback=True)


def _(message: str) -> str:
    """Give the message in the operator's language (SAURO_LANGUAGE)."""
    return _catalogue().gettext(message)
