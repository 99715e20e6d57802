"""`sauro verify`: whether the journal and the state are what they were."""

import argparse
from pathlib import Path

from sauro.project.cli.command import Command, Exit, Stop, installation
from sauro.project.cli.language import _


def configure(parser: argparse.ArgumentParser) -> None:
    """`--against` a checkpoint that was kept elsewhere; `--json` for programs."""
    parser.add_argument(
        "--against", type=Path, metavar="FILE", help=_("a checkpoint, or a history of them, kept elsewhere")
    )
    parser.add_argument("--json", action="store_true", help=_("answer as one JSON object"))


def run(chosen: argparse.Namespace) -> int:
    """Exit 0 when everything agrees, 1 when something was altered, removed, added, reordered or rolled back."""
    if chosen.against and not chosen.against.is_file():
        raise Stop(_("There is no file {path}.").format(path=chosen.against), Exit.USAGE)
    with installation():
        from sauro.core.journal import database
        from sauro.core.journal.verify import verify
        from sauro.core.note import NoteRefused
        from sauro.project import journal
        from sauro.project.cli import report

        try:
            with database.connect() as own:
                found = verify(own, [journal.verifier()], journal.scratch(), chosen.against, report.stages())
        except NoteRefused as refused:
            sentence = _("{path} holds no checkpoint: {reason}").format(path=chosen.against, reason=refused)
            raise Stop(sentence, Exit.USAGE) from refused
        return report.tell(found, chosen)


COMMAND = Command(
    "verify", lambda: _("Verify the journal, its proofs and the state that follows from it."), run, configure
)
