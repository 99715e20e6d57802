"""`sauro replay --check`: rebuilds every journalled table from the events and compares."""

import argparse

from sauro.project.cli.command import Command, Exit, Stop, give, installation, say
from sauro.project.cli.language import _


def configure(parser: argparse.ArgumentParser) -> None:
    """`--check` is asked for by name: replaying in place is not offered."""
    parser.add_argument("--check", action="store_true", help=_("rebuild beside the tables and compare"))
    parser.add_argument("--json", action="store_true", help=_("answer as one JSON object"))


def run(chosen: argparse.Namespace) -> int:
    """Exit 0 when the rebuilt tables equal the present ones, 1 when a row differs."""
    if not chosen.check:
        raise Stop(_("Say what to do: sauro replay --check"), Exit.USAGE)
    with installation():
        from sauro.project import journal

        return journal.replay_check(give if chosen.json else None, say)


COMMAND = Command("replay", lambda: _("Rebuild the state from the journal and compare."), run, configure)
