"""What every command shares: its description, its exit codes, and an open installation to work on."""

import argparse
import contextlib
import json
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from sauro.project.cli.language import _, number


class Exit(IntEnum):
    """Exit codes of `sauro`; docs/reference/commands.md is generated from these lines."""

    DONE = 0
    FAULT = 1
    USAGE = 2
    ENVIRONMENT = 3
    REFUSED = 4
    INTERRUPTED = 130


class Stop(Exception):
    """End the command with a sentence that says what to do."""

    def __init__(self, sentence: str, code: Exit = Exit.ENVIRONMENT) -> None:
        super().__init__(sentence)
        self.code = code


@dataclass(frozen=True, slots=True)
class Command:
    """One subcommand: `configure` adds its arguments, `run` does it and gives the exit code."""

    name: str
    summary: Callable[[], str]
    run: Callable[[argparse.Namespace], int]
    configure: Callable[[argparse.ArgumentParser], None] = lambda parser: None


def set_django_up() -> None:
    """Load the settings and the applications."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sauro.project.settings")
    django.setup()


@contextlib.contextmanager
def installation(current: bool = True) -> Iterator[None]:
    """An installation to work on: settings loaded, database reachable and, where asked, up to date.

    Starts the bundled server where it is down, and stops it again when nobody else uses it.
    """
    set_django_up()
    from sauro.project import start

    with start.database():
        if current and (missing := start.missing_migrations()):
            raise Stop(
                _(
                    "The database lacks {count} migrations. Say `sauro upgrade --check`, or `sauro up` for a new one."
                ).format(count=number(len(missing)))
            )
        yield


def say(sentence: str) -> None:
    """Write a line for a person."""
    print(sentence, flush=True)


def give(answer: dict[str, Any]) -> None:
    """Write an answer for a program: one JSON object on standard output."""
    json.dump(answer, sys.stdout, ensure_ascii=False, indent=2, default=str)
    sys.stdout.write("\n")
    sys.stdout.flush()
