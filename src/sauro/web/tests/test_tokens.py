"""The tokens, read from the style sheets' source: contrast is computed, and no colour is written elsewhere."""

import re
from pathlib import Path

import pytest

from sauro.web.shapes import MARKS

STYLES = Path(__file__).parents[4] / "frontend" / "styles"
SOURCE = (STYLES / "_tokens.scss").read_text()
COLOURS = dict(re.findall(r"^\$([\w-]+): (#[0-9a-f]{6});", SOURCE, re.MULTILINE))
PLAIN = re.compile(r"#[0-9a-fA-F]{3,8}\b|\b(?:rgb|hsl)a?\(|:\s*(?:white|black|red|green|blue|grey|gray)\b")


def pairs(name):
    block = re.search(rf"\${name}: \((.*?)\n\);", SOURCE, re.DOTALL)
    assert block
    for ground, inks in re.findall(r'"([\w-]+)": \(([^)]*)\)', block[1]):
        for ink in re.findall(r'"([\w-]+)"', inks):
            yield ground, ink


def luminance(colour):
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    light, dark = sorted((luminance(COLOURS[one]), luminance(COLOURS[other])), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize(("ground", "ink"), list(pairs("text-on")))
def test_text_is_legible(ground, ink):
    assert contrast(ground, ink) >= 4.5


@pytest.mark.parametrize(("ground", "line"), list(pairs("lines-on")))
def test_edges_of_controls_are_visible(ground, line):
    assert contrast(ground, line) >= 3


def test_every_status_is_legible_on_paper_and_wash():
    named = set(pairs("text-on"))
    for ground in ("paper", "wash"):
        for token in ("on-time", "near", "late", "paused", "claimed", "ink", "muted", "link"):
            assert (ground, token) in named
    assert [ink for ground, ink in named if ground == "focus"] == ["ink"]


def test_every_status_has_its_style():
    source = (STYLES / "components" / "_status.scss").read_text()
    for kind in MARKS:
        assert f".sr-status--{kind.replace('_', '-')} " in source


def test_no_colour_is_written_outside_the_tokens():
    for path in STYLES.rglob("*.scss"):
        if path.name != "_tokens.scss":
            code = re.sub(r"//.*|#\{.*?\}", "", path.read_text())
            assert not PLAIN.findall(code), path.name


def test_nothing_of_gov_uk_is_taken_but_its_components():
    for path in STYLES.rglob("*.scss"):
        code = re.sub(r"//.*", "", path.read_text())
        assert "GDS Transport" not in code
        assert not re.search(r"govuk/components/(header|footer|service-navigation)", code)
