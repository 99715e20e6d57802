"""What the pages about offices call things, in the language in use."""

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

Words = str | Promise
REASONS: dict[str, Words] = {
    "leave": gettext_lazy("Annual leave"),
    "illness": gettext_lazy("Illness"),
    "mission": gettext_lazy("Travel on duty"),
    "training": gettext_lazy("Training"),
    "other": gettext_lazy("Other"),
}
CLOSING: dict[str, Words] = {
    "left_office": gettext_lazy("They have left"),
    "long_absence": gettext_lazy("Away for long"),
    "suspected_misuse": gettext_lazy("Somebody else may be using it"),
    "made_by_mistake": gettext_lazy("It was made by mistake"),
    "other": gettext_lazy("Other"),
}
OPENING: dict[str, Words] = {
    "returned": gettext_lazy("They have come back"),
    "closed_by_mistake": gettext_lazy("It was closed by mistake"),
    "suspicion_cleared": gettext_lazy("Nobody else was using it"),
    "other": gettext_lazy("Other"),
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
