"""Invariant I1: nothing is assigned unless all six clarities check."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _


class Clarity(StrEnum):
    """The six clarities (sáu rõ), by the part of the promise they make clear."""

    PERSON = "person"
    TASK = "task"
    TIME = "time"
    RESPONSIBILITY = "responsibility"
    OUTPUT = "output"
    AUTHORITY = "authority"


@dataclass(frozen=True, slots=True)
class Promise:
    """What is known of a commitment at the moment it would be assigned.

    ``holders`` are the natural persons who hold the responsible position today; ``leads`` the organisations that
    answer for it; ``due`` comes from the working calendar, never typed; ``instrument`` is (valid from, valid to) of
    the legal instrument; ``covered`` says that a grant in force covers the assigner.
    """

    position: UUID | None
    holders: Sequence[UUID]
    task: str
    due: datetime | None
    computed_by_calendar: bool
    leads: Sequence[UUID]
    output: str
    instrument: tuple[date, date | None] | None
    covered: bool
    today: date


@dataclass(frozen=True, slots=True)
class Gap:
    """One clarity that does not check, and why."""

    clarity: Clarity
    reason: Any


def gaps(promise: Promise) -> list[Gap]:
    """The clarities that fail, in the order people · task · time · responsibility · output · authority."""
    found: list[Gap] = []
    if promise.position is None:
        found.append(Gap(Clarity.PERSON, _("no position is named as responsible")))
    elif not promise.holders:
        found.append(Gap(Clarity.PERSON, _("nobody holds the responsible position today")))
    if not promise.task.strip():
        found.append(Gap(Clarity.TASK, _("the task is not stated")))
    if promise.due is None or not promise.computed_by_calendar:
        found.append(Gap(Clarity.TIME, _("the deadline was not computed on the working calendar")))
    if len(set(promise.leads)) != 1:
        found.append(Gap(Clarity.RESPONSIBILITY, _("exactly one organisation must lead")))
    if not promise.output.strip():
        found.append(Gap(Clarity.OUTPUT, _("the output has no acceptance test")))
    if not _in_force(promise.instrument, promise.today):
        found.append(Gap(Clarity.AUTHORITY, _("the legal instrument is not in force")))
    elif not promise.covered:
        found.append(Gap(Clarity.AUTHORITY, _("no grant in force covers the one who assigns")))
    return found


def _in_force(instrument: tuple[date, date | None] | None, today: date) -> bool:
    if instrument is None:
        return False
    start, end = instrument
    return start <= today and (end is None or today <= end)
