"""`sauro verify`: whether the journal and the state are what they were."""

import argparse
from pathlib import Path

from sauro.project.cli.command import Command, Exit, Stop, give, installation, say
from sauro.project.cli.language import _


def configure(parser: argparse.ArgumentParser) -> None:
    """`--against` a checkpoint that was kept elsewhere; `--json` for programs."""
    parser.add_argument(
        "--against", type=Path, metavar="FILE", help=_("a checkpoint kept outside this installation")
    )
    parser.add_argument("--json", action="store_true", help=_("answer as one JSON object"))


def run(chosen: argparse.Namespace) -> int:
    """Exit 0 when everything agrees, 1 when something was altered, removed, added, reordered or rolled back."""
    if chosen.against and not chosen.against.is_file():
        raise Stop(_("There is no file {path}.").format(path=chosen.against), Exit.USAGE)
    with installation():
        from sauro.project import journal

        return journal.verify(chosen.against, give if chosen.json else None, say)


COMMAND = Command(
    "verify", lambda: _("Verify the journal, its proofs and the state that follows from it."), run, configure
)
