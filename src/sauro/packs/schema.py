"""The shape of every file of a pack, as msgspec structs. An unknown field is an error.

Text for people is always ``{vi, en}``. A fact carries ``source`` (an id of ``sources.yaml``) and ``verified``: how well
that source supports it. Money is whole VND; time is working hours, working days or calendar days, as named.
"""

from datetime import date
from typing import Literal

from msgspec import field

from sauro.packs.facts import Basis, Clock, Fact, Listed, Plain, Text, Verified
from sauro.packs.indicator import Citations, Claims, Indicators
from sauro.packs.procedure import (
    Branch,
    Choice,
    Competent,
    Component,
    Criterion,
    Entry,
    Example,
    Excluded,
    Extension,
    Fee,
    FeeLine,
    Form,
    FormField,
    Online,
    Procedure,
    PublishedStep,
    Receiving,
    Refusal,
    Requirement,
    Result,
    Rule,
    Section,
    Step,
    StepKind,
    Supplement,
    TimeLimit,
    TimeUnit,
    Variant,
    Waiver,
)

__all__ = [
    "FILES",
    "Basis",
    "Branch",
    "Calendar",
    "Catalogue",
    "CatalogueItem",
    "Catalogues",
    "Choice",
    "Citations",
    "Claims",
    "Clock",
    "Competent",
    "Component",
    "Criterion",
    "CutOff",
    "DataRight",
    "DataRights",
    "Entry",
    "Example",
    "Excluded",
    "Extension",
    "Fact",
    "Fee",
    "FeeLine",
    "Form",
    "FormField",
    "HolidayCheck",
    "HolidayPackage",
    "Indicators",
    "Instrument",
    "Instruments",
    "Level",
    "NationalCode",
    "OfficeHours",
    "Online",
    "OrganisationRow",
    "OrganisationType",
    "Organisations",
    "PackHead",
    "PauseReason",
    "PauseReasons",
    "Plain",
    "PositionType",
    "Positions",
    "Procedure",
    "PublishedStep",
    "Receiving",
    "ReferenceForm",
    "ReferenceForms",
    "Refusal",
    "Requirement",
    "Result",
    "Retention",
    "Retentions",
    "Role",
    "Roles",
    "Rule",
    "Section",
    "Source",
    "Sources",
    "Status",
    "StatusAxis",
    "Statuses",
    "Step",
    "StepKind",
    "Supplement",
    "Swap",
    "Synonym",
    "Synonyms",
    "Text",
    "TimeLimit",
    "TimeUnit",
    "Transition",
    "Variant",
    "Verified",
    "Waiver",
]

# ---- the pack itself ----------------------------------------------------------------------------------------------


class PackHead(Fact, frozen=True, kw_only=True):
    """``pack.yaml``."""

    id: str
    version: str
    valid_from: date
    name: Text
    languages: list[str]


class Source(Plain, frozen=True, kw_only=True):
    """Where facts were read. ``read`` is the day somebody read it; ``url`` may be absent for law texts."""

    id: str
    title: str
    kind: Literal["law", "notice", "code", "package", "article", "ours"]
    read: date | None = None
    url: str | None = None


class Sources(Plain, frozen=True, kw_only=True):
    """``sources.yaml``."""

    sources: list[Source]


class Instrument(Fact, frozen=True, kw_only=True):
    """A legal instrument. Dates that nobody has read are left out rather than guessed."""

    number: str
    kind: Literal["law", "code", "resolution", "decree", "decision", "circular", "regulation", "standard"]
    title: Text
    issuer: str
    issued: date | None = None
    in_force: date | None = None
    ended: date | None = None
    amended_by: list[str] = []
    replaced_by: list[str] = []


class Instruments(Plain, frozen=True, kw_only=True):
    """``instruments.yaml``."""

    instruments: list[Instrument]


# ---- who ----------------------------------------------------------------------------------------------------------

Level = Literal["central", "ministry", "province", "commune"]


class OrganisationType(Listed, frozen=True, kw_only=True):
    """A kind of organisation; procedures name their competent agency by it."""

    code: str
    name: Text
    level: Level


class NationalCode(Fact, frozen=True, kw_only=True):
    """The electronic identification code of an agency (Decision 20/2020/QĐ-TTg)."""

    code: str


class OrganisationRow(Fact, frozen=True, kw_only=True):
    """An organisation, or (in ``per_province`` and ``per_commune``) the pattern of one."""

    code: str
    type: str
    name: Text
    parent: str | None = None
    national: NationalCode | None = None


class Organisations(Plain, frozen=True, kw_only=True):
    """``organisations.yaml``."""

    types: list[OrganisationType]
    organisations: list[OrganisationRow]
    per_province: list[OrganisationRow]
    per_commune: list[OrganisationRow]


class PositionType(Listed, frozen=True, kw_only=True):
    """An office that somebody holds, in every organisation of the types named. ``roles`` come with the office.

    ``short`` is what its holder signs as, where the name says more: under the agency's own name "Chủ tịch" is enough.
    """

    code: str
    name: Text
    short: Text | None = None
    organisations: list[str]
    head: bool = False
    roles: list[str] = []


class Positions(Plain, frozen=True, kw_only=True):
    """``positions.yaml``."""

    positions: list[PositionType]


class Role(Listed, frozen=True, kw_only=True):
    """What may be granted together: names of actions, and how far they reach unless the grant says less.

    Who holds an office may let a deputy use its roles for a time, but for those that are not ``delegable``.

    A role that reaches single subjects is held for an agency too, but there only what ``begins``: whatever is done to a
    subject needs the grant of that subject.
    """

    code: str
    name: Text
    purpose: Text
    scope: Literal["all", "own", "agency", "subtree", "subject"]
    actions: list[str]
    delegable: bool = True
    begins: list[str] = []
    basis: Basis | None = None


class Roles(Plain, frozen=True, kw_only=True):
    """``roles.yaml``."""

    roles: list[Role]


# ---- time ---------------------------------------------------------------------------------------------------------


class OfficeHours(Fact, frozen=True, kw_only=True):
    """Working periods of a working day, effective-dated. Weekdays are 1 (Monday) … 7."""

    valid_from: date
    valid_to: date | None = None
    weekdays: list[int]
    periods: list[tuple[Clock, Clock]]
    basis: Basis | None = None


class CutOff(Fact, frozen=True, kw_only=True):
    """Received after this time of day counts as received at the start of the next working day."""

    valid_from: date
    valid_to: date | None = None
    at: Clock
    basis: Basis | None = None


class Swap(Fact, frozen=True, kw_only=True):
    """A working day given free and a day off worked instead, announced for one year."""

    off: date
    worked: date
    name: Text


class HolidayCheck(Fact, frozen=True, kw_only=True):
    """What is said of a holiday that the package gives; ``counts`` false takes it out."""

    day: date
    name: Text
    counts: bool = True


class HolidayPackage(Fact, frozen=True, kw_only=True):
    """Holidays are computed by a package rather than typed in."""

    package: str
    country: str
    first_year: int
    last_year: int


class Calendar(Plain, frozen=True, kw_only=True):
    """``calendar.yaml``."""

    code: str
    version: int
    valid_from: date
    timezone: str
    office_hours: list[OfficeHours]
    cut_off: list[CutOff]
    holidays: HolidayPackage
    corrections: list[HolidayCheck]
    swaps: list[Swap]


# ---- statuses and catalogues --------------------------------------------------------------------------------------


class Status(Fact, frozen=True, kw_only=True):
    """A state of one axis; ``clock`` says what the legal clock does while a dossier is in it."""

    code: str
    key: str
    name: Text
    meaning: Text
    clock: Literal["none", "running", "paused", "stopped"] = "none"
    final: bool = False


class Transition(Fact, frozen=True, kw_only=True):
    """A permitted move and the actions that make it; ``ground``: does the law state it, or is it inferred?"""

    start: str = field(name="from")
    to: str
    actions: list[str]
    ground: Literal["law", "inferred"]
    basis: Basis | None = None


class StatusAxis(Plain, frozen=True, kw_only=True):
    """One of the four independent axes of a dossier."""

    version: int = 1
    valid_from: date | None = None
    code: str
    name: Text
    initial: list[str]
    states: list[Status]
    transitions: list[Transition]


class Statuses(Plain, frozen=True, kw_only=True):
    """``statuses.yaml``."""

    axes: list[StatusAxis]


class CatalogueItem(Plain, frozen=True, kw_only=True):
    """``code`` is the national code; ``key`` is the name used in the pack's files and in programs."""

    code: str
    key: str
    name: Text


class Catalogue(Listed, frozen=True, kw_only=True):
    """A closed list of values."""

    code: str
    name: Text
    items: list[CatalogueItem]


class Catalogues(Plain, frozen=True, kw_only=True):
    """``catalogues.yaml``."""

    catalogues: list[Catalogue]


class PauseReason(Listed, frozen=True, kw_only=True):
    """Why the clock of a dossier may stand still; with ``clock: runs`` the reason is known but does not stop it."""

    code: str
    name: Text
    explanation: Text
    status: str
    clock: Literal["pause", "runs"]
    max_days: int | None = None
    basis: Basis | None = None


class PauseReasons(Plain, frozen=True, kw_only=True):
    """``pause_reasons.yaml``."""

    reasons: list[PauseReason]


class ReferenceForm(Listed, frozen=True, kw_only=True):
    """An official form of the one-stop mechanism and the data without which it must not be issued."""

    code: str
    name: Text
    purpose: Text
    required: list[str]
    basis: Basis


class ReferenceForms(Plain, frozen=True, kw_only=True):
    """``forms.yaml``."""

    forms: list[ReferenceForm]


class Retention(Listed, frozen=True, kw_only=True):
    """How long something is kept: ``years``, or ``permanent``."""

    code: str
    name: Text
    years: int | None = None
    permanent: bool = False
    basis: Basis | None = None


class Retentions(Plain, frozen=True, kw_only=True):
    """``retention.yaml``."""

    rules: list[Retention]


class DataRight(Listed, frozen=True, kw_only=True):
    """In what time who uses a right over their personal data is answered, and in what time who is asked explains.

    ``instrument`` is the registered law that gives the right; ``warn_hours`` are working hours left when it is warned.
    """

    code: str
    name: Text
    amount: int
    unit: TimeUnit
    explain_amount: int
    explain_unit: TimeUnit
    warn_hours: int
    instrument: str
    basis: Basis
    retention: str


class DataRights(Plain, frozen=True, kw_only=True):
    """``data_rights.yaml``."""

    rights: list[DataRight]


class Synonym(Plain, frozen=True, kw_only=True):
    """Words that people use, and the procedures they mean by them."""

    words: list[str]
    procedures: list[str]


class Synonyms(Listed, frozen=True, kw_only=True):
    """``synonyms.yaml``."""

    synonyms: list[Synonym]


FILES: dict[str, type[Plain]] = {
    "pack.yaml": PackHead,
    "sources.yaml": Sources,
    "instruments.yaml": Instruments,
    "organisations.yaml": Organisations,
    "positions.yaml": Positions,
    "roles.yaml": Roles,
    "calendar.yaml": Calendar,
    "statuses.yaml": Statuses,
    "catalogues.yaml": Catalogues,
    "pause_reasons.yaml": PauseReasons,
    "forms.yaml": ReferenceForms,
    "retention.yaml": Retentions,
    "data_rights.yaml": DataRights,
    "synonyms.yaml": Synonyms,
    "indicators.yaml": Indicators,
    "claims.csv": Claims,
    "citations.csv": Citations,
}
"""The files of a pack, beside ``procedures/*.yaml``, each of which is a ``procedure.Procedure``."""
