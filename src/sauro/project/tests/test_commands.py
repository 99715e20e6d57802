import os
import subprocess
import sys

import pytest

from sauro.core.refusal import Refusal
from sauro.project.cli import COMMANDS, main
from sauro.project.cli.language import number
from sauro.project.cli.progress import Progress


def _sauro(*arguments, **environment):
    command = [sys.executable, "-m", "sauro.project.cli", *arguments]
    given = {**os.environ, "SAURO_LANGUAGE": "en", **environment}
    given.pop("DJANGO_SETTINGS_MODULE", None)
    return subprocess.run(command, env=given, capture_output=True, text=True, stdin=subprocess.DEVNULL)


def test_every_command_has_a_summary():
    for command in COMMANDS:
        assert command.summary().endswith("."), command.name


def test_a_wrong_setting_is_one_sentence_and_code_3(tmp_path):
    done = _sauro("up", "--prepare", SAURO_VAR=str(tmp_path), SAURO_PROFILE="party")
    assert done.returncode == 3
    assert (
        done.stderr
        == "sauro: SAURO_PROFILE is “party”. Set it to one of: demonstration, back-office, national.\n"
    )


def test_an_unreachable_database_is_one_sentence_and_code_3(tmp_path):
    done = _sauro("worker", SAURO_VAR=str(tmp_path), DATABASE_URL="postgresql://sauro_app@127.0.0.1:1/sauro")
    assert done.returncode == 3
    assert done.stderr.startswith("sauro: The database does not answer") and done.stderr.count("\n") == 1


@pytest.mark.parametrize("profile", ["back-office", "national"])
def test_development_signatures_are_refused_in_production(tmp_path, profile):
    done = _sauro(
        "up", SAURO_VAR=str(tmp_path), SAURO_PROFILE=profile, SAURO_PUBLIC_URL="https://dvc.example"
    )
    assert done.returncode == 3
    assert "SAURO_SIGNER" in done.stderr


def test_an_unknown_command_is_code_2(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["fly"])
    assert ended.value.code == 2


def test_a_refusal_is_one_sentence_with_its_rule_and_code_4(monkeypatch, capsys):
    def refuse(_chosen):
        raise Refusal("stale", "I12", "Open it again.")

    from sauro.project.cli import parser

    chosen = parser().parse_args(["doctor"])
    chosen.run = refuse
    monkeypatch.setattr("argparse.ArgumentParser.parse_args", lambda *_: chosen)
    assert main(["doctor"]) == 4
    assert capsys.readouterr().err == "sauro: Open it again. (I12)\n"


def test_numbers_are_written_in_the_operators_language(monkeypatch):
    monkeypatch.setenv("SAURO_LANGUAGE", "vi")
    assert number(1298) == "1.298" and number(1298.54, 1) == "1.298,5"
    assert "1.298 / 62.698" in Progress("x", 62698).line(1298, 1.0)
    monkeypatch.setenv("SAURO_LANGUAGE", "en")
    assert number(1298) == "1,298" and number(1298.54, 1) == "1,298.5"


@pytest.mark.parametrize(("language", "said"), [("vi", "đã nộp: 1.298"), ("en", "filed: 1,298")])
def test_an_import_says_its_outcome_in_the_operators_language(monkeypatch, language, said):
    from sauro.project.cli.transfer import _told

    monkeypatch.setenv("SAURO_LANGUAGE", language)
    told = _told({"refused": 2, "filed": 1298})
    assert told.startswith(said) and told.endswith(": 2")


def test_progress_estimates_what_is_left(monkeypatch):
    monkeypatch.setenv("SAURO_LANGUAGE", "en")
    assert "250 / 1,000 (25 %)" in Progress("x", 1000).line(250, 10.0)
    assert " 30 " in Progress("x", 1000).line(250, 10.0)
    assert Progress("x").line(250, 10.0) == "x: 250"
