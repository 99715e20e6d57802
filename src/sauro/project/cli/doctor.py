"""`sauro doctor`: looks at everything this installation stands on, and says what to do about each fault."""

import argparse

from sauro.project.cli.command import Command, Exit, give, say
from sauro.project.cli.language import _


def configure(parser: argparse.ArgumentParser) -> None:
    """`--json` for programs."""
    parser.add_argument("--json", action="store_true", help=_("answer as one JSON object"))


def run(chosen: argparse.Namespace) -> int:
    """Run every check. Exit 0 when all is well (warnings included), 1 when something must be put right."""
    from sauro.project import examination

    findings = examination.examine()
    broken = [finding for finding in findings if finding.state == "fault"]
    if chosen.json:
        give({"well": not broken, "findings": [finding.answer() for finding in findings]})
        return Exit.FAULT if broken else Exit.DONE
    marks = {"well": "✓", "warning": "!", "fault": "✗"}
    for finding in findings:
        say(f"{marks[finding.state]} {finding.check}: {finding.found}")
        if finding.remedy:
            say(f"    → {finding.remedy}")
    return Exit.FAULT if broken else Exit.DONE


COMMAND = Command("doctor", lambda: _("Examine this installation and say what to put right."), run, configure)
