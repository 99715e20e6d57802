"""The shape of a procedure: one file, one version (``procedures/*.yaml``)."""

from datetime import date
from typing import Any, Literal

from sauro.packs.facts import Basis, Fact, Plain, Text, Verified


class Competent(Fact, frozen=True, kw_only=True):
    """The agency that decides, and the position whose holder signs."""

    organisation: str
    signer: str


class Receiving(Plain, frozen=True, kw_only=True):
    """Where a dossier may be handed in, by which channels (codes of the catalogue)."""

    organisation: str
    channels: list[int]


class Online(Fact, frozen=True, kw_only=True):
    """Level of online service; ``partial`` needs a published reason."""

    level: Literal["full", "partial"]
    reason: str | None = None


class Place(Plain, frozen=True, kw_only=True):
    """What the place means by which the office is found, as a question: where somebody lives, where the land lies."""

    question: Text
    hint: Text | None = None


class Component(Fact, frozen=True, kw_only=True):
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


class Choice(Plain, frozen=True, kw_only=True):
    """One answer of a choice field."""

    value: str
    label: Text


class FormField(Plain, frozen=True, kw_only=True):
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


class Section(Plain, frozen=True, kw_only=True):
    """One page of a form."""

    id: str
    title: Text
    fields: list[FormField]
    hint: Text | None = None
    when: str | None = None


class Form(Fact, frozen=True, kw_only=True):
    """The form of a procedure."""

    code: str
    title: Text
    sections: list[Section]


class Example(Plain, frozen=True, kw_only=True):
    """Facts for a rule and what it must say of them."""

    facts: dict[str, Any]
    holds: bool


class Rule(Fact, frozen=True, kw_only=True):
    """A named condition, or a check of what was typed, with the evaluator that decides it and examples both ways."""

    id: str
    kind: Literal["condition", "check"]
    evaluator: Literal["cel"]
    expression: str
    examples: list[Example]
    field: str | None = None
    message: Text | None = None
    basis: Basis | None = None
    unanswered: bool = False
    """A check that is run even where a question that it names has no answer: that is null in it."""


class FeeLine(Plain, frozen=True, kw_only=True):
    """One line of a fee table, in VND; an absent amount is set elsewhere, by ``decided_by``."""

    match: list[str] = []
    counter: int | None = None
    counter_max: int | None = None
    online: int | None = None
    online_max: int | None = None
    decided_by: Text | None = None


class Waiver(Fact, frozen=True, kw_only=True):
    """Who does not pay a fee, or when."""

    id: str
    name: Text
    when: str | None = None
    basis: Basis | None = None


class Fee(Fact, frozen=True, kw_only=True):
    """A fee as a decision table over choice fields: exactly one line matches each combination of answers."""

    id: str
    name: Text
    kind: int
    collected: int
    evaluator: Literal["table"]
    lines: list[FeeLine]
    by: list[str] = []
    times: str | None = None
    """The field with a number by which each amount is multiplied: so many copies, so many times the fee."""
    when: str | None = None
    waivers: list[Waiver] = []
    basis: Basis | None = None


TimeUnit = Literal["working_day", "working_hour", "day", "month"]


class Variant(Plain, frozen=True, kw_only=True):
    """Another limit when a rule holds."""

    when: str
    amount: int
    unit: TimeUnit
    name: Text


class Excluded(Plain, frozen=True, kw_only=True):
    """Days that the law does not count into the limit."""

    pause: str
    days: int
    unit: Literal["working_day", "day"]


class TimeLimit(Fact, frozen=True, kw_only=True):
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


class Branch(Plain, frozen=True, kw_only=True):
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


class PublishedStep(Plain, frozen=True, kw_only=True):
    """A step as the agency published it; finer steps of ours point at it by its number."""

    name: Text
    text: Text


class Requirement(Fact, frozen=True, kw_only=True):
    """What must be fulfilled to use the procedure."""

    text: Text
    basis: Basis | None = None


class Step(Plain, frozen=True, kw_only=True):
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


class Criterion(Plain, frozen=True, kw_only=True):
    """One point of the acceptance test of a result."""

    id: str
    text: Text


class Entry(Fact, frozen=True, kw_only=True):
    """Something that stands on a result and that nobody declared: its drafter enters it, such as a register's number."""

    id: str
    label: Text
    kind: Literal["text", "date", "number", "money", "id_number"]
    required: bool = True


class Result(Fact, frozen=True, kw_only=True):
    """What the applicant receives, and the test it must pass before it is signed.

    On it are printed the answers to the questions named in ``states``, in this order, then the ``entries``.
    """

    name: Text
    form: str
    kind: Literal["certificate", "extract", "decision", "minutes", "record", "confirmation"]
    electronic: bool
    retention: str
    acceptance: list[Criterion]
    states: list[str] = []
    entries: list[Entry] = []


class Refusal(Fact, frozen=True, kw_only=True):
    """A ground on which a dossier may be refused."""

    id: str
    text: Text
    basis: Basis | None = None


class Supplement(Fact, frozen=True, kw_only=True):
    """How often and how a supplement may be asked for."""

    free: int
    notice_working_days: int
    answer_days: int
    clock: Literal["resume", "restart"]
    typical: list[Text]


class Extension(Fact, frozen=True, kw_only=True):
    """How often the appointment may be moved, with an apology."""

    max: int
    notice_days: int


class Procedure(Fact, frozen=True, kw_only=True):
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
    place: Place | None = None
    hours_note: Text | None = None
    published_steps: list[PublishedStep] = []
    requirements: list[Requirement] = []
