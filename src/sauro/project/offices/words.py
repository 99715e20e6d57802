"""What the pages about offices call things, in the language in use."""

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

Words = str | Promise
REASONS: dict[str, Words] = {
    "leave": lazy("Annual leave"),
    "illness": lazy("Illness"),
    "mission": lazy("Travel on duty"),
    "training": lazy("Training"),
    "other": lazy("Other"),
}


def english() -> bool:
    """Whether the reader reads English."""
    return (get_language() or "vi").startswith("en")


def name_of(alias: str) -> str:
    """The column of a name, for a query."""
    return f"{alias}.name_en" if english() else f"{alias}.name_vi"


def said(text: Mapping[str, Any] | None) -> str:
    """A pack's text."""
    text = text or {}
    return str(text.get("en" if english() else "vi") or text.get("vi") or "")


def masked(mask: Mapping[str, Any] | None) -> str:
    """A person as lists show them."""
    return str((mask or {}).get("name") or _("name not known"))
