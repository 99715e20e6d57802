"""Registering an instrument with its paragraphs."""

from datetime import date
from uuid import UUID

import msgspec
from django.utils.translation import gettext as _

from sauro.core.doorway import Ask, Subject, Work, action
from sauro.core.doorway.registry import Query, Row, Where
from sauro.core.models import Record
from sauro.core.rules.symbols import doubt
from sauro.steer.models import Paragraph
from sauro.steer.rules.splitting import Piece, split

INSTRUMENT = Subject("instrument", (Record,))
REGISTER = "instruments"
LONGEST = 400_000
"""Characters of a text: the longest laws have about 300,000."""


class RegisterInstrument(msgspec.Struct, forbid_unknown_fields=True):
    """An instrument that gives tasks: its number, title, issuer, dates, and its text, which is split into paragraphs.

    A number that its issuer does not use is refused with the likely one, unless ``sure`` says that it stands so.
    ``home`` is the organisation for whose steering it is registered, and its steward.
    """

    number: str
    title: str
    issuer: str
    issued: date
    valid_from: date
    text: str
    id: UUID | None = None
    title_en: str = ""
    valid_to: date | None = None
    sure: bool = False
    home: UUID | None = None


def _where(ask: Ask, payload: RegisterInstrument) -> Where:
    return Where(ask.person, (payload.home,) if payload.home else ())


def _same_number(ask: Ask, payload: RegisterInstrument, envelope: Row | None) -> Query:
    return (
        "SELECT id FROM core_record WHERE register = %s AND code = %s LIMIT 1",
        [REGISTER, payload.number.strip()],
    )


@action(
    "steer.register_instrument", subject=INSTRUMENT, payload=RegisterInstrument, purpose="steer", creates=True,
    place=_where, facts=_same_number, batch=False,
)  # fmt: skip
def register_instrument(work: Work) -> None:
    """Enter the instrument into the register that every authority rests on, with its paragraphs in order."""
    p: RegisterInstrument = work.payload
    number = p.number.strip()
    for field in ("number", "title", "issuer"):
        if not getattr(p, field).strip():
            work.refuse("missing", "I1: a clear authority", _("Fill this in, as it stands on the instrument."), field=field)  # fmt: skip
    if work.facts:
        work.refuse("exists_already", "register: instruments", _("An instrument with this number is registered already."), field="number", status=409)  # fmt: skip
    found = doubt(number, p.issuer)
    if found is not None and not p.sure:
        message = _("%(issuer)s does not number its instruments like this. Was it %(likely)s? Correct it, or confirm that it stands so.")  # fmt: skip
        work.refuse(
            "doubtful_number", "30/2020/NĐ-CP, Phụ lục III", message % {"issuer": p.issuer.strip(), "likely": found.likely},
            field="number", likely=found.likely, looks_like=found.looks_like,
        )  # fmt: skip
    if p.valid_to is not None and p.valid_to < p.valid_from:
        work.refuse("dates", "register: instruments", _("It cannot end before it begins."), field="valid_to")
    pieces = _pieces(work, p.text)
    if p.id is not None:
        work.subject = p.id
    work.insert(
        Record, id=work.subject, register=REGISTER, code=number, title_vi=p.title.strip(), title_en=p.title_en.strip(),
        valid_from=p.valid_from, valid_to=p.valid_to, recorded_at=work.now, retention="permanent-register", steward=p.home,
        body={"issuer": p.issuer.strip(), "issued": p.issued.isoformat(), "kind": "directive", "confirmed": p.sure},
    )  # fmt: skip
    _insert(work, pieces)


class EnterText(msgspec.Struct, forbid_unknown_fields=True):
    """The text of an instrument that stands in the register without one."""

    text: str


def _paragraphs(ask: Ask, payload: EnterText, envelope: Row | None) -> Query:
    return "SELECT id FROM steer_paragraph WHERE instrument = %s LIMIT 1", [ask.subject]


@action("steer.enter_text", subject=INSTRUMENT, payload=EnterText, purpose="steer", facts=_paragraphs)
def enter_text(work: Work) -> None:
    """Split the text of a registered instrument into its paragraphs, once."""
    if work.row(Record)["register"] != REGISTER:
        work.refuse("not_found", "register: instruments", _("Choose a registered instrument."), status=404)
    if work.facts:
        work.refuse("exists_already", "register: instruments", _("This instrument has its text already; a changed one is another instrument."), status=409)  # fmt: skip
    _insert(work, _pieces(work, work.payload.text))


def _pieces(work: Work, text: str) -> list[Piece]:
    if len(text) > LONGEST:
        work.refuse("too_long", "form", _("This text is too long; register its annexes as instruments of their own."), field="text")  # fmt: skip
    pieces = split(text)
    if not pieces:
        work.refuse(
            "no_text", "I1: a clear task", _("Paste the text from which tasks are made."), field="text"
        )
    return pieces


def _insert(work: Work, pieces: list[Piece]) -> None:
    ids: list[UUID] = []
    for at, piece in enumerate(pieces):
        above = None if piece.parent is None else ids[piece.parent]
        ids.append(
            work.insert(
                Paragraph, instrument=work.subject, at=at, parent=above, kind=piece.kind, label=piece.label[:120],
                text=piece.text,
            )
        )  # fmt: skip
    work.answer.update(instrument=str(work.subject), paragraphs=len(pieces))
