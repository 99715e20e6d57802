"""Every visible string is translated: finds the strings in the source and compares the catalogues with them.

A catalogue lies in its application: src/sauro/APPLICATION/locale/LANGUAGE/LC_MESSAGES/django.po. The source
text is English, so the English catalogue repeats it; a Vietnamese text equal to its source is a mistake
unless a `locale/same.txt` lists it (names, codes).
"""

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import polib
from django.utils.translation.template import templatize

from tools.tree import ROOT, files

SOURCE = ROOT / "src" / "sauro"
LANGUAGES = ("vi", "en")

# Function name → where its context, text and plural stand among the arguments (None: it has none).
FUNCTIONS: dict[str, tuple[int | None, int, int | None]] = {
    "_": (None, 0, None),
    **{f"gettext{end}": (None, 0, None) for end in ("", "_lazy", "_noop")},
    **{f"ngettext{end}": (None, 0, 1) for end in ("", "_lazy")},
    **{f"pgettext{end}": (0, 1, None) for end in ("", "_lazy")},
    **{f"npgettext{end}": (0, 1, 2) for end in ("", "_lazy")},
}
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w+\}")
STRING = re.compile(r"""u?('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")""", re.DOTALL)


@dataclass(frozen=True, order=True, slots=True)
class Message:
    """One text to translate."""

    text: str
    plural: str = ""
    context: str = ""


def found() -> dict[Message, Path]:
    """Give every message of the source, with a file that holds it."""
    messages: dict[Message, Path] = {}
    for path in files(SOURCE, {".py", ".html", ".txt"}):
        if "tests" in path.parts:
            continue
        if path.suffix == ".py":
            extracted = of_python(path.read_text())
        elif path.suffix in {".html", ".txt"} and "templates" in path.parts:
            extracted = of_template(path.read_text(), path)
        else:
            continue
        for message in extracted:
            messages.setdefault(message, path)
    return messages


def of_python(source: str) -> Iterator[Message]:
    """Give the messages of a Python file."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name not in FUNCTIONS:
            continue
        texts = [arg.value if isinstance(arg, ast.Constant) else None for arg in node.args]
        yield from _message(name, texts)


def of_template(source: str, path: Path) -> Iterator[Message]:
    """Give the messages of a Django template."""
    code = templatize(source, origin=str(path))
    for call in re.finditer(r"\b(npgettext|ngettext|pgettext|gettext|_)\(", code):
        texts: list[object] = []
        position = call.end()
        while string := STRING.match(code, position):
            texts.append(ast.literal_eval(string.group(1)))
            comma = re.compile(r"\s*,\s*").match(code, string.end())
            if comma is None:
                break
            position = comma.end()
        yield from _message(call.group(1), texts)


def _message(name: str, texts: Sequence[object]) -> Iterator[Message]:
    context, text, plural = FUNCTIONS[name]

    def at(position: int | None) -> str:
        value = texts[position] if position is not None and position < len(texts) else ""
        return value if isinstance(value, str) else ""

    if at(text):
        yield Message(at(text), at(plural), at(context))


def catalogue(application: Path, language: str) -> Path:
    """Give the place of an application's catalogue."""
    return application / "locale" / language / "LC_MESSAGES" / "django.po"


def entries(language: str) -> dict[tuple[str, str], polib.POEntry]:
    """Give every entry of the language, by context and text."""
    together: dict[tuple[str, str], polib.POEntry] = {}
    for path in sorted(SOURCE.rglob(f"locale/{language}/LC_MESSAGES/django.po")):
        for entry in polib.pofile(str(path)):
            if not entry.obsolete:
                together[(entry.msgctxt or "", entry.msgid)] = entry
    return together


def faults() -> list[str]:
    """Give one sentence for each missing, fuzzy, untranslated or mismatched text."""
    same = {
        line.strip()
        for path in SOURCE.rglob("locale/same.txt")
        for line in path.read_text().splitlines()
        if line.strip() and not line.startswith("#")
    }
    sentences = []
    messages = found()
    for language in LANGUAGES:
        known = entries(language)
        for message, path in messages.items():
            entry = known.get((message.context, message.text))
            reason = "has no entry" if entry is None else _wrong(entry, language, same)
            if reason:
                sentences.append(f"{language}: “{message.text[:70]}” ({path.relative_to(ROOT)}) {reason}")
    return sentences


def _wrong(entry: polib.POEntry, language: str, same: set[str]) -> str:
    given = list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]
    if not given or not all(given):
        return "is not translated"
    if entry.fuzzy:
        return "is marked fuzzy"
    if language != "en" and entry.msgid in given and entry.msgid not in same:
        return "is the same as its source; translate it, or list it in locale/same.txt"
    # A plural form may leave the number out ("one file"), but may name nothing that the source lacks.
    asked = set(PLACEHOLDER.findall(entry.msgid)) | set(PLACEHOLDER.findall(entry.msgid_plural or ""))
    for text in given:
        named = set(PLACEHOLDER.findall(text))
        if named - asked or (not entry.msgid_plural and named != asked):
            return f"has other placeholders: {sorted(named ^ asked)}"
    return ""


def complete(only: str = "") -> int:
    """Add what the catalogues lack: English as it stands, Vietnamese empty for a person to fill. Gives how many.

    `only` names one application.
    """
    added = 0
    for language in LANGUAGES:
        known = entries(language)
        opened: dict[Path, polib.POFile] = {}
        for message, path in found().items():
            application = path.relative_to(SOURCE).parts[0]
            if (message.context, message.text) in known or (only and application != only):
                continue
            place = catalogue(SOURCE / application, language)
            file = opened.setdefault(place, _open(place, language))
            file.append(_entry(message, language, path))
            added += 1
        for place, file in opened.items():
            place.parent.mkdir(parents=True, exist_ok=True)
            file.save(str(place))
    return added


def _open(place: Path, language: str) -> polib.POFile:
    if place.exists():
        return polib.pofile(str(place), wrapwidth=110)
    file = polib.POFile(wrapwidth=110)
    forms = "nplurals=1; plural=0;" if language == "vi" else "nplurals=2; plural=(n != 1);"
    file.metadata = {
        "Language": language,
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": forms,
    }
    return file


def _entry(message: Message, language: str, path: Path) -> polib.POEntry:
    english = language == "en"
    entry = polib.POEntry(
        msgid=message.text,
        msgctxt=message.context or None,
        occurrences=[(path.relative_to(ROOT).as_posix(), "")],
        flags=["python-format"] if "%(" in message.text else [],
    )
    if message.plural:
        entry.msgid_plural = message.plural
        entry.msgstr_plural = {0: message.text, 1: message.plural} if english else {0: ""}
    elif english:
        entry.msgstr = message.text
    return entry
