"""Words for limits, clock lines and events, in the language in use."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from sauro.serve.documents.facts import ClockLine
from sauro.serve.rules.procedures import Procedure
from sauro.web.wording import citation


def limit_words(found: Procedure, holds: Collection[str] = ()) -> str:
    """A legal limit in words."""
    return amount_words(*found.limit(holds))


def amount_words(amount: int, unit: str) -> str:
    """An amount of time in words; no working day means the same day."""
    if unit == "working_day":
        if amount == 0:
            return _("the same day")
        return ngettext("%(count)d working day", "%(count)d working days", amount) % {"count": amount}
    if unit == "working_hour":
        return ngettext("%(count)d working hour", "%(count)d working hours", amount) % {"count": amount}
    if unit == "month":
        return ngettext("%(count)d month", "%(count)d months", amount) % {"count": amount}
    return ngettext("%(count)d day", "%(count)d days", amount) % {"count": amount}


def clock_lines(steps: Sequence[Mapping[str, Any]]) -> Iterator[ClockLine]:
    """The computation of a deadline, line by line, as a person reads it."""
    for step in steps:
        # Where the start was shifted, the line says from when it counts, not when something came in.
        start = step.get("to") if step["what"] == "shift" else step.get("from")
        moment = start or step.get("at") or step.get("decided_at")
        yield ClockLine(_what(step), datetime.fromisoformat(moment) if moment else None, _rule(step))


def _what(step: Mapping[str, Any]) -> str:
    kind = step["what"]
    if kind == "shift":
        return (
            _("Received after 15:00: counting starts when the office opens again")
            if step["reason"] == "after_cut_off"
            else _("The office was closed: counting starts when it opens")
        )
    if kind == "start_day":
        return _("The day of receipt is not counted")
    if kind == "count":
        return _amount(step, _("counted"))
    if kind == "rest":
        return _amount(
            step,
            _name(step)
            or {"weekend": _("weekend"), "holiday": _("public holiday")}.get(step["reason"], _("day off")),
        )
    if kind == "pause":
        return _amount(step, _("the clock stood still, by law"))
    if kind == "carried":
        return _amount(step, _("the last day is a day off, so the limit ends on the next working day"))
    if kind == "extension":
        return _("Extended, with an apology")
    return _("The result is due")


def _amount(step: Mapping[str, Any], what: str) -> str:
    days, minutes = step.get("days"), step.get("minutes")
    if days:
        return ngettext("%(count)d day: %(what)s", "%(count)d days: %(what)s", days) % {
            "count": days,
            "what": what,
        }
    if minutes:
        hours = minutes / 60
        return _("%(hours)s working hours: %(what)s") % {"hours": f"{hours:g}", "what": what}
    return what


def _name(step: Mapping[str, Any]) -> str:
    name = step.get("name")
    if isinstance(name, Mapping):
        return str(name.get("en" if (get_language() or "vi").startswith("en") else "vi", ""))
    return str(name or "")


def _rule(step: Mapping[str, Any]) -> str:
    basis = step.get("basis")
    if isinstance(basis, Mapping):
        return citation(f"{basis.get('instrument', '')}, {basis.get('article', '')}")
    return citation(str(basis or ""))
