"""The one doorway: every change of state, whoever asks, goes through ``act()`` or ``act_many()``."""

from sauro.core.doorway.act import act, done_before
from sauro.core.doorway.ask import Ask, Outcome
from sauro.core.doorway.batch import act_many
from sauro.core.doorway.registry import Action, Subject, action
from sauro.core.doorway.work import Work

__all__ = ["Action", "Ask", "Outcome", "Subject", "Work", "act", "act_many", "action", "done_before"]
