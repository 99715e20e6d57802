import contextlib
import json
import logging
import logging.config

import structlog

from sauro.project.settings import logs

CANARY = "Nguyễn Thị Hoàng Yến"


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
