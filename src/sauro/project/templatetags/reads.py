"""Words of the pages about reads, for their templates."""

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from sauro.project.reads import words
from sauro.web.shapes import StatusKind
from sauro.web.templatetags.sauro import status

register = template.Library()
_STAGES: dict[str, StatusKind] = {"open": "near", "asked": "near", "explained": "near", "answered": "on_time", "withdrawn": "neutral"}  # fmt: skip


@register.simple_tag
def contest_stage(stage: str) -> SafeString:
    """How far a contest is: mark and word."""
    return status(_STAGES[stage], words.stage(stage))


@register.simple_tag
def contest_outcome(outcome: str) -> str:
    """What was found."""
    return words.outcomes().get(outcome, "")


@register.simple_tag
def contest_turn(turn: str) -> SafeString:
    """Whether the reader had the turn in the case when they read: mark and words."""
    said: dict[str, tuple[StatusKind, str]] = {
        "theirs": ("on_time", _("The step of the case was the turn of the reader’s office")),
        "planned": ("near", _("The office has another step of this case; it was not its turn")),
        "not": ("late", _("The office has no step of this case")),
        "unknown": ("neutral", _("There is no plan of steps to compare with")),
    }
    kind, text = said[turn]
    return status(kind, text)
