"""From a document's facts to PDF bytes: compose in the reader's language, then Typst.

The file is tagged, archival and accessible (PDF/A-3a, ISO 19005-3; PDF/UA-1, ISO 14289-1) and the same facts
give the same bytes. Slow work: tens of milliseconds, for the worker and never inside an act.
"""

import threading
from functools import cache
from pathlib import Path

import msgspec
import typst
from django.utils import translation

from sauro.serve.documents import forms, printable
from sauro.serve.documents.dates import local
from sauro.serve.documents.facts import Document
from sauro.serve.documents.sheet import Page

TEMPLATES = Path(__file__).parent / "templates"
STANDARDS: "list[typst.PDFStandard]" = ["a-3a", "ua-1"]
# A Typst compiler keeps its world between runs and is not for two threads at once.
_own = threading.local()


def pdf(document: Document) -> bytes:
    """The printed form of a document."""
    with translation.override(document.language):
        page = forms.compose(document)
    return draw(page)


def draw(page: Page) -> bytes:
    """A composed page as PDF; `page.issued` is the file's date."""
    data = printable.clean(msgspec.to_builtins(page))
    made = _compiler().compile(
        sys_inputs={"page": msgspec.json.encode(data).decode()},
        format="pdf",
        pdf_standards=STANDARDS,
        timestamp=local(page.issued).replace(microsecond=0),
    )
    if not isinstance(made, bytes):
        raise TypeError("Typst answered with something else than one PDF")
    return made


@cache
def _fonts() -> typst.Fonts:
    # The system's fonts are left out: the same facts must give the same bytes on every machine.
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True)


def _compiler() -> typst.Compiler:
    compiler: typst.Compiler | None = getattr(_own, "compiler", None)
    if compiler is None:
        compiler = _own.compiler = typst.Compiler(
            TEMPLATES / "sheet.typ", root=TEMPLATES, font_paths=_fonts(), ignore_system_fonts=True
        )
    return compiler
