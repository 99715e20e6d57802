"""The form of a procedure and its papers: every question and every paper can be asked for."""

from collections.abc import Iterator

from sauro.packs import schema, vocabulary
from sauro.packs.checks.book import Finding
from sauro.packs.checks.procedures import Desk


def check_form(desk: Desk) -> Iterator[Finding]:
    """Sections, questions and choices."""
    form = desk.procedure.form
    yield from desk.once(form.sections, "$.form.sections")
    seen: set[str] = set(vocabulary.CONTEXT)
    for number, section in enumerate(form.sections):
        path = f"$.form.sections[{number}]"
        yield from desk.when(path, section.when)
        if not section.fields:
            yield desk.at(path, f"the section {section.id} asks nothing")
        for index, question in enumerate(section.fields):
            place = f"{path}.fields[{index}]"
            if question.id in seen:
                yield desk.at(f"{place}.id", f"{question.id!r} already names another fact")
            yield from _question(desk, place, question)
            yield from _earlier(desk, place, question.when or section.when, seen)
            seen.add(question.id)


def check_components(desk: Desk) -> Iterator[Finding]:
    """Papers: what they are, when they are needed, and what may be uploaded for them."""
    papers = desk.procedure.components
    yield from desk.once(papers, "$.components")
    if sum(paper.from_form for paper in papers) != 1:
        yield desk.at("$.components", "exactly one paper is the filled form itself (from_form: true)")
    kinds = desk.book.catalogue("copy_kinds")
    for index, paper in enumerate(papers):
        path = f"$.components[{index}]"
        yield from desk.when(path, paper.when)
        yield from desk.known(f"{path}.kind", paper.kind, kinds, "kind of copy")
        if paper.copies < 1:
            yield desk.at(f"{path}.copies", "at least one copy")
        for name in paper.files:
            if name not in vocabulary.FILE_TYPES:
                yield desk.at(f"{path}.files", f"{name!r} is no known type of file")
        uploaded = not paper.from_form and paper.kind != "present"
        if uploaded != bool(paper.files):
            yield desk.at(path, "files are named for the papers that are uploaded, and for no others")


def _question(desk: Desk, path: str, question: schema.FormField) -> Iterator[Finding]:
    if (question.type == "choice") != bool(question.choices):
        yield desk.at(path, "choices belong to questions of type choice, and only to them")
    values = [choice.value for choice in question.choices]
    if len(set(values)) != len(values) or len(values) == 1:
        yield desk.at(f"{path}.choices", "a choice has at least two different values")
    if question.type in vocabulary.PERSONAL_TYPES and not question.personal:
        yield desk.at(f"{path}.personal", f"an answer of type {question.type} is personal")
    if question.prefill is not None and question.prefill not in vocabulary.PREFILL:
        yield desk.at(f"{path}.prefill", f"nothing is known as {question.prefill!r}")
    yield from desk.when(path, question.when)


def _earlier(desk: Desk, path: str, rule: str | None, seen: set[str]) -> Iterator[Finding]:
    """A question that is shown on a condition comes after what the condition asks of."""
    found = next((item for item in desk.procedure.rules if item.id == rule), None)
    if found is None:
        return
    from sauro.packs.checks.rules import names_of

    for name in sorted(names_of(found) - seen):
        if name in desk.fields:
            yield desk.at(f"{path}.when", f"it depends on {name!r}, which is asked later")
