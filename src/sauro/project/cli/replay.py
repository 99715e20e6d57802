"""`sauro replay --check`: rebuilds every journalled table from the events and compares."""

import argparse

from sauro.project.cli.command import Command, Exit, Stop, installation
from sauro.project.cli.language import _


def configure(parser: argparse.ArgumentParser) -> None:
    """`--check` is asked for by name: replaying in place is not offered."""
    parser.add_argument("--check", action="store_true", help=_("rebuild beside the tables and compare"))
    parser.add_argument(
        "--upto", type=int, metavar="LEAF", help=_("replay only the leaves below this one; compare nothing")
    )
    parser.add_argument(
        "--fresh", action="store_true", help=_("begin anew instead of continuing an interrupted replay")
    )
    parser.add_argument("--json", action="store_true", help=_("answer as one JSON object"))


def run(chosen: argparse.Namespace) -> int:
    """Exit 0 when the rebuilt tables equal the present ones, 1 when a row differs."""
    if not chosen.check:
        raise Stop(_("Say what to do: sauro replay --check"), Exit.USAGE)
    with installation():
        from sauro.core.journal import database
        from sauro.core.journal.replay import replay_check
        from sauro.core.journal.scratch import ScratchBusy
        from sauro.project import journal
        from sauro.project.cli import report

        try:
            with database.connect() as own:
                found = replay_check(
                    own, journal.scratch(), upto=chosen.upto, fresh=chosen.fresh, progress=report.stages()
                )
        except ScratchBusy as busy:
            raise Stop(_("Another replay is running. Wait until it ends.")) from busy
        return report.tell(found, chosen)


COMMAND = Command("replay", lambda: _("Rebuild the state from the journal and compare."), run, configure)
