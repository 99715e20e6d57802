"""The shape of ``indicators.yaml``, and of the claims that a pack brings: ``claims.csv`` and ``citations.csv``.

Numbers are text here (``"20.56"``): exact, and as they were printed.
"""

from decimal import Decimal
from typing import Annotated, Literal

from msgspec import Meta

from sauro.packs.facts import Basis, Fact, Listed, Plain, Text

Number = Annotated[str, Meta(pattern=r"^-?[0-9]+(\.[0-9]+)?$")]
"""An exact number, in quotes."""

Period = Annotated[str, Meta(pattern=r"^[0-9]{4}(Q[1-4]|-[0-9]{2}(-[0-9]{2})?)?$")]
"""``"2025"``, ``"2025Q1"``, ``"2025-11"`` or ``"2025-11-12"``."""

Bound = Literal["is", "about", "over", "at_least", "under", "at_most"]


class Unit(Plain, frozen=True, kw_only=True):
    """What is counted or measured. ``counted``: one by one, so that a number printed whole is exact.

    ``one`` is the English name of a single one, where it differs.
    """

    code: str
    name: Text
    one: str | None = None
    counted: bool = False


class Family(Plain, frozen=True, kw_only=True):
    """Indicators that are shown together."""

    code: str
    name: Text


class FormulaExample(Plain, frozen=True, kw_only=True):
    """Numbers for the parts and what the formula gives for them, rounded as written (invariant I11)."""

    parts: list[Number]
    whole: list[Number] = []
    gives: Number


class Formula(Plain, frozen=True, kw_only=True):
    """How it is computed from other indicators, by which evaluator (``sauro.core.rules.formulas``)."""

    evaluator: str
    parts: list[str]
    whole: list[str] = []
    scale: int = 1
    example: FormulaExample


class Plausible(Fact, frozen=True, kw_only=True):
    """Beyond which a claim is doubted: growth in per cent a year, share of ``part_of`` in per cent."""

    growth: Number | None = None
    share: Number | None = None


class Target(Fact, frozen=True, kw_only=True):
    """What is to be reached by the end of a period."""

    period: Period
    value: Number
    bound: Bound = "at_least"


class Indicator(Listed, frozen=True, kw_only=True):
    """A defined number. ``custodian`` is the organisation that rules on what is claimed of it.

    ``measure`` is what the watching room counts for it; ``part_of`` the indicator of which it counts a part;
    ``direction`` whether more is better, less is better, or neither.
    """

    code: str
    name: Text
    definition: Text
    unit: str
    direction: Literal["up", "down", "none"]
    custodian: str
    family: str
    measure: str | None = None
    formula: Formula | None = None
    part_of: str | None = None
    plausible: Plausible | None = None
    targets: list[Target] = []
    basis: Basis | None = None


class Indicators(Plain, frozen=True, kw_only=True):
    """``indicators.yaml``."""

    units: list[Unit]
    families: list[Family]
    indicators: list[Indicator]


class Claim(Fact, frozen=True, kw_only=True):
    """A row of ``claims.csv``: what a source says of an indicator, as printed, and where in it.

    ``decimals`` are those printed; empty for what was counted one by one. ``place`` is the code of an organisation,
    empty for the whole nation.
    """

    indicator: str
    period: Period
    value: Number
    unit: str
    place: str | None = None
    bound: Bound = "is"
    decimals: int | None = None
    edition: str = ""
    passage: str

    @property
    def exact(self) -> Decimal:
        return Decimal(self.value)


class Claims(Plain, frozen=True, kw_only=True):
    """``claims.csv``."""

    claims: list[Claim]


class Citation(Fact, frozen=True, kw_only=True):
    """A row of ``citations.csv``: an instrument's number and its issuer, as a source gives them."""

    number: str
    issuer: str
    custodian: str
    edition: str = ""
    passage: str


class Citations(Plain, frozen=True, kw_only=True):
    """``citations.csv``."""

    citations: list[Citation]
