"""What follows the end of a file: where a second file hides."""

import re

from sauro.core.vault.content.verdict import FileRefused

_ANOTHER = re.compile(
    rb"PK\x03\x04|PK\x05\x06|%PDF-|Rar!\x1a|7z\xbc\xaf\x27\x1c|\x7fELF|This program cannot be run|<\s*(?:script|html|svg|\?php)",
    re.IGNORECASE,
)


def refuse_second_file(tail: bytes) -> None:
    """Raises FileRefused when ``tail`` holds the beginning of another file."""
    if tail.lstrip(b"\0\t\r\n ").startswith((b"MZ", b"#!")) or _ANOTHER.search(tail):
        raise FileRefused("file_mixed")
