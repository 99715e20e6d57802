"""`sauro pack check` and `sauro pack load`: law as data, validated with file and line."""

import argparse
from pathlib import Path

from sauro.project.cli.command import Command, installation
from sauro.project.cli.language import _


def configure(parser: argparse.ArgumentParser) -> None:
    """The verb, and which pack."""
    parser.add_argument(
        "verb", choices=("check", "load"), help=_("check the files, or load them into the database")
    )
    parser.add_argument(
        "folder", nargs="?", type=Path, help=_("folder of the pack (otherwise the Vietnamese one)")
    )
    parser.add_argument("--json", action="store_true", help=_("answer as one JSON object"))


def run(chosen: argparse.Namespace) -> int:
    """Check: exit 1 when a file has a fault. Load: checks first, then publishes what is new."""
    from sauro.project import contents

    if chosen.verb == "check":
        return contents.check_pack(chosen.folder, chosen.json)
    with installation():
        return contents.load_pack(chosen.folder, chosen.json)


COMMAND = Command("pack", lambda: _("Check or load a data pack."), run, configure)
