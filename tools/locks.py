"""What the lock files pin: requirements/*.txt (as uv writes them) and frontend/package-lock.json."""

import base64
import json
import re
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
_PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^ \\;]+)")
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")
_VIA = re.compile(r"^    #\s+(?:via )?([A-Za-z0-9._-]+)(?:\[[^\]]*\])?$")


@dataclass
class Package:
    """One pinned package. `needed`: it is part of the product, or of its pages; else only of building and testing."""

    kind: str
    name: str
    version: str
    needed: bool
    asked: bool = False
    """Named by us, not only by another package."""
    licence: str = ""
    hashes: list[str] = field(default_factory=list)
    """Hexadecimal: SHA-256 of each archive of PyPI; SHA-512 of npm's one."""
    needs: set[str] = field(default_factory=set)
    """Names of packages of the same kind."""

    @property
    def purl(self) -> str:
        """The package's address as ECMA-427 writes it."""
        return f"pkg:{self.kind}/{self.name.replace('@', '%40')}@{self.version}"


def pins(lock: Path, needed: bool = True) -> dict[str, Package]:
    """Read a lock that uv wrote; `needs` follows from its comments."""
    found: dict[str, Package] = {}
    needed_by: dict[str, set[str]] = {}
    now = None
    for line in lock.read_text(encoding="utf-8").splitlines():
        if pin := _PIN.match(line):
            now = Package("pypi", re.sub(r"[-_.]+", "-", pin[1]).lower(), pin[2], needed)
            found[now.name] = now
        elif now is not None:
            now.hashes += _HASH.findall(line)
            now.asked = now.asked or (" -r requirements/base.in" in line and needed)
            if (via := _VIA.match(line)) and via[1] != "via":
                needed_by.setdefault(now.name, set()).add(re.sub(r"[-_.]+", "-", via[1]).lower())
    for name, users in needed_by.items():
        for user in users & set(found):
            found[user].needs.add(name)
    return found


def python(root: Path = ROOT) -> dict[str, Package]:
    """Give the packages of the product and of its tests; the peers of the benchmarks are neither (ADR 0002)."""
    product = pins(root / "requirements" / "base.txt")
    # The tests' lock has the product's packages too, at the same versions: their own entry stands.
    return {**pins(root / "requirements" / "dev.txt", needed=False), **product}


def npm(root: Path = ROOT) -> dict[str, Package]:
    """Give the packages of the front end, by name and version."""
    places = json.loads((root / "frontend" / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    asked = places[""]["dependencies"]
    found = {}
    for place, each in places.items():
        if not place:
            continue
        name = place.rpartition("node_modules/")[2]
        algorithm, _, digest = each["integrity"].partition("-")
        assert algorithm == "sha512", f"{name} is pinned by {algorithm}"
        needs = {*each.get("dependencies", {}), *each.get("optionalDependencies", {})}
        found[f"{name}@{each['version']}"] = Package(
            "npm", name, each["version"], not each.get("dev"), name in asked, each.get("license", ""),
            [base64.b64decode(digest).hex()], needs,
        )  # fmt: skip
    return found


def everything(root: Path = ROOT) -> list[Package]:
    """Give every package, in order."""
    return [*dict(sorted(python(root).items())).values(), *dict(sorted(npm(root).items())).values()]
