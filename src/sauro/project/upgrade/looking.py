"""`sauro upgrade --check`: what an upgrade would do here, what stands in its way, and what to do about it."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from sauro import __version__, packs
from sauro.project import contents
from sauro.project.backup import making
from sauro.project.cli.language import _, number
from sauro.project.examination.finding import Finding, one
from sauro.project.examination.running import OLD_BACKUP
from sauro.project.upgrade import record
from sauro.project.upgrade.steps import Step, to_come

SPARE = 256 * 1024**2
"""Bytes that everything but a rewritten table may take: indexes, the log of changes, the scratch file of the replay."""


@dataclass(frozen=True, slots=True)
class Looked:
    """What is to come, and what was found on the way."""

    steps: list[Step]
    findings: list[Finding]

    @property
    def faults(self) -> list[Finding]:
        """What stands in the way."""
        return [each for each in self.findings if each.state == "fault"]

    def answer(self) -> dict[str, Any]:
        """Give it for a program."""
        steps = [
            {
                "name": step.name, "beside": step.beside,
                "rewrites": step.tables("rewrites"), "locks": step.tables("locks"), "removes": step.tables("removes"),
            }
            for step in self.steps
        ]  # fmt: skip
        return {
            "well": not self.faults, "program": __version__, "steps": steps,
            "findings": [each.answer() for each in self.findings],
        }  # fmt: skip


def look(own: list[int] | None = None) -> Looked:
    """Look at the database as it is; nothing is changed. ``own`` are sessions that are the upgrade's."""
    executor = MigrationExecutor(connection)
    steps = to_come(executor)
    findings = [
        versions(executor),
        *interrupted(),
        *map(of_step, steps),
        beside(steps, own or []),
        disk(steps),
    ]
    return Looked(steps, [*findings, backup(steps), pack()])


def versions(executor: MigrationExecutor) -> Finding:
    """The program is not older than the database."""
    known, applied = executor.loader.disk_migrations, executor.loader.applied_migrations
    newer = sorted(f"{app}.{name}" for app, name in applied if (app, name) not in known)
    found = record.last()
    text = _("program {program}, database {database}").format(
        program=__version__, database=found.version if found else _("of no version")
    )
    if newer:
        text = _("{versions}; the database has steps that this program does not know: {steps}").format(
            versions=text, steps=", ".join(newer)
        )
        return Finding(
            "version", _("version"), "fault", text, _("Install the version that made them, or a newer one.")
        )
    return Finding("version", _("version"), "well", text)


def interrupted() -> Iterator[Finding]:
    """An upgrade that began has ended."""
    found = record.cut_off()
    if found is not None:
        text = _("one to {version} began at {moment} and has not ended").format(
            version=found.version, moment=f"{found.began:%Y-%m-%d %H:%M} UTC"
        )
        yield Finding("cut_off", _("upgrade"), "warning", text, _("Say it again: sauro upgrade"))


def of_step(step: Step) -> Finding:
    """One step in words: what it rewrites and locks, and who must stop."""
    words = {
        "rewrites": _("rewrites {tables}: nobody reads or writes them meanwhile"),
        "locks": _("reads all of {tables}: nobody writes them meanwhile"),
        "removes": _("takes something away from {tables}"),
    }
    told = [
        sentence.format(tables=", ".join(tables))
        for kind, sentence in words.items()
        if (tables := step.tables(kind))  # type: ignore[arg-type]
    ]
    if any(effect.kind == "changes" for effect in step.effects):
        told.append(_("changes rows or rules by its own statements"))
    text = "; ".join(told) or _("adds, and nobody waits for it")
    state = "well" if step.beside and not told else "warning"
    remedy = "" if step.beside else _("The old version must not run from this step on.")
    return Finding("step", step.name, state, text, remedy)  # type: ignore[arg-type]


def beside(steps: list[Step], own: list[int]) -> Finding:
    """Who is at work on this database."""
    name, found = _("running"), record.at_work(own)
    if not found:
        return Finding("beside", name, "well", _("nobody is at work on this database"))
    text = ", ".join(
        _("{name} ({count} sessions)").format(name=each.name, count=number(each.sessions)) for each in found
    )
    if all(step.beside for step in steps):
        return Finding("beside", name, "well", text)
    first = next(step.name for step in steps if not step.beside)
    remedy = _("Stop web, workers and live edge on every machine before the step {step}.").format(step=first)
    return Finding("beside", name, "fault", text, remedy)


def disk(steps: list[Step]) -> Finding:
    """Tables that are rewritten fit on the disk a second time."""
    name, tables = _("disk"), {table for step in steps for table in step.tables("rewrites")}
    sizes = one("SELECT coalesce(sum(pg_total_relation_size(to_regclass(t))), 0)::bigint FROM unnest(%s::text[]) t", [list(tables)])  # fmt: skip
    needed = int(sizes) + SPARE
    if not steps:
        return Finding("disk", name, "well", _("nothing is needed"))
    needs = number(needed / 1024**3, 1)
    if not settings.USES_BUNDLED_POSTGRES:
        return Finding("disk", name, "well", _("{needed} GB may be needed; this machine cannot see the server's disk").format(needed=needs))  # fmt: skip
    free = shutil.disk_usage(Path(settings.SAURO_VAR)).free
    text = _("{needed} GB may be needed, {free} GB are free").format(
        needed=needs, free=number(free / 1024**3, 1)
    )
    if free < needed:
        return Finding("disk", name, "fault", text, _("Make room first."))
    return Finding("disk", name, "well", text)


def backup(steps: list[Step]) -> Finding:
    """There is a way back: a backup of the last day and a half, whole."""
    name, found = _("backup"), making.last()
    remedy = _("Back up first: docs/how-to/back-up-and-restore.md")
    if found is None:
        return Finding(
            "backup", name, "fault" if steps else "warning", _("none was made from this machine"), remedy
        )
    age = datetime.now(UTC) - found.taken
    text = _("{hours} hours old, in {folder}").format(
        hours=number(age.total_seconds() / 3600, 1), folder=found.folder
    )
    if age > OLD_BACKUP:
        return Finding("backup", name, "fault" if steps else "warning", text, remedy)
    return Finding("backup", name, "well", text)


def pack() -> Finding:
    """The pack of this program is the one that was loaded."""
    from sauro.packs.pack import read

    name, own = _("pack"), read(packs.VN)
    text = f"{own.head.id} {own.head.version}"
    if contents.is_loaded(packs.VN):
        return Finding("pack", name, "well", _("{pack}, loaded").format(pack=text))
    return Finding("pack", name, "warning", _("{pack}, not loaded yet").format(pack=text), _("Afterwards: sauro pack load"))  # fmt: skip
