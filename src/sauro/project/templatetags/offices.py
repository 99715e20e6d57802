"""Words of the pages about offices, for their templates."""

from collections.abc import Mapping

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from sauro.project.offices.directory import Holder
from sauro.project.offices.logins import Login
from sauro.project.offices.words import CLOSING, OPENING, REASONS
from sauro.web.shapes import StatusKind
from sauro.web.templatetags.sauro import status

register = template.Library()
_STATES: dict[str, StatusKind] = {
    "running": "on_time", "now": "on_time", "coming": "near", "ended": "neutral", "over": "neutral", "past": "neutral",
    "revoked": "neutral", "broken": "late",
}  # fmt: skip


@register.simple_tag
def delegation_state(state: str) -> SafeString:
    """How a delegation stands: mark and word."""
    words = {
        "running": _("in force now"), "coming": _("not yet begun"), "ended": _("ended early"), "over": _("over"),
        "broken": _("ended: an office has changed hands"),
    }  # fmt: skip
    return status(_STATES[state], words[state])


@register.simple_tag
def delegation_reason(code: str) -> str:
    """Why somebody is away."""
    return str(REASONS.get(code, code))


@register.simple_tag
def holding_state(holder: Holder) -> SafeString:
    """How somebody stands to an office: mark and word."""
    held = holder.kind == "holder"
    words = {
        "now": _("holds it") if held else _("acts in it"), "coming": _("will hold it") if held else _("will act in it"),
        "past": _("held it") if held else _("acted in it"),
    }  # fmt: skip
    return status(_STATES[holder.state], words[holder.state])


@register.simple_tag
def right_state(state: str) -> SafeString:
    """How a grant stands: mark and word."""
    words = {
        "now": _("in force now"),
        "coming": _("not yet begun"),
        "over": _("over"),
        "revoked": _("revoked"),
    }
    return status(_STATES[state], words[state])


@register.filter
def named(names: Mapping[str, str], code: str) -> str:
    """What a code is called."""
    return names.get(code, code)


@register.simple_tag
def account_state(login: Login) -> SafeString:
    """How an account stands: mark and word."""
    if not login.open:
        return status("paused", _("closed"))
    return (
        status("near", _("no password chosen yet")) if login.unused else status("on_time", _("may sign in"))
    )


@register.simple_tag
def letter_state(state: str) -> SafeString:
    """What became of the letter with the link: mark and words."""
    words: dict[str, tuple[StatusKind, str]] = {
        "none": ("late", _("Not sent: no mail server was set up. Send it again once there is one.")),
        "waiting": ("near", _("On its way.")),
        "trying": ("near", _("The mail server did not take it yet. It is tried again by itself.")),
        "failed": ("late", _("It could not be sent. Look at the address, then send it again.")),
        "sent": ("on_time", _("Sent. The link works once, for one hour; after that they ask for another under “Forgot your password?”.")),
    }  # fmt: skip
    return status(*words[state])


@register.simple_tag
def account_act(name: str) -> str:
    """What was done with an account."""
    return {
        "core.open_account": _("made"), "core.send_way_in": _("letter sent again"), "core.close_account": _("closed"),
        "core.reopen_account": _("opened again"),
    }[name]  # fmt: skip


@register.simple_tag
def account_reason(code: str) -> str:
    """Why an account was closed or opened again."""
    return str({**CLOSING, **OPENING}.get(code, code))
