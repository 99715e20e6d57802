"""What the files say now, against what an installation has published: a published version never changes (I4)."""

from collections.abc import Iterator
from pathlib import Path

from sauro.core.canonical import canonical
from sauro.core.merkle import leaf_hash
from sauro.core.models import Definition as Published
from sauro.packs.checks.book import Finding
from sauro.packs.lines import line_of, load
from sauro.packs.pack import Definition, Pack, procedure_files

_FILES = {
    "catalogue": ("catalogues.yaml", "catalogues"), "data_right": ("data_rights.yaml", "rights"), "retention": ("retention.yaml", "rules"),
    "pause_reason": ("pause_reasons.yaml", "reasons"), "reference_form": ("forms.yaml", "forms"),
    "status_axis": ("statuses.yaml", "axes"), "organisation_type": ("organisations.yaml", "types"),
    "position_type": ("positions.yaml", "positions"), "role": ("roles.yaml", "roles"),
    "indicator": ("indicators.yaml", "indicators"),
}  # fmt: skip


def changed(pack: Pack) -> list[Finding]:
    """Every definition of the pack that stands published under its version with another content."""
    columns = ("kind", "code", "version", "digest", "valid_from", "basis")
    stands = {tuple(row[:3]): (bytes(row[3]), *row[4:]) for row in Published.objects.values_list(*columns)}
    found = []
    for item in pack.definitions():
        said = (leaf_hash(canonical(item.body)), item.valid_from, item.basis)
        if stands.get((item.kind, item.code, item.version), said) != said:
            file, line = _place(pack.path, item)
            message = (
                f"{item.kind} {item.code} was published as version {item.version} with another content, and stays so: "
                f"write version: {item.version + 1} and from when it applies (valid_from)"
            )
            found.append(Finding(file, line, message))
    return sorted(found)


def _place(folder: Path, item: Definition) -> tuple[str, int]:
    if item.kind in _FILES:
        name, entries = _FILES[item.kind]
        data, lines = load(folder / name)
        at = next(i for i, entry in enumerate(data[entries]) if str(entry["code"]) == item.code)
        return name, line_of(lines, f"$.{entries}[{at}].version")
    for file in _candidates(folder, item):
        data, lines = load(file)
        if item.kind != "procedure" or (data["code"], data["version"]) == (item.code, item.version):
            return file.relative_to(folder).as_posix(), line_of(lines, "$.version")
    return "pack.yaml", 1


def _candidates(folder: Path, item: Definition) -> Iterator[Path]:
    if item.kind == "procedure":
        yield from procedure_files(folder)
    else:
        yield folder / f"{item.kind}.yaml"
