"""A page as blocks: what a form composes and the Typst template draws. No law and no layout in here."""

from datetime import datetime
from typing import Literal

import msgspec


class Fields(msgspec.Struct, frozen=True, tag_field="block", tag="fields"):
    """Lines of label and value; a row with an empty value is left out by whoever composes."""

    rows: tuple[tuple[str, str], ...]


class Listing(msgspec.Struct, frozen=True, tag_field="block", tag="listing"):
    """Labels in one column, values in another: what a certificate states, to be read down."""

    rows: tuple[tuple[str, str], ...]


class Paragraph(msgspec.Struct, frozen=True, tag_field="block", tag="paragraph"):
    """Running text; a newline in it starts a new line. `lead` stands before it in bold ("Điều 1.")."""

    text: str
    style: Literal["body", "italic", "bold"] = "body"
    lead: str = ""


class Heading(msgspec.Struct, frozen=True, tag_field="block", tag="heading"):
    """A section title inside the form."""

    text: str


class Items(msgspec.Struct, frozen=True, tag_field="block", tag="items"):
    """A numbered list."""

    items: tuple[str, ...]


class Table(msgspec.Struct, frozen=True, tag_field="block", tag="table"):
    """`widths` are shares of the width; 0 takes what its content needs. `align` has one letter a column: l, c, r."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[int, ...]
    align: str


class Promise(msgspec.Struct, frozen=True, tag_field="block", tag="promise"):
    """The one thing to read: a label and a date or amount, in a frame."""

    label: str
    value: str
    note: str = ""


class SignatureLine(msgspec.Struct, frozen=True):
    """One signer: lines in capitals, a hint in italics, and the name under the space for signing."""

    titles: tuple[str, ...]
    hint: str
    name: str


class Signatures(msgspec.Struct, frozen=True, tag_field="block", tag="signatures"):
    """The signer on the right; the left column may list the recipients (Decree 30/2020, Annex I)."""

    right: SignatureLine
    recipients_label: str = ""
    recipients: tuple[str, ...] = ()


class Check(msgspec.Struct, frozen=True, tag_field="block", tag="check"):
    """The QR code with what it holds, in words. Signers stand beside it, to keep one page: two by hand, or who signs the file."""

    qr: str
    qr_alt: str
    lines: tuple[str, ...]
    invitation: str
    url: str
    small: tuple[str, ...] = ()
    signers: tuple[SignatureLine, ...] = ()


Block = Fields | Listing | Paragraph | Heading | Items | Table | Promise | Signatures | Check


class Head(msgspec.Struct, frozen=True):
    """The two columns at the top. `motto_translated` is printed under the national motto in another language."""

    superior: str
    agency: str
    number: str
    place_and_date: str
    motto_translated: str = ""


class Page(msgspec.Struct, frozen=True):
    """Everything the template needs, already in the reader's language.

    `about` is the subject line in bold, `strip` is empty or stands on every page, `running_title` in the footer.
    """

    language: str
    issued: datetime
    head: Head
    title: str
    about: str
    subtitles: tuple[str, ...]
    running_title: str
    strip: str
    strip_detail: str
    blocks: tuple[Block, ...]
