"""`sauro simulate`: a made-up nation files, handles and reports, all of it through the doorway and marked so."""

import argparse
from datetime import date

from sauro.project.cli.command import Command, Exit, Stop, give, installation, say
from sauro.project.cli.language import _, number
from sauro.project.cli.progress import Stages

DAYS, DOSSIERS, TASKS, SEED = 90, 20_000, 1_298, 57


def configure(parser: argparse.ArgumentParser) -> None:
    """How much, up to when, and from which seed."""
    parser.add_argument("--seed", type=int, default=SEED, help=_("what chance begins with; the same seed makes the same nation"))  # fmt: skip
    parser.add_argument("--days", type=int, default=DAYS, help=_("how many days are simulated"))
    parser.add_argument("--dossiers", type=int, default=DOSSIERS, help=_("how many dossiers are filed"))
    parser.add_argument("--tasks", type=int, default=TASKS, help=_("how many tasks are handed out"))
    parser.add_argument(
        "--until", type=date.fromisoformat, help=_("the day after the last one (otherwise today)")
    )
    parser.add_argument("--processes", type=int, default=0, help=_("how many processes do it (otherwise one for each core)"))  # fmt: skip
    parser.add_argument("--json", action="store_true", help=_("answer as one JSON object"))


def run(chosen: argparse.Namespace) -> int:
    """Simulate; run again after it was stopped, it goes on where it was. Exit 1 when an act was refused."""
    if (
        not 1 <= chosen.days <= 365
        or chosen.dossiers < 0
        or chosen.tasks < 0
        or not 0 <= chosen.processes <= 64
    ):
        raise Stop(_("Give 1 to 365 days, and no negative number."), Exit.USAGE)
    with installation():
        from sauro.project import start
        from sauro.project.simulation import nation

        start.set_clock()
        wanted = nation.Wanted(
            chosen.seed, chosen.days, chosen.dossiers, chosen.tasks, chosen.until, chosen.processes
        )  # fmt: skip
        with nation.alone():
            told = nation.simulate(wanted, stages())
    if chosen.json:
        reasons, seconds = dict(told.reasons), round(told.seconds, 1)
        give(
            {
                "well": not told.refused,
                "acts": told.acts,
                "refused": told.refused,
                "seconds": seconds,
                "reasons": reasons,
            }
        )
        return Exit.FAULT if told.refused else Exit.DONE
    if not told.acts:
        say(_("This was simulated before; nothing is made twice."))
        return Exit.DONE
    say(
        _("Simulated: {acts} acts in {seconds} s, {refused} of them refused.").format(
            acts=number(told.acts), seconds=number(round(told.seconds)), refused=number(told.refused)
        )
    )
    for reason, count in told.reasons.most_common(10):
        say(f"  {number(count):>8}  {reason}")
    return Exit.FAULT if told.refused else Exit.DONE


def stages() -> Stages:
    """What the stages of a simulation are called."""
    return Stages({"citizens": _("Simulated citizens"), "officers": _("Simulated officials"), "acts": _("Simulated acts")})  # fmt: skip


COMMAND = Command("simulate", lambda: _("Simulate a nation's days in a demonstration."), run, configure)
