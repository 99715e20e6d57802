"""The build: links come from the manifest, and a citizen's page is light."""

import json
import re

import pytest
from django.template import Context, Template
from django.test import Client

from sauro.web import asset

LIMIT = 60 * 1024


def test_a_tag_links_what_the_manifest_names(tmp_path, monkeypatch):
    manifest = tmp_path / "manifest.json"
    entry = {"file": "assets/citizen-1.js", "css": ["assets/citizen-2.css"]}
    manifest.write_text(json.dumps({"src/citizen.ts": entry}))
    monkeypatch.setattr(asset, "MANIFEST", manifest)
    html = Template('{% load sauro %}{% asset "citizen" %}').render(Context())
    assert '<link rel="stylesheet" href="/static/dist/assets/citizen-2.css">' in html
    assert '<script type="module" src="/static/dist/assets/citizen-1.js"></script>' in html
    with pytest.raises(asset.NotBuilt, match="unknown"):
        asset.entry("unknown")


def test_a_missing_build_says_what_to_run(tmp_path, monkeypatch):
    monkeypatch.setattr(asset, "MANIFEST", tmp_path / "none.json")
    with pytest.raises(asset.NotBuilt, match="npm run build"):
        asset.entry("citizen")


def test_the_build_is_there_and_compressed():
    for name in ("citizen", "official"):
        found = asset.entry(name)
        for path in (*found.styles, found.script):
            file = asset.MANIFEST.parents[1] / path
            assert file.exists()
            for end in (".gz", ".br"):
                assert file.with_name(file.name + end).stat().st_size < file.stat().st_size


def test_a_citizens_page_weighs_at_most_60_kb_compressed():
    import gzip

    answer = Client().get("/_components")
    html = answer.content.decode()
    linked = re.findall(r'(?:href|src)="/static/([^"]+\.(?:css|js))"', html)
    assert len(linked) == 2
    files = [asset.MANIFEST.parents[1] / f"{path}.gz" for path in linked]
    assert len(gzip.compress(answer.content)) + sum(file.stat().st_size for file in files) <= LIMIT


def test_fonts_are_ours_and_swap():
    style = (asset.MANIFEST.parents[1] / asset.entry("citizen").styles[0]).read_text()
    faces = re.findall(r"@font-face\{[^}]*\}", style)
    assert len(faces) == 4
    assert all("font-display:swap" in face and "Be Vietnam Pro" in face for face in faces)
    assert "GDS Transport" not in style
