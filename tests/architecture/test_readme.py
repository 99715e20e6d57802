"""The commands of the README exist, and those that can run beside the tests do."""

import os
import re
import shlex
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SAURO = "var/venv/bin/sauro"
SERVES = {"up", "worker", "demo", "manage"}
"""Commands of `sauro` that serve or fill an installation; the others only look, and are run here."""


def commands(name):
    """The lines after `$` in the console blocks of a page, in order."""
    blocks = re.findall(r"^ *```console\n(.*?)^ *```", (ROOT / name).read_text(), re.MULTILINE | re.DOTALL)
    return [
        line.strip()[2:] for block in blocks for line in block.splitlines() if line.strip().startswith("$ ")
    ]


def pages():
    return ["README.md", "README.vi.md", "CONTRIBUTING.md", "SECURITY.md"] + [
        path.relative_to(ROOT).as_posix() for path in sorted((ROOT / "docs").rglob("*.md"))
    ]


def check(command):
    """Raise AssertionError for a command that this checkout does not have."""
    program, *arguments = shlex.split(command)
    while "=" in program:
        name = program.partition("=")[0]
        assert f"`{name}`" in (ROOT / "docs/reference/settings.md").read_text(), f"{name} is no setting"
        program, *arguments = arguments
    if program == "cp":
        assert (ROOT / arguments[0]).is_file(), command
    elif program == "psql":
        files = [after for option, after in pairwise(arguments) if option == "-f"]
        assert all((ROOT / file).is_file() for file in files), command
    elif program == "make":
        _check_make(arguments)
    elif program == SAURO:
        from sauro.project.cli import parser

        try:
            parser().parse_args(arguments)
        except SystemExit as wrong:
            raise AssertionError(f"{command}: sauro does not know it") from wrong
    else:
        assert command.startswith("var/venv/bin/python -m pytest "), (
            f"{command}: not a command of this project"
        )
        assert all((ROOT / path).exists() for path in arguments[2:]), command


def _check_make(arguments):
    makefile = (ROOT / "Makefile").read_text()
    for argument in arguments:
        name, assigned, value = argument.partition("=")
        if not assigned:
            assert re.search(rf"^{re.escape(name)}:.*##", makefile, re.MULTILINE), (
                f"make has no target {name}"
            )
            continue
        assert re.search(rf"\$[({{](?:if \$\()?{name}\b", makefile), f"make does not read {name}"
        if name == "NAME":
            assert "\nTITLE" in (ROOT / "bench" / f"{value}.py").read_text(), f"there is no benchmark {value}"


@pytest.mark.parametrize("page", pages())
def test_every_command_of_a_page_exists(page):
    for command in commands(page):
        check(command)


@pytest.mark.parametrize(
    "command",
    [
        "make fly",
        "make run HARBOUR=1",
        "make bench NAME=nothing",
        f"{SAURO} fly",
        f"{SAURO} verify --for",
        "curl x",
    ],
)
def test_a_command_that_is_not_there_is_named(command):
    with pytest.raises((AssertionError, FileNotFoundError)):
        check(command)


def test_setting_up_and_testing_stand_first():
    for page in ("README.md", "README.vi.md"):
        assert commands(page)[:2] == ["make run", "make test"]
        assert (ROOT / page).read_text().index("$ make test") < 200


def test_both_languages_have_the_same_commands_and_sections():
    first, second = commands("README.md"), commands("README.vi.md")
    assert first == second and len(first) > 10
    levels = [
        re.findall(
            r"^(#+) ", re.sub(r"```.*?```", "", (ROOT / page).read_text(), flags=re.DOTALL), re.MULTILINE
        )
        for page in ("README.md", "README.vi.md")
    ]
    assert levels[0] == levels[1]


def test_bare_make_lists_the_targets_of_the_readme():
    listed = subprocess.run(["make", "-C", str(ROOT)], capture_output=True, text=True, check=True).stdout
    for command in commands("README.md"):
        if command.startswith("make "):
            assert f"make {command.split()[1]} " in listed


@pytest.fixture
def installation(tmp_path, db_address):
    """A folder with a kept checkpoint of the tests' installation, and the environment that leads to it."""
    from sauro.core.journal import checkpoints, database, sealer
    from sauro.core.vault import keyring
    from sauro.project import journal

    journal.origin.cache_clear()
    with database.connect() as own:
        while sealer.seal_once(own):
            pass
        signed = checkpoints.sign_checkpoint(own, keyring.current().checkpoint_key, journal.origin())
    (tmp_path / "checkpoint.txt").write_text(signed.note)
    yield tmp_path, db_address
    journal.origin.cache_clear()


@pytest.fixture
def db_address(transactional_db, postgres_server):
    """Settings that make `sauro` work on the database and keys of this test."""
    from urllib.parse import quote

    from django.db import connection

    import conftest

    place = connection.settings_dict
    template = conftest.RENEW[2]
    return {
        "DATABASE_URL": f"postgresql://{place['USER']}@/{place['NAME']}?host={quote(str(place['HOST']))}",
        "SAURO_KEYS": str(conftest._keys(template)),
    }


def looking():
    """The commands of the README that only look at an installation: of each, the form with most arguments."""
    found = {}
    for command in commands("README.md"):
        if command.startswith(SAURO) and (name := shlex.split(command)[1]) not in SERVES:
            found[name] = max(found.get(name, ""), command, key=len)
    return list(found.values())


def test_what_only_looks_runs(installation):
    folder, address = installation
    environment = {**os.environ, **address, "SAURO_VAR": str(folder), "SAURO_LANGUAGE": "en"}
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    ran = looking()
    for command in ran:
        own = [sys.executable, "-m", "sauro.project.cli", *shlex.split(command)[1:]]
        done = subprocess.run(
            own, cwd=folder, env=environment, capture_output=True, text=True, stdin=subprocess.DEVNULL
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
        assert done.stdout
    assert len(ran) >= 4
