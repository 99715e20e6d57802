"""`make audit` against a feed of our own: what is known, what is not, and what could not be asked are three answers."""

import json
import re
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.faults.installation import free_port
from tools import audit, locks

ADVISORY = {
    "id": "PYSEC-2026-1",
    "summary": "Anybody may read anything.",
    "published": f"{datetime.now(UTC).date()}T08:00:00Z",
    "affected": [
        {
            "package": {"name": "django", "ecosystem": "PyPI"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "9.9.9"}]}],
        },
        {
            "package": {"name": "django", "ecosystem": "Debian"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"fixed": "1-2"}]}],
        },
    ],
}


class Fake:
    """A feed: what it knows by package, and what was asked."""

    def __init__(self) -> None:
        self.known: dict[str, list[str]] = {}
        self.advisories: dict[str, dict[str, Any]] = {}
        self.asked: list[dict[str, Any]] = []
        self.broken: int | bytes | None = None
        self.in_pages = False

    def answer(self, questions: list[dict[str, Any]]) -> list[dict[str, Any]]:
        self.asked += questions
        results: list[dict[str, Any]] = []
        for each in questions:
            known = [{"id": number} for number in self.known.get(each["package"]["name"], [])]
            if not known:
                results.append({})
            elif self.in_pages and "page_token" not in each:
                results.append({"vulns": [], "next_page_token": "more"})
            else:
                results.append({"vulns": known})
        return results


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "127.0.0.1")


@pytest.fixture
def feed() -> Iterator[Fake]:
    fake = Fake()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            said = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            assert self.path == "/v1/querybatch"
            self._send({"results": fake.answer(said["queries"])})

        def do_GET(self) -> None:
            self._send(fake.advisories[self.path.removeprefix("/v1/vulns/")])

        def _send(self, said: dict[str, Any]) -> None:
            body = fake.broken if isinstance(fake.broken, bytes) else json.dumps(said).encode()
            self.send_response(fake.broken if isinstance(fake.broken, int) else 200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    fake.address = f"http://127.0.0.1:{server.server_port}"  # type: ignore[attr-defined]
    yield fake
    server.shutdown()
    thread.join()
    server.server_close()


def run(feed: Fake) -> int:
    return audit.main(["--feed", feed.address])  # type: ignore[attr-defined]


def test_nothing_known_is_clear_and_every_package_was_asked_about(feed, capsys):
    assert run(feed) == 0
    everything = locks.everything()
    assert f"asked about {len(everything)} locked packages: no advisory is known" in capsys.readouterr().out
    ecosystems = {"PyPI": "pypi", "npm": "npm"}
    asked = {
        (ecosystems[each["package"]["ecosystem"]], each["package"]["name"], each["version"])
        for each in feed.asked
    }
    assert asked == {(each.kind, each.name, each.version) for each in everything}
    assert {frozenset(each) for each in feed.asked} == {frozenset({"package", "version"})}


@pytest.mark.parametrize("in_pages", [False, True])
def test_what_is_known_fails_and_says_what_to_do(feed, capsys, in_pages):
    feed.known, feed.advisories = {"django": ["PYSEC-2026-1"]}, {"PYSEC-2026-1": ADVISORY}
    feed.in_pages = in_pages
    assert run(feed) == 1
    said = capsys.readouterr()
    assert (
        "PYSEC-2026-1: Anybody may read anything.; mended in 9.9.9; high, due by " in said.out
        and "in the product" in said.out
    )
    assert said.err.startswith("1 advisories concern 1 of ")
    assert "no all-clear" not in said.err


def test_what_concerns_the_front_end_is_found_too(feed, capsys):
    feed.known, feed.advisories = (
        {"vite": ["GHSA-1"]},
        {"GHSA-1": {"id": "GHSA-1", "published": ADVISORY["published"]}},
    )
    assert run(feed) == 1
    assert (
        "(npm, for building and testing only): GHSA-1: no summary; no mended version is named; high, due by "
        in capsys.readouterr().out
    )


def test_what_was_withdrawn_is_not_told(feed):
    feed.known = {"django": ["PYSEC-2026-1"]}
    feed.advisories = {"PYSEC-2026-1": {**ADVISORY, "withdrawn": "2026-11-01T00:00:00Z"}}
    assert run(feed) == 0


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        (503, "it answered 503"),
        (b"<html>sign in to this network</html>", "it answered something that is not JSON"),
        (b"[]", "its answer does not fit what was asked"),
        (b'{"results": []}', "its answer does not fit what was asked"),
        (b'{"results": 1}', "its answer does not fit what was asked"),
    ],
)
def test_a_feed_that_does_not_answer_rightly_is_no_all_clear(feed, capsys, broken, reason):
    feed.broken = broken
    assert run(feed) == 3
    said = capsys.readouterr()
    assert (
        f"could not be asked: {reason}. This is no all-clear" in said.err
        and "no advisory is known" not in said.out
    )


def test_an_advisory_that_cannot_be_read_is_no_all_clear_either(feed, capsys):
    feed.known, feed.advisories = {"django": ["X"]}, {"X": {"affected": [1]}}
    assert run(feed) == 3
    assert "no all-clear" in capsys.readouterr().err


def test_a_feed_that_is_down_is_no_all_clear(capsys):
    assert audit.main(["--feed", f"http://127.0.0.1:{free_port()}"]) == 3
    assert (
        "could not be asked: [Errno 111] Connection refused. This is no all-clear" in capsys.readouterr().err
    )


@pytest.mark.parametrize("severity", [*audit.DAYS, None, "new word"])
@pytest.mark.parametrize(("past", "ended"), [(0, 1), (1, 4)])
def test_what_is_past_its_time_is_told_apart(feed, capsys, severity, past, ended):
    days = audit.DAYS.get(severity, audit.DAYS["HIGH"])
    published = datetime.now(UTC).date() - timedelta(days=days + past)
    feed.known = {"django": ["X"]}
    feed.advisories = {"X": {"id": "X", "published": f"{published}T00:00:00Z", "database_specific": {"severity": severity}}}  # fmt: skip
    assert run(feed) == ended
    said = capsys.readouterr()
    assert ("1 days past its time" in said.out) is ("release nothing" in said.err) is (ended == 4)


def test_what_nobody_can_place_in_time_is_past_it(feed):
    feed.known, feed.advisories = {"django": ["X"]}, {"X": {"id": "X"}}
    assert run(feed) == 4


def test_a_date_that_is_none_is_no_all_clear(feed):
    feed.known, feed.advisories = {"django": ["X"]}, {"X": {"id": "X", "published": "soon"}}
    assert run(feed) == 3


def test_the_times_are_those_that_are_documented():
    text = (Path(__file__).parents[2] / "SECURITY.md").read_text(encoding="utf-8")
    found = {
        word.upper(): int(days)
        for word, days in re.findall(r"^\| (\w+)[^|]*\| (\d+) days \|", text, re.MULTILINE)
    }
    assert found == audit.DAYS
