"""The shape of every file of a pack, as msgspec structs. An unknown field is an error.

Text for people is always ``{vi, en}``. A fact carries ``source`` (an id of ``sources.yaml``) and ``verified``: how well
that source supports it. Money is whole VND; time is working hours, working days or calendar days, as named.
"""

from datetime import date
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct, field

Verified = Literal["V", "VC", "S", "G", "I", "no"]
"""V read in the text of the law or a public source; VC read in public code or notices built on it; S in the mission's
articles; G general knowledge, not checked; I inferred; no: nobody read it anywhere."""

Clock = Annotated[str, Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
"""A time of day, ``"15:00"``; in quotes, or YAML would read a number."""


class Plain(Struct, frozen=True, forbid_unknown_fields=True):
    """Base of every struct of a pack."""


class Text(Plain, kw_only=True):
    """A text in Vietnamese and English."""

    vi: str
    en: str


class Fact(Plain, kw_only=True):
    """Something a source says."""

    source: str
    verified: Verified
    note: Text | None = None


class Basis(Plain, kw_only=True):
    """A place in a legal instrument: its number, and the article where it is known."""

    instrument: str
    article: str | None = None


# ---- the pack itself ----------------------------------------------------------------------------------------------


class PackHead(Fact, kw_only=True):
    """``pack.yaml``."""

    id: str
    version: str
    valid_from: date
    name: Text
    languages: list[str]


class Source(Plain, kw_only=True):
    """Where facts were read. ``read`` is the day somebody read it; ``url`` may be absent for law texts."""

    id: str
    title: str
    kind: Literal["law", "notice", "code", "package", "article", "ours"]
    read: date | None = None
    url: str | None = None


class Sources(Plain, kw_only=True):
    """``sources.yaml``."""

    sources: list[Source]


class Instrument(Fact, kw_only=True):
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


class Instruments(Plain, kw_only=True):
    """``instruments.yaml``."""

    instruments: list[Instrument]


# ---- who ----------------------------------------------------------------------------------------------------------

Level = Literal["central", "ministry", "province", "commune"]


class OrganisationType(Fact, kw_only=True):
    """A kind of organisation; procedures name their competent agency by it."""

    code: str
    name: Text
    level: Level


class NationalCode(Fact, kw_only=True):
    """The electronic identification code of an agency (Decision 20/2020/QĐ-TTg)."""

    code: str


class OrganisationRow(Fact, kw_only=True):
    """An organisation, or (in ``per_province`` and ``per_commune``) the pattern of one."""

    code: str
    type: str
    name: Text
    parent: str | None = None
    national: NationalCode | None = None


class Organisations(Plain, kw_only=True):
    """``organisations.yaml``."""

    types: list[OrganisationType]
    organisations: list[OrganisationRow]
    per_province: list[OrganisationRow]
    per_commune: list[OrganisationRow]


class PositionType(Fact, kw_only=True):
    """An office that somebody holds, in every organisation of the types named. ``roles`` come with the office."""

    code: str
    name: Text
    organisations: list[str]
    head: bool = False
    roles: list[str] = []


class Positions(Plain, kw_only=True):
    """``positions.yaml``."""

    positions: list[PositionType]


class Role(Fact, kw_only=True):
    """What may be granted together: names of actions, and how far they reach unless the grant says less."""

    code: str
    name: Text
    purpose: Text
    scope: Literal["all", "own", "agency", "subtree", "subject"]
    actions: list[str]
    basis: Basis | None = None


class Roles(Plain, kw_only=True):
    """``roles.yaml``."""

    roles: list[Role]


# ---- time ---------------------------------------------------------------------------------------------------------


class OfficeHours(Fact, kw_only=True):
    """Working periods of a working day, effective-dated. Weekdays are 1 (Monday) … 7."""

    valid_from: date
    valid_to: date | None = None
    weekdays: list[int]
    periods: list[tuple[Clock, Clock]]
    basis: Basis | None = None


class CutOff(Fact, kw_only=True):
    """Received after this time of day counts as received at the start of the next working day."""

    valid_from: date
    valid_to: date | None = None
    at: Clock
    basis: Basis | None = None


class Swap(Fact, kw_only=True):
    """A working day given free and a day off worked instead, announced for one year."""

    off: date
    worked: date
    name: Text


class HolidayCheck(Fact, kw_only=True):
    """What is said of a holiday that the package gives; ``counts`` false takes it out."""

    day: date
    name: Text
    counts: bool = True


class HolidayPackage(Fact, kw_only=True):
    """Holidays are computed by a package rather than typed in."""

    package: str
    country: str
    first_year: int
    last_year: int


class Calendar(Plain, kw_only=True):
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


class Status(Fact, kw_only=True):
    """A state of one axis; ``clock`` says what the legal clock does while a dossier is in it."""

    code: str
    key: str
    name: Text
    meaning: Text
    clock: Literal["none", "running", "paused", "stopped"] = "none"
    final: bool = False


class Transition(Fact, kw_only=True):
    """A permitted move and the actions that make it; ``ground``: does the law state it, or is it inferred?"""

    start: str = field(name="from")
    to: str
    actions: list[str]
    ground: Literal["law", "inferred"]
    basis: Basis | None = None


class StatusAxis(Plain, kw_only=True):
    """One of the four independent axes of a dossier."""

    code: str
    name: Text
    initial: list[str]
    states: list[Status]
    transitions: list[Transition]


class Statuses(Plain, kw_only=True):
    """``statuses.yaml``."""

    axes: list[StatusAxis]


class CatalogueItem(Plain, kw_only=True):
    """``code`` is the national code; ``key`` is the name used in the pack's files and in programs."""

    code: str
    key: str
    name: Text


class Catalogue(Fact, kw_only=True):
    """A closed list of values."""

    code: str
    name: Text
    items: list[CatalogueItem]


class Catalogues(Plain, kw_only=True):
    """``catalogues.yaml``."""

    catalogues: list[Catalogue]


class PauseReason(Fact, kw_only=True):
    """Why the clock of a dossier may stand still; with ``clock: runs`` the reason is known but does not stop it."""

    code: str
    name: Text
    explanation: Text
    status: str
    clock: Literal["pause", "runs"]
    max_days: int | None = None
    basis: Basis | None = None


class PauseReasons(Plain, kw_only=True):
    """``pause_reasons.yaml``."""

    reasons: list[PauseReason]


class ReferenceForm(Fact, kw_only=True):
    """An official form of the one-stop mechanism and the data without which it must not be issued."""

    code: str
    name: Text
    purpose: Text
    required: list[str]
    basis: Basis


class ReferenceForms(Plain, kw_only=True):
    """``forms.yaml``."""

    forms: list[ReferenceForm]


class Retention(Fact, kw_only=True):
    """How long something is kept: ``years``, or ``permanent``."""

    code: str
    name: Text
    years: int | None = None
    permanent: bool = False
    basis: Basis | None = None


class Retentions(Plain, kw_only=True):
    """``retention.yaml``."""

    rules: list[Retention]


class Synonym(Plain, kw_only=True):
    """Words that people use, and the procedures they mean by them."""

    words: list[str]
    procedures: list[str]


class Synonyms(Fact, kw_only=True):
    """``synonyms.yaml``."""

    synonyms: list[Synonym]


# ---- procedures ---------------------------------------------------------------------------------------------------


class Competent(Fact, kw_only=True):
    """The agency that decides, and the position whose holder signs."""

    organisation: str
    signer: str


class Receiving(Plain, kw_only=True):
    """Where a dossier may be handed in, by which channels (codes of the catalogue)."""

    organisation: str
    channels: list[int]


class Online(Fact, kw_only=True):
    """Level of online service; ``partial`` needs a published reason."""

    level: Literal["full", "partial"]
    reason: str | None = None


class Component(Fact, kw_only=True):
    """A paper of the dossier."""

    id: str
    name: Text
    copies: int = 1
    kind: Literal["original", "copy", "electronic", "present"]
    required: bool = True
    when: str | None = None
    from_form: bool = False
    files: list[str] = []
    max_mb: int = 10
    hint: Text | None = None


class Choice(Plain, kw_only=True):
    """One answer of a choice field."""

    value: str
    label: Text


class FormField(Plain, kw_only=True):
    """One question of a form."""

    id: str
    label: Text
    type: Literal[
        "text",
        "longtext",
        "date",
        "choice",
        "yesno",
        "id_number",
        "phone",
        "email",
        "address",
        "commune",
        "number",
        "money",
    ]
    personal: bool
    required: bool = True
    hint: Text | None = None
    when: str | None = None
    choices: list[Choice] = []
    prefill: str | None = None
    max: int | None = None


class Section(Plain, kw_only=True):
    """One page of a form."""

    id: str
    title: Text
    fields: list[FormField]
    hint: Text | None = None
    when: str | None = None


class Form(Fact, kw_only=True):
    """The form of a procedure."""

    code: str
    title: Text
    sections: list[Section]


class Example(Plain, kw_only=True):
    """Facts for a rule and what it must say of them."""

    facts: dict[str, Any]
    holds: bool


class Rule(Fact, kw_only=True):
    """A named condition, or a check of what was typed, with the evaluator that decides it and examples both ways."""

    id: str
    kind: Literal["condition", "check"]
    evaluator: Literal["cel"]
    expression: str
    examples: list[Example]
    field: str | None = None
    message: Text | None = None
    basis: Basis | None = None


class FeeLine(Plain, kw_only=True):
    """One line of a fee table, in VND; an absent amount is set elsewhere, by ``decided_by``."""

    match: list[str] = []
    counter: int | None = None
    counter_max: int | None = None
    online: int | None = None
    online_max: int | None = None
    decided_by: Text | None = None


class Waiver(Fact, kw_only=True):
    """Who does not pay a fee, or when."""

    id: str
    name: Text
    when: str | None = None
    basis: Basis | None = None


class Fee(Fact, kw_only=True):
    """A fee as a decision table over choice fields: exactly one line matches each combination of answers."""

    id: str
    name: Text
    kind: int
    collected: int
    evaluator: Literal["table"]
    lines: list[FeeLine]
    by: list[str] = []
    when: str | None = None
    waivers: list[Waiver] = []
    basis: Basis | None = None


TimeUnit = Literal["working_day", "working_hour", "day", "month"]


class Variant(Plain, kw_only=True):
    """Another limit when a rule holds."""

    when: str
    amount: int
    unit: TimeUnit
    name: Text


class Excluded(Plain, kw_only=True):
    """Days that the law does not count into the limit."""

    pause: str
    days: int
    unit: Literal["working_day", "day"]


class TimeLimit(Fact, kw_only=True):
    """The limit in which a dossier must be settled; 0 working days is the same day.

    ``hours`` is what the steps must add up to, ``pauses`` the reasons for which the clock of this procedure may stop.
    """

    amount: int
    unit: TimeUnit
    hours: int
    starts: Literal["accepted", "received_by_competent"]
    amount_min: int | None = None
    pauses: list[str] = []
    variants: list[Variant] = []
    excluded: list[Excluded] = []
    basis: Basis | None = None


class Branch(Plain, kw_only=True):
    """A way out of a step that is taken when a rule holds."""

    to: str
    when: str


StepKind = Literal[
    "accept",
    "assign",
    "examine",
    "verify",
    "consult",
    "publish",
    "finance",
    "draft",
    "review",
    "sign",
    "issue",
    "return",
]


class PublishedStep(Plain):
    """A step as the agency published it; finer steps of ours point at it by its number."""

    name: Text
    text: Text


class Requirement(Fact, kw_only=True):
    """What must be fulfilled to use the procedure."""

    text: Text
    basis: Basis | None = None


class Step(Plain, kw_only=True):
    """One stage of settling a dossier: who, with what action, in how many working hours.

    ``published`` is the number (from 1) of the published step that it carries out.
    """

    id: str
    name: Text
    kind: StepKind
    unit: str
    position: str
    role: str
    action: str
    hours: int
    status: str
    next: list[str | Branch]
    published: int | None = None


class Criterion(Plain, kw_only=True):
    """One point of the acceptance test of a result."""

    id: str
    text: Text


class Result(Fact, kw_only=True):
    """What the applicant receives, and the test it must pass before it is signed."""

    name: Text
    form: str
    kind: Literal["certificate", "extract", "decision", "minutes", "record", "confirmation"]
    electronic: bool
    retention: str
    acceptance: list[Criterion]


class Refusal(Fact, kw_only=True):
    """A ground on which a dossier may be refused."""

    id: str
    text: Text
    basis: Basis | None = None


class Supplement(Fact, kw_only=True):
    """How often and how a supplement may be asked for."""

    free: int
    notice_working_days: int
    answer_days: int
    clock: Literal["resume", "restart"]
    typical: list[Text]


class Extension(Fact, kw_only=True):
    """How often the appointment may be moved, with an apology."""

    max: int
    notice_days: int


class Procedure(Fact, kw_only=True):
    """``procedures/*.yaml``: an administrative procedure in one version."""

    code: str
    version: int
    valid_from: date
    name: Text
    summary: Text
    level: Literal["ministry", "province", "commune"]
    field: str
    competent: Competent
    receiving: list[Receiving]
    subjects: list[str]
    online: Online
    legal_basis: list[Basis]
    components: list[Component]
    form: Form
    rules: list[Rule]
    fees: list[Fee]
    time_limit: TimeLimit
    steps: list[Step]
    hours_source: str
    hours_verified: Verified
    result: Result
    refusals: list[Refusal]
    supplement: Supplement
    extension: Extension
    retention: str
    hours_note: Text | None = None
    published_steps: list[PublishedStep] = []
    requirements: list[Requirement] = []


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
    "synonyms.yaml": Synonyms,
}
"""The files of a pack, beside ``procedures/*.yaml``, each of which is a :class:`Procedure`."""
