"""`make audit`: asks the advisory feed about every locked package, and says plainly where it could not be asked.

The feed is OSV (https://osv.dev), which gathers PyPI's advisories, GitHub's and npm's: one question holds all packages of both
locks. Sent are names and versions, nothing else. Exit 0: asked, and nothing is known. 1: something is known, within the
time of SECURITY.md. 3: the feed could not be asked, which is no all-clear. 4: something is past its time. Standard library only, so that it runs wherever the locks are.

    python -m tools.audit [--feed URL]
"""

import argparse
import json
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from http.client import HTTPException
from typing import Any

from tools import locks

FEED = "https://api.osv.dev"
CLEAR, KNOWN, NOT_ASKED, OVERDUE = 0, 1, 3, 4
DAYS = {"CRITICAL": 7, "HIGH": 30, "MODERATE": 90, "LOW": 180}
"""Within how many days of its publication a weakness is out of the locks, by its severity. SECURITY.md says the same."""
UNKNOWN = "HIGH"
"""What an advisory without a severity counts as."""
ECOSYSTEMS = {"pypi": "PyPI", "npm": "npm"}
AT_ONCE = 500
"""Packages in one question; the feed takes a thousand."""
PAGES = 20
PATIENCE = 30.0
LARGEST = 16 * 1024 * 1024


class NotAsked(Exception):
    """The feed did not answer, or not what it should; the message says which."""


@dataclass(frozen=True, slots=True)
class Advisory:
    """One advisory about one locked package."""

    package: locks.Package
    id: str
    summary: str
    mended: tuple[str, ...]
    severity: str
    published: date

    @property
    def until(self) -> date:
        """The last day on which it may stand in the locks."""
        return self.published + timedelta(days=DAYS[self.severity])

    def sentence(self, today: date) -> str:
        """Say it, with what to do and by when."""
        package = self.package
        place = "in the product" if package.needed else "for building and testing only"
        remedy = f"mended in {', '.join(self.mended)}" if self.mended else "no mended version is named"
        late = (today - self.until).days
        when = f"{self.severity.lower()}, due by {self.until}" + (
            f", {late} days past its time" if late > 0 else ""
        )
        return f"{package.name} {package.version} ({package.kind}, {place}): {self.id}: {self.summary or 'no summary'}; {remedy}; {when}"


class Feed:
    """An advisory feed that speaks OSV's API, version 1."""

    def __init__(self, address: str) -> None:
        self.address = address.rstrip("/")

    def advisories(self, packages: list[locks.Package]) -> Iterator[Advisory]:
        """Give what is known, and not withdrawn. Raises NotAsked."""
        for start in range(0, len(packages), AT_ONCE):
            some = packages[start : start + AT_ONCE]
            for package, number in self._about(some):
                if (found := self._one(package, number)) is not None:
                    yield found

    def _about(self, packages: list[locks.Package]) -> Iterator[tuple[locks.Package, str]]:
        asked = [(each, "") for each in packages]
        for _page in range(PAGES):
            answer = self._fetch("/v1/querybatch", {"queries": [_question(*each) for each in asked]})
            results = answer.get("results")
            # Fewer answers than questions: nobody can say which packages were not looked at.
            if not isinstance(results, list) or len(results) != len(asked):
                raise NotAsked("its answer does not fit what was asked")
            more = []
            for (package, _token), result in zip(asked, results, strict=True):
                found = result or {}
                yield from ((package, str(each["id"])) for each in found.get("vulns") or [])
                if token := found.get("next_page_token"):
                    more.append((package, str(token)))
            if not more:
                return
            asked = more
        raise NotAsked("its answer does not end")

    def _one(self, package: locks.Package, number: str) -> Advisory | None:
        said = self._fetch(f"/v1/vulns/{number}", None)
        if said.get("withdrawn"):
            return None
        ecosystem = ECOSYSTEMS[package.kind]
        mended = {
            str(event["fixed"])
            for affected in said.get("affected") or []
            if affected.get("package", {}).get("ecosystem") == ecosystem
            for span in affected.get("ranges") or []
            if span.get("type") != "GIT"
            for event in span.get("events") or []
            if "fixed" in event
        }
        severity = str((said.get("database_specific") or {}).get("severity") or UNKNOWN).upper()
        # What nobody can place in time is taken as published long ago: it must not wait.
        published = date.fromisoformat(str(said.get("published") or "1970-01-01")[:10])
        severity = severity if severity in DAYS else UNKNOWN
        return Advisory(
            package, number, str(said.get("summary") or ""), tuple(sorted(mended)), severity, published
        )

    def _fetch(self, path: str, question: dict[str, Any] | None) -> dict[str, Any]:
        body = None if question is None else json.dumps(question).encode()
        # The address is the operator's own, and http is for a feed of one's own network.
        request = urllib.request.Request(  # noqa: S310
            self.address + path, body, {"Content-Type": "application/json", "User-Agent": "sauro-audit"}
        )
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as answer:  # noqa: S310
                said = json.loads(answer.read(LARGEST))
        except urllib.error.HTTPError as error:
            raise NotAsked(f"it answered {error.code}") from error
        except urllib.error.URLError as error:
            raise NotAsked(str(error.reason)) from error
        except (OSError, HTTPException) as error:
            raise NotAsked(type(error).__name__) from error
        except ValueError as error:
            raise NotAsked("it answered something that is not JSON") from error
        if not isinstance(said, dict):
            raise NotAsked("its answer does not fit what was asked")
        return said


def _question(package: locks.Package, token: str) -> dict[str, Any]:
    question: dict[str, Any] = {
        "package": {"name": package.name, "ecosystem": ECOSYSTEMS[package.kind]},
        "version": package.version,
    }
    return {**question, "page_token": token} if token else question


def main(arguments: list[str]) -> int:
    """Ask about everything that is locked."""
    parser = argparse.ArgumentParser(
        prog="make audit", description="Ask the advisory feed about every locked package."
    )
    parser.add_argument(
        "--feed", default=FEED, metavar="URL", help=f"a feed that speaks OSV's API (otherwise {FEED})"
    )
    feed = Feed(parser.parse_args(arguments).feed)
    packages = locks.everything()
    found, today = [], datetime.now(UTC).date()
    try:
        for each in feed.advisories(packages):
            found.append(each)
            print(f"✗ {each.sentence(today)}")
    except (NotAsked, KeyError, TypeError, AttributeError, ValueError) as error:
        reason = str(error) if isinstance(error, NotAsked) else "its answer does not fit what was asked"
        sys.stderr.write(
            f"{feed.address} could not be asked: {reason}. This is no all-clear: nobody knows whether weaknesses of these "
            f"{len(packages)} packages are published. Run it where the feed can be reached, or give another: FEED=…\n"
        )
        return NOT_ASKED
    if found:
        sys.stderr.write(
            f"{len(found)} advisories concern {len({each.package.purl for each in found})} of {len(packages)} locked packages. "
            "Raise their versions in the locks, or write down why they do no harm here.\n"
        )
        late = [each for each in found if each.until < today]
        if late:
            sys.stderr.write(
                f"{len(late)} of them are past their time (SECURITY.md): release nothing with them.\n"
            )
        return OVERDUE if late else KNOWN
    print(f"{feed.address} was asked about {len(packages)} locked packages: no advisory is known.")
    return CLEAR


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
