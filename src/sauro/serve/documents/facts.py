"""What each printed document says, as plain values: one Struct per form.

The forms are those of Circular 03/2025/TT-VPCP, Annex I (numbers 01 to 06), an acknowledgement of
an online filing, and the result itself. Every Struct is tagged, so the worker can carry one as JSON
(`msgspec.json.decode(data, type=Document)`). Moments are aware datetimes; they print in Vietnam's time.
Texts (names, reasons, paragraphs) are data: no markup in them is ever interpreted.
"""

from datetime import datetime
from typing import Literal

import msgspec

Language = Literal["vi", "en"]


class Letterhead(msgspec.Struct, frozen=True):
    """The head of the page (Decree 30/2020, Annex I): who issues it, its number and its place."""

    agency: str
    superior: str = ""
    number: str = ""
    place: str = ""


class Proof(msgspec.Struct, frozen=True):
    """Where a stranger checks the paper, and the journal's state when it was printed.

    `url` is the verification page of this dossier or document; `checkpoint` is a signed note
    (C2SP) in full, or empty before the first checkpoint.
    """

    url: str
    checkpoint: str = ""


class Person(msgspec.Struct, frozen=True):
    """The applicant as the form prints them; an empty part leaves its line out."""

    name: str
    address: str = ""
    phone: str = ""
    email: str = ""


class Officer(msgspec.Struct, frozen=True):
    """Somebody who handles the dossier. A notice to the applicant needs at least the position."""

    position: str
    name: str = ""
    phone: str = ""


class Signatory(msgspec.Struct, frozen=True):
    """The signer's block: `authority` is the line above the position ("TM. ỦY BAN NHÂN DÂN", "KT. CHỦ TỊCH")."""

    position: str
    name: str
    authority: str = ""


class Component(msgspec.Struct, frozen=True):
    """One component of the dossier and how many of it were received."""

    name: str
    originals: int = 0
    copies: int = 0
    electronic: int = 0
    note: str = ""


class ClockLine(msgspec.Struct, frozen=True):
    """One line of the shown computation: what counted, from when, and under which rule."""

    what: str
    moment: datetime | None = None
    rule: str = ""


class Fee(msgspec.Struct, frozen=True):
    """A fee or charge in dong."""

    name: str
    amount: int
    paid: bool = False


class Sheet(msgspec.Struct, frozen=True, kw_only=True, tag_field="form"):
    """What all documents share. `issued` dates the page and the file; `demonstration` prints the strip."""

    letterhead: Letterhead
    issued: datetime
    proof: Proof
    language: Language = "vi"
    demonstration: bool = False


class Case(Sheet, frozen=True, kw_only=True):
    """A document about one dossier. `dossier` is its code (before acceptance: the filing's reference)."""

    dossier: str
    procedure_code: str
    procedure_name: str
    applicant: Person


class Acknowledgement(Case, frozen=True, kw_only=True, tag="acknowledgement"):
    """Given at once after an online filing: what arrived, and the result's date if it is accepted today."""

    submitted: datetime
    components: tuple[Component, ...]
    result_by: datetime | None = None
    limit: str = ""
    fees: tuple[Fee, ...] = ()
    assisted_by: Officer | None = None


class Form01(Case, frozen=True, kw_only=True, tag="form01"):
    """Receipt of the dossier and appointment for its result. `limit` is the legal time in words."""

    components: tuple[Component, ...]
    accepted: datetime
    due: datetime
    limit: str
    computation: tuple[ClockLine, ...]
    collect_at: str
    officer: Officer
    fees: tuple[Fee, ...] = ()
    sets: int = 1
    register_entry: str = ""


class Deficiency(msgspec.Struct, frozen=True):
    """One thing to supply or correct: the item, why, how, and the ground (Decree 309/2026, art. 8.1)."""

    item: str
    reason: str
    guidance: str = ""
    basis: str = ""


class Form02(Case, frozen=True, kw_only=True, tag="form02"):
    """Request to supplement or complete. `ordinal` above 1 is marked: it counts as overdue."""

    deficiencies: tuple[Deficiency, ...]
    officer: Officer
    stage: str
    ordinal: int = 1
    answer_by: datetime | None = None


class Form03(Case, frozen=True, kw_only=True, tag="form03"):
    """Refusal to accept, with reasons in words."""

    reasons: tuple[str, ...]
    basis: tuple[str, ...]
    officer: Officer
    guidance: str = ""


class Extension(msgspec.Struct, frozen=True):
    """An earlier change of the appointment: decided when, from which due to which."""

    decided: datetime
    old_due: datetime
    new_due: datetime
    reason: str


class Form04(Case, frozen=True, kw_only=True, tag="form04"):
    """Apology and proposal to extend: the original appointment stays printed beside the new one."""

    accepted: datetime
    original_due: datetime
    new_due: datetime
    reason: str
    ordinal: int
    limit: int
    signer: Signatory
    history: tuple[Extension, ...] = ()


class Form05(Case, frozen=True, kw_only=True, tag="form05"):
    """Notice that processing stops. `money` says what happens to what was paid."""

    accepted: datetime
    request: str
    stage: str
    decision: str
    basis: tuple[str, ...]
    money: str
    signer: Signatory


class Handover(msgspec.Struct, frozen=True):
    """One row of the process control slip; rows are only ever appended."""

    giver: Officer
    taker: Officer
    given: datetime
    due: datetime | None
    result: Literal["before", "on_time", "late", "open"]
    note: str = ""


class Form06(Case, frozen=True, kw_only=True, tag="form06"):
    """Process control slip: who handed the dossier to whom, when, and how they kept their time."""

    accepted: datetime
    due: datetime
    handovers: tuple[Handover, ...]


class Result(Sheet, frozen=True, kw_only=True, tag="result"):
    """The decision or extract that the applicant came for, ready to be signed.

    `title` is the kind ("QUYẾT ĐỊNH"), `about` its subject line. `grounds` print in italics before the body, without
    the mark that ends their line. `stated` are the declared answers, label and value under the title of their section,
    `entries` what the drafter entered, `articles` numbered headings with their text. A stranger looks the paper up by
    its `reference`.
    """

    title: str
    signer: Signatory
    about: str = ""
    dossier: str = ""
    reference: str = ""
    grounds: tuple[str, ...] = ()
    stated: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = ()
    entries: tuple[tuple[str, str], ...] = ()
    paragraphs: tuple[str, ...] = ()
    articles: tuple[tuple[str, str], ...] = ()
    recipients: tuple[str, ...] = ()


Document = Acknowledgement | Form01 | Form02 | Form03 | Form04 | Form05 | Form06 | Result
