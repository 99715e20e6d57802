"""The checks themselves find what they look for."""

import tomllib
from pathlib import Path

import polib

from tools import links, messages, sizes

ROOT = Path(__file__).resolve().parents[2]


def test_a_long_function_is_found():
    body = "\n".join(f"    x = {n}" for n in range(60))
    assert sizes.too_long(f"def f():\n{body}\n") == [(1, "f", 61)]
    assert sizes.too_long(f'def f():\n    """One line."""\n{body[:-11]}\n') == []


def test_a_long_file_is_found(tmp_path):
    (tmp_path / "long.py").write_text("x = 1\n" * 501)
    (tmp_path / "short.py").write_text("x = 1\n" * 500)
    assert [fault.split()[0] for fault in sizes.faults(tmp_path)] == ["long.py"]


def test_messages_are_found_in_python():
    source = (
        'a = _("One")\nb = pgettext("verb", "Open")\nc = ngettext("one file", "{n} files", 2)\nd = _(x)\n'
    )
    assert set(messages.of_python(source)) == {
        messages.Message("One"),
        messages.Message("Open", context="verb"),
        messages.Message("one file", "{n} files"),
    }


def test_messages_are_found_in_templates():
    source = (
        """{% load i18n %}<h1 title="{% translate "It's late" %}">{% translate "Find" context "verb" %}</h1>"""
        "{% blocktranslate count n=list|length %}{{ n }} file{% plural %}{{ n }} files{% endblocktranslate %}"
        "{{ _('Kept') }}"
    )
    assert set(messages.of_template(source, Path("x.html"))) == {
        messages.Message("It's late"),
        messages.Message("Find", context="verb"),
        messages.Message("%(n)s file", "%(n)s files"),
        messages.Message("Kept"),
    }


def test_an_untranslated_or_wrongly_filled_text_is_named():
    def wrong(text, given, language="vi", same=frozenset()):
        return messages._wrong(polib.POEntry(msgid=text, msgstr=given), language, set(same))

    assert wrong("Find", "Tìm") == ""
    assert "not translated" in wrong("Find", "")
    assert "same as its source" in wrong("Find", "Find")
    assert wrong("VNeID", "VNeID", same={"VNeID"}) == ""
    assert wrong("Find", "Find", language="en") == ""
    assert "placeholders" in wrong("{count} files", "{number} tệp")


def test_a_broken_link_is_named(tmp_path):
    (tmp_path / "a.md").write_text(
        "# A page\n[b](b.md) [c](c.md#no) [d](c.md#yes-here) [e](https://x.example/)\n`[f](f.md)`\n"
    )
    (tmp_path / "c.md").write_text("## Yes, here\n")
    assert [fault.split(" links to ")[1].split(",")[0].split(";")[0] for fault in links.faults(tmp_path)] == [
        "b.md",
        "c.md#no",
    ]


def test_the_layers_are_exhaustive_and_without_exceptions():
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    assert {each["id"]: each["type"] for each in contracts} == {"layers": "layers", "edge": "forbidden"}
    assert contracts[0]["exhaustive"] is True
    assert not any("ignore_imports" in each for each in contracts)
    assert "django" in contracts[1]["forbidden_modules"]
