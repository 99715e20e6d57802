"""`sauro edge`: the live edge alone, for hosts on which each process is a unit of its own."""

import argparse

from sauro.project.cli.command import Command, Exit, Stop
from sauro.project.cli.language import _


def run(chosen: argparse.Namespace) -> int:
    """Serve live streams until SIGTERM or Ctrl-C."""
    from sauro.project import edge, settings

    if not settings.SAURO_EDGE_PORT:
        raise Stop(_("SAURO_EDGE_PORT is 0: this installation has no live edge."))
    edge.main()
    return Exit.DONE


COMMAND = Command("edge", lambda: _("Serve the live edge alone: streams that say when a page is to look again."), run)  # fmt: skip
