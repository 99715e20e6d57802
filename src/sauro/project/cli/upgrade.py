"""`sauro upgrade`: what is to come, and doing it."""

import argparse
from typing import TYPE_CHECKING

from sauro.project.cli import report
from sauro.project.cli.command import Command, Exit, Stop, give, installation, say
from sauro.project.cli.language import _, number

if TYPE_CHECKING:
    from sauro.project.upgrade import looking

MARKS = {"well": "✓", "warning": "!", "fault": "✗"}


def configure(parser: argparse.ArgumentParser) -> None:
    """Only look, or do it; with or without a backup."""
    parser.add_argument(
        "--check", action="store_true", help=_("only say what would be done, and what stands in the way")
    )
    parser.add_argument("--without-backup", action="store_true", help=_("go on although no backup of the last 36 hours is known here"))  # fmt: skip
    parser.add_argument("--json", action="store_true", help=_("answer as one JSON object"))


def run(chosen: argparse.Namespace) -> int:
    """Exit 0: nothing stands in the way, or all was done and proven; 1: something does, or the proof failed; 4: refused."""
    with installation(current=False):
        from sauro.project.backup.restoring import refuse_half_restored
        from sauro.project.upgrade import doing, looking, record

        if not record.founded():
            raise Stop(_("This database is empty: nothing can be upgraded. Set it up with `sauro up`."))
        if chosen.check:
            return _tell(looking.look(), chosen)
        refuse_half_restored()
        quiet = (lambda _line: None) if chosen.json else say
        done = doing.upgrade(quiet, report.stages(), chosen.without_backup)
    if done is None:
        if chosen.json:
            give({"well": True, "steps": 0})
        else:
            say(_("This database is of this version already. Nothing was done."))
        return Exit.DONE
    if chosen.json:
        give(done.answer())
        return Exit.DONE if done.well else Exit.FAULT
    for finding in [*done.verified.findings.kept, *done.replayed.findings.kept]:
        say(f"✗ {finding.sentence}")
    words = _("{steps} steps; {before} acts before, {after} after; journal verified, replay equal: {well}.")
    counts = {"steps": number(done.steps), "before": number(done.before), "after": number(done.after)}
    say(words.format(**counts, well=_("yes") if done.well else _("no")))
    say(
        _("Start the new version: sauro up")
        if done.well
        else _("Something was changed or is lacking; see above.")
    )
    return Exit.DONE if done.well else Exit.FAULT


def _tell(looked: "looking.Looked", chosen: argparse.Namespace) -> int:
    if chosen.json:
        give(looked.answer())
        return Exit.FAULT if looked.faults else Exit.DONE
    for finding in looked.findings:
        say(f"{MARKS[finding.state]} {finding.check}: {finding.found}")
        if finding.remedy:
            say(f"    → {finding.remedy}")
    if looked.faults:
        say(_("Not yet: put right what is marked ✗."))
        return Exit.FAULT
    say(_("Next: sauro upgrade") if looked.steps else _("There is nothing to upgrade."))
    return Exit.DONE


COMMAND = Command("upgrade", lambda: _("Upgrade the database to this version, and prove that no act was lost."), run, configure)  # fmt: skip
