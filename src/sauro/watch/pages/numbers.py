"""What is said of the nation beside its dossiers: indicators with targets, claims with their sources, conflicts and doubts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from sauro.watch.queries import indicators as queries
from sauro.watch.queries.indicators import Finding, Indicator, Observed, Target
from sauro.watch.queries.sentences import amount, here, period
from sauro.watch.rules.trajectory import Standing, Trajectory
from sauro.web.shapes import Status, StatusKind, Text


def standing_status(standing: Standing | None) -> Status:
    """Ahead of the line to the target, on it, or behind."""
    words: dict[str, tuple[StatusKind, Text]] = {
        "ahead": ("on_time", _("ahead")), "on_line": ("on_time", _("as planned")), "behind": ("late", _("behind")),
    }  # fmt: skip
    kind, word = words.get(standing or "", ("neutral", _("nothing observed since to compare")))
    return Status(kind, word)


def kind_status(observed: Observed) -> Status:
    """Measured, computed or claimed; of a claim, how it stands after what was found about it."""
    if observed.kind != "claimed":
        return Status("on_time", _("measured") if observed.kind == "measured" else _("computed"))
    words = {"doubted": _("claimed, doubted"), "upheld": _("claimed, upheld"), "overruled": _("claimed, overruled"), "withdrawn": _("claimed, withdrawn")}  # fmt: skip
    return Status("claimed", words.get(observed.standing, _("claimed")))


@dataclass(frozen=True)
class Said:
    """A value of an indicator, in words."""

    observed: Observed
    name: str
    href: str
    amount: str
    period: str
    status: Status

    @property
    def source(self) -> str:
        """Where it comes from: of what is measured, the edition that told it."""
        if self.edition:
            return _("Edition %(n)s") % {"n": self.edition}
        return self.observed.source_title

    @property
    def edition(self) -> int | None:
        """The number of the edition that told it, of what is measured."""
        told = self.observed.kind != "claimed" and self.observed.edition.isdecimal()
        return int(self.observed.edition) if told else None


@dataclass(frozen=True)
class Aim:
    """An indicator with a target: where it is to be, where it is, and whether that is ahead of the way there."""

    name: str
    href: str
    target: str
    by: str
    source: str
    latest: str
    latest_period: str
    expected: str
    status: Status


def place_href(indicator: Indicator) -> str:
    return reverse("watch:indicator", args=[indicator.code])


def aims(known: Sequence[Indicator], seen: Sequence[Observed]) -> list[Aim]:
    """Every indicator with a target, in the order of the families."""
    made = []
    for each in known:
        for target in each.targets[:1]:
            line = queries.along(each, seen)
            last = line.latest if line and line.latest else _last(each, seen)
            made.append(
                Aim(
                    here(each.name), place_href(each), said_target(each, target), period(target.period), target.source_title,
                    amount(last[1].normalize(), "is", None, each.unit) if last else "–", period(last[0]) if last else "",
                    amount(_short(line.expected), "is", None, each.unit) if line and line.expected is not None else "",
                    standing_status(line.standing if line else None),
                )
            )  # fmt: skip
    return made


def _short(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.01")).normalize()


def said_target(each: Indicator, target: Target) -> str:
    return amount(target.value.normalize(), target.bound, None, each.unit)


def _last(each: Indicator, seen: Sequence[Observed]) -> tuple[str, Decimal] | None:
    own = [o for o in seen if o.indicator == each.id and o.place is None and o.standing not in ("overruled", "withdrawn")]  # fmt: skip
    return (own[-1].period, own[-1].value) if own else None


def said(known: Sequence[Indicator], seen: Sequence[Observed], kinds: Sequence[str]) -> list[Said]:
    """Values of these kinds, by family and indicator."""
    by_id: Mapping[UUID, Indicator] = {each.id: each for each in known}
    order = {each.id: at for at, each in enumerate(known)}
    found = [each for each in seen if each.kind in kinds and each.indicator in by_id]
    return [
        Said(o, here(by_id[o.indicator].name), place_href(by_id[o.indicator]), o.amount(by_id[o.indicator].unit), period(o.period), kind_status(o))
        for o in sorted(found, key=lambda o: (order[o.indicator], o.period))
    ]  # fmt: skip


def finding_status(found: Finding) -> Status:
    """Open, or how it was ruled."""
    if found.state == "open":
        return Status("near", _("open conflict") if found.kind == "conflict" else _("open doubt"))
    words = {
        "upheld": _("ruled: one claim upheld"), "explained": _("ruled: explained"), "corrected": _("ruled: corrected at the source"),
        "stands": _("ruled: the doubt stands"), "withdrawn": _("settled: the claim was withdrawn"),
    }  # fmt: skip
    return Status("neutral", words.get(found.ruling, _("ruled")))


@dataclass(frozen=True)
class Doubt:
    """A conflict or a doubt, in words."""

    found: Finding
    sentence: str
    status: Status
    href: str


def doubts(found: Sequence[Finding]) -> list[Doubt]:
    return [
        Doubt(each, here(each.sentence), finding_status(each), f"{reverse('watch:doubts')}#d{each.id}")
        for each in found
    ]


def finding_title(each: Indicator, line: Trajectory | None) -> str:
    """What a chart of the indicator shows, as a sentence."""
    if line is None or line.latest is None or line.expected is None or line.standing is None:
        return _before(each, line)
    words = {
        "name": here(each.name), "value": amount(line.latest[1].normalize(), "is", None, each.unit), "period": period(line.latest[0]),
        "expected": amount(_short(line.expected), "is", None, each.unit),
    }  # fmt: skip
    if line.standing == "behind":
        return _("%(name)s: %(value)s (%(period)s), behind the %(expected)s on the way to the target") % words
    if line.standing == "ahead":
        return (
            _("%(name)s: %(value)s (%(period)s), ahead of the %(expected)s on the way to the target") % words
        )
    return _("%(name)s: %(value)s (%(period)s), as planned on the way to the target") % words


def _before(each: Indicator, line: Trajectory | None) -> str:
    """Where nothing was observed on the way yet: from where it starts, and where it is to be."""
    if line is None or not each.targets:
        return here(each.name)
    target, (year, value) = each.targets[0], line.line[0]
    words = {
        "name": here(each.name), "value": amount(value.normalize(), "is", None, each.unit), "year": str(year),
        "target": said_target(each, target), "by": period(target.period),
    }  # fmt: skip
    return _("%(name)s: %(value)s in %(year)s, to be %(target)s by %(by)s") % words
