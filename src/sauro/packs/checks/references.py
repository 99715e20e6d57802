"""What one file says of another, and what every fact of a pack must have."""

from collections.abc import Iterator

from sauro.packs import schema, vocabulary
from sauro.packs.checks.book import Book, Finding, Sheet, is_plain_text, structs, twice
from sauro.packs.checks.near import near
from sauro.packs.pack import INSTRUMENTS


def check_facts(book: Book) -> Iterator[Finding]:
    """Every fact has a source that exists, every text both languages, every basis an instrument that exists."""
    sources = book.names("sources.yaml", schema.Sources, "sources", "id")
    numbers = book.names(INSTRUMENTS, schema.Instruments, "instruments", "number")
    for sheet in book.all_sheets():
        for path, item in structs(sheet.value):
            if isinstance(item, schema.Fact) and sources is not None and item.source not in sources:
                offers = near(item.source, sources)
                yield sheet.at(
                    f"{path}.source", f"there is no source {item.source!r} in sources.yaml{offers}"
                )
            if isinstance(item, schema.Text):
                yield from _text(sheet, path, item)
            if isinstance(item, schema.Basis) and numbers is not None and item.instrument not in numbers:
                yield sheet.at(
                    f"{path}.instrument",
                    f"there is no instrument {item.instrument!r} in {INSTRUMENTS}{near(item.instrument, numbers)}",
                )


def check_unique(book: Book) -> Iterator[Finding]:
    """Names that others refer to are given once."""
    lists = [
        ("sources.yaml", "sources", "id"),
        (INSTRUMENTS, "instruments", "number"),
        ("organisations.yaml", "types", "code"),
        ("organisations.yaml", "organisations", "code"),
        ("organisations.yaml", "per_province", "code"),
        ("organisations.yaml", "per_commune", "code"),
        ("positions.yaml", "positions", "code"),
        ("roles.yaml", "roles", "code"),
        ("statuses.yaml", "axes", "code"),
        ("catalogues.yaml", "catalogues", "code"),
        ("pause_reasons.yaml", "reasons", "code"),
        ("forms.yaml", "forms", "code"),
        ("retention.yaml", "rules", "code"),
        ("data_rights.yaml", "rights", "code"),
    ]
    for name, items, key in lists:
        sheet = book.sheets.get(name)
        if sheet is not None:
            for path, message in twice(getattr(sheet.value, items), key, f"$.{items}"):
                yield sheet.at(path, message)


def check_instruments(book: Book) -> Iterator[Finding]:
    """Links between instruments lead somewhere, and their dates are in order."""
    sheet = book.sheet(INSTRUMENTS, schema.Instruments)
    if sheet is None:
        return
    numbers = {item.number for item in sheet.value.instruments}
    for index, item in enumerate(sheet.value.instruments):
        path = f"$.instruments[{index}]"
        for other in (*item.amended_by, *item.replaced_by):
            if other not in numbers:
                yield sheet.at(path, f"{item.number} points at {other}, which is not listed")
            if other == item.number:
                yield sheet.at(path, f"{item.number} points at itself")
        days = [day for day in (item.issued, item.in_force, item.ended) if day is not None]
        if days != sorted(days):
            yield sheet.at(path, f"{item.number}: issued, in force and ended are not in order")


def check_organisations(book: Book) -> Iterator[Finding]:
    """Types exist, superiors exist, and patterns name what they are filled with."""
    sheet = book.sheet("organisations.yaml", schema.Organisations)
    if sheet is None:
        return
    types = {kind.code for kind in sheet.value.types}
    listed = {row.code for row in sheet.value.organisations}
    provinces = {row.code for row in sheet.value.per_province}
    above = {
        "organisations": listed,
        "per_province": listed | provinces,
        "per_commune": listed | {row.code for row in sheet.value.per_commune} | {"{province}"},
    }
    for name, known in above.items():
        for index, row in enumerate(getattr(sheet.value, name)):
            path = f"$.{name}[{index}]"
            if row.type not in types:
                yield sheet.at(f"{path}.type", f"there is no type of organisation {row.type!r}")
            if row.parent is not None and row.parent not in known:
                yield sheet.at(f"{path}.parent", f"there is no superior {row.parent!r}")
            if name != "organisations" and not ("{name}" in row.name.vi and "{name}" in row.name.en):
                yield sheet.at(f"{path}.name", "the pattern does not name its province or commune: {name}")


def check_positions(book: Book) -> Iterator[Finding]:
    """Offices stand in organisations that exist, carry roles that exist, and every organisation has one head."""
    sheet = book.sheet("positions.yaml", schema.Positions)
    types = book.names("organisations.yaml", schema.Organisations, "types")
    roles = book.names("roles.yaml", schema.Roles, "roles")
    if sheet is None:
        return
    heads: dict[str, int] = {}
    for index, office in enumerate(sheet.value.positions):
        path = f"$.positions[{index}]"
        for kind in office.organisations:
            if types is not None and kind not in types:
                yield sheet.at(f"{path}.organisations", f"there is no type of organisation {kind!r}")
            if office.head and kind in heads:
                yield sheet.at(f"{path}.head", f"{kind} already has a head, line {heads[kind]}")
            if office.head:
                heads.setdefault(kind, sheet.at(path, "").line)
        for role in office.roles:
            if roles is not None and role not in roles:
                yield sheet.at(f"{path}.roles", f"there is no role {role!r}")
    for kind in sorted((types or frozenset()) - heads.keys()):
        yield sheet.at("$.positions", f"no office is the head of {kind}")


def check_roles(book: Book) -> Iterator[Finding]:
    """Roles grant actions that the program has."""
    sheet = book.sheet("roles.yaml", schema.Roles)
    for index, role in enumerate(sheet.value.roles if sheet else ()):
        assert sheet is not None
        path = f"$.roles[{index}].actions"
        if not role.actions:
            yield sheet.at(path, f"the role {role.code} grants nothing")
        for number, action in enumerate(role.actions):
            if action not in vocabulary.ACTIONS:
                yield sheet.at(f"{path}[{number}]", f"there is no action {action!r}")
        begins = f"$.roles[{index}].begins"
        if (role.scope == "subject") != bool(role.begins):
            yield sheet.at(begins, "a role that reaches single subjects says what it begins; no other does")
        for number, action in enumerate(role.begins):
            if action not in role.actions:
                yield sheet.at(f"{begins}[{number}]", f"the role {role.code} does not grant {action!r}")


def check_lists(book: Book) -> Iterator[Finding]:
    """Catalogues, pause reasons, retention, the forms of the one-stop mechanism, and synonyms."""
    yield from _catalogues(book)
    yield from _pauses(book)
    retention = book.sheet("retention.yaml", schema.Retentions)
    for index, rule in enumerate(retention.value.rules if retention else ()):
        assert retention is not None
        if (rule.years is None) != rule.permanent:
            yield retention.at(f"$.rules[{index}]", f"{rule.code} says either years or permanent: true")
    rights = book.sheet("data_rights.yaml", schema.DataRights)
    known = {rule.code for rule in retention.value.rules} if retention else set()
    for index, right in enumerate(rights.value.rights if rights and retention else ()):
        assert rights is not None
        if right.retention not in known:
            yield rights.at(f"$.rights[{index}].retention", f"there is no retention rule {right.retention!r}")
    forms = book.sheet("forms.yaml", schema.ReferenceForms)
    if forms is not None:
        missing = vocabulary.ONE_STOP_FORMS - {form.code for form in forms.value.forms}
        for code in sorted(missing):
            yield forms.at("$.forms", f"Form {code} of the one-stop mechanism is missing")
    yield from _synonyms(book)


def _catalogues(book: Book) -> Iterator[Finding]:
    sheet = book.sheet("catalogues.yaml", schema.Catalogues)
    if sheet is None:
        return
    for name in sorted(vocabulary.CATALOGUES - {item.code for item in sheet.value.catalogues}):
        yield sheet.at("$.catalogues", f"the catalogue {name} is missing")
    for index, catalogue in enumerate(sheet.value.catalogues):
        for key in ("code", "key"):
            for path, message in twice(catalogue.items, key, f"$.catalogues[{index}].items"):
                yield sheet.at(path, message)


def _pauses(book: Book) -> Iterator[Finding]:
    sheet = book.sheet("pause_reasons.yaml", schema.PauseReasons)
    statuses = business_statuses(book)
    for index, reason in enumerate(sheet.value.reasons if sheet else ()):
        assert sheet is not None
        if statuses is not None and reason.status not in statuses:
            yield sheet.at(f"$.reasons[{index}].status", f"there is no business status {reason.status!r}")


def _synonyms(book: Book) -> Iterator[Finding]:
    sheet = book.sheet("synonyms.yaml", schema.Synonyms)
    codes = {procedure.value.code for procedure in book.procedures} | book.broken
    for index, synonym in enumerate(sheet.value.synonyms if sheet else ()):
        assert sheet is not None
        path = f"$.synonyms[{index}]"
        if not synonym.words or not all(map(is_plain_text, synonym.words)):
            yield sheet.at(f"{path}.words", "words are missing or empty")
        for code in synonym.procedures:
            if code not in codes:
                yield sheet.at(f"{path}.procedures", f"there is no procedure {code!r}")


def business_statuses(book: Book) -> frozenset[str] | None:
    """The codes of the business axis, or None when nobody can tell."""
    sheet = book.sheet("statuses.yaml", schema.Statuses)
    if sheet is None:
        return None
    return frozenset(s.code for axis in sheet.value.axes if axis.code == "business" for s in axis.states)


def _text(sheet: Sheet[schema.Plain], path: str, text: schema.Text) -> Iterator[Finding]:
    for tongue in ("vi", "en"):
        if not is_plain_text(getattr(text, tongue)):
            yield sheet.at(
                f"{path}.{tongue}", f"the text in {tongue} is empty, padded, or not in normal form C"
            )
