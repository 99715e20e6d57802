"""A procedure as a whole: what it says of the rest of the pack, and how it differs from the others."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from sauro.packs import schema, vocabulary
from sauro.packs.checks.book import Book, Finding, Sheet, twice
from sauro.packs.checks.near import near
from sauro.packs.checks.references import business_statuses
from sauro.packs.pack import INSTRUMENTS

Names = frozenset[str] | None
"""Names of another file; None when it is broken, and then nothing is said of them."""


@dataclass(frozen=True)
class Desk:
    """One procedure on the table, with the pack around it."""

    book: Book
    sheet: Sheet[schema.Procedure]

    @property
    def procedure(self) -> schema.Procedure:
        """The procedure itself."""
        return self.sheet.value

    def at(self, path: str, message: str) -> Finding:
        """A finding in the procedure's file."""
        return self.sheet.at(path, message)

    @cached_property
    def conditions(self) -> frozenset[str]:
        """The rules that a ``when`` may refer to."""
        return frozenset(rule.id for rule in self.procedure.rules if rule.kind == "condition")

    @cached_property
    def fields(self) -> dict[str, schema.FormField]:
        """The questions of the form by their names."""
        return {item.id: item for section in self.procedure.form.sections for item in section.fields}

    def when(self, path: str, rule: str | None) -> Iterator[Finding]:
        """A ``when`` refers to a condition of the procedure."""
        if rule is not None and rule not in self.conditions:
            yield self.at(f"{path}.when", f"there is no condition {rule!r} among the rules")

    def known(self, path: str, name: str, names: Names, what: str) -> Iterator[Finding]:
        """A name is one of those that another file gives."""
        if names is not None and name not in names:
            yield self.at(path, f"there is no {what} {name!r}{near(name, names)}")

    def once(self, items: object, path: str) -> Iterator[Finding]:
        """The ids of a list are given once."""
        assert isinstance(items, list)
        for place, message in twice(items, "id", path):
            yield self.at(place, message)


def check_procedure(desk: Desk) -> Iterator[Finding]:
    """Head, agencies, places, level of service, law, result, refusals and retention."""
    procedure = desk.procedure
    if not desk.sheet.name.rsplit("/", 1)[-1].startswith(procedure.code):
        yield desk.at("$.code", f"the file is not named after the code {procedure.code}")
    yield from desk.known("$.field", procedure.field, desk.book.catalogue("fields"), "field")
    subjects = desk.book.catalogue("applicant_types")
    for index, subject in enumerate(procedure.subjects):
        yield from desk.known(f"$.subjects[{index}]", subject, subjects, "kind of applicant")
    yield from _competent(desk)
    yield from _places(desk)
    yield from _service_level(desk)
    yield from _law(desk)
    yield from _outcome(desk)


def check_distinct(book: Book) -> Iterator[Finding]:
    """Codes and versions are unique, and no two procedures share their steps or their components."""
    seen: dict[tuple[str, int], str] = {}
    steps: dict[object, schema.Procedure] = {}
    papers: dict[object, schema.Procedure] = {}
    for sheet in book.procedures:
        procedure = sheet.value
        if (before := seen.setdefault((procedure.code, procedure.version), sheet.name)) != sheet.name:
            yield sheet.at(
                "$.code", f"version {procedure.version} of {procedure.code} is already in {before}"
            )
        path = tuple((step.kind, step.unit, step.position, step.name.vi) for step in procedure.steps)
        list_of_papers = frozenset(paper.name.vi for paper in procedure.components)
        for what, key, table in (("steps", path, steps), ("components", list_of_papers, papers)):
            other = table.setdefault(key, procedure)
            if other.code != procedure.code:
                yield sheet.at(f"$.{what}", f"the {what} are those of {other.code}")


def _competent(desk: Desk) -> Iterator[Finding]:
    competent = desk.procedure.competent
    types = desk.book.names("organisations.yaml", schema.Organisations, "types")
    yield from desk.known("$.competent.organisation", competent.organisation, types, "type of organisation")
    offices = desk.book.sheet("positions.yaml", schema.Positions)
    if offices is None:
        return
    signer = next((office for office in offices.value.positions if office.code == competent.signer), None)
    path = "$.competent.signer"
    if signer is None:
        offers = near(competent.signer, [office.code for office in offices.value.positions])
        yield desk.at(path, f"there is no office {competent.signer!r} in positions.yaml{offers}")
        return
    if competent.organisation not in signer.organisations:
        yield desk.at(path, f"{competent.signer} is no office of {competent.organisation}")
    if "competent_authority" not in signer.roles:
        yield desk.at(path, f"{competent.signer} is not given the role competent_authority")


def _places(desk: Desk) -> Iterator[Finding]:
    types = desk.book.names("organisations.yaml", schema.Organisations, "types")
    channels = desk.book.catalogue("channels", "code")
    if not desk.procedure.receiving:
        yield desk.at("$.receiving", "nobody receives the dossier")
    for index, place in enumerate(desk.procedure.receiving):
        path = f"$.receiving[{index}]"
        yield from desk.known(f"{path}.organisation", place.organisation, types, "type of organisation")
        for channel in place.channels:
            yield from desk.known(f"{path}.channels", str(channel), channels, "channel")


def _service_level(desk: Desk) -> Iterator[Finding]:
    online = desk.procedure.online
    if (online.level == "partial") != (online.reason is not None):
        yield desk.at("$.online", "partial online service has a published reason, full service has none")
    if online.reason is not None:
        reasons = desk.book.catalogue("partial_reasons")
        yield from desk.known("$.online.reason", online.reason, reasons, "reason for partial service")
    if not any(2 in place.channels for place in desk.procedure.receiving):
        yield desk.at("$.receiving", "online service is offered, but no place receives by channel 2")


def _law(desk: Desk) -> Iterator[Finding]:
    if not desk.procedure.legal_basis:
        yield desk.at("$.legal_basis", "the procedure rests on no law")
    sheet = desk.book.sheet(INSTRUMENTS, schema.Instruments)
    instruments = {item.number: item for item in sheet.value.instruments} if sheet else {}
    places = [(f"$.legal_basis[{i}]", basis) for i, basis in enumerate(desk.procedure.legal_basis)]
    if desk.procedure.time_limit.basis is not None:
        places.append(("$.time_limit.basis", desk.procedure.time_limit.basis))
    for path, basis in places:
        item = instruments.get(basis.instrument)
        if item is not None and item.ended is not None and item.ended <= desk.procedure.valid_from:
            successors = ", ".join(item.replaced_by) or "nothing known"
            yield desk.at(
                f"{path}.instrument", f"{item.number} ended on {item.ended}; replaced by {successors}"
            )


def _outcome(desk: Desk) -> Iterator[Finding]:
    procedure = desk.procedure
    retention = desk.book.names("retention.yaml", schema.Retentions, "rules")
    yield from desk.known("$.retention", procedure.retention, retention, "retention rule")
    yield from desk.known("$.result.retention", procedure.result.retention, retention, "retention rule")
    if not procedure.result.acceptance:
        yield desk.at("$.result.acceptance", "the result has no acceptance test")
    if not procedure.refusals:
        yield desk.at("$.refusals", "no ground of refusal is stated")
    yield from desk.once(procedure.result.acceptance, "$.result.acceptance")
    yield from desk.once(procedure.result.entries, "$.result.entries")
    yield from _states(desk)
    yield from desk.once(procedure.refusals, "$.refusals")
    if not procedure.supplement.typical:
        yield desk.at("$.supplement.typical", "no typical supplement is stated")
    yield from _limit(desk)


def _states(desk: Desk) -> Iterator[Finding]:
    """What the result prints was asked in the form, and is printed once."""
    states = desk.procedure.result.states
    for index, name in enumerate(states):
        if name not in desk.fields:
            yield desk.at(f"$.result.states[{index}]", f"the form asks no question {name!r}")
        elif name in states[:index]:
            yield desk.at(f"$.result.states[{index}]", f"{name!r} is printed already")


def _limit(desk: Desk) -> Iterator[Finding]:
    limit = desk.procedure.time_limit
    expected = vocabulary.limit_hours(limit.amount, limit.unit)
    if limit.hours != expected:
        yield desk.at(
            "$.time_limit.hours", f"{limit.amount} {limit.unit} is {expected} hours, not {limit.hours}"
        )
    if limit.amount_min is not None and limit.amount_min > limit.amount:
        yield desk.at("$.time_limit.amount_min", "the least is more than the most")
    for index, variant in enumerate(limit.variants):
        yield from desk.when(f"$.time_limit.variants[{index}]", variant.when)
    sheet = desk.book.sheet("pause_reasons.yaml", schema.PauseReasons)
    stops = None if sheet is None else frozenset(r.code for r in sheet.value.reasons if r.clock == "pause")
    for index, reason in enumerate(limit.pauses):
        yield from desk.known(f"$.time_limit.pauses[{index}]", reason, stops, "reason that stops the clock")
    for index, excluded in enumerate(limit.excluded):
        if excluded.pause not in limit.pauses:
            message = f"{excluded.pause!r} is excluded from the limit, but is not among its pauses"
            yield desk.at(f"$.time_limit.excluded[{index}]", message)


def statuses(desk: Desk) -> Names:
    """The business statuses in which a step may be."""
    return business_statuses(desk.book)
