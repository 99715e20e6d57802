import ast
import contextlib
import json
import logging
import logging.config
import re
import subprocess
import sys
from pathlib import Path

import pytest
import structlog
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings

import sauro
from sauro.project.request_number import RequestNumberMiddleware
from sauro.project.settings import logs

CANARY = "Nguyễn Thị Hoàng Yến"
OURS = "0123456789abcdef0123456789abcdef"
LEVELS = {"debug", "info", "warning", "error", "exception", "critical", "say", "told"}


@contextlib.contextmanager
def as_in_production():
    """Log calls go to standard error in the form of production."""
    before, root = structlog.get_config(), logging.getLogger()
    handlers, level = root.handlers[:], root.level
    logging.config.dictConfig(logs.configured("info"))
    try:
        yield
    finally:
        structlog.configure(**before)
        root.handlers[:], root.level = handlers, level


def line_of(capsys):
    (line,) = capsys.readouterr().err.splitlines()
    return json.loads(line)


def test_a_key_that_is_not_listed_is_left_out(capsys):
    with as_in_production():
        structlog.get_logger("sauro").info("dossier.accepted", count=3, citizen=CANARY)
    line = line_of(capsys)
    assert line["event"] == "dossier.accepted" and line["count"] == 3
    assert CANARY not in json.dumps(line, ensure_ascii=False)


def test_an_exception_is_named_without_its_message(capsys):
    with as_in_production():
        try:
            raise ValueError(CANARY)
        except ValueError:
            structlog.get_logger("sauro").exception("duty.failed")
    line = line_of(capsys)
    assert line["error"] == "ValueError"
    assert line["where"][0].startswith("test_logs.py:")
    assert CANARY not in json.dumps(line, ensure_ascii=False)


def test_a_library_s_arguments_are_left_out(capsys):
    with as_in_production():
        logging.getLogger("some.library").warning("cannot send to %s", CANARY)
    line = line_of(capsys)
    assert line["event"] == "cannot send to %s"
    assert CANARY not in json.dumps(line, ensure_ascii=False)


def test_each_line_says_how_grave_it_is_when_and_who_wrote_it(capsys):
    with as_in_production():
        structlog.get_logger().warning("duty.failed")
    line = line_of(capsys)
    assert line["level"] == "warning" and line["timestamp"].endswith("Z") and line["logger"] == __name__


def calls():
    """Each call in the program that writes a line: where, and under which keys."""
    package = Path(sauro.__file__).parent
    for path in package.rglob("*.py"):
        if "tests" in path.parts:
            continue
        text = path.read_text()
        if "get_logger" not in text and "told(" not in text:
            continue
        for node in ast.walk(ast.parse(text)):
            if not isinstance(node, ast.Call):
                continue
            of_log = (
                isinstance(node.func, ast.Attribute)
                and node.func.attr in LEVELS
                and isinstance(node.func.value, ast.Name)
                and node.func.value.id == "log"
            )
            by_name = (
                isinstance(node.func, ast.Name) and node.func.id in {"say", "told"} and "get_logger" in text
            )
            if of_log or by_name:
                where = f"{path.relative_to(package)}:{node.lineno}"
                yield where, {each.arg for each in node.keywords if each.arg}


def test_what_a_line_is_to_say_is_not_left_out():
    found = dict(calls())
    assert len(found) >= 20, found
    lost = {where: keys - logs.ALLOWED - {"exc_info"} for where, keys in found.items()}
    assert not {where: keys for where, keys in lost.items() if keys}


def answer_of(number: str, proxies: int, view) -> HttpResponse:
    request = HttpRequest()
    request.META["HTTP_X_REQUEST_ID"] = number
    with override_settings(ALLAUTH_TRUSTED_PROXY_COUNT=proxies):
        return RequestNumberMiddleware(view)(request)


@pytest.mark.parametrize(
    ("given", "proxies", "taken"),
    [(OURS, 1, True), (OURS, 0, False), (CANARY, 1, False), (OURS + "\n", 1, False)],
)
def test_all_lines_of_a_request_bear_the_number_that_the_proxy_gave_and_no_word_of_a_visitor(
    capsys, given, proxies, taken
):
    def view(request):
        structlog.get_logger("sauro").info("refused", action="serve.accept")
        logging.getLogger("some.library").warning("slow")
        return HttpResponse()

    with as_in_production():
        answer_of(given, proxies, view)
        structlog.get_logger("sauro").info("after")
    first, second, after = [json.loads(each) for each in capsys.readouterr().err.splitlines()]
    assert first["request"] == second["request"] and len(first["request"]) == 32
    assert (first["request"] == OURS) is taken
    assert "request" not in after


@pytest.mark.django_db
def test_a_page_that_is_not_there_is_logged_with_its_number_and_without_its_address(capsys):
    with override_settings(ALLAUTH_TRUSTED_PROXY_COUNT=1), as_in_production():
        Client().get("/khong-co/Nguyen-Thi-Canary/", headers={"x-request-id": OURS})
    (line,) = [json.loads(each) for each in capsys.readouterr().err.splitlines()]
    assert line["event"] == "request.failed" and line["status"] == 404 and line["request"] == OURS
    assert "Canary" not in json.dumps(line)


@pytest.mark.parametrize(
    "fall", [f"raise ValueError({CANARY!r})", f"threading.Thread(target=int, args=[{CANARY!r}]).start()"]
)
def test_what_nobody_caught_is_a_line_without_its_message(fall):
    """Python's own report would quote the message, which may be anybody's data."""
    ours = "import logging.config, threading; from sauro.project.settings import logs; "
    ours += "logging.config.dictConfig(logs.configured('info')); logs.shut(); "
    done = subprocess.run([sys.executable, "-c", ours + fall], capture_output=True, text=True, check=False)
    (line,) = [json.loads(each) for each in done.stderr.splitlines()]
    assert line["event"] == "process.failed" and line["error"] == "ValueError" and line["level"] == "error"
    assert CANARY not in done.stderr


def test_the_events_of_the_guide_are_written_somewhere():
    root = Path(sauro.__file__).parent
    guide = (root.parents[1] / "docs" / "how-to" / "ship-logs.md").read_text()
    named = set(re.findall(r"`([a-z]+\.[a-z_]+)`", guide)) - {"serve.accept_dossier"}
    assert len(named) >= 20
    code = "".join(path.read_text() for path in root.rglob("*.py") if "tests" not in path.parts)
    assert not {event for event in named if f'"{event}"' not in code}
