"""`sauro bundle`: one archive for a machine without internet."""

import argparse
from pathlib import Path

from sauro.project.cli.command import Command, Exit, give, say
from sauro.project.cli.language import _, number


def configure(parser: argparse.ArgumentParser) -> None:
    """Where to."""
    parser.add_argument("folder", type=Path, metavar="DIR", help=_("folder in which the archive is written"))
    parser.add_argument("--json", action="store_true", help=_("answer as one JSON object"))


def run(chosen: argparse.Namespace) -> int:
    """Fetch, build and pack. Needs a package index, and no database."""
    from sauro.project import bundle
    from sauro.project.settings.table import ROOT

    made = bundle.make(ROOT, chosen.folder.absolute(), (lambda _line: None) if chosen.json else say)
    if chosen.json:
        give(made.answer())
        return Exit.DONE
    say(
        _("Bundled {files} files, {packages} packages among them, {size} MB: {path}").format(
            files=number(made.files),
            packages=number(made.packages),
            size=number(made.bytes / 1024**2),
            path=made.path,
        )
    )
    say(f"SHA-256 {made.sha256}")
    say(_("Carry the file and this line on separate ways; there: tar -xf, then python3 install.py."))
    return Exit.DONE


COMMAND = Command("bundle", lambda: _("Pack everything for a machine without internet."), run, configure)
