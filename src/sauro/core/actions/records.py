"""Records: entries of registers; a correction points at what it corrects."""

from datetime import date
from typing import Any
from uuid import UUID

import msgspec
from django.utils.translation import gettext as _

from sauro.core.doorway.registry import Subject, action
from sauro.core.doorway.work import Work
from sauro.core.models import Record

RECORD = Subject("record", (Record,))


class RegisterRecord(msgspec.Struct, forbid_unknown_fields=True):
    """A new entry, with the time it is true and how long it is kept (invariant I9)."""

    register: str
    code: str
    valid_from: date
    retention: str
    body: dict[str, Any]
    id: UUID | None = None
    title_vi: str = ""
    title_en: str = ""
    valid_to: date | None = None
    classification: str = "open"
    corrects: UUID | None = None
    steward: UUID | None = None
    subject: UUID | None = None
    retain_until: date | None = None


@action(
    "core.register_record", subject=RECORD, payload=RegisterRecord, purpose="keep_registers", creates=True
)
def register_record(work: Work) -> None:
    p: RegisterRecord = work.payload
    if p.id is not None:
        work.subject = p.id
    if not p.retention:
        work.refuse("no_retention", "I9", _("Say how long this is kept."), field="retention")
    work.insert(
        Record, id=work.subject, register=p.register, code=p.code, classification=p.classification,
        title_vi=p.title_vi, title_en=p.title_en, valid_from=p.valid_from, valid_to=p.valid_to, recorded_at=work.now,
        corrects=p.corrects, steward=p.steward, subject=p.subject, body=p.body, retention=p.retention,
        retain_until=p.retain_until,
    )  # fmt: skip
    work.answer["record"] = str(work.subject)
