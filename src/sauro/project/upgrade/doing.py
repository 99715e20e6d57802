"""`sauro upgrade`: every step that is to come, then the proof that no act was lost. Cut off anywhere, it is said again."""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection

from sauro import __version__
from sauro.core.journal import checkpoints, database
from sauro.core.journal.findings import Report
from sauro.core.journal.replay import replay_check
from sauro.core.journal.verify import verify
from sauro.core.models import Event, Upgrade
from sauro.core.vault import keyring
from sauro.project import journal, schema
from sauro.project.cli.command import Exit, Stop
from sauro.project.cli.language import _
from sauro.project.examination.finding import Finding
from sauro.project.upgrade import record
from sauro.project.upgrade.applying import Steps
from sauro.project.upgrade.looking import Looked, look

LOCK = 5760

Say = Callable[[str], None]
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Done:
    """What came of it: how many steps were taken, the acts before and after, and what both proofs found."""

    steps: int
    before: int
    after: int
    verified: Report
    replayed: Report

    @property
    def well(self) -> bool:
        return self.after >= self.before and self.verified.intact and self.replayed.intact

    def answer(self) -> dict[str, Any]:
        """Give it for a program."""
        return {
            "well": self.well, "version": __version__, "steps": self.steps, "events_before": self.before,
            "events_after": self.after, "verified": self.verified.as_dict(), "replayed": self.replayed.as_dict(),
        }  # fmt: skip


def upgrade(say: Say, progress: Progress, without_backup: bool = False) -> Done | None:
    """Upgrade this database, and prove it; None where there is nothing to do. Raises Stop."""
    with alone() as own, schema.as_owner():
        looked = look([own])
        if not looked.steps and record.cut_off() is None and _is_this_version():
            return None
        _refuse(looked, without_backup)
        begun = record.begin(_sign_what_is())
        steps = {step.name: step for step in looked.steps}

        def before(name: str) -> None:
            if name in steps and not steps[name].beside and (found := record.at_work([own])):
                raise _must_stop(name, found)
            say(_("Step {step}…").format(step=name))

        taken = Steps(before)
        taken.take()
        # What Django does after migrations, the cache's table, and the application's rights.
        schema.migrate(upgrading=True)
    return _prove(begun, taken.taken, say, progress)


@contextlib.contextmanager
def alone() -> Iterator[int]:
    """Nobody else upgrades meanwhile, from whatever machine. Gives the session that holds the lock, which a kill frees."""
    with database.connect() as link:
        row = link.execute("SELECT pg_try_advisory_lock(%s), pg_backend_pid()", [LOCK]).fetchone()
        assert row is not None
        if not row[0]:
            raise Stop(_("Another upgrade of this database is under way. Wait until it has ended."))
        yield int(row[1])


def _is_this_version() -> bool:
    found = record.last()
    return found is not None and found.version == __version__


def _refuse(looked: Looked, without_backup: bool) -> None:
    """What stands in the way stops it here; who must stop only later is told at their step."""
    told_later = {"beside", *(["backup"] if without_backup else [])}
    for fault in looked.faults:
        if fault.code not in told_later:
            raise Stop(_sentence(fault), Exit.REFUSED)


def _sentence(fault: Finding) -> str:
    words = _("{check}: {found}. {remedy} Nothing was changed. (upgrade.{rule})")
    remedy = fault.remedy if fault.remedy.endswith(".") else f"{fault.remedy}."
    if fault.code == "backup":
        remedy += " " + _("Who has another way back says --without-backup.")
    return words.format(check=fault.check, found=fault.found, remedy=remedy, rule=fault.code)


def _must_stop(name: str, found: list[record.Working]) -> Stop:
    return Stop(
        _(
            "The old version must not run beside the step {step}, and {names} are at work on this database. "
            "Stop them on every machine, then say `sauro upgrade` again. The steps before are done. (upgrade.beside)"
        ).format(step=name, names=", ".join(each.name for each in found)),
        Exit.REFUSED,
    )


def _sign_what_is() -> int:
    """Sign the journal as it is, so that the proof compares with it. Gives how many events it holds."""
    try:
        with database.connect() as own:
            key = keyring.current().checkpoint_key
            checkpoints.sign_checkpoint(own, key, journal.origin(), journal.published())
    except checkpoints.HistoryChanged:
        raise Stop(
            _(
                "The journal does not continue what was signed before. Run `sauro verify`; nothing was upgraded."
            ),
            Exit.FAULT,
        ) from None
    return Event.objects.count()


def _prove(begun: Upgrade, steps: int, say: Say, progress: Progress) -> Done:
    """Count the acts, verify the journal against what was signed before, replay it; only then it has ended."""
    say(_("Proving that nothing was lost…"))
    kept = journal.published() / checkpoints.LATEST
    with database.connect() as own:
        verified = verify(
            own, [journal.verifier()], journal.scratch(), kept if kept.exists() else None, progress
        )
        replayed = replay_check(own, journal.scratch(), fresh=True, progress=progress)
    done = Done(steps, begun.events, Event.objects.count(), verified, replayed)
    if done.well:
        with schema.as_owner():
            record.end(begun)
    connection.close()
    return done
