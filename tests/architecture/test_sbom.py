"""The list of packages says what the locks say, and a licence that binds whoever hands the product on is found."""

import json
import re
import shutil
from pathlib import Path

import pytest

from tools import licences, locks, sbom

ROOT = Path(__file__).resolve().parents[2]
LIST = ROOT / "docs" / "reference" / "sbom.cdx.json"


def test_every_pin_of_the_locks_is_in_the_list():
    said = json.loads(LIST.read_text(encoding="utf-8"))
    assert said["bomFormat"] == "CycloneDX" and said["specVersion"] == "1.6"
    listed = {
        (each["purl"].split(":")[1].split("/")[0], each["name"], each["version"])
        for each in said["components"]
    }
    pinned = set()
    for name in ("base", "dev"):
        text = (ROOT / "requirements" / f"{name}.txt").read_text()
        for package, version in re.findall(r"^([A-Za-z0-9._-]+)(?:\[.*?\])?==([^ ]+)", text, re.MULTILINE):
            pinned.add(("pypi", re.sub(r"[-_.]+", "-", package).lower(), version))
    lock = json.loads((ROOT / "frontend" / "package-lock.json").read_text())
    for place, package in lock["packages"].items():
        if place:
            pinned.add(("npm", place.removeprefix("node_modules/"), package["version"]))
    assert listed == pinned
    refs = {each["bom-ref"] for each in said["components"]} | {"sauro"}
    assert {each["ref"] for each in said["dependencies"]} == refs
    assert {each for one in said["dependencies"] for each in one.get("dependsOn", [])} <= refs


def test_what_the_product_needs_has_its_hashes_and_what_it_asks_for():
    said = json.loads(LIST.read_text(encoding="utf-8"))
    by_name = {each["name"]: each for each in said["components"]}
    django = by_name["django"]
    assert django["scope"] == "required" and by_name["pytest"]["scope"] == "excluded"
    (archives,) = django["externalReferences"]
    text = (ROOT / "requirements" / "base.txt").read_text()
    assert all(f"--hash=sha256:{each['content']}" in text for each in archives["hashes"])
    asked = next(each["dependsOn"] for each in said["dependencies"] if each["ref"] == "sauro")
    assert django["purl"] in asked and by_name["htmx.org"]["purl"] in asked
    assert not {by_name["aiohttp"]["purl"], by_name["pytest"]["purl"], by_name["vite"]["purl"]} & set(asked)


def test_a_new_pin_makes_another_list(tmp_path):
    for folder in ("requirements", "frontend"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("node_modules"))
    lock = tmp_path / "requirements" / "base.txt"
    lock.write_text(
        lock.read_text().replace(
            "\ndjango==", "\nleft-pad==1.0 \\\n    --hash=sha256:" + "0" * 64 + "\ndjango=="
        )
    )
    new = {each.purl for each in locks.everything(tmp_path)} - {each.purl for each in locks.everything()}
    assert new == {"pkg:pypi/left-pad@1.0"}


@pytest.mark.parametrize(
    ("expression", "free"),
    [
        ("MIT", True),
        ("Apache-2.0 AND BSD-2-Clause", True),
        ("GPL-3.0-or-later OR MIT", True),
        ("MPL-2.0 AND (Apache-2.0 OR MIT)", False),
        ("GPL-3.0-or-later", False),
        ("MIT AND LGPL-3.0-only", False),
        ("Whatever-1.0", False),
        (licences.UNKNOWN, False),
    ],
)
def test_what_binds_others_is_not_permitted(expression, free):
    assert licences.permitted(expression) is free


def test_words_of_metadata_are_understood_and_others_are_not():
    assert licences.as_spdx("BSD License") == "BSD-3-Clause"
    assert licences.as_spdx("Dual License") == licences.as_spdx("") == licences.UNKNOWN
    assert licences.of_python("no-such-package") == licences.UNKNOWN


def test_a_package_that_is_not_permitted_and_an_idle_exception_are_named():
    stated = {each.name: sbom.licence(each) for each in locks.everything()}
    assert licences.faults(stated) == []
    (found,) = licences.faults({**stated, "left-pad": "AGPL-3.0-only"})
    assert found.startswith("left-pad is under AGPL-3.0-only: not permitted")
    (idle,) = licences.faults({**stated, "certifi": "MIT"})
    assert idle == "tools/licences.py excepts certifi, which needs it no longer"
