"""How `verify` and `replay --check` tell what they found."""

import argparse

from sauro.core.journal.findings import Report
from sauro.project.cli.command import Exit, give, say
from sauro.project.cli.language import _, number
from sauro.project.cli.progress import Stages


def stages() -> Stages:
    """Give the progress of an examination."""
    return Stages(
        {"events": _("Reading events"), "replay": _("Replaying"), "state": _("Comparing the state")}
    )


def tell(report: Report, chosen: argparse.Namespace) -> int:
    """Write the report for a person, or as JSON. Gives the exit code."""
    if chosen.json:
        give(report.as_dict())
        return report.exit_code
    for finding in report.findings.kept:
        say(f"✗ {finding.sentence}")
    if left := report.findings.count - len(report.findings.kept):
        say(_("… and {count} more.").format(count=number(left)))
    facts = _(
        "{events} events, {waiting} waiting for the sealer, {rows} rows compared, {erased} lawfully erased."
    )
    counted = {
        "events": report.events, "waiting": report.waiting, "rows": sum(report.rows.values()), "erased": report.erased,
    }  # fmt: skip
    say(facts.format(**{name: number(count) for name, count in counted.items()}))
    if report.covered:
        sizes = _("Compared with {count} checkpoints; the largest covers {size} events.")
        say(sizes.format(count=number(len(report.covered)), size=number(max(report.covered))))
    say(_("Everything agrees.") if report.intact else _("Something was changed; see above."))
    return Exit.DONE if report.intact else Exit.FAULT
