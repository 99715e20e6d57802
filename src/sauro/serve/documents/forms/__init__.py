"""The law's forms, each a pure function from facts to a page, in the active language."""

from typing import assert_never

from sauro.serve.documents import facts
from sauro.serve.documents.forms import course, intake, result
from sauro.serve.documents.sheet import Page


def compose(document: facts.Document) -> Page:
    """The page that says these facts."""
    match document:
        case facts.Acknowledgement():
            return intake.acknowledgement(document)
        case facts.Form01():
            return intake.form01(document)
        case facts.Form02():
            return intake.form02(document)
        case facts.Form03():
            return intake.form03(document)
        case facts.Form04():
            return course.form04(document)
        case facts.Form05():
            return course.form05(document)
        case facts.Form06():
            return course.form06(document)
        case facts.Result():
            return result.result(document)
        case _:
            assert_never(document)
